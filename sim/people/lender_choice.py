"""Kernel: one person turns to a lender."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import LINE_BARRED, LINE_FROZEN, NEVER, NO_LINE, NOBODY, PURCHASE
from sim.compiling import kernel, wide
from sim.draws import uniform
from sim.params import BehaviourParameters
from sim.people.holdings import bucket_at, line_at, owed_at, status_of, worst_bucket
from sim.people.terms import Conditions, Terms
from sim.rules.choice import appeal, is_discouraged, perceived_apr
from sim.rules.law import taught_literacy
from sim.rules.lender_sets import contains
from sim.rules.limits import available_on_line
from sim.state import Borrowers, Lines, Loans

REFUSAL_MEMORY_MONTHS = 3
FEN_PER_YUAN = 100


@kernel
def choose_lender(
    i: int,
    purpose: int,
    excluded: int,
    taste: int,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
) -> int:
    """Return the lender person i turns to, or NOBODY when none can be reached that might lend.

    People do not ask a lender they are in arrears with, one that barred them, or one whose line they know to be frozen
    or to have no room left.
    """
    best = NOBODY
    best_appeal = 0.0
    # The second choice of the month follows a refusal by nature.
    since_refused = wide(borrowers.months_since_refused[i]) if excluded == NOBODY else NEVER
    discouraged = is_discouraged(worst_bucket(i, loans), since_refused, behaviour.choice)
    smallest = behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN
    for lender in range(terms.open.shape[0]):
        if lender == excluded or contains(borrowers.reached_by[i], lender) == 0:
            continue
        line = line_at(i, lender, lines)
        status = status_of(line, lines)
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
        u = uniform(keys, taste, conditions.month, i, terms.lender_id[lender])
        liking = appeal(price, has_room, in_scene, refused, u, behaviour.choice)
        if best == NOBODY or liking > best_appeal:
            best = lender
            best_appeal = liking
    return best
