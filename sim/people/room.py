"""Kernels: before money moves, room is made for what was approved, and the rows of what has ended go.

A person draws at most one loan a month, the newest, and opens at most one line with it; so each person's rows stay in
order. Tables are copied once a month, range by range into places known from the counts, the same for any ranges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import EMPTY, NO_LINE, NOBODY, NOT_APPLIED, PENDING
from sim.compiling import kernel, wide
from sim.people.holdings import line_at, status_of
from sim.people.terms import Cutoffs
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
    loans_of: NDArray[np.int32],
    lines_of: NDArray[np.int32],
) -> None:
    """Write how many loans and lines rows first..last-1 will have with what was approved; shapes (people,)."""
    loans, lines = people.loans, people.lines
    for i in range(first, last):
        contracts = 0
        for row in range(loans.first[i], loans.first[i + 1]):
            contracts += 1 if loans.status[row] > EMPTY else 0
        held = 0
        for row in range(lines.first[i], lines.first[i + 1]):
            held += 1 if lines.status[row] != NO_LINE else 0
        if is_served(i, people, first_round, second_round):
            contracts += 1
            if status_of(line_at(i, wide(people.applications.lender[i]), lines), lines) == NO_LINE:
                held += 1
        loans_of[i] = contracts
        lines_of[i] = held


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
        held = 0
        for row in range(old.first[i], old.first[i + 1]):
            held += 1 if old.status[row] != NO_LINE else 0
        into = wide(new.first[i])
        opens = new.first[i + 1] - into > held
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
