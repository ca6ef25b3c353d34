"""Kernel: whether the law allows a loan that a lender would make to one person."""

from __future__ import annotations

from sim.codes import ANY_NUMBER_OF_LENDERS, OPEN, PENDING
from sim.compiling import kernel, wide
from sim.params import BehaviourParameters
from sim.people.holdings import interest_to_repay, loan_to_repay
from sim.people.terms import Conditions, Terms
from sim.rules.demand import term_months
from sim.rules.law import NO_SERVICE_CAP_BP, ineligible, too_many_lenders, too_much_service
from sim.rules.repayment import level_instalment
from sim.state import Borrowers, Loans


@kernel
def other_lenders_owed(i: int, lender: int, loans: Loans) -> int:
    """Return how many lenders besides one person i owes on open loans."""
    count = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        owed_to = wide(loans.lender[row])
        if loans.status[row] != OPEN or owed_to == lender:
            continue
        is_first = 1
        for earlier in range(loans.first[i], row):
            if loans.status[earlier] == OPEN and loans.lender[earlier] == owed_to:
                is_first = 0
        count += is_first
    return count


@kernel
def service_with(
    i: int,
    lender: int,
    amount: int,
    apr_bp: int,
    sees_all: bool,
    borrowers: Borrowers,
    loans: Loans,
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
) -> int:
    """Return the fen a month that person i would pay on all loans the lender sees, the new one among them."""
    repaid = loan_to_repay(i, lender, terms.most_contracts[lender], loans)
    drawn = amount
    if repaid >= 0:
        drawn += wide(loans.principal[repaid]) + interest_to_repay(repaid, loans)
    income = int(borrowers.permanent_income[i] * conditions.wage_index)
    term = min(term_months(drawn, income, behaviour.demand.instalment_income_share), terms.longest_term[lender])
    service = level_instalment(drawn, apr_bp, term)
    for other in range(loans.first[i], loans.first[i + 1]):
        if other != repaid and loans.status[other] == OPEN and (sees_all or loans.lender[other] == lender):
            service += wide(loans.instalment[other])
    return service


@kernel
def ground_in_law(
    i: int,
    lender: int,
    amount: int,
    apr_bp: int,
    income_seen: int,
    borrowers: Borrowers,
    loans: Loans,
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
) -> int:
    """Return the ground on which the law forbids the lender a loan of `amount` fen to person i, or PENDING.

    Debts elsewhere count as far as the registry shows them.
    """
    ground = ineligible(
        wide(borrowers.group[i]),
        wide(borrowers.employed[i]),
        terms.needs_income[lender],
        terms.youngest_age_band[lender],
    )
    if ground != PENDING:
        return ground
    sees_all = borrowers.registry_rank[i] < terms.registry_rank[lender]
    if sees_all and terms.most_lenders[lender] < ANY_NUMBER_OF_LENDERS:
        owes_here = 0
        for row in range(loans.first[i], loans.first[i + 1]):
            if loans.status[row] == OPEN and loans.lender[row] == lender:
                owes_here = 1
        ground = too_many_lenders(other_lenders_owed(i, lender, loans), owes_here, terms.most_lenders[lender])
        if ground != PENDING:
            return ground
    if terms.service_cap_bp[lender] < NO_SERVICE_CAP_BP:
        service = service_with(i, lender, amount, apr_bp, sees_all, borrowers, loans, conditions, terms, behaviour)
        return too_much_service(service, income_seen, terms.service_cap_bp[lender])
    return PENDING
