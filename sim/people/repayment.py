"""Kernels: one person's dues are paid or missed, loan by loan."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import CHARGED_OFF, FRAUD, LINE_BARRED, NO_ROW, NOBODY, OPEN, PAID_OFF, VINTAGE_MONTHS
from sim.compiling import kernel, wide
from sim.counted import CHARGED_OFF_COLUMN, PAID_OFF_COLUMN, Flow, PartnerFlow, VintageFlow
from sim.lender_sets import contains
from sim.money import part
from sim.params import BehaviourParameters
from sim.people.holdings import end_contract, line_at, unused_at
from sim.people.offer_test import arm_of, count_bad_in_arm
from sim.people.payment_holiday import postpone_loan
from sim.people.terms import Conditions, Terms
from sim.people.worksheet import Worksheet
from sim.rules.default import forget_chance, is_walking_away
from sim.rules.law import is_postponed
from sim.rules.repayment import after_payments, relationship_value
from sim.state import Lines, Loans, People, Tallies

FEN_PER_YUAN = 100


class Paid(NamedTuple):
    """How a person's dues went."""

    cash: int  # fen left
    late: int  # 1 when any loan is in arrears now
    charged_off: int  # loans that were


class Dues(NamedTuple):
    """What is due of a person this month."""

    loans: int
    only: int  # the row of one of them
    debt: int  # fen on all open loans
    late: int  # 1 when a loan in arrears was postponed


@kernel
def serve_loan(
    i: int,
    row: int,
    cash: int,
    by_choice: int,
    loans: Loans,
    lines: Lines,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    tallies: Tallies,
) -> int:
    """Pay what the cash given allows on one loan, move it between buckets or charge it off; return the fen paid."""
    lender = wide(loans.lender[row])
    partner = wide(loans.partner[row])
    share_bp = wide(loans.partner_share_bp[row])
    bucket = wide(loans.bucket[row])
    principal = wide(loans.principal[row])
    worst = wide(loans.worst_bucket[row])
    age = min(conditions.month - wide(loans.origination_month[row]), VINTAGE_MONTHS - 1)
    after = after_payments(
        principal,
        wide(loans.apr_bp[row]),
        wide(loans.instalment[row]),
        wide(loans.instalments_left[row]),
        bucket,
        cash,
        behaviour.repayment.penalty_factor,
    )
    tallies.flow[lender, Flow.INTEREST] += after.interest_paid
    tallies.flow[lender, Flow.PRINCIPAL] += after.principal_paid
    if partner != NOBODY:
        interest_part = part(after.interest_paid, share_bp)
        principal_part = part(principal, share_bp) - part(after.principal, share_bp)
        tallies.flow[lender, Flow.INTEREST_PARTNER] += interest_part
        tallies.flow[lender, Flow.PRINCIPAL_PARTNER] += principal_part
        tallies.partner_flow[lender, partner, PartnerFlow.INTEREST] += interest_part
        tallies.partner_flow[lender, partner, PartnerFlow.PRINCIPAL] += principal_part
    loans.principal[row] = after.principal
    loans.instalments_left[row] = after.instalments_left
    column = after.bucket
    if after.instalments_left == 0:
        end_contract(row, PAID_OFF, loans)
        column = PAID_OFF_COLUMN
    elif after.bucket > terms.charge_off_bucket[lender]:
        loans.status[row] = CHARGED_OFF
        loans.instalments_left[row] = behaviour.repayment.collection_months
        loans.bucket[row] = 0
        column = CHARGED_OFF_COLUMN
        line = line_at(i, lender, lines)
        lines.status[line] = LINE_BARRED
        lines.limit[line] = 0
        tallies.flow[lender, Flow.CHARGE_OFFS] += after.principal
        tallies.flow[lender, Flow.DEFAULTS] += 1
        tallies.flow[lender, Flow.DEFAULTS_BY_CHOICE] += by_choice
        tallies.flow[lender, Flow.OPENING_LAST_BUCKET_ROLLED] += principal
        tallies.vintage_flow[lender, age, VintageFlow.CHARGED_OFF] += after.principal
        if partner != NOBODY:
            lost = part(after.principal, share_bp)
            tallies.flow[lender, Flow.CHARGE_OFFS_PARTNER] += lost
            tallies.partner_flow[lender, partner, PartnerFlow.CHARGED_OFF] += lost
    else:
        loans.bucket[row] = after.bucket
        if after.bucket > worst:
            loans.worst_bucket[row] = after.bucket
            if worst < 2 <= after.bucket:
                tallies.vintage_flow[lender, age, VintageFlow.EVER30] += after.principal
            if worst < 3 <= after.bucket:
                tallies.vintage_flow[lender, age, VintageFlow.EVER60] += after.principal
            if worst < 4 <= after.bucket:
                tallies.vintage_flow[lender, age, VintageFlow.EVER90] += after.principal
                arm = arm_of(i, lender, wide(loans.origination_month[row]), keys, terms)
                count_bad_in_arm(lender, arm, after.principal, terms, tallies)
                if age < tallies.cell_bad.shape[1]:
                    tallies.cell_bad[lender, age, loans.cell[row]] += 1
    tallies.roll_count[lender, bucket, column] += 1
    tallies.roll_amount[lender, bucket, column] += principal
    return after.interest_paid + after.principal_paid


