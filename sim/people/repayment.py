"""Kernels: one person's dues are paid or missed, loan by loan."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import CHARGED_OFF, FRAUD, LINE_BARRED, NO_ROW, NOBODY, OPEN, PAID_OFF, VINTAGE_MONTHS
from sim.compiling import kernel, wide
from sim.counted import CHARGED_OFF_COLUMN, PAID_OFF_COLUMN, Flow, PartnerFlow, VintageFlow
from sim.draws import FORGET, uniform
from sim.money import part
from sim.params import BehaviourParameters
from sim.people.holdings import end_contract, line_at, unused_at
from sim.people.offer_test import arm_of, count_bad_in_arm
from sim.people.payment_holiday import postpone_loan
from sim.people.terms import Conditions, Terms
from sim.rules.default import forget_chance, is_walking_away
from sim.rules.law import is_postponed
from sim.rules.lender_sets import contains
from sim.rules.repayment import after_payments, relationship_value
from sim.state import Lines, Loans, People, Tallies

FEN_PER_YUAN = 100


class Paid(NamedTuple):
    """How a person's dues went."""

    cash: int  # fen left
    late: int  # 1 when any loan is in arrears now
    charged_off: int  # loans that were


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
    i: int,
    done: NDArray[np.bool_],
    month: int,
    loans: Loans,
    lines: Lines,
    terms: Terms,
    registry_priority_fen: float,
) -> int:
    """Return the row of the loan person i pays next, NO_ROW when all had their turn.

    It is the most valuable relationship, then the oldest arrears, then the oldest loan, which comes first in the table.
    """
    best = NO_ROW
    best_value = 0.0
    begin = wide(loans.first[i])
    for row in range(begin, loans.first[i + 1]):
        if done[row - begin] or loans.status[row] != OPEN or loans.origination_month[row] == month:
            continue
        lender = wide(loans.lender[row])
        unused = unused_at(i, lender, loans, lines)
        value = relationship_value(
            unused, terms.is_bank[lender], terms.registry_coverage[lender], registry_priority_fen
        )
        is_first = best == NO_ROW or value > best_value
        if is_first or (value == best_value and loans.bucket[row] > loans.bucket[best]):
            best = row
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

    `done` (shape at least the person's rows) is overwritten: afterwards it marks the loans that had their turn.
    """
    borrowers = people.borrowers
    loans = people.loans
    lines = people.lines
    repayment = behaviour.repayment
    month = conditions.month
    late = 0
    charged_off = 0
    formal_debt = 0
    begin = wide(loans.first[i])
    end = wide(loans.first[i + 1])
    for row in range(begin, end):
        done[row - begin] = False
        if loans.status[row] == OPEN:
            formal_debt += wide(loans.principal[row])
            if borrowers.employed[i] == 1 or loans.origination_month[row] == month:
                continue
            if is_postponed(terms.postponement[loans.lender[row]], 0) == 1:
                late = 1 if loans.bucket[row] > 0 else late
                postpone_loan(row, month, loans, terms, tallies)
                done[row - begin] = True
    points = conditions.community_default_points[borrowers.community[i]]
    registry_priority_fen = repayment.registry_priority * FEN_PER_YUAN
    for _ in range(begin, end):
        row = next_to_pay(i, done, month, loans, lines, terms, registry_priority_fen)
        if row == NO_ROW:
            break
        done[row - begin] = True
        lender = wide(loans.lender[row])
        unused = unused_at(i, lender, loans, lines)
        aware = contains(borrowers.aware_of[i], lender)
        would_walk = is_walking_away(formal_debt, income, unused, aware, borrowers.stigma[i], points, repayment)
        walks_away = 1 if loans.purpose[row] == FRAUD else would_walk
        offered = cash
        if walks_away == 1:
            offered = 0
        elif loans.bucket[row] == 0:
            u = uniform(keys, FORGET, month, i, loans.origination_month[row])
            if u < forget_chance(borrowers.reliability[i], repayment):
                offered = 0
        # A miss counts as chosen only when the instalment could have been paid.
        instalment = wide(loans.instalment[row])
        by_choice = 1 if walks_away == 1 and offered < instalment <= cash else 0
        cash -= serve_loan(i, row, offered, by_choice, loans, lines, keys, conditions, terms, behaviour, tallies)
        if loans.status[row] == CHARGED_OFF:
            charged_off += 1
        elif loans.status[row] == OPEN and loans.bucket[row] > 0:
            late = 1
    return Paid(cash, late, charged_off)
