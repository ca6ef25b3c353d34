"""Kernels: one application is resolved, and the loan that was approved is drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import (
    APPROVED,
    BORROWER_CAP,
    CAPITAL_POLICY,
    DEBT_SERVICE,
    DECLINED_PRICE,
    ELIGIBILITY,
    GROWTH_QUOTA,
    LENDER_COUNT,
    LINE_CUT,
    LINE_OPEN,
    NO_LENDER,
    NO_LINE,
    NOBODY,
    NOT_APPLIED,
    OPEN,
    OWN_POLICY,
    PENDING,
    PURCHASE,
    RATE_CAP,
    REFINANCED,
    WORKING_CAPITAL,
)
from sim.compiling import kernel, wide
from sim.counted import PAID_OFF_COLUMN, Flag, Flow, GroupFlow, PartnerFlow, VintageFlow
from sim.draws import DECEIT, uniform
from sim.money import part
from sim.params import BehaviourParameters
from sim.people.holdings import end_contract, interest_to_repay, line_at, loan_to_repay
from sim.people.offer_test import arm_of, count_loan_in_arm, price_for
from sim.people.room import is_served
from sim.people.terms import Conditions, Cutoffs, Terms
from sim.rules.default import purpose_in_truth
from sim.rules.demand import term_months
from sim.rules.repayment import level_instalment
from sim.rules.underwriting import stratum_of
from sim.state import Loans, People, Tallies


@kernel
def outcome_flag(outcome: int) -> int:
    """Return the bit that remembers a refusal of this kind."""
    if outcome == OWN_POLICY:
        return Flag.REFUSED_OWN_POLICY.value
    if outcome == RATE_CAP:
        return Flag.REFUSED_RATE_CAP.value
    if outcome == BORROWER_CAP:
        return Flag.REFUSED_BORROWER_CAP.value
    if outcome == DECLINED_PRICE:
        return Flag.DECLINED_PRICE.value
    if CAPITAL_POLICY <= outcome <= GROWTH_QUOTA:
        return Flag.REFUSED_BUDGET.value
    if outcome == LINE_CUT:
        return Flag.REFUSED_LINE_CUT.value
    if outcome == DEBT_SERVICE:
        return Flag.REFUSED_DEBT_SERVICE.value
    if outcome == LENDER_COUNT:
        return Flag.REFUSED_LENDER_COUNT.value
    if outcome == ELIGIBILITY:
        return Flag.REFUSED_ELIGIBILITY.value
    return 0


@kernel
def repay_by_new_loan(row: int, loans: Loans, tallies: Tallies) -> int:
    """Repay a loan, if there is one to repay, out of the new loan that takes its place; return the fen it takes."""
    if row < 0:
        return 0
    lender = wide(loans.lender[row])
    partner = wide(loans.partner[row])
    principal = wide(loans.principal[row])
    interest = interest_to_repay(row, loans)
    tallies.flow[lender, Flow.INTEREST] += interest
    tallies.flow[lender, Flow.PRINCIPAL] += principal
    tallies.flow[lender, Flow.REFINANCED] += principal + interest
    tallies.roll_count[lender, 0, PAID_OFF_COLUMN] += 1
    tallies.roll_amount[lender, 0, PAID_OFF_COLUMN] += principal
    if partner != NOBODY:
        share_bp = wide(loans.partner_share_bp[row])
        tallies.flow[lender, Flow.INTEREST_PARTNER] += part(interest, share_bp)
        tallies.flow[lender, Flow.PRINCIPAL_PARTNER] += part(principal, share_bp)
        tallies.partner_flow[lender, partner, PartnerFlow.INTEREST] += part(interest, share_bp)
        tallies.partner_flow[lender, partner, PartnerFlow.PRINCIPAL] += part(principal, share_bp)
    end_contract(row, REFINANCED, loans)
    return principal + interest


@kernel
def draw_credit(
    i: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    cutoffs: Cutoffs,
    tallies: Tallies,
) -> int:
    """Draw person i's approved loan and return the fen that reach the person; a loan it repays comes on top."""
    borrowers = people.borrowers
    loans = people.loans
    lines = people.lines
    applications = people.applications
    lender = wide(applications.lender[i])
    amount = wide(applications.amount[i])
    band = wide(applications.band[i])
    month = conditions.month
    group = borrowers.group[i]
    line = line_at(i, lender, lines)
    arm = arm_of(i, lender, month, keys, terms)
    apr_bp = price_for(lender, band, arm, terms)
    purpose = wide(applications.purpose[i])
    if terms.fraud[lender] > 0.0:
        u = uniform(keys, DECEIT, month, i, terms.lender_id[lender])
        purpose = purpose_in_truth(purpose, lines.status[line], u, terms.fraud[lender])
    if lines.status[line] == NO_LINE:
        lines.status[line] = LINE_OPEN
        lines.opened_month[line] = month
        lines.limit[line] = applications.limit[i]
        tallies.flow[lender, Flow.NEW_APPROVALS] += 1
    else:
        tallies.flow[lender, Flow.LINE_APPROVALS] += 1
    drawn = amount + repay_by_new_loan(loan_to_repay(i, lender, terms.most_contracts[lender], loans), loans, tallies)
    income = int(borrowers.permanent_income[i] * conditions.wage_index)
    term = min(term_months(drawn, income, behaviour.demand.instalment_income_share), terms.longest_term[lender])
    partner = cutoffs.partner[lender, applications.priority[i]]
    share_bp = terms.partner_share_bp[lender] if partner != NOBODY else 0
    row = wide(loans.first[i + 1]) - 1  # the newest, for which room was made
    loans.principal[row] = drawn
    loans.original[row] = drawn
    loans.instalment[row] = level_instalment(drawn, apr_bp, term)
    loans.origination_month[row] = month
    loans.apr_bp[row] = apr_bp
    loans.partner_share_bp[row] = share_bp
    loans.cell[row] = applications.cell[i]
    loans.instalments_left[row] = term
    loans.bucket[row] = 0
    loans.worst_bucket[row] = 0
    loans.purpose[row] = purpose
    loans.band[row] = band
    loans.lender[row] = lender
    loans.partner[row] = partner
    loans.status[row] = OPEN
    applications.outcome[i] = APPROVED

    tallies.flow[lender, Flow.ORIGINATIONS] += drawn
    tallies.flow[lender, Flow.ORIGINATIONS_APR] += drawn * apr_bp // 10_000
    tallies.flow[lender, Flow.ORIGINATIONS_COUNT] += 1
    tallies.vintage_flow[lender, 0, VintageFlow.LENT] += drawn
    if tallies.cell_lent.shape[1] > 0:
        tallies.cell_lent[lender, applications.cell[i]] += 1
    tallies.outcome_count[lender, band, APPROVED] += 1
    tallies.outcome_amount[lender, band, APPROVED] += amount
    tallies.price_taken[lender, band] += amount * apr_bp
    count_loan_in_arm(lender, arm, amount, terms, tallies)
    tallies.group[group, GroupFlow.APPROVALS] += 1
    tallies.group[group, GroupFlow.ORIGINATIONS] += amount
    tallies.group[group, GroupFlow.ORIGINATIONS_APR] += amount * apr_bp // 10_000
    if partner != NOBODY:
        lent = part(drawn, share_bp)
        tallies.flow[lender, Flow.ORIGINATIONS_PARTNER] += lent
        tallies.partner_flow[lender, partner, PartnerFlow.LENT] += lent
    return amount


