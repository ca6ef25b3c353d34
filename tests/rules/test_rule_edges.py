"""Rules at the edges where two readings part: each example states its arithmetic, from the equations of docs/model."""

from __future__ import annotations

import pytest

from sim.codes import (
    AGE_BANDS,
    BORROWER_CAP,
    DEBT_SERVICE,
    FRAUD,
    FROZEN,
    LIMIT,
    LINE_CUT,
    LINE_OPEN,
    NO_LINE,
    PENDING,
    PURCHASE,
    RATE_CAP,
    SECTORS,
    STRATA,
)
from sim.counted import SIZE_BOUNDS_YUAN
from sim.params import BehaviourParameters
from sim.rules.choice import is_discouraged
from sim.rules.contagion import hearing_chance
from sim.rules.default import is_walking_away, purpose_in_truth
from sim.rules.demand import goes_on_credit, purchase_chance, shortfall_wanted
from sim.rules.law import too_much_service
from sim.rules.pricing import Price, Stake, band_price
from sim.rules.repayment import charge_off_month
from sim.rules.sizes import size_class
from sim.rules.spending import emergency_chance, target_buffer
from sim.rules.underwriting import decision, stratum_of, told_of_a_cut

USUAL = BehaviourParameters()

# Money costs 4% and capital, a tenth of the part, 14% - 4% more: 5% of a party's part, and no losses.
MONEY = {"funding_apr": 0.04, "loss_given_default": 0.0, "capital_share": 0.1, "target_roe": 0.14, "default_slope": 0.0}
# 0.3 x 5% + 3% = 4.5% of the loan out of half the interest: 9% at cost. The markup adds 0.3 x 5%: 12%.
ORIGINATOR = Stake(part_share=0.3, income_share=0.5, opex_apr=0.03, markup_apr=0.05, **MONEY)
# 0.7 x 5% + 0.5% = 4% out of the other half: 8% at cost. The markup adds 0.7 x 3%: 12.2%.
CHEAP_BANK = Stake(part_share=0.7, income_share=0.5, opex_apr=0.005, markup_apr=0.03, **MONEY)
# 0.7 x 5% + 1.5% = 5%: 10% at cost, 14.2% with the markup.
DEAR_BANK = CHEAP_BANK._replace(opex_apr=0.015)


@pytest.mark.parametrize(
    ("bank", "cap_bp", "price"),
    [
        (CHEAP_BANK, 1_220, Price(1_220, 0)),
        (CHEAP_BANK, 1_219, Price(1_219, 0)),  # both give up some of their markup
        (CHEAP_BANK, 900, Price(900, 0)),
        (CHEAP_BANK, 899, Price(0, RATE_CAP)),  # would still pay the bank, and no longer the originator
        (DEAR_BANK, 1_420, Price(1_420, 0)),
        (DEAR_BANK, 1_000, Price(1_000, 0)),
        (DEAR_BANK, 999, Price(0, RATE_CAP)),  # would still pay the originator, and no longer the bank
    ],
)
def test_under_a_cap_a_joint_loan_must_pay_the_cost_of_both(bank: Stake, cap_bp: int, price: Price) -> None:
    assert band_price(0.02, ORIGINATOR, bank, 0.0, 0.36, cap_bp) == price


@pytest.mark.parametrize(
    ("cap", "ground"),
    [
        (500_000, LIMIT),  # law and line both leave 40,000: the lender's own limit would have refused anyway
        (499_999, BORROWER_CAP),  # the law leaves a fen less than the line
        (500_001, LIMIT),
    ],
)
def test_the_law_is_the_ground_only_where_it_leaves_less_than_the_line(cap: int, ground: int) -> None:
    found = decision(5, LINE_OPEN, 500_000, 460_000, 60_000, 0, 0, 9, 14, cap, 50_000, 0.1, 0.2)
    assert found == (ground, 0, 500_000)


def test_a_lot_is_a_region_and_a_sector_whatever_the_age_and_the_quintile() -> None:
    ages, sectors = len(AGE_BANDS), len(SECTORS)
    assert (ages, sectors, STRATA) == (5, 6, 24)
    quintile, region, sector = 4, 2, 3
    for age in range(ages):
        group = ((quintile * 4 + region) * 6 + sector) * 5 + age
        assert stratum_of(group, 24) == 2 * 6 + 3
        assert stratum_of(group, 1) == 0
    assert [stratum_of(group, 24) for group in (4, 5, 119, 120)] == [0, 1, 23, 0]


