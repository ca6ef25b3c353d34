"""Lenders that cut new lending at random, and loan officers who overrule the card: off changes nothing, on agrees."""

import pyarrow.compute as pc
import pytest

from sim.codes import GROWTH_PLAN
from sim.market import CreditMarket
from sim.parameters.conduct import RationingParameters
from tests.market.made_markets import OFFICERS, RATIONED, RATIONED_FROM
from tests.market.small_market import SEED, completed, differing, every_lender, small, tables_before


def summed(market: CreditMarket, column: str, first: int = RATIONED_FROM) -> int:
    table = market.record.table("lender")
    return int(pc.sum(table.filter(pc.greater_equal(table["month"], first))[column]).as_py())


def test_a_cut_by_lot_changes_nothing_before_its_month_and_about_halves_lending_after() -> None:
    plain, cut = (
        completed(small()),
        completed(every_lender(small(), rationing=RATIONED._replace(refused_in_need_share=0.5))),
    )
    assert differing(tables_before(plain, RATIONED_FROM), tables_before(cut, RATIONED_FROM)) == []
    assert 0.35 < summed(cut, "originations_fen") / summed(plain, "originations_fen") < 0.75


def test_a_cut_that_is_over_cuts_nothing() -> None:
    over = every_lender(small(), rationing=RATIONED._replace(until_month=RATIONED_FROM))
    assert differing(completed(small()).record.tables, completed(over).record.tables) == []


def test_everybody_is_refused_when_the_lot_always_falls() -> None:
    shut = completed(every_lender(small(), rationing=RATIONED._replace(refused_share=1.0, refused_in_need_share=1.0)))
    assert summed(shut, "originations_count") == 0
    refused = shut.record.table("refused").to_pandas()
    assert (refused[refused["month"] >= RATIONED_FROM]["constraint"] == "growth_plan").any()


def test_a_cut_that_spares_need_refuses_nobody_who_is_short_of_money_for_bills() -> None:
    market = CreditMarket(every_lender(small(), rationing=RationingParameters(0, 600, 1.0, 0.0)), rng=SEED)
    for _ in range(RATIONED_FROM):
        market.step()
        asked = market.people.state().applications
        assert set(asked.purpose[asked.outcome == GROWTH_PLAN].tolist()) <= {2, 3}, "purchases and working capital"


def test_officers_refuse_some_strangers_and_take_others() -> None:
    plain, seen = completed(small()), completed(every_lender(small(), officers=OFFICERS))
    blunt = completed(every_lender(small(), officers=OFFICERS._replace(refuse_below=10.0, accept_above=10.0)))
    assert summed(seen, "new_approvals") != summed(plain, "new_approvals")
    # The view is fixed for a person and a lender, but an officer does not look at every application.
    assert summed(blunt, "new_approvals", 0) < 0.6 * summed(plain, "new_approvals", 0)


def test_following_cohorts_changes_nothing_but_their_tables() -> None:
    config = small()
    followed = config._replace(observe=config.observe._replace(baseline_until=RATIONED_FROM, cohort_months=8))
    changed = differing(completed(config).record.tables, completed(followed).record.tables)
    assert {name.split(".")[0] for name in changed} == {"cohort", "thinned"}


@pytest.mark.parametrize("month", [RATIONED_FROM - 1, RATIONED_FROM])
def test_a_cut_is_in_force_from_its_month(month: int) -> None:
    assert (RATIONED.in_force(month) == RATIONED) == (month >= RATIONED_FROM)
