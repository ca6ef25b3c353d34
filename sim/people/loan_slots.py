"""Kernels: what one person's loan slots say, and how a slot is blanked.

A scan over the slots chooses between numbers rather than between branches, also where that computes one in vain: which
slots are taken is chance, and a branch that chance decides costs a processor more than the arithmetic it saves.
"""

from __future__ import annotations

from sim.codes import BUCKETS, CHARGED_OFF, EMPTY, FRAUD, LOAN_SLOTS, NO_LINE, NOBODY, OPEN, SLOTS_AT_ONE_LENDER
from sim.compiling import kernel, wide
from sim.money import monthly_interest
from sim.people.terms import Terms
from sim.rules.law import is_postponed
from sim.rules.repayment import amount_due_estimate, instalments_due
from sim.state import Lines, Loans


@kernel
def lateness_of(status: int, bucket: int) -> int:
    """Return the bucket of a slot: a charged-off claim is as late as can be, an empty slot is not late."""
    return BUCKETS if status == CHARGED_OFF else bucket


@kernel
def bucket_at(i: int, lender: int, loans: Loans) -> int:
    """Return the worst bucket of person i's loans at a lender; a charged-off claim counts as the last bucket."""
    worst = 0
    for slot in range(LOAN_SLOTS):
        bucket = lateness_of(loans.status[i, slot], wide(loans.bucket[i, slot]))
        worst = max(worst, bucket if loans.lender[i, slot] == lender else 0)
    return worst


@kernel
def worst_bucket(i: int, loans: Loans) -> int:
    """Return the worst bucket of all that person i owes; a charged-off claim counts as the last bucket."""
    worst = 0
    for slot in range(LOAN_SLOTS):
        worst = max(worst, lateness_of(loans.status[i, slot], wide(loans.bucket[i, slot])))
    return worst


@kernel
def owed_at(i: int, lender: int, loans: Loans) -> int:
    """Return the fen person i owes a lender on open loans."""
    owed = 0
    for slot in range(LOAN_SLOTS):
        principal = wide(loans.principal[i, slot])
        owed += principal if (loans.status[i, slot] == OPEN) & (loans.lender[i, slot] == lender) else 0
    return owed


@kernel
def is_smaller(i: int, slot: int, other: int, loans: Loans) -> bool:
    """Return whether less is owed on the loan in `slot` than on another; of equal ones the older counts as smaller."""
    if loans.principal[i, slot] != loans.principal[i, other]:
        return bool(loans.principal[i, slot] < loans.principal[i, other])
    return bool(loans.origination_month[i, slot] < loans.origination_month[i, other])


@kernel
def slot_for(i: int, lender: int, loans: Loans) -> int:
    """Return the slot a new loan from a lender would take: an empty one, else that of its smallest current loan.

    With no slot empty, or as many contracts there as one lender may have, the new loan repays the old one and adds to
    it, as top-up loans do; NOBODY when neither is there.
    """
    best = NOBODY
    empty = NOBODY
    here = 0
    for slot in range(LOAN_SLOTS):
        if loans.status[i, slot] == EMPTY:
            empty = slot if empty == NOBODY else empty
            continue
        if loans.lender[i, slot] != lender:
            continue
        here += 1
        is_current = loans.status[i, slot] == OPEN and loans.bucket[i, slot] == 0
        if is_current and (best == NOBODY or is_smaller(i, slot, best, loans)):
            best = slot
    return empty if empty != NOBODY and here < SLOTS_AT_ONE_LENDER else best


@kernel
def interest_to_repay(i: int, slot: int, loans: Loans) -> int:
    """Return the month's interest in fen that repaying the loan in a slot costs; nothing for an empty slot."""
    if loans.status[i, slot] != OPEN:
        return 0
    return monthly_interest(wide(loans.principal[i, slot]), wide(loans.apr_bp[i, slot]))


