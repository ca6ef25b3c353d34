"""Work, spending, demand, choice, walking away, the informal lender and rumours: worked examples and signs."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.params import BehaviourParameters
from sim.rules.choice import appeal, distaste, perceived_apr
from sim.rules.contagion import community_default_points, hearing_chance
from sim.rules.default import forget_chance, is_walking_away
from sim.rules.demand import amount_wanted, reservation_apr, term_months, up_to_hundred_yuan
from sim.rules.informal import informal_offer, next_informal_missed
from sim.rules.spending import emergency_expense, essential_spending, share_of_excess, target_buffer
from sim.rules.work import (
    next_employment,
    next_months_unemployed,
    replacement_income,
    stock_sold,
    transitory_factor,
    turbulence,
    wage,
)

USUAL = BehaviourParameters()
# The numbers that the examples were worked out with, whatever the defaults are calibrated to.
PEOPLE = USUAL._replace(
    work=USUAL.work._replace(replacement_share=0.45, replacement_months=12, support_share=0.25),
    spending=USUAL.spending._replace(
        subsistence_yuan=200,
        essential_share=0.4,
        buffer_months=1.2,
        buffer_patience_months=0.9,
        buffer_job_risk_months=0.3,
        buffer_line_share=0.3,
    ),
    demand=USUAL.demand._replace(
        reservation_impatience_slope=0.2, reservation_need_slope=0.5, reservation_reliability_slope=-0.05
    ),
    repayment=USUAL.repayment._replace(
        forget_reliability_slope=0.4,
        stigma_burden_months=14.0,
        stigma_spread_months=3.0,
        stigma_community_slope=0.04,
        access_weight=1.0,
        rumour_access_factor=0.2,
    ),
    contagion=USUAL.contagion._replace(
        rumour_contact_share=1.0, rumour_forget_share=0.35, rumour_between_share=0.2, shrink_people=300
    ),
    informal=USUAL.informal._replace(cap_months=1.0),
)
MEDIAN_INCOME = 300_000  # 3,000 yuan a month


@pytest.mark.parametrize(("employed", "draw", "after"), [(1, 0.019, 0), (1, 0.02, 1), (0, 0.149, 1), (0, 0.15, 0)])
def test_jobs_are_lost_and_found_below_the_share(employed, draw, after):
    assert next_employment(employed, 0.02, 0.15, draw) == after


def test_months_without_a_job_are_counted_up_to_ten_years():
    assert [next_months_unemployed(1, 7), next_months_unemployed(0, 0), next_months_unemployed(0, 120)] == [0, 1, 120]


def test_trouble_is_average_at_average_reliability_and_never_vanishes():
    assert turbulence(0, 0.3) == 1.0
    assert turbulence(-1_000, 0.3) == pytest.approx(1.3)
    assert turbulence(1_000, 0.3) == pytest.approx(0.7)
    assert turbulence(4_000, 0.3) == 0.2


def test_wages_have_the_mean_of_permanent_income():
    assert wage(MEDIAN_INCOME, 1.0, transitory_factor(0.0, 3.0)) == MEDIAN_INCOME
    assert wage(MEDIAN_INCOME, 1.1, transitory_factor(0.2, 1.0)) == int(MEDIAN_INCOME * 1.1 * exp(0.2 - 0.02))
    # Gauss-Hermite by hand: seven even steps over the normal give the mean of the lognormal closely.
    points = [(-3 + 0.01 * step) for step in range(601)]
    weights = [exp(-x * x / 2) for x in points]
    mean = sum(w * wage(10**9, 1.0, transitory_factor(0.2, x)) for w, x in zip(weights, points, strict=True)) / sum(
        weights
    )
    assert mean == pytest.approx(10**9, rel=0.002)


@pytest.mark.parametrize(("covered", "months", "share"), [(1, 1, 0.45), (1, 12, 0.45), (1, 13, 0.25), (0, 1, 0.25)])
def test_benefit_runs_a_year_for_the_insured(covered, months, share):
    assert replacement_income(MEDIAN_INCOME, 1.0, covered, months, PEOPLE.work) == MEDIAN_INCOME * share


def test_stock_is_sold_bit_by_bit_and_the_last_hundred_yuan_at_once():
    assert [stock_sold(100_000, 0.2), stock_sold(10_001, 0.2), stock_sold(10_000, 0.2), stock_sold(0, 0.2)] == [
        20_000,
        2_000,
        10_000,
        0,
    ]


def test_essentials_by_hand():
    """200 yuan and 40% of 3,000 are 1,400; the poorest need at most nine tenths of 300."""
    assert essential_spending(300_000, 1.0, PEOPLE.spending) == 140_000
    assert essential_spending(300_000, 1.1, PEOPLE.spending) == 154_000
    assert essential_spending(30_000, 1.0, PEOPLE.spending) == 27_000


@given(st.integers(50_000, 10**7), st.integers(1, 10**6))
def test_the_share_of_essentials_falls_with_income(income, more):
    poorer = essential_spending(income, 1.0, PEOPLE.spending) / income
    richer = essential_spending(income + more, 1.0, PEOPLE.spending) / (income + more)
    assert richer <= poorer + 1e-4


def test_an_emergency_costs_at_most_a_year():
    assert emergency_expense(MEDIAN_INCOME, 1.0, -0.4, 0.7, 0.0) == int(exp(-0.4) * MEDIAN_INCOME)
    assert emergency_expense(MEDIAN_INCOME, 1.0, -0.4, 0.7, 8.0) == 12 * MEDIAN_INCOME


def test_the_buffer_by_hand_and_its_signs():
    spending = PEOPLE.spending
    assert target_buffer(140_000, 0, 0.0, 0, 0, spending) == int(spending.buffer_months * 140_000)
    plain = target_buffer(140_000, 0, 0.0, 100_000, 0, spending)
    assert plain == int(spending.buffer_months * 140_000) - int(spending.buffer_line_share * 100_000)
    assert target_buffer(140_000, 1_000, 0.0, 100_000, 0, spending) > plain
    assert target_buffer(140_000, 0, 1.0, 100_000, 0, spending) > plain
    assert target_buffer(140_000, 0, 0.0, 200_000, 0, spending) < plain
    assert target_buffer(140_000, -9_000, 0.0, 0, 0, spending) == 0
    assert target_buffer(140_000, 0, 0.0, 10**9, 0, spending) == 0


def test_only_the_excess_is_shared():
    assert [share_of_excess(1_000, 400, 0.35), share_of_excess(400, 400, 0.35), share_of_excess(0, 400, 1.0)] == [
        210,
        0,
        0,
    ]


def test_wishes_by_hand():
    assert [up_to_hundred_yuan(fen) for fen in (0, 1, 10_000, 10_001)] == [0, 10_000, 10_000, 20_000]
    assert amount_wanted(MEDIAN_INCOME, log(2.0), 0.7, 0.0, 6.0) in (599_999, 600_000)
    assert amount_wanted(MEDIAN_INCOME, log(2.0), 0.7, 5.0, 6.0) == 6 * MEDIAN_INCOME


@pytest.mark.parametrize(
    ("amount", "term"),
    [(135_000, 3), (135_001, 6), (270_000, 6), (405_000, 9), (405_001, 12), (720_000, 12), (720_001, 24)],
)
def test_terms_are_the_shortest_that_fits_fifteen_percent_of_income(amount, term):
    assert term_months(amount, MEDIAN_INCOME, 0.15) == term


def test_who_would_pay_more():
    demand = PEOPLE.demand
    median = reservation_apr(0, 0, 0, 0.0, demand)
    assert median == pytest.approx(exp(demand.reservation_log_apr))
    assert reservation_apr(1_000, 0, 0, 0.0, demand) < median, "the patient pay less"
    assert reservation_apr(0, 0, 1, 0.0, demand) > median, "need pays more"
    assert reservation_apr(0, -1_000, 0, 0.0, demand) > median, "adverse selection"


def test_prices_as_people_see_them():
    assert perceived_apr(0.24, 0.18, 1_000, 0.0, 1.0) == pytest.approx(0.24)
    assert perceived_apr(0.24, 0.18, 0, 0.0, 0.6) == pytest.approx(0.18)
    assert perceived_apr(0.24, 0.18, 500, 0.0, 0.6) == pytest.approx(0.198)
    assert perceived_apr(0.24, 0.18, 500, 0.5, 0.6) == pytest.approx(0.21), "disclosure shows more than literacy"
    assert perceived_apr(0.24, 0.18, 1_000, 0.5, 0.6) == pytest.approx(0.216), "literacy shows more than disclosure"


def test_appeal_by_hand():
    """At draw 1/e the taste is zero: -log(-log(1/e)) = 0."""
    choice, taste = PEOPLE.choice, distaste(1.0 / exp(1.0))
    assert taste == pytest.approx(0.0, abs=1e-12)
    assert appeal(0.2, 0, 0.0, 0, taste, choice) == pytest.approx(-0.2 * choice.price_weight)
    assert appeal(0.2, 1, 0.5, 1, taste, choice) == pytest.approx(
        -0.2 * choice.price_weight + choice.line_weight + 0.5 * choice.scene_weight - choice.rejection_weight
    )
    assert appeal(0.2, 0, 0.0, 0, distaste(0.9), choice) > appeal(0.2, 0, 0.0, 0, distaste(0.1), choice)


def test_the_unreliable_forget_more():
    repayment = PEOPLE.repayment
    assert forget_chance(0, repayment) == repayment.forget_share
    assert forget_chance(-1_000, repayment) > repayment.forget_share > forget_chance(1_000, repayment) > 0.0
    assert forget_chance(10_000, repayment) == pytest.approx(0.1 * repayment.forget_share)


def walks(debt_months: float, unused: int = 0, aware: int = 0, stigma: int = 0, points: float = 0.0) -> int:
    debt = int(debt_months * MEDIAN_INCOME)
    return is_walking_away(debt, MEDIAN_INCOME, unused, aware, stigma, points, PEOPLE.repayment)


def test_who_walks_away():
    limit = PEOPLE.repayment.stigma_burden_months
    assert (walks(limit), walks(limit + 0.01)) == (0, 1)
    assert walks(limit + 0.5, unused=MEDIAN_INCOME) == 0, "a line worth a month of income keeps them"
    assert walks(limit + 0.5, unused=MEDIAN_INCOME, aware=1) == 1, "unless the lender is said to close"
    assert walks(limit + 0.5, stigma=1_000) == 0
    assert walks(limit - 0.5, points=5.0) == 1, "defaults around make it easier"


def test_the_informal_lender_by_hand():
    informal = PEOPLE.informal  # at most one month of income a person
    assert informal_offer(50_000, 0, MEDIAN_INCOME, 0, 1.0, informal) == 50_000
    assert informal_offer(50_000, 280_000, MEDIAN_INCOME, 0, 1.0, informal) == 20_000
    assert informal_offer(50_000, 0, MEDIAN_INCOME, 0, 0.5, informal) == 25_000
    assert informal_offer(50_000, 400_000, MEDIAN_INCOME, 0, 1.0, informal) == 0
    assert informal_offer(50_000, 0, MEDIAN_INCOME, -1, 1.0, informal) == 0, "barred"
    assert informal_offer(0, 0, MEDIAN_INCOME, 0, 1.0, informal) == 0


def test_misses_at_the_informal_lender():
    assert next_informal_missed(2, 100_000, 2_999, 3_000) == 3
    assert next_informal_missed(2, 100_000, 3_000, 3_000) == 0
    assert next_informal_missed(-3, 0, 0, 0) == -2, "the bar runs off"
    assert next_informal_missed(0, 0, 0, 0) == 0


def test_rumours_by_hand():
    contagion = PEOPLE.contagion  # one contact a month, a fifth of them outside the community
    assert hearing_chance(0.0, 0.0, 0.0, contagion) == 0.0
    assert hearing_chance(0.5, 0.1, 0.02, contagion) == pytest.approx(0.02 + 0.8 * 0.5 + 0.2 * 0.1)
    assert hearing_chance(1.0, 1.0, 1.0, contagion) == 1.0


def test_community_default_rates_are_shrunk_to_the_region():
    assert community_default_points(0, 300, 0, 3_000, 300) == 0.0
    assert community_default_points(30, 300, 60, 3_000, 300) == pytest.approx(6.0), "10% here, 2% in the region"


def test_who_has_saved_the_buffer_leans_on_no_line_once_leaning_fades():
    fading = PEOPLE.spending._replace(buffer_line_fade=1.0)
    without_lines = target_buffer(140_000, 0, 0.0, 0, 0, fading)
    leaning = [target_buffer(140_000, 0, 0.0, 200_000, savings, fading) for savings in (0, 80_000, 160_000, 10**9)]
    assert leaning == sorted(leaning)
    assert leaning[0] == target_buffer(140_000, 0, 0.0, 200_000, 0, PEOPLE.spending)
    assert leaning[-1] == without_lines
