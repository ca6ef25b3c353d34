"""Why one person was refused, why they missed a payment and what they owed: a month of one life in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.codes import (
    APPROVED,
    CHARGED_OFF,
    EMPTY,
    FRAUD,
    LINE_BARRED,
    LINE_FROZEN,
    LINE_OPEN,
    NO_LENDER,
    NO_LINE,
    NOT_APPLIED,
    OPEN,
    OUTCOMES,
    PAID_OFF,
    PURPOSES_OF_CREDIT,
    REFINANCED,
    SECTORS,
)
from sim.counted import UNTESTED
from sim.draws import FOR_LIFE, MonthDraws
from sim.money import basis_points, monthly_interest, yuan
from sim.observe.side_by_side import people_at, standing
from sim.params import BehaviourParameters
from sim.rules.default import forget_chance, is_walking_away
from sim.rules.law import is_postponed
from sim.rules.limits import available_on_line
from sim.rules.offers import arm_met, offer_arm, personal_price
from sim.rules.repayment import amount_due_estimate
from sim.state import Applications, Borrowers, Loans, People
from sim.values import Offer

REASONS = {
    "approved": "approved it",
    "own_policy": "refused: its own scorecard put the person in a band it does not lend to",
    "rate_cap": "refused: what this band must cost lies above the legal cap on rates",
    "no_price": "refused: at no price up to its own ceiling would this band pay for itself",
    "limit": "refused: nothing was left under the limit it gives such a person",
    "borrower_cap": "refused: the legal cap on what one person may owe one lender was reached",
    "frozen": "refused: it makes no new loans, or has frozen the line",
    "declined_price": "made an offer that the person declined as too dear",
    "capital_policy": "refused: its own capital policy left no room",
    "capital_rule": "refused: the mandatory capital ratio left no room",
    "funding": "refused: its funding left no room",
    "partner": "refused: its partner bank's pledge was used up",
    "growth_plan": "refused: its own growth plan was used up",
    "leverage_policy": "refused: its own limit on equity over assets left no room",
    "leverage_rule": "refused: the mandatory leverage ratio left no room",
    "liquidity_policy": "refused: its own reserve of cash left no room",
    "liquidity_rule": "refused: the mandatory liquidity coverage left no room",
    "sector_cap": "refused: its own cap on the person's sector was used up",
    "region_cap": "refused: its own cap on the person's region was used up",
    "partner_cap": "refused: its own cap on a single partner bank was used up",
    "capital_buffer": "refused: the mandatory buffers of capital left no room",
    "funding_leverage": "refused: the legal multiples of funding over equity left no room",
    "single_partner_rule": "refused: the legal cap on what a bank lends beside one partner was reached",
    "joint_loan_rule": "refused: the legal cap on joint loans in a bank's book was reached",
    "sector_rule": "refused: the legal cap on new loans to the person's sector was used up",
    "region_rule": "refused: the legal cap on new loans to the person's region was used up",
    "growth_quota_rule": "refused: the legal quota on growth over the window was used up",
    "soft_limit_rule": "refused: the legal quota for risky loans over the window was used up",
    "growth_quota": "refused: its growth quota over the window was used up",
    "line_cut": "refused: it has cut or frozen the line without notice, and the person asks why",
    "debt_service": "refused: the instalments it sees would exceed the legal share of the income it believes in",
    "lender_count": "refused: the person owes as many lenders as the law allows",
    "eligibility": "refused: the law forbids loans to such a person",
    "no_licence": "refused: it is in resolution and may not lend",
    "no_lender": "could not be found: no lender that might lend reaches the person",
}
LINE_WORDS = {LINE_OPEN: "open", LINE_FROZEN: "frozen", LINE_BARRED: "barred"}


class ExplanationContext(NamedTuple):
    """What must be known of a month, besides the person, to explain it."""

    borrower: int
    month: int
    date: str
    wage_index: float
    community_default_points: float
    lenders: tuple[str, ...]
    lender_ids: tuple[int, ...]
    offers: tuple[Offer, ...]
    behaviour: BehaviourParameters
    chance: MonthDraws


class Owed(NamedTuple):
    """One contract at month end; money in fen."""

    lender: str
    principal_fen: int
    months_late: int
    charged_off: bool


class Explanation(NamedTuple):
    """One person's month; print it to read it. Money in fen."""

    borrower: int
    month: int
    outcome: str  # one of OUTCOMES
    first_outcome: str  # of the application that was refused before it, or not_applied
    due_fen: int  # on licensed loans, when the month began
    missed: tuple[tuple[str, str], ...]  # (lender, why): no_money, forgot, walked_away or fraud
    owed: tuple[Owed, ...]
    informal_debt_fen: int
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        """Return the sentences, one a line."""
        return "\n".join(self.sentences)


