"""How one applicant is followed for some months, whether a loan came of it or not; nobody in the market sees this."""

from __future__ import annotations

from sim.codes import NOBODY, NOT_APPLIED
from sim.scoring.truth import DECISION_BITS, IN_DEBT, TURNED_BAD, decision_of, truth_column
from tests.reference.circumstances import Circumstances
from tests.reference.counts import Counts
from tests.reference.person import Person


def begin_watch(person: Person, lender: int, cell: int, world: Circumstances) -> None:
    """Follow the person from this application on, unless an earlier one is still followed."""
    if world.watch_months > 0 and person.watched_lender == NOBODY:
        person.watched_lender, person.watched_cell = lender, cell
        person.watched_month, person.watched_marks = world.month, 0


def follow_watch(person: Person, world: Circumstances, counts: Counts) -> None:
    """Note how things stand with a watched person at month end, and count the outcome when the time is over."""
    if person.watched_lender == NOBODY:
        return
    months = world.month - person.watched_month
    asked = person.application
    if months == 0:
        outcome = asked.outcome if asked.first_outcome == NOT_APPLIED else asked.first_outcome
        person.watched_marks = decision_of(outcome)
    has_defaulted = "default" in person.happened
    if has_defaulted or person.credit.debt() > 0:
        person.watched_marks |= IN_DEBT
    if has_defaulted or person.credit.worst_bucket() >= 4:
        person.watched_marks |= TURNED_BAD
    if months >= world.watch_months:
        marks = person.watched_marks
        counts.watched(
            person.watched_lender,
            person.watched_cell,
            truth_column(marks & DECISION_BITS, marks & IN_DEBT, marks & TURNED_BAD),
        )
        person.watched_lender, person.watched_cell = NOBODY, 0
        person.watched_month, person.watched_marks = 0, 0
