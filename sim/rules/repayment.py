"""One instalment loan: what falls due, what a payment does, and when it is charged off.

Conventions. A loan is repaid in equal instalments; the first falls due a month after it was drawn. Paying one
instalment pays one month's interest on the principal and takes the rest off the principal; the last clears what is
left. An instalment paid k months late also costs the penalty rate on the instalment for k months. Interest is income
when it is paid. The bucket b at month end says that the oldest unpaid instalment is 30(b-1)+1 to 30b days late.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.compiling import rule
from sim.money import monthly_interest

ACCELERATION_BUCKET = 4  # more than 90 days late: only paying all arrears cures


class Payment(NamedTuple):
    """One instalment taken apart, fen."""

    interest: int
    principal: int
    late_fee: int


class LoanAfter(NamedTuple):
    """A loan after the month's payments, and what was paid, fen."""

    principal: int
    instalments_left: int
    bucket: int
    interest_paid: int
    principal_paid: int


@rule
def level_instalment(principal: int, apr_bp: int, instalments: int) -> int:
    """Return the equal monthly instalment in fen, rounded up; the last one takes up what rounding left, a few fen.

    The annuity factor is built by multiplication, not by a power function, so that all machines agree.
    """
    rate = apr_bp / 120_000.0
    if apr_bp == 0:
        return (principal + instalments - 1) // instalments
    growth = 1.0
    for _ in range(instalments):
        growth *= 1.0 + rate
    exact = principal * rate * growth / (growth - 1.0)
    return int(exact) + 1


@rule
def instalments_due(bucket: int, instalments_left: int) -> int:
    """Return how many instalments are due now: those in arrears and this month's, while any are left."""
    return min(bucket + 1, instalments_left)


@rule
def amount_due_estimate(bucket: int, instalments_left: int, instalment: int, principal: int) -> int:
    """Return in fen what a person expects to owe this month; exact but for the last instalment and late fees."""
    return min(instalments_due(bucket, instalments_left) * instalment, principal + principal // 20)


@rule
def next_instalment(
    principal: int, apr_bp: int, instalment: int, instalments_left: int, months_late: int, penalty_factor: float
) -> Payment:
    """Return the oldest unpaid instalment taken apart; `months_late` is 0 for one that falls due now."""
    interest = monthly_interest(principal, apr_bp)
    repaid = principal if instalments_left <= 1 else min(principal, max(0, instalment - interest))
    late_fee = 0
    if months_late > 0:
        late_fee = int(instalment * months_late * (apr_bp * penalty_factor) / 120_000.0)
    return Payment(interest, repaid, late_fee)


@rule
def after_payments(
    principal: int, apr_bp: int, instalment: int, instalments_left: int, bucket: int, cash: int, penalty_factor: float
) -> LoanAfter:
    """Return the loan after paying as many due instalments, oldest first, as the cash allows; whole ones only.

    From the acceleration bucket on it is all arrears or nothing, or one payment a month would park a loan for ever.
    """
    due = instalments_due(bucket, instalments_left)
    left = instalments_left
    owed = principal
    interest_paid = 0
    paid = 0
    for k in range(due):
        payment = next_instalment(owed, apr_bp, instalment, left, bucket - k, penalty_factor)
        total = payment.interest + payment.principal + payment.late_fee
        if interest_paid + (principal - owed) + total > cash:
            break
        interest_paid += payment.interest + payment.late_fee
        owed -= payment.principal
        left -= 1
        paid += 1
    if bucket >= ACCELERATION_BUCKET and paid < due:
        return LoanAfter(principal, instalments_left, bucket + 1, 0, 0)
    next_bucket = 0 if left == 0 else max(0, bucket + 1 - paid)
    return LoanAfter(owed, left, next_bucket, interest_paid, principal - owed)


@rule
def relationship_value(unused_line: int, is_bank: int, registry_coverage: float, registry_priority_fen: float) -> float:
    """Return what staying in good standing with a lender is worth in fen; dues are paid in this order.

    A bank's record matters beyond its own line where a registry shows it to others.
    """
    return unused_line + is_bank * registry_coverage * registry_priority_fen


@rule
def recovery(claim: int, cash: int, kept: int, surplus_share: float) -> int:
    """Return what a debtor who was reached pays in fen on a charged-off claim out of cash beyond what they keep."""
    if cash <= kept:
        return 0
    return min(claim, int((cash - kept) * surplus_share))


@rule
def charge_off_month(month: int, months_left: int, collection_months: int) -> int:
    """Return the month in which a claim was charged off that has so many months of collection left after this one."""
    return month - (collection_months - months_left)
