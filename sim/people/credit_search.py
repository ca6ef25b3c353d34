"""Kernels: people seek credit, over a range of rows: first at one lender, and those refused at one other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import NO_LENDER, NO_NEED, NOBODY, NOT_APPLIED, PENDING, RUSH
from sim.compiling import kernel, wide
from sim.draws import PURCHASE, TASTE, TASTE_ELSEWHERE, fill_uniforms
from sim.params import BehaviourParameters
from sim.people.application import apply_to, clear_application
from sim.people.job import BLOCK
from sim.people.lender_choice import choose_lender
from sim.people.need import wish_of
from sim.people.terms import Conditions, Cutoffs, Terms
from sim.rules.underwriting import stratum_of
from sim.state import People, Tallies


@kernel
def seek_rows(
    first: int,
    last: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    scratch: NDArray[np.float64],
    tallies: Tallies,
) -> None:
    """Let rows first..last-1 see whether they need credit, for what and how much, and ask one lender for it.

    `scratch` has shape (at least 1, BLOCK) and holds the draws of a block.
    """
    borrowers = people.borrowers
    loans = people.loans
    lines = people.lines
    applications = people.applications
    purchase_draws = scratch[0]
    for block in range(first, last, BLOCK):
        rows = min(BLOCK, last - block)
        fill_uniforms(keys, PURCHASE, conditions.month, block, 0, purchase_draws[:rows])
        for offset in range(rows):
            i = block + offset
            if applications.purpose[i] != NO_NEED:
                clear_application(i, applications)
            # Aged here, before anybody is refused this month, so that every refusal weighs for the same three months.
            if borrowers.months_since_refused[i] < 100:
                borrowers.months_since_refused[i] += 1
            if borrowers.adopted[i] == 0:
                continue
            wish = wish_of(i, purchase_draws[offset], borrowers, loans, lines, keys, conditions, terms, behaviour)
            if wish.purpose == NO_NEED:
                continue
            applications.purpose[i] = wish.purpose
            applications.wanted[i] = wish.amount
            lender = wish.lender
            if lender == NOBODY:
                lender = choose_lender(
                    i, wish.purpose, NOBODY, TASTE, borrowers, loans, lines, keys, conditions, terms, behaviour
                )
            if lender < 0:
                applications.outcome[i] = NO_LENDER
                continue
            apply_to(i, lender, wish.amount, wish.purpose, people, keys, conditions, terms, behaviour, tallies)


@kernel
def try_elsewhere_rows(
    first: int,
    last: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    first_round: Cutoffs,
    tallies: Tallies,
) -> None:
    """Tell rows first..last-1 the result of the first round, and let those refused ask one other lender.

    Approved applications keep PENDING until `settle`, with their own round's lender; the refused get a reason.
    """
    borrowers = people.borrowers
    loans = people.loans
    lines = people.lines
    applications = people.applications
    for i in range(first, last):
        outcome = wide(applications.outcome[i])
        if outcome in (NOT_APPLIED, NO_LENDER):
            continue
        lender = wide(applications.lender[i])
        if outcome == PENDING:
            stratum = stratum_of(borrowers.group[i], first_round.priority.shape[1])
            if applications.priority[i] < first_round.priority[lender, stratum]:
                continue
            outcome = first_round.binding[lender, stratum]
            applications.outcome[i] = outcome
            tallies.outcome_count[lender, applications.band[i], outcome] += 1
            tallies.outcome_amount[lender, applications.band[i], outcome] += applications.wanted[i]
            applications.amount[i] = 0
        applications.first_outcome[i] = outcome
        applications.first_lender[i] = lender
        borrowers.last_refused_by[i] = lender
        borrowers.months_since_refused[i] = 0
        purpose = wide(applications.purpose[i])
        if purpose == RUSH:
            continue
        other = choose_lender(
            i, purpose, lender, TASTE_ELSEWHERE, borrowers, loans, lines, keys, conditions, terms, behaviour
        )
        if other >= 0:
            wanted = wide(applications.wanted[i])
            apply_to(i, other, wanted, purpose, people, keys, conditions, terms, behaviour, tallies)
            if applications.outcome[i] != PENDING:
                borrowers.last_refused_by[i] = other
