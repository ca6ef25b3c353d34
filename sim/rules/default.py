"""Forgetting, walking away and fraud: the misses that are not for want of cash."""

from __future__ import annotations

from sim.codes import FRAUD, NO_LINE
from sim.compiling import rule
from sim.params import RepaymentParameters


@rule
def forget_chance(reliability: int, repayment: RepaymentParameters) -> float:
    """Return the chance of forgetting one loan's payment this month; the next month's reminder cures it."""
    tilt = 1.0 - repayment.forget_reliability_slope * reliability / 1000.0
    return repayment.forget_share * max(0.1, tilt)


@rule
def is_walking_away(
    formal_debt: int,
    monthly_income: int,
    unused_line_here: int,
    aware: int,
    stigma: int,
    community_default_points: float,
    repayment: RepaymentParameters,
) -> int:
    """Return 1 when a person who could pay chooses not to: the burden outweighs stigma and future access.

    Burden and worth are in months of income. Stigma falls with the default rate around the person, in percentage
    points over the last twelve months; a rumour that the lender is closing lowers only the value of future access.
    """
    income = max(1, monthly_income)
    stigma_months = repayment.stigma_burden_months + repayment.stigma_spread_months * stigma / 1000.0
    stigma_months *= max(0.2, 1.0 - repayment.stigma_community_slope * community_default_points)
    access_months = repayment.access_weight * unused_line_here / income
    if aware == 1:
        access_months *= repayment.rumour_access_factor
    return 1 if formal_debt > (stigma_months + access_months) * income else 0


@rule
def purpose_in_truth(purpose: int, line_status: int, u: float, fraud_share: float) -> int:
    """Return what a loan is really for: a share of those who come to a lender for the first time mean not to repay.

    `line_status` is that before the loan. The lender never sees the answer.
    """
    return FRAUD if line_status == NO_LINE and u < fraud_share else purpose