def test_a_claim_was_charged_off_as_many_months_ago_as_have_been_collected() -> None:
    # Charged off in month 26 with 24 months to collect: 24 are left then, 20 in month 30, none in month 50.
    assert [charge_off_month(month, left, 24) for month, left in ((26, 24), (30, 20), (50, 0))] == [26, 26, 26]


def test_each_open_loan_takes_a_quarter_of_the_appetite() -> None:
    demand = USUAL.demand._replace(purchase_share=0.1, purchase_line_pull_share=0.5, purchase_impatience_slope=0.3)

    def chance(open_loans: int, patience: int = 0, unused_lines: int = 0) -> float:
        return purchase_chance(patience, 1.2, unused_lines, 300_000, open_loans, demand)

    assert demand.loans_until_sated == 4
    # 0.1 x 1.2 = 0.12, of which four, three, two, one and no quarters are left.
    assert [chance(loans) for loans in range(6)] == pytest.approx([0.12, 0.09, 0.06, 0.03, 0.0, 0.0])
    # Lines of one and a half incomes are half of three: 0.12 x (1 + 0.5 x 0.5); three incomes and more pull in full.
    assert chance(0, unused_lines=450_000) == pytest.approx(0.15)
    assert chance(1, unused_lines=450_000) == pytest.approx(0.1125)
    assert chance(0, unused_lines=900_000) == chance(0, unused_lines=5_000_000) == pytest.approx(0.18)
    # A patience of one standard deviation takes 0.3 off; of four, no more than nine tenths.
    assert chance(0, patience=1_000) == pytest.approx(0.084)
    assert chance(0, patience=4_000) == pytest.approx(0.012)
    assert chance(0, patience=-1_000) == pytest.approx(0.156)


def test_a_shortfall_is_asked_for_in_whole_hundreds_and_not_for_less_than_some_weeks_need() -> None:
    demand = USUAL.demand._replace(shortfall_months=0.5)
    smallest, income = 50_000, 300_000
    assert shortfall_wanted(1, income, smallest, demand) == 150_000  # half a month's income
    assert shortfall_wanted(150_001, income, smallest, demand) == 160_000
    assert shortfall_wanted(150_000, income, smallest, demand) == 150_000
    assert shortfall_wanted(1, 40_000, smallest, demand) == 50_000  # the smallest loan


def test_a_wish_is_put_on_credit_when_savings_would_fall_below_the_buffer_or_paying_later_is_convenient() -> None:
    assert goes_on_credit(spare=500, wanted=200, buffer=301, u=0.9, convenience_share=0.1) == 1
    assert goes_on_credit(spare=500, wanted=200, buffer=300, u=0.1, convenience_share=0.1) == 0
    assert goes_on_credit(spare=500, wanted=200, buffer=300, u=0.09, convenience_share=0.1) == 1


def test_trouble_raises_the_chance_of_an_emergency_in_proportion() -> None:
    spending = USUAL.spending._replace(emergency_share=0.03)
    assert [emergency_chance(turbulence, spending) for turbulence in (0, 1_000, 1_500)] == pytest.approx(
        [0, 0.03, 0.045]
    )


def test_sizes_are_classes_that_a_bound_opens() -> None:
    assert SIZE_BOUNDS_YUAN[:2] == (500, 1_000)
    assert [size_class(fen) for fen in (0, 49_999, 50_000, 99_999, 100_000)] == [0, 0, 1, 1, 2]
    assert size_class(10**12) == len(SIZE_BOUNDS_YUAN)


@pytest.mark.parametrize(
    ("outcome", "unnoticed_cut", "told"),
    [
        (LIMIT, 1, LINE_CUT),
        (FROZEN, 1, LINE_CUT),
        (LIMIT, 0, LIMIT),
        (FROZEN, 0, FROZEN),
        (PENDING, 1, PENDING),
        (RATE_CAP, 1, RATE_CAP),
    ],
)
def test_who_was_cut_without_notice_learns_it_from_a_refusal(outcome: int, unnoticed_cut: int, told: int) -> None:
    assert told_of_a_cut(outcome, unnoticed_cut) == told


