"""Kernels: one person's dues are paid or missed, loan by loan."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import CHARGED_OFF, FRAUD, LINE_BARRED, LINE_OPEN, LOAN_SLOTS, NOBODY, OPEN, VINTAGE_MONTHS
from sim.compiling import kernel, wide
from sim.counted import CHARGED_OFF_COLUMN, PAID_OFF_COLUMN, Flow, PartnerFlow, VintageFlow
from sim.draws import FORGET, uniform
from sim.money import part
from sim.params import BehaviourParameters
from sim.people.loan_slots import clear_slot, owed_at
from sim.people.offer_test import arm_of, count_bad_in_arm
from sim.people.payment_holiday import postpone_loan
from sim.people.terms import Conditions, Terms
from sim.rules.default import forget_chance, is_walking_away
from sim.rules.law import is_postponed
from sim.rules.limits import available_on_line
from sim.rules.repayment import after_payments, relationship_value
from sim.state import Lines, Loans, People, Tallies

FEN_PER_YUAN = 100


class Paid(NamedTuple):
    """How a person's dues went."""

    cash: int  # fen left
    late: int  # 1 when any loan is in arrears now
    defaulted: int  # 1 when any loan was charged off


@kernel
def unused_at(i: int, lender: int, loans: Loans, lines: Lines) -> int:
    """Return the fen person i could still draw at a lender; nothing unless the line is open."""
    if lines.status[i, lender] != LINE_OPEN:
        return 0
    return available_on_line(wide(lines.limit[i, lender]), owed_at(i, lender, loans))


@kernel
def serve_loan(
    i: int,
    slot: int,
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
    lender = wide(loans.lender[i, slot])
    partner = wide(loans.partner[i, slot])
    share_bp = wide(loans.partner_share_bp[i, slot])
    bucket = wide(loans.bucket[i, slot])
    principal = wide(loans.principal[i, slot])
    worst = wide(loans.worst_bucket[i, slot])
    age = min(conditions.month - wide(loans.origination_month[i, slot]), VINTAGE_MONTHS - 1)
    after = after_payments(
        principal,
        wide(loans.apr_bp[i, slot]),
        wide(loans.instalment[i, slot]),
        wide(loans.instalments_left[i, slot]),
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
    loans.principal[i, slot] = after.principal
    loans.instalments_left[i, slot] = after.instalments_left
    column = after.bucket
    if after.instalments_left == 0:
        clear_slot(i, slot, loans)
        column = PAID_OFF_COLUMN
    elif after.bucket > terms.charge_off_bucket[lender]:
        loans.status[i, slot] = CHARGED_OFF
        loans.instalments_left[i, slot] = behaviour.repayment.collection_months
        loans.bucket[i, slot] = 0
        column = CHARGED_OFF_COLUMN
        lines.status[i, lender] = LINE_BARRED
        lines.limit[i, lender] = 0
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
        loans.bucket[i, slot] = after.bucket
        if after.bucket > worst:
            loans.worst_bucket[i, slot] = after.bucket
            if worst < 2 <= after.bucket:
                tallies.vintage_flow[lender, age, VintageFlow.EVER30] += after.principal
            if worst < 3 <= after.bucket:
                tallies.vintage_flow[lender, age, VintageFlow.EVER60] += after.principal
            if worst < 4 <= after.bucket:
                tallies.vintage_flow[lender, age, VintageFlow.EVER90] += after.principal
                arm = arm_of(i, lender, wide(loans.origination_month[i, slot]), keys, terms)
                count_bad_in_arm(lender, arm, after.principal, terms, tallies)
                if age < tallies.cell_bad.shape[1]:
                    tallies.cell_bad[lender, age, loans.cell[i, slot]] += 1
    tallies.roll_count[lender, bucket, column] += 1
    tallies.roll_amount[lender, bucket, column] += principal
    return after.interest_paid + after.principal_paid


@kernel
def next_to_pay(
    i: int,
    done: NDArray[np.bool_],
    month: int,
    loans: Loans,
    lines: Lines,
    terms: Terms,
    registry_priority_fen: float,
) -> int:
    """Return the slot person i pays next: the most valuable relationship first, oldest arrears first, then the slot."""
    best = NOBODY
    best_value = 0.0
    for slot in range(LOAN_SLOTS):
        if done[slot] or loans.status[i, slot] != OPEN or loans.origination_month[i, slot] == month:
            continue
        lender = wide(loans.lender[i, slot])
        unused = unused_at(i, lender, loans, lines)
        value = relationship_value(
            unused, terms.is_bank[lender], terms.registry_coverage[lender], registry_priority_fen
        )
        is_older = best != NOBODY and value == best_value and loans.bucket[i, slot] > loans.bucket[i, best]
        if best == NOBODY or value > best_value or is_older:
            best = slot
            best_value = value
    return best


@kernel
def pay_dues(
    i: int,
    cash: int,
    income: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    done: NDArray[np.bool_],
    tallies: Tallies,
) -> Paid:
    """Let person i pay or miss every loan due, in the order of what each relationship is worth.

    `done` (shape LOAN_SLOTS) is overwritten: afterwards it marks the slots that had their turn.
    """
    borrowers = people.borrowers
    loans = people.loans
    lines = people.lines
    repayment = behaviour.repayment
    month = conditions.month
    late = 0
    defaulted = 0
    formal_debt = 0
    for slot in range(LOAN_SLOTS):
        done[slot] = False
        if loans.status[i, slot] == OPEN:
            formal_debt += loans.principal[i, slot]
            if borrowers.employed[i] == 1 or loans.origination_month[i, slot] == month:
                continue
            if is_postponed(terms.postponement[loans.lender[i, slot]], 0) == 1:
                late = 1 if loans.bucket[i, slot] > 0 else late
                postpone_loan(i, slot, month, loans, terms, tallies)
                done[slot] = True
    points = conditions.community_default_points[borrowers.community[i]]
    registry_priority_fen = repayment.registry_priority * FEN_PER_YUAN
    for _ in range(LOAN_SLOTS):
        slot = next_to_pay(i, done, month, loans, lines, terms, registry_priority_fen)
        if slot == NOBODY:
            break
        done[slot] = True
        lender = wide(loans.lender[i, slot])
        unused = unused_at(i, lender, loans, lines)
        aware = (wide(borrowers.aware_of[i]) >> lender) & 1
        would_walk = is_walking_away(formal_debt, income, unused, aware, borrowers.stigma[i], points, repayment)
        walks_away = 1 if loans.purpose[i, slot] == FRAUD else would_walk
        offered = cash
        if walks_away == 1:
            offered = 0
        elif loans.bucket[i, slot] == 0:
            u = uniform(keys, FORGET, month, i, slot)
            if u < forget_chance(borrowers.reliability[i], repayment):
                offered = 0
        # A miss counts as chosen only when the instalment could have been paid.
        instalment = wide(loans.instalment[i, slot])
        by_choice = 1 if walks_away == 1 and offered < instalment <= cash else 0
        cash -= serve_loan(i, slot, offered, by_choice, loans, lines, keys, conditions, terms, behaviour, tallies)
        if loans.status[i, slot] == CHARGED_OFF:
            defaulted = 1
        elif loans.status[i, slot] == OPEN and loans.bucket[i, slot] > 0:
            late = 1
    return Paid(cash, late, defaulted)
