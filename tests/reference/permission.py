"""Whether the law allows a loan that a lender would make, as far as the lender can see."""

from __future__ import annotations

from sim.codes import PENDING
from sim.rules.demand import term_months
from sim.rules.law import ineligible, too_many_lenders, too_much_service
from sim.rules.repayment import level_instalment
from tests.reference.circumstances import Circumstances, LenderTerms
from tests.reference.person import Person


def ground_in_law(
    person: Person, terms: LenderTerms, amount: int, apr_bp: int, income_seen: int, world: Circumstances
) -> int:
    """Return the ground on which the law forbids a loan of `amount` fen, or PENDING when it allows the loan."""
    ground = ineligible(person.group, person.employed, terms.needs_income, terms.youngest_age_band)
    if ground != PENDING:
        return ground
    in_registry = person.registry_rank < terms.registry_rank
    if in_registry:
        owed_to = {loan.lender for loan in person.credit.open_loans()}
        others = len(owed_to - {terms.lender})
        ground = too_many_lenders(others, int(terms.lender in owed_to), terms.most_lenders)
        if ground != PENDING:
            return ground
    service = service_with(person, terms, amount, apr_bp, in_registry, world)
    return too_much_service(service, income_seen, terms.service_cap_bp)


def term_of(person: Person, terms: LenderTerms, amount: int, world: Circumstances) -> int:
    """Return the months for which `amount` fen are lent: what the person can afford, within the longest allowed."""
    share = world.behaviour.demand.instalment_income_share
    return min(term_months(amount, person.normal_income(world), share), terms.longest_term)


def service_with(
    person: Person, terms: LenderTerms, amount: int, apr_bp: int, sees_all: bool, world: Circumstances
) -> int:
    """Return the fen a month on all loans that the lender sees, the new one among them."""
    credit = person.credit
    repaid = credit.loan_to_repay(terms.lender, terms.most_contracts)
    drawn = amount + (0 if repaid is None else repaid.principal + repaid.interest_to_repay())
    others = [
        loan.instalment
        for loan in credit.open_loans()
        if loan is not repaid and (sees_all or loan.lender == terms.lender)
    ]
    return level_instalment(drawn, apr_bp, term_of(person, terms, drawn, world)) + sum(others)