def test_only_a_first_loan_can_be_a_fraud_and_only_below_the_share() -> None:
    assert purpose_in_truth(PURCHASE, NO_LINE, 0.29, 0.3) == FRAUD
    assert purpose_in_truth(PURCHASE, NO_LINE, 0.3, 0.3) == PURCHASE
    assert purpose_in_truth(PURCHASE, LINE_OPEN, 0.0, 0.3) == PURCHASE
    assert purpose_in_truth(PURCHASE, NO_LINE, 0.0, 0.0) == PURCHASE


def test_discouragement_lasts_to_its_last_month_and_no_longer() -> None:
    choice = USUAL.choice._replace(discouraged_months=3)
    assert [is_discouraged(0, months, choice) for months in range(5)] == [1, 1, 1, 1, 0]
    assert [is_discouraged(bucket, 100, choice) for bucket in range(4)] == [0, 0, 1, 1]


# --- households -------------------------------------------------------------------------------------------------------
def test_contacts_weigh_what_neighbours_and_the_crowd_have_heard() -> None:
    """A contact share of 0.4, a quarter of it outside: 0.02 + 0.4 x (0.75 x 0.5 + 0.25 x 0.2) = 0.19."""
    contagion = USUAL.contagion._replace(rumour_contact_share=0.4, rumour_between_share=0.25)
    assert hearing_chance(0.5, 0.2, 0.02, contagion) == pytest.approx(0.19)


@pytest.mark.parametrize(
    ("debt", "stigma", "unused", "aware", "points", "walks_away"),
    [
        (10_000_000, 500, 0, 0, 0.0, 0),  # stigma of half a deviation: 9 + 2 x 0.5 = 10 months of 10,000 yuan
        (10_000_001, 500, 0, 0, 0.0, 1),
        (10_500_000, 500, 500_000, 0, 0.0, 0),  # an unused line of half a month is worth half a month
        (10_500_001, 500, 500_000, 0, 0.0, 1),
        (10_100_000, 500, 500_000, 1, 0.0, 0),  # of which a rumour leaves a fifth
        (10_100_001, 500, 500_000, 1, 0.0, 1),
        (8_000_000, 500, 0, 0, 5.0, 0),  # five points around: 10 x (1 - 0.04 x 5) = 8 months
        (8_000_001, 500, 0, 0, 5.0, 1),
        (2_000_000, 500, 0, 0, 99.0, 0),  # a fifth of stigma stays
        (2_000_001, 500, 0, 0, 99.0, 1),
    ],
)
def test_who_could_pay_walks_away_above_stigma_and_access(
    debt: int, stigma: int, unused: int, aware: int, points: float, walks_away: int
) -> None:
    repayment = USUAL.repayment._replace(
        stigma_burden_months=9.0,
        stigma_spread_months=2.0,
        stigma_community_slope=0.04,
        access_weight=1.0,
        rumour_access_factor=0.2,
    )
    assert is_walking_away(debt, 1_000_000, unused, aware, stigma, points, repayment) == walks_away


def test_a_cap_on_instalments_is_none_from_a_hundred_times_income_on() -> None:
    assert too_much_service(10**9, 1, 999_999) == DEBT_SERVICE
    assert too_much_service(10**9, 1, 1_000_000) == PENDING


def test_the_buffer_grows_with_patience_and_job_risk_and_shrinks_with_lines() -> None:
    """Essentials of 1,000 yuan; 1.2 + 0.9 x 2 + 0.3 x 1 = 3.3 months of them, less 0.3 of a line of 2,000 yuan."""
    spending = USUAL.spending._replace(
        buffer_months=1.2,
        buffer_patience_months=0.9,
        buffer_job_risk_months=0.3,
        buffer_line_share=0.3,
        buffer_line_fade=0.0,
    )
    assert target_buffer(100_000, 2_000, 1.0, 0, 0, spending) == 330_000
    assert target_buffer(100_000, 2_000, 1.0, 200_000, 0, spending) == 270_000
    # Half of it saved: with a fade of 0.5, half a line counts for 0.5 x (1 - 0.5 x 0.5) = 0.375.
    fading = spending._replace(buffer_line_share=0.5, buffer_line_fade=0.5)
    assert target_buffer(100_000, 2_000, 1.0, 200_000, 165_000, fading) == 255_000
