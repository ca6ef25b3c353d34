"""Kernel: one person turns to a lender."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import LINE_BARRED, LINE_FROZEN, NEVER, NO_LINE, NOBODY, PURCHASE
from sim.compiling import kernel, wide
from sim.draws import fill_uniforms_listed
from sim.lender_sets import contains
from sim.params import BehaviourParameters
from sim.people.holdings import bucket_at, owed_at, worst_bucket
from sim.people.terms import Terms
from sim.rules.choice import appeal, distaste, is_discouraged, perceived_apr
from sim.rules.law import taught_literacy
from sim.rules.limits import available_on_line
from sim.state import People

REFUSAL_MEMORY_MONTHS = 3
FEN_PER_YUAN = 100


@kernel
def fill_distastes(
    keys: NDArray[np.uint64],
    taste: int,
    month: int,
    choosers: NDArray[np.int64],
    terms: Terms,
    distastes: NDArray[np.float64],
) -> None:
    """Write what each of the listed people dislikes about each lender; shape (lenders, at least their number)."""
    for lender in range(terms.open.shape[0]):
        drawn = distastes[lender, : choosers.shape[0]]
        fill_uniforms_listed(keys, taste, month, choosers, terms.lender_id[lender], drawn)
        for k in range(drawn.shape[0]):
            drawn[k] = distaste(drawn[k])


@kernel
def choose_lender(
    i: int,
    place: int,
    purpose: int,
    excluded: int,
    distastes: NDArray[np.float64],
    people: People,
    terms: Terms,
    behaviour: BehaviourParameters,
) -> int:
    """Return the lender person i turns to, or NOBODY when none can be reached that might lend.

    People do not ask a lender they are in arrears with, one that barred them, or one whose line they know to be frozen
    or to have no room left. `distastes` has shape (lenders, people who choose), and `place` is that of person i.
    """
    borrowers, loans, lines = people.borrowers, people.loans, people.lines
    line = wide(lines.first[i])
    best = NOBODY
    best_appeal = 0.0
    # The second choice of the month follows a refusal by nature.
    since_refused = wide(borrowers.months_since_refused[i]) if excluded == NOBODY else NEVER
    discouraged = is_discouraged(worst_bucket(i, loans), since_refused, behaviour.choice)
    smallest = behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN
    for lender in range(terms.open.shape[0]):
        if lender == excluded or contains(borrowers.reached_by[i], lender) == 0:
            continue
        while line < lines.first[i + 1] and lines.lender[line] < lender:
            line += 1
        has_line = line < lines.first[i + 1] and lines.lender[line] == lender
        status = wide(lines.status[line]) if has_line else NO_LINE
        if status == LINE_BARRED or (status == NO_LINE and terms.open[lender] == 0):
            continue
        if bucket_at(i, lender, loans) > 0 or (status == NO_LINE and discouraged == 1):
            continue
        has_room = 0
        if status != NO_LINE:
            room = available_on_line(wide(lines.limit[line]), owed_at(i, lender, loans))
            # Nobody tells a customer of a quiet cut: they ask once more, and learn it then.
            if (status == LINE_FROZEN or room < smallest) and lines.unnoticed_cut[line] == 0:
                continue
            has_room = 1
        refused = 0
        if borrowers.last_refused_by[i] == lender and borrowers.months_since_refused[i] <= REFUSAL_MEMORY_MONTHS:
            refused = 1
        price = perceived_apr(
            terms.typical_apr[lender],
            terms.typical_headline_apr[lender],
            taught_literacy(wide(borrowers.literacy[i]), terms.taught_share[lender]),
            terms.disclosure[lender],
            behaviour.choice.revealed_share,
        )
        in_scene = terms.scene[lender] if purpose == PURCHASE else 0.0
        liking = appeal(price, has_room, in_scene, refused, distastes[lender, place], behaviour.choice)
        if best == NOBODY or liking > best_appeal:
            best = lender
            best_appeal = liking
    return best