def person_of(people: People, borrower: int, lenders: int) -> People:
    """Return a copy of one person, each table one row long."""
    return people_at(people, np.array([borrower]), lenders)


def explain(context: ExplanationContext, opening: People, closing: People) -> Explanation:
    """Return the month of one person in words, from how things stood before it and after it.

    A loan keeps its column: those that stood before the month come first after it, then what was drawn in it.
    """
    opening = opening._replace(loans=standing(opening.loans))
    applications = closing.applications
    deferred = deferred_loans(context, opening, closing)
    due = [0 if loan in deferred else due_on(opening.loans, loan) for loan in columns(opening.loans)]
    missed = {loan: why_missed(context, loan, opening, closing) for loan in missed_loans(opening.loans, closing.loans)}
    owed = tuple(contract(context, closing.loans, loan) for loan in columns(closing.loans))
    sentences = [
        f"Borrower {context.borrower}, month {context.month} ({context.date}).",
        circumstances(closing.borrowers),
        *application_sentences(context, applications),
        *due_sentences(context, opening, due),
        *payment_sentences(context, opening.loans, closing.loans, missed, deferred),
        *review_sentences(context, opening, closing),
        *standing_sentences(context, closing, owed),
    ]
    return Explanation(
        borrower=context.borrower,
        month=context.month,
        outcome=OUTCOMES[int(applications.outcome[0])],
        first_outcome=OUTCOMES[int(applications.first_outcome[0])],
        due_fen=sum(due),
        missed=tuple((context.lenders[int(opening.loans.lender[0, loan])], why) for loan, why in missed.items()),
        owed=owed,
        informal_debt_fen=int(closing.borrowers.informal_debt[0]),
        sentences=tuple(sentences),
    )


def columns(loans: Loans) -> list[int]:
    """Return the columns of one person's loans in which a contract stands."""
    return np.flatnonzero(loans.status[0] > EMPTY).tolist()


def money(amount_fen: int) -> str:
    """Return an amount as people say it."""
    return f"{yuan(int(amount_fen)):,.2f} yuan"


def due_on(loans: Loans, loan: int) -> int:
    """Return what fell due on a running loan this month, arrears included, in fen."""
    if loans.status[0, loan] != OPEN:
        return 0
    return amount_due_estimate(
        int(loans.bucket[0, loan]),
        int(loans.instalments_left[0, loan]),
        int(loans.instalment[0, loan]),
        int(loans.principal[0, loan]),
    )


def deferred_loans(context: ExplanationContext, opening: People, closing: People) -> list[int]:
    """Return the running loans whose instalments the law postponed this month."""
    employed = int(closing.borrowers.employed[0])
    return [
        loan
        for loan in columns(opening.loans)
        if opening.loans.status[0, loan] == OPEN
        and is_postponed(context.offers[int(opening.loans.lender[0, loan])].rules.postponement, employed)
    ]


def missed_loans(opening: Loans, closing: Loans) -> list[int]:
    """Return the running loans on which not a single instalment was paid."""
    return [
        loan
        for loan in columns(opening)
        if opening.status[0, loan] == OPEN
        and (
            closing.status[0, loan] == CHARGED_OFF
            or (closing.status[0, loan] == OPEN and closing.bucket[0, loan] > opening.bucket[0, loan])
        )
    ]


