"""Kernel: money moves. Approved credit is drawn, bills are paid or missed, the rest is spent or saved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import NEVER, NOBODY, NOT_APPLIED
from sim.compiling import kernel, row_number, wide
from sim.counted import Flag, GroupFlow, HouseholdFlow
from sim.draws import FORGET, fill_uniforms_of
from sim.params import BehaviourParameters
from sim.people.applicant_outcome import follow_watch
from sim.people.drawing import resolve_application
from sim.people.holdings import dues_now, dues_postponed
from sim.people.household import (
    Informal,
    borrow_informally,
    consume_essentials,
    informal_interest,
    pay_informal_interest,
    spend_and_save,
)
from sim.people.line_review import count_loans, review_lines
from sim.people.liquidity_group import count_followed
from sim.people.recovery import collect_claims
from sim.people.repayment import pay_dues
from sim.people.terms import Conditions, Cutoffs, Terms
from sim.people.worksheet import BLOCK, Worksheet
from sim.state import Borrowers, People, Tallies

FEN_PER_YUAN = 100
INQUIRY_MASK = 4095  # twelve months, one bit each
MOST_DEFAULTS = 100


@kernel
def remember_misses(i: int, late: int, charged_off: int, borrowers: Borrowers, tallies: Tallies) -> int:
    """Let person i's record show this month's lateness and default, or grow a month older; return the flags."""
    flags = 0
    if late == 1:
        flags |= Flag.LATE
        borrowers.months_since_late[i] = 0
    elif borrowers.months_since_late[i] < NEVER:
        borrowers.months_since_late[i] += 1
    if charged_off > 0:
        flags |= Flag.DEFAULT
        borrowers.months_since_default[i] = 0
        borrowers.months_since_late[i] = 0
        if borrowers.defaults[i] < MOST_DEFAULTS:
            borrowers.defaults[i] += 1
        tallies.community_defaults[borrowers.community[i]] += 1
        tallies.group[borrowers.group[i], GroupFlow.DEFAULTS] += charged_off
    elif borrowers.months_since_default[i] < NEVER:
        borrowers.months_since_default[i] += 1
    return flags


@kernel
def remember_flags(i: int, flags: int, people: People, conditions: Conditions) -> None:
    """Keep what happened to person i this month, and who served them, if it lies in an observation window."""
    borrowers = people.borrowers
    if conditions.after_window == 1:
        borrowers.flags[i] |= flags
        if flags & Flag.APPROVED != 0:
            borrowers.served_by[i] = people.applications.lender[i]
    if conditions.before_window == 1:
        if flags & Flag.APPLIED != 0:
            borrowers.flags[i] |= Flag.APPLIED_BEFORE
        if flags & Flag.APPROVED != 0:
            borrowers.flags[i] |= Flag.APPROVED_BEFORE


@kernel
def settle_rows(
    first: int,
    last: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    first_round: Cutoffs,
    second_round: Cutoffs,
    sheet: Worksheet,
    tallies: Tallies,
) -> None:
    """Let rows first..last-1 draw what was approved, eat, pay or miss, spend or save, and be reviewed.

    Room was made for what was approved. Block by block, and within a block sentence by sentence.
    """
    for block in range(first, last, BLOCK):
        rows = min(BLOCK, last - block)
        begin(block, rows, people.borrowers, conditions, sheet)
        answer(block, rows, people, keys, conditions, terms, behaviour, first_round, second_round, sheet, tallies)
        holding = expect_dues(block, rows, people, conditions, terms, sheet)
        eat(block, rows, people.borrowers, conditions, behaviour, sheet, tallies)
        pay(block, holding, people, keys, conditions, terms, behaviour, sheet, tallies)
        count_debts(block, holding, people, keys, conditions, terms, behaviour, sheet, tallies)
        remember(block, rows, people, conditions, sheet, tallies)
        review(block, rows, people, keys, conditions, terms, behaviour, sheet, tallies)
        spend_or_save(block, rows, people.borrowers, conditions, behaviour, sheet, tallies)
        count_people(block, rows, people, conditions, sheet, tallies)


@kernel
def begin(block: int, rows: int, borrowers: Borrowers, conditions: Conditions, sheet: Worksheet) -> None:
    """Note what everybody has in hand and usually earns."""
    for r in range(rows):
        i = row_number(block + r)
        sheet.cash[r] = borrowers.cash[i]
        sheet.income[r] = max(1, int(borrowers.permanent_income[i] * conditions.wage_index))
        sheet.dues[r] = 0
        sheet.consumption[r] = 0
        sheet.debt[r] = 0
        sheet.unused[r] = 0
        sheet.flags[r] = 0
        sheet.late[r] = 0
        sheet.charged_off[r] = 0


@kernel
def answer(
    block: int,
    rows: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    first_round: Cutoffs,
    second_round: Cutoffs,
    sheet: Worksheet,
    tallies: Tallies,
) -> None:
    """Resolve the applications: who was approved draws."""
    applicants = 0
    for r in range(rows):
        sheet.listed[applicants] = r
        applicants += 1 if people.applications.outcome[row_number(block + r)] != NOT_APPLIED else 0
    for k in range(applicants):
        r = sheet.listed[k]
        told = resolve_application(
            block + r, people, keys, conditions, terms, behaviour, first_round, second_round, tallies
        )
        sheet.cash[r] += told.cash
        sheet.consumption[r] = told.consumption
        sheet.flags[r] = told.flags


@kernel
def expect_dues(block: int, rows: int, people: People, conditions: Conditions, terms: Terms, sheet: Worksheet) -> int:
    """Note what is due of those with loans or claims, less what the law postpones; return how many they are."""
    loans = people.loans
    holding = 0
    for r in range(rows):
        sheet.holders[holding] = r
        holding += 1 if loans.first[block + r] < loans.first[block + r + 1] else 0
    for k in range(holding):
        r = sheet.holders[k]
        sheet.dues[r] = dues_now(block + r, conditions.month, loans)
        if people.borrowers.employed[block + r] == 0:
            sheet.dues[r] -= dues_postponed(block + r, conditions.month, loans, terms)
    return holding


@kernel
def eat(
    block: int,
    rows: int,
    borrowers: Borrowers,
    conditions: Conditions,
    behaviour: BehaviourParameters,
    sheet: Worksheet,
    tallies: Tallies,
) -> None:
    """Let people eat first, before any due; the informal lender fills part of what is missing.

    It collects in person, so that its interest ranks before the dues of the licensed. Who has enough, and owes it
    nothing, just eats.
    """
    informal = behaviour.informal
    household = tallies.household
    troubled = 0
    for r in range(rows):
        i = row_number(block + r)
        essentials = wide(borrowers.essentials[i])
        owed = wide(borrowers.informal_debt[i])
        missed = wide(borrowers.informal_missed[i])
        sheet.informal_debt[r] = owed
        sheet.informal_missed[r] = missed
        is_troubled = (sheet.cash[r] < essentials + sheet.dues[r]) | (owed > 0) | (missed < 0)
        sheet.listed[troubled] = r
        troubled += 1 if is_troubled else 0
        sheet.consumption[r] += 0 if is_troubled else essentials
        sheet.cash[r] -= 0 if is_troubled else essentials
    for k in range(troubled):
        r = sheet.listed[k]
        i = block + r
        before = Informal(sheet.cash[r], sheet.informal_debt[r], sheet.informal_missed[r])
        interest = informal_interest(before.debt, informal)
        shortage = wide(borrowers.essentials[i]) + sheet.dues[r] + interest - before.cash
        helped = borrow_informally(shortage, sheet.income[r], before, conditions, informal, household)
        if helped.debt > before.debt:
            sheet.flags[r] |= Flag.INFORMAL.value
        basics = consume_essentials(i, helped.cash, borrowers, tallies)
        sheet.flags[r] |= basics.flags
        sheet.consumption[r] += basics.spent
        owing = pay_informal_interest(interest, Informal(basics.cash, helped.debt, helped.missed), informal, household)
        sheet.cash[r] = owing.cash
        sheet.informal_debt[r] = owing.debt
        sheet.informal_missed[r] = owing.missed


@kernel
def pay(
    block: int,
    holding: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    sheet: Worksheet,
    tallies: Tallies,
) -> None:
    """Let those with loans or claims pay or miss their dues, then charged-off claims."""
    borrowers = people.borrowers
    loans = people.loans
    if holding == 0:
        return
    begins = wide(loans.first[block + sheet.holders[0]])
    count = wide(loans.first[block + sheet.holders[holding - 1] + 1]) - begins
    for k in range(holding):
        i = block + sheet.holders[k]
        for row in range(loans.first[i], loans.first[i + 1]):
            sheet.owners[row - begins] = i
    months = loans.origination_month[begins : begins + count]
    fill_uniforms_of(keys, FORGET, conditions.month, sheet.owners[:count], months, sheet.forget_draws[:count])
    for k in range(holding):
        r = sheet.holders[k]
        i = block + r
        paid = pay_dues(
            i, begins, sheet.cash[r], sheet.income[r], people, keys, conditions, terms, behaviour, sheet, tallies
        )
        sheet.late[r] = paid.late
        sheet.charged_off[r] = paid.charged_off
        sheet.cash[r] = collect_claims(
            i,
            begins,
            paid.cash,
            wide(borrowers.essentials[i]),
            sheet.done,
            loans,
            keys,
            conditions,
            terms,
            behaviour,
            tallies,
        )


@kernel
def count_debts(
    block: int,
    holding: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    sheet: Worksheet,
    tallies: Tallies,
) -> None:
    """Count what stands at month end, and note what each person owes."""
    collection_months = behaviour.repayment.collection_months
    for k in range(holding):
        r = sheet.holders[k]
        group = wide(people.borrowers.group[block + r])
        sheet.debt[r] = count_loans(block + r, group, people.loans, keys, conditions, terms, collection_months, tallies)


@kernel
def remember(block: int, rows: int, people: People, conditions: Conditions, sheet: Worksheet, tallies: Tallies) -> None:
    """Let records show this month's lateness and defaults, or grow a month older; follow those who are watched."""
    borrowers = people.borrowers
    for r in range(rows):
        sheet.flags[r] |= remember_misses(block + r, sheet.late[r], sheet.charged_off[r], borrowers, tallies)
    watched = 0
    for r in range(rows):
        sheet.listed[watched] = r
        watched += 1 if borrowers.watched_lender[row_number(block + r)] != NOBODY else 0
    for k in range(watched):
        r = sheet.listed[k]
        follow_watch(block + r, sheet.debt[r], min(sheet.charged_off[r], 1), people, conditions, tallies)


