"""Kernels: what one person's loans and lines say, row by row, and how a contract or a line ends.

A scan over rows chooses between numbers rather than between branches, also where that computes one in vain: how things
stand with a loan is chance, and a branch that chance decides costs a processor more than the arithmetic it saves.
"""

from __future__ import annotations

from sim.codes import (
    BUCKETS,
    CHARGED_OFF,
    EMPTY,
    FRAUD,
    LINE_OPEN,
    NO_LINE,
    NO_ROW,
    OPEN,
)
from sim.compiling import kernel, wide
from sim.money import monthly_interest
from sim.people.terms import Terms
from sim.rules.law import is_postponed
from sim.rules.limits import available_on_line
from sim.rules.repayment import amount_due_estimate, instalments_due
from sim.state import Lines, Loans


# --- loans ------------------------------------------------------------------------------------------------------------
@kernel
def lateness_of(status: int, bucket: int) -> int:
    """Return the bucket of a row: a charged-off claim is as late as can be, a row without a contract is not late."""
    return BUCKETS if status == CHARGED_OFF else bucket


@kernel
def bucket_at(i: int, lender: int, loans: Loans) -> int:
    """Return the worst bucket of person i's loans at a lender; a charged-off claim counts as the last bucket."""
    worst = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        bucket = lateness_of(loans.status[row], wide(loans.bucket[row]))
        worst = max(worst, bucket if loans.lender[row] == lender else 0)
    return worst


@kernel
def worst_bucket(i: int, loans: Loans) -> int:
    """Return the worst bucket of all that person i owes; a charged-off claim counts as the last bucket."""
    worst = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        worst = max(worst, lateness_of(loans.status[row], wide(loans.bucket[row])))
    return worst


@kernel
def owed_at(i: int, lender: int, loans: Loans) -> int:
    """Return the fen person i owes a lender on open loans."""
    owed = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        owed += wide(loans.principal[row]) if (loans.status[row] == OPEN) & (loans.lender[row] == lender) else 0
    return owed


@kernel
def contracts_of(i: int, loans: Loans) -> int:
    """Return how many open loans and claims person i has."""
    count = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        count += 1 if loans.status[row] > EMPTY else 0
    return count


@kernel
def loan_to_repay(i: int, lender: int, most_contracts: int, loans: Loans) -> int:
    """Return the row of the loan that a new one from a lender would repay, NO_ROW when it is one contract more.

    With as many contracts there as one customer may have, 0 meaning any number, the new loan repays the smallest
    current one and adds to it, as top-up loans do; of equal ones the older.
    """
    if most_contracts == 0:
        return NO_ROW
    smallest = NO_ROW
    here = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        if loans.status[row] <= EMPTY or loans.lender[row] != lender:
            continue
        here += 1
        is_current = loans.status[row] == OPEN and loans.bucket[row] == 0
        if is_current and (smallest == NO_ROW or loans.principal[row] < loans.principal[smallest]):
            smallest = row
    return smallest if here >= most_contracts else NO_ROW


@kernel
def interest_to_repay(row: int, loans: Loans) -> int:
    """Return the month's interest in fen that repaying a loan costs; nothing for no row."""
    if row < 0:
        return 0
    return monthly_interest(wide(loans.principal[row]), wide(loans.apr_bp[row]))


@kernel
def dues_expected(i: int, loans: Loans) -> int:
    """Return the fen person i expects to pay this month on all open loans, frauds left out."""
    dues = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        is_meant = (loans.status[row] == OPEN) & (loans.purpose[row] != FRAUD)
        dues += due_estimate(row, loans) if is_meant else 0
    return dues


@kernel
def due_estimate(row: int, loans: Loans) -> int:
    """Return the fen that fall due on a loan this month."""
    return amount_due_estimate(
        wide(loans.bucket[row]),
        wide(loans.instalments_left[row]),
        wide(loans.instalment[row]),
        wide(loans.principal[row]),
    )


@kernel
def dues_now(i: int, month: int, loans: Loans) -> int:
    """Return the fen of person i's instalments due; a loan drawn this month asks for nothing yet."""
    dues = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        count = instalments_due(wide(loans.bucket[row]), wide(loans.instalments_left[row]))
        is_due = (loans.status[row] == OPEN) & (loans.origination_month[row] != month)
        dues += wide(loans.instalment[row]) * count if is_due & (loans.purpose[row] != FRAUD) else 0
    return dues


@kernel
def dues_postponed(i: int, month: int, loans: Loans, terms: Terms) -> int:
    """Return the part of `dues_now` in fen that the law postpones for person i, out of work; frauds are not in it."""
    dues = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        if loans.status[row] != OPEN or loans.origination_month[row] == month or loans.purpose[row] == FRAUD:
            continue
        if is_postponed(terms.postponement[loans.lender[row]], 0) == 1:
            count = instalments_due(wide(loans.bucket[row]), wide(loans.instalments_left[row]))
            dues += wide(loans.instalment[row]) * count
    return dues


@kernel
def expected_dues_postponed(i: int, loans: Loans, terms: Terms) -> int:
    """Return the part of `dues_expected` in fen that the law postpones for person i, out of work."""
    dues = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        if loans.status[row] != OPEN or loans.purpose[row] == FRAUD:
            continue
        if is_postponed(terms.postponement[loans.lender[row]], 0) == 1:
            dues += due_estimate(row, loans)
    return dues


@kernel
def end_contract(row: int, how: int, loans: Loans) -> None:
    """Mark how a contract ended: nothing is owed on it any more, and nobody is late with it."""
    loans.principal[row] = 0
    loans.bucket[row] = 0
    loans.status[row] = how


# --- lines ------------------------------------------------------------------------------------------------------------
@kernel
def line_at(i: int, lender: int, lines: Lines) -> int:
    """Return the row of person i's line at a lender, NO_ROW without one; the row may be that of a line that ended."""
    found = NO_ROW
    for row in range(lines.first[i], lines.first[i + 1]):
        found = row if lines.lender[row] == lender else found
    return found


@kernel
def lines_held(i: int, lines: Lines) -> int:
    """Return how many lines person i has, whatever their status."""
    count = 0
    for row in range(lines.first[i], lines.first[i + 1]):
        count += 1 if lines.status[row] != NO_LINE else 0
    return count


@kernel
def status_of(line: int, lines: Lines) -> int:
    """Return the status of the line in a row; NO_LINE for no row."""
    return NO_LINE if line == NO_ROW else wide(lines.status[line])


@kernel
def unused_at(i: int, lender: int, loans: Loans, lines: Lines) -> int:
    """Return the fen person i could still draw at a lender; nothing unless the line is open."""
    line = line_at(i, lender, lines)
    if status_of(line, lines) != LINE_OPEN:
        return 0
    return available_on_line(wide(lines.limit[line]), owed_at(i, lender, loans))


@kernel
def end_line(line: int, lines: Lines) -> None:
    """Take back a line, as if there had never been one."""
    lines.limit[line] = 0
    lines.unnoticed_cut[line] = 0
    lines.status[line] = NO_LINE