def why_missed(context: ExplanationContext, loan: int, opening: People, closing: People) -> str:
    """Return fraud, walked_away, forgot or no_money: the rules are asked again, with the draws of that month."""
    person, loans, lines = opening.borrowers, opening.loans, opening.lines
    lender = int(loans.lender[0, loan])
    if loans.purpose[0, loan] == FRAUD:
        return "fraud"
    approved = closing.applications.outcome[0] == APPROVED
    drawn = int(closing.applications.amount[0]) if approved else 0
    debt = drawn + sum(int(loans.principal[0, each]) for each in columns(loans) if loans.status[0, each] == OPEN)
    here = drawn if approved and closing.applications.lender[0] == lender else 0
    here += sum(
        int(loans.principal[0, each])
        for each in columns(loans)
        if loans.status[0, each] == OPEN and loans.lender[0, each] == lender
    )
    unused = available_on_line(int(lines.limit[0, lender]), here) if lines.status[0, lender] == LINE_OPEN else 0
    if is_walking_away(
        debt,
        max(1, int(int(person.permanent_income[0]) * context.wage_index)),
        unused,
        (int(person.aware_of[0]) >> lender) & 1,
        int(person.stigma[0]),
        context.community_default_points,
        context.behaviour.repayment,
    ):
        return "walked_away"
    u = context.chance.uniform("forget", context.borrower, int(loans.origination_month[0, loan]))
    if loans.bucket[0, loan] == 0 and u < forget_chance(int(person.reliability[0]), context.behaviour.repayment):
        return "forgot"
    return "no_money"


def contract(context: ExplanationContext, loans: Loans, loan: int) -> Owed:
    """Return one contract at month end."""
    return Owed(
        context.lenders[int(loans.lender[0, loan])],
        int(loans.principal[0, loan]),
        int(loans.bucket[0, loan]),
        bool(loans.status[0, loan] == CHARGED_OFF),
    )


def circumstances(person: Borrowers) -> str:
    """Return work, cash and essentials of the month in words."""
    work = f"at work in {SECTORS[int(person.sector[0])].replace('_', ' ')}"
    if not person.employed[0]:
        work = f"without work for {int(person.months_unemployed[0])} months"
    return (
        f"The person was {work}; permanent income {money(person.permanent_income[0])} a month, "
        f"{money(person.cash[0])} in hand after income, {money(person.essentials[0])} needed to live."
    )


def application_sentences(context: ExplanationContext, asked: Applications) -> list[str]:
    """Return what was asked for, of whom, and the answers."""
    outcome, first = int(asked.outcome[0]), int(asked.first_outcome[0])
    if outcome == NOT_APPLIED:
        return ["They asked nobody for credit."]
    sentences = [
        f"They wanted {money(asked.wanted[0])} for {PURPOSES_OF_CREDIT[int(asked.purpose[0])].replace('_', ' ')}."
    ]
    if outcome == NO_LENDER:
        return [*sentences, f"A lender {REASONS[OUTCOMES[outcome]]}."]
    if first != NOT_APPLIED and asked.first_lender[0] != asked.lender[0]:
        sentences.append(f"First {context.lenders[int(asked.first_lender[0])]} {REASONS[OUTCOMES[first]]}.")
    lender, band = int(asked.lender[0]), int(asked.band[0])
    price = price_met(context, context.offers[lender], band)
    cost = f"at {price / 100:.2f}% a year, all-in" if price else "a band without a price"
    answer = f"{context.lenders[lender]} {REASONS[OUTCOMES[outcome]]}"
    if outcome == APPROVED:
        answer += f" and lent {money(asked.amount[0])}"
    return [*sentences, f"{answer} (band {band} of 0 to 19, {cost}; scorecard cell {int(asked.cell[0])})."]


def price_met(context: ExplanationContext, offer: Offer, band: int) -> int:
    """Return the price the person was offered in basis points, in a test of prices not that of the band."""
    test, lender = offer.test, context.lender_ids[offer.lender]
    for_life = UNTESTED
    if test.limit_step_share > 0.0:
        u = context.chance._replace(month=FOR_LIFE).uniform("limit_test", context.borrower, lender)
        for_life = offer_arm(u, test.share)
    arm = arm_met(for_life, offer_arm(context.chance.uniform("offer_test", context.borrower, lender), test.share))
    return personal_price(offer.apr_bp[band], arm, test.price_step_bp, test.least_apr_bp, test.most_apr_bp)


