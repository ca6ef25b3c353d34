"""The codes and shapes of the model: what loans, lines and applications can be, and how many there are of each.

Plain numbers and names, compiled into the passes over people as constants.
"""

from __future__ import annotations

from enum import IntEnum, auto
from functools import cache
from typing import Self

# --- shapes -----------------------------------------------------------------------------------------------------------
MOST_LENDERS = 64  # bits of a set of lenders
BANDS = 20  # risk bands of every scorecard, 0 the safest
PRIORITY_STEPS = 64  # ranks within a band, by keyed draw, when money is short
PRIORITIES = BANDS * PRIORITY_STEPS
BUCKETS = 13  # 0 current, b = oldest unpaid instalment 30(b-1)+1 to 30b days late, up to 360 days
VINTAGE_MONTHS = 48  # months on book that are followed
LAG_MONTHS = 6  # of the lagged denominators: a loan 30 to 90 days late was lent about half a year ago
SECTORS = ("manufacturing", "construction", "trade_and_catering", "services", "public", "self_employed")
SELF_EMPLOYED = 5
REGIONS = ("east", "central", "west", "northeast")
AGE_BANDS = ("18-24", "25-34", "35-44", "45-59", "60+")
QUINTILES = ("1", "2", "3", "4", "5")
REGION_SECTORS = len(REGIONS) * len(SECTORS)  # where people live and what they work in
STRATA = REGION_SECTORS  # of applications, by region and sector, where either is capped; else one stratum
NO_LIMIT = 1e9  # a share or a multiple that nothing reaches
NO_WEIGHT = -1.0  # the rules leave a lender's own risk weight as it is

# --- codes ------------------------------------------------------------------------------------------------------------
NOBODY = -1  # no lender, no partner
NO_ROW = -1  # of a table: there is none
NEVER = 999  # months since something that has not happened
NOTHING_SOLD = -NEVER  # no claim was charged off before this month

# row of a loan: contracts that stand are above EMPTY, and those that ended this month below
EMPTY, OPEN, CHARGED_OFF = 0, 1, 2
PAID_OFF, REFINANCED, CLAIM_ENDED = -1, -2, -3
# credit line
NO_LINE, LINE_OPEN, LINE_FROZEN, LINE_BARRED = 0, 1, 2, 3
# status of a lender
OPERATING, RESOLUTION = "open", "resolution"
# purpose of credit
NO_NEED, SHORTFALL, PURCHASE, WORKING_CAPITAL, RUSH, FRAUD = 0, 1, 2, 3, 4, 5
PURPOSES_OF_CREDIT = ("none", "shortfall", "purchase", "working_capital", "rush", "fraud")


class Code(IntEnum):
    """Numbers from 0 on, each with the name that is published: the member's in small letters."""

    @staticmethod
    def _generate_next_value_(_name: str, _start: int, count: int, _last: list[int]) -> int:
        return count

    @property
    def title(self) -> str:
        """The published name."""
        return self.name.lower()

    @classmethod
    @cache  # every month asks for them
    def titles(cls) -> tuple[str, ...]:
        """Return the published names in order."""
        return tuple(member.title for member in cls)

    @classmethod
    def of(cls, title: str) -> Self:
        """Return the member of a published name; raises KeyError where there is none."""
        return cls[title.upper()]


class Outcome(Code):
    """Why an application ended as it did; the same codes name the constraint that refused it."""

    NOT_APPLIED = auto()
    PENDING = auto()
    APPROVED = auto()
    OWN_POLICY = auto()
    RATE_CAP = auto()
    NO_PRICE = auto()
    LIMIT = auto()
    BORROWER_CAP = auto()
    FROZEN = auto()
    DECLINED_PRICE = auto()
    CAPITAL_POLICY = auto()
    CAPITAL_RULE = auto()
    FUNDING = auto()
    PARTNER = auto()
    GROWTH_PLAN = auto()
    LEVERAGE_POLICY = auto()
    LEVERAGE_RULE = auto()
    LIQUIDITY_POLICY = auto()
    LIQUIDITY_RULE = auto()
    SECTOR_CAP = auto()
    REGION_CAP = auto()
    PARTNER_CAP = auto()
    CAPITAL_BUFFER = auto()
    FUNDING_LEVERAGE = auto()
    SINGLE_PARTNER_RULE = auto()
    JOINT_LOAN_RULE = auto()
    SECTOR_RULE = auto()
    REGION_RULE = auto()
    GROWTH_QUOTA_RULE = auto()
    SOFT_LIMIT_RULE = auto()
    GROWTH_QUOTA = auto()
    NO_LENDER = auto()
    LINE_CUT = auto()  # the lender has cut or frozen the line since the person last asked
    DEBT_SERVICE = auto()  # the legal cap on instalments over income
    LENDER_COUNT = auto()  # the legal cap on the number of lenders
    ELIGIBILITY = auto()  # the law forbids loans to such a person
    NO_LICENCE = auto()  # the lender is in resolution


OUTCOMES = Outcome.titles()
# Compiled code cannot hold a member and a number in one variable, so it has the numbers.
(
    NOT_APPLIED,
    PENDING,
    APPROVED,
    OWN_POLICY,
    RATE_CAP,
    NO_PRICE,
    LIMIT,
    BORROWER_CAP,
    FROZEN,
    DECLINED_PRICE,
    CAPITAL_POLICY,
    CAPITAL_RULE,
    FUNDING,
    PARTNER,
    GROWTH_PLAN,
    LEVERAGE_POLICY,
    LEVERAGE_RULE,
    LIQUIDITY_POLICY,
    LIQUIDITY_RULE,
    SECTOR_CAP,
    REGION_CAP,
    PARTNER_CAP,
    CAPITAL_BUFFER,
    FUNDING_LEVERAGE,
    SINGLE_PARTNER_RULE,
    JOINT_LOAN_RULE,
    SECTOR_RULE,
    REGION_RULE,
    GROWTH_QUOTA_RULE,
    SOFT_LIMIT_RULE,
    GROWTH_QUOTA,
    NO_LENDER,
    LINE_CUT,
    DEBT_SERVICE,
    LENDER_COUNT,
    ELIGIBILITY,
    NO_LICENCE,
) = (outcome.value for outcome in Outcome)
BUDGET_OUTCOMES = tuple(range(CAPITAL_POLICY, GROWTH_QUOTA + 1))

# --- rules on a contract or a person where there is none, and the ways in which instalments are postponed -------------
NO_RATE_CAP_BP = 1_000_000  # 10,000% a year: no price comes near it
NO_LPR_MULTIPLE = 1_000.0
NO_INCOME_CAP_MONTHS = 1_200.0
NO_SERVICE_CAP_SHARE = 100.0
ANY_NUMBER_OF_LENDERS = 100
ANY_TERM_MONTHS = 120
NOT_POSTPONED, POSTPONED_WITH_INTEREST, POSTPONED_WITHOUT_INTEREST = 0, 1, 2
