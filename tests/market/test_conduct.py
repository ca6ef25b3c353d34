"""Lenders that cut new lending by lot, and loan officers who overrule the card: off changes nothing, on agrees."""

import pyarrow.compute as pc
import pytest

from sim.codes import PLAN
from sim.market import CreditMarket
from sim.parameters.conduct import OfficerParameters, RationingParameters
from sim.params import MarketConfig
from tests.market.small_market import SEED, differing, every_lender, lived, one_lender, small, tables_before
from tests.reference.market import ReferenceMarket

FROM = 6
CUT = RationingParameters(from_month=FROM, refused_share=0.5, refused_in_need_share=0.3)
SEEING = OfficerParameters(override_share=0.8, insight_share=0.7, refuse_below=0.0, accept_above=0.5)


def summed(market: CreditMarket, column: str, first: int = FROM) -> int:
    table = market.record.table("lender")
    return int(pc.sum(table.filter(pc.greater_equal(table["month"], first))[column]).as_py())


def test_a_cut_by_lot_changes_nothing_before_its_month_and_about_halves_lending_after() -> None:
    plain, cut = lived(small()), lived(every_lender(small(), rationing=CUT._replace(refused_in_need_share=0.5)))
    assert differing(tables_before(plain, FROM), tables_before(cut, FROM)) == []
    assert 0.35 < summed(cut, "originations_fen") / summed(plain, "originations_fen") < 0.75


def test_a_cut_that_is_over_cuts_nothing() -> None:
    over = every_lender(small(), rationing=CUT._replace(until_month=FROM))
    assert differing(lived(small()).record.tables, lived(over).record.tables) == []


def test_everybody_is_refused_when_the_lot_always_falls() -> None:
    shut = lived(every_lender(small(), rationing=CUT._replace(refused_share=1.0, refused_in_need_share=1.0)))
    assert summed(shut, "originations_count") == 0
    refused = shut.record.table("refused").to_pandas()
    assert (refused[refused["month"] >= FROM]["constraint"] == "growth_plan").any()


def test_a_cut_that_spares_need_refuses_nobody_who_is_short_of_money_for_bills() -> None:
    market = CreditMarket(every_lender(small(), rationing=RationingParameters(0, 600, 1.0, 0.0)), rng=SEED)
    for _ in range(FROM):
        market.step()
        asked = market.people.state().applications
        assert set(asked.purpose[asked.outcome == PLAN].tolist()) <= {2, 3}, "purchases and working capital"


def test_officers_refuse_some_strangers_and_take_others() -> None:
    plain, seen = lived(small()), lived(every_lender(small(), officers=SEEING))
    blunt = lived(every_lender(small(), officers=SEEING._replace(refuse_below=10.0, accept_above=10.0)))
    assert summed(seen, "new_approvals") != summed(plain, "new_approvals")
    # The view is fixed for a person and a lender, but an officer does not look at every application.
    assert summed(blunt, "new_approvals", 0) < 0.6 * summed(plain, "new_approvals", 0)


def conducted() -> MarketConfig:
    config = every_lender(one_lender(small(300), "platform_a", rationing=CUT), officers=SEEING)
    observe = config.observe._replace(baseline_until=FROM, cohort_months=8)
    return config._replace(observe=observe)


@pytest.mark.slow
def test_the_engines_agree_with_lots_officers_and_cohorts() -> None:
    arrays, reference = (kind(conducted(), rng=SEED) for kind in (CreditMarket, ReferenceMarket))
    arrays.run()
    reference.run()
    assert differing(arrays.record.tables, reference.record.tables) == []
    assert arrays.record.table("cohort").num_rows > 0
    cut = CreditMarket(conducted()._replace(shards=3, threads=2), rng=SEED)
    cut.run()
    assert cut.record.hash() == arrays.record.hash()


def test_following_cohorts_changes_nothing_but_their_tables() -> None:
    config = small()
    followed = config._replace(observe=config.observe._replace(baseline_until=FROM, cohort_months=8))
    changed = differing(lived(config).record.tables, lived(followed).record.tables)
    assert {name.split(".")[0] for name in changed} == {"cohort", "thinned"}


@pytest.mark.parametrize("month", [FROM - 1, FROM])
def test_a_cut_is_in_force_from_its_month(month: int) -> None:
    assert (CUT.in_force(month) == CUT) == (month >= FROM)