class Answer(NamedTuple):
    """What a resolved application brings a person."""

    cash: int  # fen to pay with
    consumption: int  # fen spent on what they were lent for
    flags: int


@kernel
def refuse(i: int, lender: int, outcome: int, people: People, tallies: Tallies) -> None:
    """Refuse person i's application because the lender had no money left."""
    people.applications.outcome[i] = outcome
    band = people.applications.band[i]
    tallies.outcome_count[lender, band, outcome] += 1
    tallies.outcome_amount[lender, band, outcome] += people.applications.wanted[i]
    people.borrowers.last_refused_by[i] = lender
    people.borrowers.months_since_refused[i] = 0


@kernel
def remember_refusal(i: int, month: int, people: People) -> None:
    """Keep why person i's last application of the month that came to nothing did; a second try comes after a first."""
    outcome = wide(people.applications.outcome[i])
    if outcome == APPROVED:
        outcome = wide(people.applications.first_outcome[i])
    if outcome != NOT_APPLIED:
        people.borrowers.last_refusal[i] = outcome
        people.borrowers.last_refusal_month[i] = month


@kernel
def resolve_application(
    i: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    first_round: Cutoffs,
    second_round: Cutoffs,
    tallies: Tallies,
) -> Answer:
    """Resolve person i's application, and draw the loan when it was approved."""
    applications = people.applications
    if applications.outcome[i] in (NOT_APPLIED, NO_LENDER):
        remember_refusal(i, conditions.month, people)
        return Answer(0, 0, 0)
    group = people.borrowers.group[i]
    cash = 0
    consumption = 0
    first_outcome = wide(applications.first_outcome[i])
    flags = Flag.APPLIED | outcome_flag(first_outcome)
    tallies.group[group, GroupFlow.APPLICATIONS] += 1
    if applications.outcome[i] == PENDING:
        lender = wide(applications.lender[i])
        is_second = first_outcome != NOT_APPLIED
        cutoffs = second_round if is_second else first_round
        if is_served(i, people, first_round, second_round):
            amount = draw_credit(i, people, keys, conditions, terms, behaviour, cutoffs, tallies)
            flags |= Flag.APPROVED
            if is_second:
                flags |= Flag.MOVED_LENDER
            purpose = applications.purpose[i]
            if purpose in (PURCHASE, WORKING_CAPITAL):
                consumption = amount
            else:
                cash = amount
            if purpose == WORKING_CAPITAL:
                people.borrowers.inventory[i] += amount
        else:
            stratum = stratum_of(group, cutoffs.priority.shape[1])
            refuse(i, lender, cutoffs.binding[lender, stratum], people, tallies)
    remember_refusal(i, conditions.month, people)
    outcome = wide(applications.outcome[i])
    return Answer(cash, consumption, flags | outcome_flag(outcome))
