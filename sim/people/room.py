"""Kernels: before money moves, room is made for what was approved, and the rows of what has ended go.

A person draws at most one loan a month, the newest, and opens at most one line with it; so each person's rows stay in
order. Tables are copied once a month, range by range into places known from the counts, the same for any ranges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import EMPTY, NO_LINE, NOBODY, NOT_APPLIED, PENDING
from sim.compiling import kernel, row_number, wide
from sim.people.holdings import line_at, lines_held, status_of
from sim.people.terms import Cutoffs
from sim.people.worksheet import BLOCK
from sim.rules.underwriting import stratum_of
from sim.state import Applications, Lines, Loans, People


@kernel
def is_served(i: int, people: People, first_round: Cutoffs, second_round: Cutoffs) -> bool:
    """Return whether person i's application waits for money and the lender's money reaches it."""
    applications = people.applications
    if applications.outcome[i] != PENDING:
        return False
    lender = wide(applications.lender[i])
    priority = wide(applications.priority[i])
    if applications.first_outcome[i] != NOT_APPLIED:
        stratum = stratum_of(people.borrowers.group[i], second_round.priority.shape[1])
        return bool(priority < second_round.priority[lender, stratum])
    stratum = stratum_of(people.borrowers.group[i], first_round.priority.shape[1])
    return bool(priority < first_round.priority[lender, stratum])


@kernel
def count_rows(
    first: int,
    last: int,
    people: People,
    first_round: Cutoffs,
    second_round: Cutoffs,
    running: NDArray[np.int32],
    loans_of: NDArray[np.int32],
    lines_of: NDArray[np.int32],
) -> None:
    """Write how many loans and lines people first..last-1 will have with what was approved; shapes (people,).

    `running` is scratch space, longer by one than the rows that any block has.
    """
    loans, lines, applications = people.loans, people.lines, people.applications
    for block in range(first, last, BLOCK):
        end = min(block + BLOCK, last)
        count_standing(block, end, loans.first, loans.status, EMPTY, running, loans_of)
        count_standing(block, end, lines.first, lines.status, NO_LINE, running, lines_of)
    for i in range(first, last):
        if applications.outcome[i] == PENDING and is_served(i, people, first_round, second_round):
            loans_of[i] += 1
            line = line_at(i, wide(applications.lender[i]), lines)
            lines_of[i] += 1 if status_of(line, lines) == NO_LINE else 0


@kernel
def count_standing(
    first: int,
    last: int,
    table_first: NDArray[np.int32],
    status: NDArray[np.int8],
    nothing: int,
    running: NDArray[np.int32],
    rows_of: NDArray[np.int32],
) -> None:
    """Write how many rows of people first..last-1 have a status above that of nothing.

    Once over rows and once over people: how many rows a person has is chance, which no branch may hang on.
    """
    begins = wide(table_first[first])
    count = wide(table_first[last]) - begins
    running[0] = 0
    for k in range(count):
        running[k + 1] = running[k] + (1 if status[row_number(begins + k)] > nothing else 0)
    for i in range(first, last):
        rows_of[i] = running[table_first[i + 1] - begins] - running[table_first[i] - begins]


@kernel
def move_loans(first: int, last: int, old: Loans, new: Loans) -> None:
    """Copy the contracts of people first..last-1 that stand into a table with room, the newest row blank if added."""
    for i in range(first, last):
        into = wide(new.first[i])
        for row in range(old.first[i], old.first[i + 1]):
            if old.status[row] > EMPTY:
                new.principal[into] = old.principal[row]
                new.original[into] = old.original[row]
                new.instalment[into] = old.instalment[row]
                new.origination_month[into] = old.origination_month[row]
                new.apr_bp[into] = old.apr_bp[row]
                new.partner_share_bp[into] = old.partner_share_bp[row]
                new.cell[into] = old.cell[row]
                new.instalments_left[into] = old.instalments_left[row]
                new.bucket[into] = old.bucket[row]
                new.worst_bucket[into] = old.worst_bucket[row]
                new.purpose[into] = old.purpose[row]
                new.band[into] = old.band[row]
                new.lender[into] = old.lender[row]
                new.partner[into] = old.partner[row]
                new.status[into] = old.status[row]
                into += 1
        if into < new.first[i + 1]:
            new.principal[into] = 0
            new.original[into] = 0
            new.instalment[into] = 0
            new.origination_month[into] = 0
            new.apr_bp[into] = 0
            new.partner_share_bp[into] = 0
            new.cell[into] = 0
            new.instalments_left[into] = 0
            new.bucket[into] = 0
            new.worst_bucket[into] = 0
            new.purpose[into] = 0
            new.band[into] = 0
            new.lender[into] = NOBODY
            new.partner[into] = NOBODY
            new.status[into] = EMPTY


@kernel
def move_lines(first: int, last: int, old: Lines, new: Lines, applications: Applications) -> None:
    """Copy the lines of people first..last-1 into a table with room, a blank row in its place among them if added."""
    for i in range(first, last):
        into = wide(new.first[i])
        opens = new.first[i + 1] - into > lines_held(i, old)
        opening = wide(applications.lender[i])
        for row in range(old.first[i], old.first[i + 1]):
            if old.status[row] == NO_LINE:
                continue
            if opens and old.lender[row] > opening:
                blank_line(into, opening, new)
                into += 1
                opens = False
            new.limit[into] = old.limit[row]
            new.opened_month[into] = old.opened_month[row]
            new.last_owed_month[into] = old.last_owed_month[row]
            new.lender[into] = old.lender[row]
            new.status[into] = old.status[row]
            new.unnoticed_cut[into] = old.unnoticed_cut[row]
            into += 1
        if opens:
            blank_line(into, opening, new)


@kernel
def blank_line(row: int, lender: int, lines: Lines) -> None:
    """Blank the row of a line that an approved loan is about to open."""
    lines.limit[row] = 0
    lines.opened_month[row] = 0
    lines.last_owed_month[row] = 0
    lines.lender[row] = lender
    lines.status[row] = NO_LINE
    lines.unnoticed_cut[row] = 0