@kernel
def dues_expected(i: int, loans: Loans) -> int:
    """Return the fen person i expects to pay this month on all open loans, frauds left out."""
    dues = 0
    for slot in range(LOAN_SLOTS):
        due = amount_due_estimate(
            wide(loans.bucket[i, slot]),
            wide(loans.instalments_left[i, slot]),
            wide(loans.instalment[i, slot]),
            wide(loans.principal[i, slot]),
        )
        is_meant = (loans.status[i, slot] == OPEN) & (loans.purpose[i, slot] != FRAUD)
        dues += due if is_meant else 0
    return dues


@kernel
def holds_any(i: int, loans: Loans) -> bool:
    """Return whether any slot of person i holds an open loan or a claim."""
    found = False
    for slot in range(LOAN_SLOTS):
        found |= loans.status[i, slot] != EMPTY
    return found


@kernel
def dues_now(i: int, month: int, loans: Loans) -> int:
    """Return the fen of person i's instalments due; a loan drawn this month asks for nothing yet."""
    dues = 0
    for slot in range(LOAN_SLOTS):
        count = instalments_due(wide(loans.bucket[i, slot]), wide(loans.instalments_left[i, slot]))
        due = wide(loans.instalment[i, slot]) * count
        is_due = (loans.status[i, slot] == OPEN) & (loans.origination_month[i, slot] != month)
        dues += due if is_due & (loans.purpose[i, slot] != FRAUD) else 0
    return dues


@kernel
def dues_postponed(i: int, month: int, loans: Loans, terms: Terms) -> int:
    """Return the part of `dues_now` in fen that the law postpones for person i, out of work; frauds are not in it."""
    dues = 0
    for slot in range(LOAN_SLOTS):
        if loans.status[i, slot] != OPEN or loans.origination_month[i, slot] == month:
            continue
        if loans.purpose[i, slot] == FRAUD:
            continue
        if is_postponed(terms.postponement[loans.lender[i, slot]], 0) == 1:
            count = instalments_due(wide(loans.bucket[i, slot]), wide(loans.instalments_left[i, slot]))
            dues += wide(loans.instalment[i, slot]) * count
    return dues


@kernel
def expected_dues_postponed(i: int, loans: Loans, terms: Terms) -> int:
    """Return the part of `dues_expected` in fen that the law postpones for person i, out of work."""
    dues = 0
    for slot in range(LOAN_SLOTS):
        if loans.status[i, slot] != OPEN or loans.purpose[i, slot] == FRAUD:
            continue
        if is_postponed(terms.postponement[loans.lender[i, slot]], 0) == 1:
            dues += amount_due_estimate(
                wide(loans.bucket[i, slot]),
                wide(loans.instalments_left[i, slot]),
                wide(loans.instalment[i, slot]),
                wide(loans.principal[i, slot]),
            )
    return dues


@kernel
def clear_slot(i: int, slot: int, loans: Loans) -> None:
    """Blank the slot of a contract that has ended, so that the state does not depend on contracts long gone."""
    loans.principal[i, slot] = 0
    loans.original[i, slot] = 0
    loans.instalment[i, slot] = 0
    loans.origination_month[i, slot] = 0
    loans.apr_bp[i, slot] = 0
    loans.partner_share_bp[i, slot] = 0
    loans.cell[i, slot] = 0
    loans.instalments_left[i, slot] = 0
    loans.bucket[i, slot] = 0
    loans.worst_bucket[i, slot] = 0
    loans.purpose[i, slot] = 0
    loans.band[i, slot] = 0
    loans.lender[i, slot] = NOBODY
    loans.partner[i, slot] = NOBODY
    loans.status[i, slot] = EMPTY


@kernel
def clear_line(i: int, lender: int, lines: Lines) -> None:
    """Blank person i's line at a lender, as if there had never been one."""
    lines.limit[i, lender] = 0
    lines.opened_month[i, lender] = 0
    lines.last_owed_month[i, lender] = 0
    lines.unnoticed_cut[i, lender] = 0
    lines.status[i, lender] = NO_LINE
