"""How a person draws a loan, and pays dues and old claims."""

from __future__ import annotations

from sim.codes import CLAIM_ENDED, LINE_BARRED, NOBODY, OPEN, PAID_OFF, REFINANCED
from sim.rules.default import forget_chance, is_walking_away
from sim.rules.repayment import level_instalment, recovery, relationship_value
from tests.reference.circumstances import Circumstances, LenderTerms
from tests.reference.counts import BAD_BUCKET, CHARGED_OFF_COLUMN, PAID_OFF_COLUMN, Counts
from tests.reference.credit import Loan
from tests.reference.offer_test import arm_of, price_for
from tests.reference.payment_holiday import is_deferred, postpone
from tests.reference.permission import term_of
from tests.reference.person import Person

FEN_PER_YUAN = 100


def new_loan(person: Person, amount: int, purpose: int, terms: LenderTerms, partner: int, world: Circumstances) -> Loan:
    """Return the contract over `amount` fen of the person's approved application, at this month's price."""
    asked = person.application
    apr_bp = price_for(terms, asked.band, arm_of(person.row, terms, world.month, world.chance))
    term = term_of(person, terms, amount, world)
    return Loan(
        principal=amount,
        original=amount,
        instalment=level_instalment(amount, apr_bp, term),
        origination_month=world.month,
        apr_bp=apr_bp,
        partner_share_bp=terms.partner_share_bp if partner != NOBODY else 0,
        cell=asked.cell,
        instalments_left=term,
        bucket=0,
        worst_bucket=0,
        purpose=purpose,
        band=asked.band,
        lender=terms.lender,
        partner=partner,
        status=OPEN,
    )


def repay_by_new_loan(person: Person, terms: LenderTerms, counts: Counts) -> int:
    """Repay the loan that a new one from a lender takes the place of, when there is one; return the fen it takes."""
    old = person.credit.loan_to_repay(terms.lender, terms.most_contracts)
    if old is None:
        return 0
    interest = old.interest_to_repay()
    principal = old.principal
    old.end(REFINANCED)
    counts.paid(old, principal, interest)
    counts.at_lender(old.lender, "refinanced", principal + interest)
    counts.rolled(old.lender, 0, PAID_OFF_COLUMN, principal)
    return principal + interest


def pay_dues(person: Person, on_hand: int, world: Circumstances, counts: Counts) -> int:
    """Pay or miss every loan that is due, the most valuable relationship first; return the fen left.

    What a relationship is worth changes as loans are repaid, so the next one is looked for after every payment. The
    burden that makes people walk away is the debt before the month's payments.
    """
    burden = person.credit.debt()
    due = [loan for loan in person.credit.open_loans() if loan.origination_month != world.month]
    for loan in [loan for loan in due if is_deferred(person, loan, world)]:
        due.remove(loan)
        postpone(loan, world, counts)
    while due:
        loan = min(due, key=lambda loan: turn_of(person, loan, world))
        due.remove(loan)
        walks_away = is_leaving(person, loan, burden, world)
        offered = 0 if walks_away or forgets(person, loan, world) else on_hand
        by_choice = walks_away and loan.instalment > 0 and on_hand >= loan.instalment
        on_hand -= serve(person, loan, offered, by_choice, world, counts)
    return on_hand


def turn_of(person: Person, loan: Loan, world: Circumstances) -> tuple[float, int]:
    """Return what orders payments, where equal the oldest loan first: relationships by worth, then arrears by age."""
    return -worth_of(person, loan, world), -loan.bucket


def worth_of(person: Person, loan: Loan, world: Circumstances) -> float:
    """Return what good standing with the loan's lender is worth, fen."""
    terms = world.lenders[loan.lender]
    record_is_worth = world.behaviour.repayment.registry_priority * FEN_PER_YUAN
    return relationship_value(
        person.credit.unused_at(loan.lender), terms.is_bank, terms.registry_coverage, record_is_worth
    )


def is_leaving(person: Person, loan: Loan, burden: int, world: Circumstances) -> bool:
    """Return whether the person chooses not to pay this loan, or never meant to."""
    return loan.is_fraud or bool(
        is_walking_away(
            burden,
            person.normal_income(world),
            person.credit.unused_at(loan.lender),
            int(person.has_heard_of(loan.lender)),
            person.stigma,
            world.community_default_points[person.community],
            world.behaviour.repayment,
        )
    )


def forgets(person: Person, loan: Loan, world: Circumstances) -> bool:
    """Return whether the payment slips the person's mind; only a loan not yet late can be forgotten."""
    if loan.bucket > 0:
        return False
    return world.chance.uniform("forget", person.row, loan.origination_month) < forget_chance(
        person.reliability, world.behaviour.repayment
    )


def serve(person: Person, loan: Loan, offered: int, by_choice: bool, world: Circumstances, counts: Counts) -> int:
    """Pay what is offered on one loan, then let it end, roll, or be charged off; return the fen paid."""
    repayment = world.behaviour.repayment
    opening_bucket, opening_principal, worst_before = loan.bucket, loan.principal, loan.worst_bucket
    after = loan.pay(offered, repayment.penalty_factor)
    counts.paid(loan, opening_principal, after.interest_paid)
    column = loan.bucket
    if loan.instalments_left == 0:
        loan.end(PAID_OFF)
        column = PAID_OFF_COLUMN
    elif loan.bucket > world.lenders[loan.lender].charge_off_bucket:
        counts.charged_off(loan, opening_principal, world.month, by_choice)
        loan.charge_off(repayment.collection_months)
        person.happened.add("default")
        counts.in_group(person.group, "defaults")
        line = person.credit.lines[loan.lender]
        line.status, line.limit = LINE_BARRED, 0
        column = CHARGED_OFF_COLUMN
    else:
        counts.later_than_ever(loan, worst_before, world.month)
        terms = world.lenders[loan.lender]
        if terms.experiment_share > 0.0 and worst_before < BAD_BUCKET <= loan.bucket:
            arm = arm_of(person.row, terms, loan.origination_month, world.chance)
            counts.turned_bad_in_arm(loan.lender, arm, loan.principal)
        loan.worst_bucket = max(worst_before, loan.bucket)
    counts.rolled(loan.lender, opening_bucket, column, opening_principal)
    return after.interest_paid + after.principal_paid


def pay_claims(person: Person, claims: list[Loan], on_hand: int, world: Circumstances, counts: Counts) -> int:
    """Let collectors take a part of what lies beyond a month's essentials; return the fen left.

    A claim ends when it is paid or when its last month of collection has passed.
    """
    for claim in claims:
        claim.instalments_left -= 1
        on_hand -= collected(person, claim, on_hand, world, counts)
        if claim.instalments_left <= 0 or claim.principal == 0:
            claim.end(CLAIM_ENDED)
    return on_hand


def collected(person: Person, claim: Loan, on_hand: int, world: Circumstances, counts: Counts) -> int:
    """Return the fen a collector gets on one claim: nothing unless the person is reached and has a surplus."""
    u = world.chance.uniform("collect", person.row, claim.origination_month)
    if u >= world.lenders[claim.lender].collection_effort:
        return 0
    before = claim.principal
    paid = recovery(before, on_hand, person.essentials, world.behaviour.repayment.recovery_surplus_share)
    claim.principal = before - paid
    charged_off_in = claim.charge_off_month(world.month, world.behaviour.repayment.collection_months)
    if charged_off_in < world.lenders[claim.lender].sold_before:
        counts.at_lender(claim.lender, "buyers_recoveries", paid)
    else:
        counts.recovered(claim, before)
    return paid
