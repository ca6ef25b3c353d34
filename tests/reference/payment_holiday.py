"""Loans whose month the law postpones, for people it wants to spare."""

from __future__ import annotations

from sim.codes import POSTPONED_WITH_INTEREST
from sim.rules.law import is_postponed
from sim.rules.repayment import level_instalment
from tests.reference.circumstances import Circumstances
from tests.reference.counts import Counts
from tests.reference.credit import Loan
from tests.reference.person import Person


def is_deferred(person: Person, loan: Loan, world: Circumstances) -> bool:
    """Return whether this month's instalments of a loan are postponed."""
    return bool(is_postponed(world.lenders[loan.lender].postponement, person.employed))


def postpone(loan: Loan, world: Circumstances, counts: Counts) -> None:
    """Let a month of a loan pass without a payment or a mark; where interest goes on, it is lent on top."""
    counts.rolled(loan.lender, loan.bucket, loan.bucket, loan.principal)
    if world.lenders[loan.lender].postponement != POSTPONED_WITH_INTEREST:
        return
    interest = loan.interest_to_repay()
    counts.lent_on_top(loan, interest, world.month)
    loan.principal += interest
    loan.instalment = level_instalment(loan.principal, loan.apr_bp, loan.instalments_left)
