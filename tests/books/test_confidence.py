"""What worries funders, worked by hand; and that nothing worries them when every slope is nought."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.confidence import CALM, Worries, confidence_of, worries_of
from sim.codes import BUCKETS
from sim.counted import Flow
from sim.lenders.month_end import confidence_in
from sim.parameters.books import FunderParameters
from sim.params import LenderParameters, RegulatorParameters
from sim.policies.base import opening_rules
from tests.books.made_books import Contract, Town, made_economy

TIMID = FunderParameters(
    capital_rollover_slope=2.0,
    npl_rollover_slope=5.0,
    rumour_rollover_slope=4.0,
    capital_spread_slope_apr=0.1,
    npl_spread_slope_apr=0.2,
    rumour_spread_slope_apr=0.3,
    calm_npl_share=0.03,
    widest_spread_apr=0.04,
)
shares = st.floats(0.0, 1.0)


def test_worries_worked_by_hand() -> None:
    # 9% of capital was wanted and 7.2% is there, a fifth too little; 5% are late, two points more than usual.
    worries = worries_of(0.072, 0.09, 0.05, 0.1, TIMID)
    assert worries == pytest.approx((0.2, 0.02, 0.1))
    # 1 - 2 x 0.2 - 5 x 0.02 - 4 x 0.1 = 0.1; and 2 + 0.4 + 3 points, cut at 4.
    assert confidence_of(worries, TIMID) == pytest.approx((0.1, 0.04))
    assert confidence_of(Worries(0.0, 0.02, 0.0), TIMID) == pytest.approx((0.9, 0.004))


def test_enough_capital_and_few_bad_loans_worry_nobody() -> None:
    assert confidence_of(worries_of(0.09, 0.09, 0.03, 0.0, TIMID), TIMID) == CALM
    assert worries_of(-0.5, 0.09, 0.0, 0.0, TIMID).capital_shortfall == 1.0, "lost capital is no more than all of it"
    assert worries_of(0.05, 0.0, 0.0, 0.0, TIMID).capital_shortfall == 0.0


@given(st.floats(-1.0, 2.0), shares, shares, shares)
def test_without_slopes_funders_stay_calm(ratio: float, wanted: float, npl: float, aware: float) -> None:
    funders = FunderParameters()
    assert confidence_of(worries_of(ratio, wanted, npl, aware, funders), funders) == CALM


@given(shares, shares, shares, shares)
def test_more_to_worry_about_never_makes_them_calmer(shortfall: float, npl: float, aware: float, more: float) -> None:
    before = confidence_of(Worries(shortfall, npl, aware), TIMID)
    for worse in (Worries(shortfall + more, npl, aware), Worries(shortfall, npl + more, aware)):
        after = confidence_of(worse, TIMID)
        assert 0.0 <= after.rollover_factor <= before.rollover_factor
        assert before.spread_add_apr <= after.spread_add_apr <= 0.04


def test_a_rumour_stops_the_growth_of_debt_and_makes_it_dearer_only_as_it_falls_due() -> None:
    parameters = LenderParameters(
        kind="consumer_finance", funding_term_months=4, funders=TIMID, founding_plan_yuan=0.0, cash_target_share=0.3
    )
    town = Town(("one", parameters), people=1_000)
    lender = town.lenders[0]
    town.month(-1, Contract(0, lent=10_000_000))
    assert lender.confidence == CALM
    # Loans less 1% allowance and 3,000,000 of cash, less capital of 14% of 9,900,000.
    assert lender.report()["wholesale_fen"] == 9_900_000 + 3_000_000 - 1_386_000
    assert lender.funding.wholesale_apr() == pytest.approx(0.05)

    town.month(0, Contract(0, opening=10_000_000), aware=(100,))
    assert lender.confidence == pytest.approx((1.0 - 4.0 * 0.1, 0.03))
    assert lender.faced(made_economy(1, 1)).rollover_factors == pytest.approx((0.6,))
    # 2,878,500 fell due, 0.6 of it was renewed, at 8%; the other three quarters still cost 5%.
    assert lender.report()["wholesale_fen"] == 11_514_000 - 2_878_500 + 1_727_100
    assert lender.funding.wholesale_apr() == pytest.approx((8_635_500 * 0.05 + 1_727_100 * 0.08) / 10_362_600)
    assert lender.report()["rollover_factor_share"] == pytest.approx(0.6)
    town.month(1, Contract(0, opening=10_000_000))
    assert lender.report()["funding_cost_fen"] == (8_635_500 * 500 + 1_727_100 * 800) // 120_000
    assert lender.confidence == CALM, "people have forgotten"


def test_funders_see_bad_loans_as_a_share_of_all_that_its_customers_owe() -> None:
    """Of 1,000 fen 50 are late by four months or more; nobody has heard a rumour, and capital is a fifth too small."""
    lender: Any = SimpleNamespace(
        parameters=LenderParameters(funders=TIMID, capital_buffer_share=0.01),
        capital_ratio_share=lambda: 0.072,
        index=0,
        people=10,
    )
    month: Any = SimpleNamespace(whole_stock=lambda: [900, 20, 20, 10, 30, 20, *[0] * (BUCKETS - 6)])
    tallies: Any = SimpleNamespace(flow=np.zeros((1, len(Flow)), dtype=np.int64))
    tallies.flow[0, Flow.AWARE] = 1
    rules = opening_rules(RegulatorParameters())._replace(minimum_capital_share=0.08)
    assert confidence_in(lender, month, tallies, rules) == confidence_of(
        worries_of(0.072, 0.09, 0.05, 0.1, TIMID), TIMID
    )
