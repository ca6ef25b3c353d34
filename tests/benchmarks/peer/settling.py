"""The second half of a person's month: draw, eat, pay or miss, be collected from, be reviewed, spend and save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.codes import NEVER
from tests.benchmarks.peer.credit import Application, Line, Loan, level_instalment

if TYPE_CHECKING:
    from tests.benchmarks.peer.borrower import Borrower
    from tests.benchmarks.peer.lender import Lender

TWELVE_MONTHS = 4095
REVIEW_MONTHS = GOOD_STANDING_MONTHS = 6


def settle(person: Borrower) -> None:
    market, behaviour = person.model, person.model.behaviour
    informal = behaviour.informal
    asked = person.application
    if asked is not None:
        market.applications += 1
        if asked.approved:
            market.approvals += 1
            draw(person, asked)
        elif asked.elsewhere:
            person.be_refused()
    due = [loan for loan in person.loans if loan.opened != market.month]
    claims = list(person.claims)  # those charged off this month are first collected next month

    # The informal lender, who comes in person, and the table.
    interest_due = person.informal_debt * informal.apr / 12
    shortage = person.essentials + interest_due - person.cash
    if due:
        shortage += sum(loan.due() for loan in due)
    if shortage > 0:
        borrow_informally(person, shortage)
    cash = person.cash
    eaten = min(cash, person.essentials)
    cash -= eaten
    market.hardship += eaten < person.essentials
    if person.informal_debt or person.informal_missed:
        paid = min(cash, interest_due)
        cash -= paid
        take_note_of_informal_interest(person, paid >= interest_due)

    defaulted = False
    if due:
        cash, defaulted = pay_dues(person, due, cash)
    if claims:
        cash = pay_claims(person, claims, cash)
    late = defaulted or any(loan.bucket for loan in person.loans)
    person.months_since_late = 0 if late else min(person.months_since_late + 1, NEVER)
    person.months_since_default = 0 if defaulted else min(person.months_since_default + 1, NEVER)
    review_lines(person)

    spending = behaviour.spending
    if person.informal_debt:
        repaid = min(person.informal_debt, cash * informal.repay_surplus_share)
        person.informal_debt -= repaid
        cash -= repaid
    excess = max(0.0, cash - person.buffer())
    spent = excess * spending.spend_share
    person.savings = cash - spent - min(excess * spending.long_term_saving_share, cash - spent)
    market.consumption += eaten + spent
    person.inquiry_months = person.inquiry_months << 1 & TWELVE_MONTHS
    report(person)


def draw(person: Borrower, asked: Application) -> None:
    """Take the loan; the first at a lender opens the line."""
    market, lender = person.model, asked.lender
    amount = asked.amount
    if person.lines[lender.index] is None:
        person.lines[lender.index] = Line(asked.limit, market.month)
    affordable = person.normal_income * market.behaviour.demand.instalment_income_share
    months = next((term for term, most in ((3, 3), (6, 6), (9, 9), (12, 16)) if amount <= most * affordable), 24)
    apr = lender.prices[asked.band]
    instalment = level_instalment(amount, apr, months)
    person.loans.append(Loan(lender, amount, apr, instalment, months, market.month, lender.partner_share))
    if asked.purpose == "shortfall":
        person.cash += asked.amount
    else:
        market.consumption += asked.amount
        if asked.purpose == "stock":
            person.inventory += asked.amount


def borrow_informally(person: Borrower, shortage: float) -> None:
    market, informal = person.model, person.model.behaviour.informal
    market.informal_wanted += shortage
    if person.informal_missed < 0:
        return
    room = max(0.0, informal.cap_months * person.normal_income - person.informal_debt)
    lent = min(shortage, room) * market.informal_supply_share
    person.informal_debt += lent
    person.cash += lent


def take_note_of_informal_interest(person: Borrower, is_paid: bool) -> None:
    """Count misses; after too many the debt is given up for a bar, counted upwards from below zero."""
    informal = person.model.behaviour.informal
    if person.informal_missed < 0:
        person.informal_missed += 1
    elif is_paid or not person.informal_debt:
        person.informal_missed = 0
    else:
        person.informal_missed += 1
        if person.informal_missed >= informal.default_months:
            person.informal_debt, person.informal_missed = 0.0, -informal.barred_months


def pay_dues(person: Borrower, due: list[Loan], cash: float) -> tuple[float, bool]:
    """Pay or miss each loan, the most valuable relationship first; return cash left and whether one was charged off."""
    market, repayment = person.model, person.model.behaviour.repayment
    burden = sum(loan.principal for loan in person.loans) / person.normal_income
    stigma = repayment.stigma_burden_months + repayment.stigma_spread_months * person.stigma
    stigma *= max(0.2, 1 - repayment.stigma_community_slope * market.community_points[person.community])
    unused = {loan.lender: unused_at(person, loan.lender) for loan in due}

    def worth(loan: Loan) -> tuple[float, int]:
        lender = loan.lender
        record = lender.is_bank * lender.rules.registry_coverage_share * repayment.registry_priority
        return unused[lender] + record, loan.bucket

    if len(due) > 1:
        due.sort(key=worth, reverse=True)
    defaulted = False
    for loan in due:
        lender = loan.lender
        access = repayment.access_weight * unused[lender] / person.normal_income
        leaves = burden > stigma + access
        forgets = not loan.bucket and person.random.random() < person.forget_share
        interest, principal = loan.pay(0.0 if leaves or forgets else cash, repayment.penalty_factor)
        cash = max(0.0, cash - interest - principal)
        lender.receive(loan, interest, principal)
        if loan.left == 0:
            person.loans.remove(loan)
        elif loan.bucket > lender.parameters.charge_off_bucket:
            charge_off(person, loan)
            defaulted = True
    if defaulted:
        market.community_defaults[person.community] += 1
    return cash, defaulted


def unused_at(person: Borrower, lender: object) -> float:
    line = person.lines[lender.index]
    return 0.0 if line.frozen or line.barred else max(0.0, line.limit - person.owed_at(lender))


def charge_off(person: Borrower, loan: Loan) -> None:
    lender = loan.lender
    lender.share_out(loan, "lost", loan.principal)
    lender.leaving += loan.principal
    loan.left = person.model.behaviour.repayment.collection_months
    person.loans.remove(loan)
    person.claims.append(loan)
    line = person.lines[lender.index]
    line.barred, line.limit = True, 0.0


def pay_claims(person: Borrower, claims: list[Loan], cash: float) -> float:
    """Collectors who reach the person take a part of what lies beyond a month's essentials."""
    share = person.model.behaviour.repayment.recovery_surplus_share
    for claim in claims:
        reached = person.random.random() < claim.lender.parameters.collection_effort
        if reached and cash > person.essentials:
            paid = min(claim.principal, (cash - person.essentials) * share)
            claim.principal -= paid
            cash -= paid
            claim.lender.share_out(claim, "recovered", paid)
        claim.left -= 1
        if claim.left <= 0 or claim.principal <= 0:
            person.claims.remove(claim)
    return cash


