"""Kernels: people seek credit, over a range of rows: first at one lender, and those refused at one other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import NO_LENDER, NO_NEED, NOBODY, NOT_APPLIED, PENDING, RUSH
from sim.compiling import kernel, row_number, wide
from sim.draws import PURCHASE, TASTE, TASTE_ELSEWHERE, fill_uniforms
from sim.params import BehaviourParameters
from sim.people.application import apply_to, clear_application
from sim.people.holdings import contracts_of, dues_expected, expected_dues_postponed
from sim.people.lender_choice import choose_lender, fill_distastes
from sim.people.need import wish_chance, wish_of
from sim.people.terms import Conditions, Cutoffs, Terms
from sim.people.worksheet import BLOCK, SearchSheet
from sim.rules.underwriting import stratum_of
from sim.state import Applications, Borrowers, People, Tallies

MOST_MONTHS_SINCE_REFUSED = 100


@kernel
def seek_rows(
    first: int,
    last: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    sheet: SearchSheet,
    tallies: Tallies,
) -> None:
    """Let rows first..last-1 see whether they need credit, for what and how much, and ask one lender for it."""
    borrowers, applications = people.borrowers, people.applications
    for block in range(first, last, BLOCK):
        rows = min(BLOCK, last - block)
        forget_last_month(block, rows, borrowers, applications, sheet)
        expect_dues(block, rows, people, terms, sheet)
        wishing = who_may_wish(block, rows, people, keys, conditions, behaviour, sheet)
        choosing = what_they_wish(block, wishing, people, keys, conditions, behaviour, sheet)
        choosers = sheet.choosers[:choosing]
        fill_distastes(keys, TASTE, conditions.month, choosers, terms, sheet.distastes)
        for k in range(choosing):
            i = sheet.choosers[k]
            if sheet.lenders[k] == NOBODY:
                purpose = wide(applications.purpose[i])
                sheet.lenders[k] = choose_lender(i, k, purpose, NOBODY, sheet.distastes, people, terms, behaviour)
        for k in range(choosing):
            i = sheet.choosers[k]
            if sheet.lenders[k] == NOBODY:
                applications.outcome[i] = NO_LENDER
                continue
            wanted, purpose = wide(applications.wanted[i]), wide(applications.purpose[i])
            apply_to(i, sheet.lenders[k], wanted, purpose, people, keys, conditions, terms, behaviour, tallies)


@kernel
def what_they_wish(
    block: int,
    wishing: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    behaviour: BehaviourParameters,
    sheet: SearchSheet,
) -> int:
    """Note what the listed people wish for, and list those who want credit for it; return how many they are."""
    applications = people.applications
    choosing = 0
    for k in range(wishing):
        r = sheet.listed[k]
        i = block + r
        wish = wish_of(i, sheet.dues[r], sheet.purchase_draws[r], people, keys, conditions, behaviour)
        if wish.purpose == NO_NEED:
            continue
        applications.purpose[i] = wish.purpose
        applications.wanted[i] = wish.amount
        sheet.choosers[choosing] = i
        sheet.lenders[choosing] = wish.lender
        choosing += 1
    return choosing


@kernel
def forget_last_month(
    block: int, rows: int, borrowers: Borrowers, applications: Applications, sheet: SearchSheet
) -> None:
    """Blank last month's applications, and let refusals grow a month older.

    They are aged before anybody is refused this month, so that every refusal weighs for the same three months.
    """
    asked = 0
    for r in range(rows):
        i = row_number(block + r)
        since = borrowers.months_since_refused[i]
        borrowers.months_since_refused[i] = since + (1 if since < MOST_MONTHS_SINCE_REFUSED else 0)
        sheet.listed[asked] = r
        asked += 1 if applications.purpose[i] != NO_NEED else 0
    for k in range(asked):
        clear_application(block + sheet.listed[k], applications)


@kernel
def expect_dues(block: int, rows: int, people: People, terms: Terms, sheet: SearchSheet) -> None:
    """Note what those with loans expect to pay this month, and how many contracts they have."""
    loans = people.loans
    holding = 0
    for r in range(rows):
        sheet.dues[r] = 0
        sheet.contracts[r] = 0
        sheet.listed[holding] = r
        holding += 1 if loans.first[block + r] < loans.first[block + r + 1] else 0
    for k in range(holding):
        r = sheet.listed[k]
        i = block + r
        sheet.dues[r] = dues_expected(i, loans)
        sheet.contracts[r] = contracts_of(i, loans)
        if people.borrowers.employed[i] == 0:
            sheet.dues[r] -= expected_dues_postponed(i, loans, terms)


@kernel
def who_may_wish(
    block: int,
    rows: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    behaviour: BehaviourParameters,
    sheet: SearchSheet,
) -> int:
    """List those who are short, who believe a rumour or to whom a purchase comes to mind; return how many they are.

    Most people are none of that in a month.
    """
    borrowers = people.borrowers
    fill_uniforms(keys, PURCHASE, conditions.month, block, 0, sheet.purchase_draws[:rows])
    for r in range(rows):
        i = row_number(block + r)
        income = max(1, int(borrowers.permanent_income[i] * conditions.wage_index))
        sheet.chances[r] = wish_chance(
            wide(borrowers.sector[i]),
            wide(borrowers.patience[i]),
            wide(borrowers.unused_lines[i]),
            income,
            sheet.contracts[r],
            conditions,
            behaviour.demand,
        )
    wishing = 0
    for r in range(rows):
        i = row_number(block + r)
        is_short = wide(borrowers.cash[i]) - wide(borrowers.essentials[i]) < sheet.dues[r]
        may_wish = is_short | (borrowers.aware_of[i] != 0) | (sheet.purchase_draws[r] < sheet.chances[r])
        sheet.listed[wishing] = r
        wishing += 1 if may_wish & (borrowers.adopted[i] != 0) else 0
    return wishing


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
    sheet: SearchSheet,
    tallies: Tallies,
) -> None:
    """Tell rows first..last-1 the result of the first round, and let those refused ask one other lender.

    Approved applications keep PENDING until `settle`, with their own round's lender; the refused get a reason.
    """
    applications = people.applications
    for block in range(first, last, BLOCK):
        rows = min(BLOCK, last - block)
        refused = hear_first_round(block, rows, people, first_round, sheet, tallies)
        fill_distastes(keys, TASTE_ELSEWHERE, conditions.month, sheet.choosers[:refused], terms, sheet.distastes)
        for k in range(refused):
            i = sheet.choosers[k]
            purpose, first_lender = wide(applications.purpose[i]), wide(applications.first_lender[i])
            other = choose_lender(i, k, purpose, first_lender, sheet.distastes, people, terms, behaviour)
            if other == NOBODY:
                continue
            wanted = wide(applications.wanted[i])
            apply_to(i, other, wanted, purpose, people, keys, conditions, terms, behaviour, tallies)
            if applications.outcome[i] != PENDING:
                people.borrowers.last_refused_by[i] = other


@kernel
def hear_first_round(
    block: int, rows: int, people: People, first_round: Cutoffs, sheet: SearchSheet, tallies: Tallies
) -> int:
    """Give those refused in the first round their reason, and list who may ask another lender; return how many."""
    borrowers, applications = people.borrowers, people.applications
    asked = 0
    for r in range(rows):
        outcome = applications.outcome[row_number(block + r)]
        sheet.listed[asked] = r
        asked += 1 if (outcome != NOT_APPLIED) & (outcome != NO_LENDER) else 0
    refused = 0
    for k in range(asked):
        i = block + sheet.listed[k]
        outcome = wide(applications.outcome[i])
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
        sheet.choosers[refused] = i
        refused += 1 if applications.purpose[i] != RUSH else 0
    return refused
