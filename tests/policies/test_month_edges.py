"""Months at which rules and their maker act: the last month before and the first one after, each worked by hand."""

from __future__ import annotations

import pytest

from sim.codes import NOT_POSTPONED, POSTPONED_WITH_INTEREST, POSTPONED_WITHOUT_INTEREST
from sim.counted import HouseholdFlow
from sim.params import MarketConfig
from sim.policies.base import opening_rules
from sim.policies.moratorium import Moratorium
from sim.state import blank_tallies
from tests.policies.test_supervision import DRAWS, MadeLender, regulator_with, supervise

OPENING = opening_rules(MarketConfig().regulator)


@pytest.mark.parametrize(
    ("interest_accrues", "postponed"), [(True, POSTPONED_WITH_INTEREST), (False, POSTPONED_WITHOUT_INTEREST)]
)
def test_a_moratorium_of_three_months_from_month_ten_is_in_force_in_ten_eleven_and_twelve(
    interest_accrues: bool, postponed: int
) -> None:
    rule = Moratorium(announce_month=9, effective_month=10, lasts_months=3, interest_accrues=interest_accrues)
    found = [rule.amend(OPENING, "bank", month).postponement for month in range(8, 15)]
    assert found == [NOT_POSTPONED] * 2 + [postponed] * 3 + [NOT_POSTPONED] * 2


class OneBook:
    """A lender of which only the loans count."""

    def __init__(self, loans: int) -> None:
        self.loans = loans

    def loans_fen(self) -> int:
        return self.loans


def test_credit_of_a_month_is_known_when_its_returns_have_arrived_and_not_before() -> None:
    regulator = regulator_with(report_lag_months=2)
    tallies = blank_tallies(1, 1)
    tallies.household[HouseholdFlow.WAGES] = 70
    tallies.household[HouseholdFlow.BENEFITS] = 10
    tallies.household[HouseholdFlow.SUPPORT] = 5
    tallies.household[HouseholdFlow.SALES] = 15
    for month in range(6):
        regulator.count_credit([OneBook(400), OneBook(200)], tallies, month)
    # Quarters end in months 2 and 5. 600 of credit over twelve times 100 of income is a half of a year's income.
    assert (regulator.seen.months, regulator.seen.credit_shares) == ((2, 5), (0.5, 0.5))
    # The return of month 5 arrives at the end of month 7, so the rules of month 8 are the first to know it.
    assert regulator.known_by(7).months == (2,)
    assert regulator.known_by(8).months == (2, 5)


def test_the_regulator_remembers_the_thirteen_month_ends_that_growth_over_a_year_needs() -> None:
    regulator = regulator_with(report_lag_months=0)
    lender = MadeLender()
    for month in range(15):
        lender.loans = 1_000 + month
        regulator.issue_rules(month)
        regulator.supervise([lender], month, DRAWS.of(month))
    assert regulator.standings["made"].loans == tuple(range(1_002, 1_015))
    assert len(regulator.standings["made"].loans) == 13


def test_a_year_of_returns_says_nothing_of_growth_until_the_thirteenth() -> None:
    regulator = regulator_with(report_lag_months=1)
    supervise(regulator, MadeLender(), {}, 13)
    assert len(regulator.standings["made"].loans) == 12  # of months 0 to 11; that of month 12 is on its way