def review_lines(person: Borrower) -> None:
    """Lenders freeze, thaw, raise and at last close lines after the month's payments."""
    market = person.model
    person.unused = 0.0
    for lender in market.lenders:
        line = person.lines[lender.index]
        if line is None:
            continue
        p = lender.parameters
        owed, late = 0.0, False
        for loan in person.loans:
            if loan.lender is lender:
                owed += loan.principal
                late = late or loan.bucket > 0
        if owed > 0 or any(claim.lender is lender for claim in person.claims):
            line.last_owed = market.month
        elif market.month - line.last_owed >= (p.barred_months if line.barred else p.dormant_months):
            person.lines[lender.index] = None
            continue
        if line.barred:
            continue
        if line.frozen or late:
            line.frozen = late
        else:
            review_limit(person, lender, line)
        if not line.frozen:
            person.unused += max(0.0, line.limit - owed)


def review_limit(person: Borrower, lender: Lender, line: Line) -> None:
    p, age = lender.parameters, person.model.month - line.opened
    if age > 0 and age % REVIEW_MONTHS == 0 and person.months_since_late >= GOOD_STANDING_MONTHS:
        ceiling = min(p.largest_limit_yuan, lender.limit_months[0] * person.normal_income)
        if line.limit < ceiling:
            line.limit = min(ceiling, line.limit * (1 + p.limit_raise_share))
    line.limit = min(line.limit, lender.borrower_cap)


def report(person: Borrower) -> None:
    """Be counted at month end."""
    market = person.model
    market.informal_debt += person.informal_debt
    if person.loans:
        market.indebted += 1
        for loan in person.loans:
            loan.lender.count(loan)
