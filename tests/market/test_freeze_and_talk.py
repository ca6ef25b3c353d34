"""Freezing lines saves money today and feeds the rumour next month, as far as customers talk."""

from functools import cache

import numpy as np
import pytest

from sim.codes import BANDS, FROZEN, LINE_CUT, OUTCOMES, OWN_POLICY
from sim.economy.population import communities_of, populate
from sim.economy.spillovers import Rumours
from sim.market import CreditMarket
from sim.params import QuietCutParameters
from tests.market.small_market import completed, differing, one_lender, small

FREEZES = 6


@cache
def market(told: float, freezes: bool = True) -> CreditMarket:
    config = small(people=800, warm_up=24, months=14)
    contagion = config.behaviour.contagion._replace(rumour_refused_share=told)
    config = config._replace(behaviour=config.behaviour._replace(contagion=contagion))
    quiet = QuietCutParameters(start_month=FREEZES, freeze_share=1.0, freeze_months=3, scope="all")
    return completed(one_lender(config, "platform_a", quiet_cut=quiet) if freezes else config)


def aware(completed_market: CreditMarket) -> list[float]:
    return [row["aware_share"] for row in completed_market.record.table("market").to_pylist()]


def test_only_those_who_asked_in_vain_for_a_line_have_something_to_tell() -> None:
    completed_market = market(0.0)
    rumours = Rumours(
        populate(completed_market.config, completed_market.draws),
        communities_of(completed_market.config).count,
        [1],
        3.0,
    )
    counts = np.zeros((1, BANDS, len(OUTCOMES)), dtype=np.int64)
    counts[0, 2, OWN_POLICY] = 100
    assert rumours.talked_by_refused(counts, 0) == 0.0
    counts[0, 2, LINE_CUT], counts[0, 5, FROZEN] = 3, 5
    assert rumours.talked_by_refused(counts, 0) == pytest.approx(3.0 * 8 / 800)


def test_a_freeze_starts_no_rumour_where_nobody_talks() -> None:
    assert aware(market(0.0)) == [0.0] * 14


def test_a_freeze_is_talked_about_from_the_month_it_is_met_and_not_before() -> None:
    heard = aware(market(2.0))
    assert heard[:FREEZES] == [0.0] * FREEZES
    assert max(heard[FREEZES : FREEZES + 3]) > 0.0


def test_talk_without_a_freeze_changes_nothing() -> None:
    assert differing(market(0.0, freezes=False).record.tables, market(2.0, freezes=False).record.tables) == []


def test_the_rush_comes_after_the_word() -> None:
    calm, talked = (market(told).record.table("lender").to_pylist() for told in (0.0, 2.0))
    first = [next(i for i, pair in enumerate(zip(calm, talked, strict=True)) if pair[0] != pair[1])]
    assert talked[first[0]]["month"] >= FREEZES