@kernel
def review(
    block: int,
    rows: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    sheet: Worksheet,
    tallies: Tallies,
) -> None:
    """Let lenders review the lines of those who have any."""
    borrowers, loans, lines = people.borrowers, people.loans, people.lines
    smallest = behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN
    customers = 0
    for r in range(rows):
        sheet.listed[customers] = r
        customers += 1 if lines.first[block + r] < lines.first[block + r + 1] else 0
    for k in range(customers):
        r = sheet.listed[k]
        sheet.unused[r] = review_lines(
            block + r,
            sheet.debt[r],
            sheet.income[r],
            smallest,
            borrowers,
            loans,
            lines,
            keys,
            conditions,
            terms,
            tallies,
        )


@kernel
def spend_or_save(
    block: int,
    rows: int,
    borrowers: Borrowers,
    conditions: Conditions,
    behaviour: BehaviourParameters,
    sheet: Worksheet,
    tallies: Tallies,
) -> None:
    """Let people spend or save what is left."""
    household = tallies.household
    for r in range(rows):
        i = row_number(block + r)
        left = spend_and_save(
            i, sheet.cash[r], sheet.informal_debt[r], sheet.unused[r], borrowers, conditions, behaviour, household
        )
        sheet.consumption[r] += left.spent
        borrowers.consumption[i] = sheet.consumption[r]
        borrowers.savings[i] = left.cash
        borrowers.unused_lines[i] = sheet.unused[r]
        borrowers.informal_debt[i] = left.informal_debt
        borrowers.informal_missed[i] = sheet.informal_missed[r]
        borrowers.inquiry_months[i] = (wide(borrowers.inquiry_months[i]) << 1) & INQUIRY_MASK
        household[HouseholdFlow.CONSUMPTION] += sheet.consumption[r]
        household[HouseholdFlow.LONG_TERM_SAVING] += left.put_away
        household[HouseholdFlow.SAVINGS] += left.cash
        household[HouseholdFlow.INFORMAL_DEBT] += left.informal_debt


@kernel
def count_people(
    block: int, rows: int, people: People, conditions: Conditions, sheet: Worksheet, tallies: Tallies
) -> None:
    """Count people in their groups, and keep what happened to them if it lies in an observation window."""
    borrowers = people.borrowers
    for r in range(rows):
        i = row_number(block + r)
        group = borrowers.group[i]
        tallies.sector_consumption[borrowers.sector[i]] += sheet.consumption[r]
        tallies.group[group, GroupFlow.CONSUMPTION] += sheet.consumption[r]
        tallies.group[group, GroupFlow.DEBT] += sheet.debt[r]
        tallies.group[group, GroupFlow.INFORMAL_DEBT] += borrowers.informal_debt[i]
        tallies.group[group, GroupFlow.INDEBTED] += 1 if sheet.debt[r] > 0 else 0
    for r in range(rows):
        i = block + r
        if borrowers.liquidity[i] != 0:
            count_followed(i, sheet.income[r], sheet.consumption[r], sheet.debt[r], sheet.flags[r], borrowers, tallies)
    if conditions.after_window == 1 or conditions.before_window == 1:
        for r in range(rows):
            remember_flags(block + r, sheet.flags[r], people, conditions)
