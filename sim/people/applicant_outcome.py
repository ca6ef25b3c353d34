"""Kernels: one applicant is followed for some months, whether a loan came of the application or not.

Nobody in the market sees this. It is how the record knows what scorecards got wrong, the refused included.
"""

from __future__ import annotations

from sim.codes import NOBODY, NOT_APPLIED
from sim.compiling import kernel, wide
from sim.people.holdings import worst_bucket
from sim.people.terms import Conditions
from sim.scoring.truth import DECISION_BITS, IN_DEBT, TURNED_BAD, decision_of, truth_column
from sim.state import Borrowers, People, Tallies


@kernel
def begin_watch(i: int, lender: int, cell: int, borrowers: Borrowers, conditions: Conditions) -> None:
    """Follow person i from this application on, unless an earlier one is still followed."""
    if conditions.watch_months > 0 and borrowers.watched_lender[i] == NOBODY:
        borrowers.watched_lender[i] = lender
        borrowers.watched_cell[i] = cell
        borrowers.watched_month[i] = conditions.month
        borrowers.watched_marks[i] = 0


@kernel
def follow_watch(i: int, debt: int, defaulted: int, people: People, conditions: Conditions, tallies: Tallies) -> None:
    """Note how things stand with watched person i at month end, and count the outcome when the time is over."""
    borrowers = people.borrowers
    marks = wide(borrowers.watched_marks[i])
    months = conditions.month - wide(borrowers.watched_month[i])
    if months == 0:
        first = wide(people.applications.first_outcome[i])
        marks = decision_of(first if first != NOT_APPLIED else wide(people.applications.outcome[i]))
    if debt > 0 or defaulted == 1:
        marks |= IN_DEBT
    if defaulted == 1 or worst_bucket(i, people.loans) >= 4:
        marks |= TURNED_BAD
    borrowers.watched_marks[i] = marks
    if months >= conditions.watch_months:
        column = truth_column(marks & DECISION_BITS, marks & IN_DEBT, marks & TURNED_BAD)
        tallies.cell_truth[borrowers.watched_lender[i], borrowers.watched_cell[i], column] += 1
        borrowers.watched_lender[i] = NOBODY
        borrowers.watched_cell[i] = 0
        borrowers.watched_month[i] = 0
        borrowers.watched_marks[i] = 0