def due_sentences(context: ExplanationContext, opening: People, due: list[int]) -> list[str]:
    """Return what fell due this month, lender by lender."""
    loans = opening.loans
    parts = [
        f"{context.lenders[int(loans.lender[0, loan])]} {money(amount)}"
        + (f" ({int(loans.bucket[0, loan])} months in arrears)" if loans.bucket[0, loan] else "")
        for loan, amount in enumerate(due)
        if amount > 0
    ]
    informal = int(opening.borrowers.informal_debt[0])
    if informal:
        interest = monthly_interest(informal, basis_points(context.behaviour.informal.apr))
        parts.append(f"the informal lender {money(interest)} of interest, which goes first")
    return [f"Due: {'; '.join(parts)}."] if parts else ["Nothing was due."]


def payment_sentences(
    context: ExplanationContext, opening: Loans, closing: Loans, missed: dict[int, str], deferred: list[int]
) -> list[str]:
    """Return what became of each loan that was running when the month began."""
    why = {
        "no_money": "not paid, for what was left after food and dearer relationships was not enough",
        "fraud": "not paid, and never meant to be",
        "forgot": "not paid, because it was forgotten; the next reminder cures that",
        "walked_away": "not paid by choice: the burden outweighed stigma and what the line is still worth",
    }
    sentences = []
    for loan in columns(opening):
        if opening.status[0, loan] != OPEN:
            continue
        name = context.lenders[int(opening.lender[0, loan])]
        if loan in deferred:
            sentences.append(f"{name}: postponed by law, for the person is without work.")
        elif loan in missed:
            end = "; it was charged off" if closing.status[0, loan] == CHARGED_OFF else ""
            sentences.append(f"{name}: {why[missed[loan]]}{end}.")
        elif closing.status[0, loan] == REFINANCED:
            sentences.append(f"{name}: repaid out of the new loan.")
        elif closing.status[0, loan] == PAID_OFF:
            sentences.append(f"{name}: paid off.")
        elif closing.bucket[0, loan] > 0:
            sentences.append(f"{name}: paid in part, {int(closing.bucket[0, loan])} months in arrears.")
        else:
            sentences.append(f"{name}: paid" + (", and so cured." if opening.bucket[0, loan] else "."))
    return sentences


def review_sentences(context: ExplanationContext, opening: People, closing: People) -> list[str]:
    """Return which lines were cut or frozen without notice to the person."""
    sentences = []
    for lender, name in enumerate(context.lenders):
        was, now = (int(each.lines.limit[0, lender]) for each in (opening, closing))
        if opening.lines.status[0, lender] != LINE_OPEN or closing.lines.status[0, lender] not in (
            LINE_OPEN,
            LINE_FROZEN,
        ):
            continue
        if now < was:
            sentences.append(f"At month end {name} cut the line from {money(was)} to {money(now)}, without a word.")
        late = (closing.loans.lender[0] == lender) & (closing.loans.bucket[0] > 0)
        if closing.lines.status[0, lender] == LINE_FROZEN and not late.any():
            sentences.append(f"At month end {name} froze the line though nothing was late there, without a word.")
    return sentences


def standing_sentences(context: ExplanationContext, closing: People, owed: tuple[Owed, ...]) -> list[str]:
    """Return what is owed and owned when the month closes."""
    parts = [
        f"{each.lender} {money(each.principal_fen)}"
        + (" (charged off, still collected)" if each.charged_off else "")
        + (f" ({each.months_late} months late)" if each.months_late else "")
        for each in owed
    ]
    informal = int(closing.borrowers.informal_debt[0])
    if informal:
        parts.append(f"the informal lender {money(informal)}")
    lines = [
        f"{context.lenders[lender]} {LINE_WORDS[int(status)]}, {money(closing.lines.limit[0, lender])}"
        for lender, status in enumerate(closing.lines.status[0])
        if status != NO_LINE
    ]
    return [
        f"Owed at month end: {'; '.join(parts)}." if parts else "Nothing was owed at month end.",
        f"Lines: {'; '.join(lines)}." if lines else "No line was open.",
        f"{money(closing.borrowers.savings[0])} were saved.",
    ]