@kernel
def next_to_pay(
    i: int, begins: int, month: int, loans: Loans, terms: Terms, registry_priority_fen: float, sheet: Worksheet
) -> int:
    """Return the row of the loan person i pays next; one is due at least.

    It is the most valuable relationship, then the oldest arrears, then the oldest loan, which comes first in the table.
    """
    best = NO_ROW
    best_value = 0.0
    for row in range(loans.first[i], loans.first[i + 1]):
        if sheet.done[row - begins] or loans.status[row] != OPEN or loans.origination_month[row] == month:
            continue
        lender = wide(loans.lender[row])
        value = relationship_value(
            sheet.unused_there[row - begins],
            terms.is_bank[lender],
            terms.registry_coverage[lender],
            registry_priority_fen,
        )
        is_first = best == NO_ROW or value > best_value
        if is_first or (value == best_value and loans.bucket[row] > loans.bucket[best]):
            best = row
            best_value = value
    return best


@kernel
def find_dues(
    i: int, begins: int, month: int, people: People, terms: Terms, sheet: Worksheet, tallies: Tallies
) -> Dues:
    """Find person i's loans that are due, and what could still be drawn at their lenders; the rest had their turn."""
    loans = people.loans
    count = 0
    only = NO_ROW
    debt = 0
    late = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        sheet.done[row - begins] = False
        if loans.status[row] != OPEN:
            continue
        debt += wide(loans.principal[row])
        if loans.origination_month[row] == month:
            continue
        if is_postponed(terms.postponement[loans.lender[row]], people.borrowers.employed[i]) == 1:
            late = 1 if loans.bucket[row] > 0 else late
            postpone_loan(row, month, loans, terms, tallies)
            sheet.done[row - begins] = True
            continue
        count += 1
        only = row
        sheet.unused_there[row - begins] = unused_at(i, wide(loans.lender[row]), loans, people.lines)
    return Dues(count, only, debt, late)


@kernel
def walks_away(
    i: int,
    row: int,
    begins: int,
    debt: int,
    income: int,
    people: People,
    conditions: Conditions,
    behaviour: BehaviourParameters,
    sheet: Worksheet,
) -> int:
    """Return 1 when person i chooses not to pay a loan, or never meant to."""
    borrowers = people.borrowers
    would_walk = is_walking_away(
        debt,
        income,
        sheet.unused_there[row - begins],
        contains(borrowers.aware_of[i], wide(people.loans.lender[row])),
        borrowers.stigma[i],
        conditions.community_default_points[borrowers.community[i]],
        behaviour.repayment,
    )
    return 1 if people.loans.purpose[row] == FRAUD else would_walk


@kernel
def pay_dues(
    i: int,
    begins: int,
    cash: int,
    income: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    sheet: Worksheet,
    tallies: Tallies,
) -> Paid:
    """Let person i pay or miss every loan due, in the order of what each relationship is worth.

    The worksheet counts loans from row `begins`; it has their draws, and is told which had their turn.
    """
    loans = people.loans
    lines = people.lines
    month = conditions.month
    due = find_dues(i, begins, month, people, terms, sheet, tallies)
    late = due.late
    charged_off = 0
    registry_priority_fen = behaviour.repayment.registry_priority * FEN_PER_YUAN
    forgets = forget_chance(people.borrowers.reliability[i], behaviour.repayment)
    for turn in range(due.loans):
        row = due.only
        if due.loans > 1:
            row = next_to_pay(i, begins, month, loans, terms, registry_priority_fen, sheet)
        sheet.done[row - begins] = True
        walks = walks_away(i, row, begins, due.debt, income, people, conditions, behaviour, sheet)
        is_forgotten = loans.bucket[row] == 0 and sheet.forget_draws[row - begins] < forgets
        offered = 0 if walks == 1 or is_forgotten else cash
        # A miss counts as chosen only when the instalment could have been paid.
        instalment = wide(loans.instalment[row])
        by_choice = 1 if walks == 1 and offered < instalment <= cash else 0
        cash -= serve_loan(i, row, offered, by_choice, loans, lines, keys, conditions, terms, behaviour, tallies)
        if loans.status[row] == CHARGED_OFF:
            charged_off += 1
        elif loans.status[row] == OPEN and loans.bucket[row] > 0:
            late = 1
        if turn + 1 < due.loans:
            refresh_unused(i, wide(loans.lender[row]), begins, loans, lines, sheet)
    return Paid(cash, late, charged_off)


@kernel
def refresh_unused(i: int, lender: int, begins: int, loans: Loans, lines: Lines, sheet: Worksheet) -> None:
    """Note anew what person i could draw at a lender: what was paid there is worth something to the loans still due."""
    for row in range(loans.first[i], loans.first[i + 1]):
        if not sheet.done[row - begins] and loans.lender[row] == lender:
            sheet.unused_there[row - begins] = unused_at(i, lender, loans, lines)
