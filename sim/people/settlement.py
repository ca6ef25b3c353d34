"""Kernel: money moves. Approved credit is drawn, bills are paid or missed, the rest is spent or saved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import NEVER, NOBODY
from sim.compiling import kernel, wide
from sim.counted import Flag, GroupFlow, HouseholdFlow
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
    done: NDArray[np.bool_],
    tallies: Tallies,
) -> None:
    """Let rows first..last-1 draw what was approved, eat, pay or miss, spend or save, and be reviewed.

    Room was made for what was approved. `done` is scratch space for the loans of one person.
    """
    borrowers = people.borrowers
    loans = people.loans
    lines = people.lines
    informal = behaviour.informal
    household = tallies.household
    month = conditions.month
    smallest = behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN
    for i in range(first, last):
        group = wide(borrowers.group[i])
        income = max(1, int(borrowers.permanent_income[i] * conditions.wage_index))
        essentials = wide(borrowers.essentials[i])

        answer = resolve_application(i, people, keys, conditions, terms, behaviour, first_round, second_round, tallies)
        flags = answer.flags
        holds_loans = loans.first[i] < loans.first[i + 1]

        # Eat first; the informal lender fills part of what is missing. It collects in person, so that its interest
        # ranks before the dues of the licensed.
        dues = dues_now(i, month, loans) if holds_loans else 0
        if holds_loans and borrowers.employed[i] == 0:
            dues -= dues_postponed(i, month, loans, terms)
        before = Informal(
            wide(borrowers.cash[i]) + answer.cash, wide(borrowers.informal_debt[i]), wide(borrowers.informal_missed[i])
        )
        interest = informal_interest(before.debt, informal)
        shortage = essentials + dues + interest - before.cash
        helped = borrow_informally(shortage, income, before, conditions, informal, household)
        if helped.debt > before.debt:
            flags |= Flag.INFORMAL
        basics = consume_essentials(i, helped.cash, borrowers, tallies)
        flags |= basics.flags
        owing = pay_informal_interest(interest, Informal(basics.cash, helped.debt, helped.missed), informal, household)

        # Dues, then charged-off claims; what stands at month end is counted, and the lenders look at it.
        cash = owing.cash
        debt = 0
        late = 0
        charged_off = 0
        if holds_loans:
            paid = pay_dues(i, cash, income, people, keys, conditions, terms, behaviour, done, tallies)
            late = paid.late
            charged_off = paid.charged_off
            cash = collect_claims(i, paid.cash, essentials, done, loans, keys, conditions, terms, behaviour, tallies)
            collection_months = behaviour.repayment.collection_months
            debt = count_loans(i, group, loans, keys, conditions, terms, collection_months, tallies)
        flags |= remember_misses(i, late, charged_off, borrowers, tallies)
        if borrowers.watched_lender[i] != NOBODY:
            follow_watch(i, debt, min(charged_off, 1), people, conditions, tallies)
        unused = review_lines(i, holds_loans, debt, smallest, borrowers, loans, lines, keys, conditions, terms, tallies)

        left = spend_and_save(i, cash, owing.debt, unused, borrowers, conditions, behaviour, household)
        consumption = answer.consumption + basics.spent + left.spent
        borrowers.consumption[i] = consumption
        borrowers.savings[i] = left.cash
        borrowers.unused_lines[i] = unused
        borrowers.informal_debt[i] = left.informal_debt
        borrowers.informal_missed[i] = owing.missed
        borrowers.inquiry_months[i] = (wide(borrowers.inquiry_months[i]) << 1) & INQUIRY_MASK
        household[HouseholdFlow.CONSUMPTION] += consumption
        household[HouseholdFlow.LONG_TERM_SAVING] += left.put_away
        household[HouseholdFlow.SAVINGS] += left.cash
        household[HouseholdFlow.INFORMAL_DEBT] += left.informal_debt
        tallies.sector_consumption[borrowers.sector[i]] += consumption
        tallies.group[group, GroupFlow.CONSUMPTION] += consumption
        tallies.group[group, GroupFlow.DEBT] += debt
        tallies.group[group, GroupFlow.INFORMAL_DEBT] += left.informal_debt
        if debt > 0:
            tallies.group[group, GroupFlow.INDEBTED] += 1
        if borrowers.liquidity[i] != 0:
            count_followed(i, income, consumption, debt, flags, borrowers, tallies)
        remember_flags(i, flags, people, conditions)
