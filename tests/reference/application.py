"""What one lender makes of one applicant: what it can see, the scorecard cell, and its answer but for the money."""

from __future__ import annotations

from typing import NamedTuple

from sim.codes import NEVER, NO_LINE, PENDING, SHORTFALL
from sim.draws import FOR_LIFE
from sim.elementary import normal_quantile
from sim.rules.choice import perceived_apr
from sim.rules.demand import reservation_apr
from sim.rules.law import borrower_ceiling, headline_apr, taught_literacy
from sim.rules.limits import opening_limit
from sim.rules.offers import personal_limit
from sim.rules.underwriting import (
    Decision,
    behaviour_signal,
    decision,
    explored,
    officers_view,
    overruled,
    proxy_income,
    rationed,
    told_of_a_cut,
)
from sim.scoring.features import (
    cell_of,
    debt_bin,
    history_bin,
    income_bin,
    inquiry_bin,
    signal_bin,
    tenure_bin,
    with_sector,
    without_registry,
)
from tests.reference.circumstances import Circumstances, LenderTerms
from tests.reference.offer_test import arm_of, price_for
from tests.reference.permission import ground_in_law
from tests.reference.person import Person

FEN_PER_YUAN = 100


class Judgement(NamedTuple):
    """A lender's view of an applicant and its answer."""

    cell: int
    band: int
    arm: int
    apr_bp: int
    answer: Decision


def income_believed(person: Person, terms: LenderTerms, world: Circumstances) -> int:
    """Return the monthly income in fen that this lender's data suggest."""
    u = world.chance._replace(month=FOR_LIFE).uniform("proxy", person.row, terms.lender_id)
    return proxy_income(
        person.permanent_income,
        world.wage_index,
        person.employed,
        terms.job_loss_seen,
        terms.proxy_noise,
        normal_quantile(u),
    )


def scorecard_cell(person: Person, terms: LenderTerms, income_seen: int, world: Circumstances) -> int:
    """Return the cell the person falls into: from the lender's own book, or from all where the registry shows it."""
    credit = person.credit
    in_registry = person.registry_rank < terms.registry_rank
    visible = [loan for loan in credit.open_loans() if in_registry or loan.lender == terms.lender]
    late_now = max([credit.worst_bucket_at(terms.lender), *(loan.bucket for loan in visible)])
    debt = sum(loan.principal for loan in visible)
    since_late = person.months_since_late if in_registry else NEVER
    since_default = person.months_since_default if in_registry else NEVER
    inquiries = person.inquiry_months.bit_count() if in_registry else 0
    u = world.chance._replace(month=FOR_LIFE).uniform("signal", person.row, terms.lender_id)
    signal = terms.signal_seen * behaviour_signal(person.reliability, terms.signal_noise, normal_quantile(u))
    line = credit.lines[terms.lender]
    tenure = -1 if line.status == NO_LINE else world.month - line.opened_month
    history = history_bin(since_late, since_default, late_now, terms.registry_memory)
    indebtedness = debt_bin(debt, income_seen)
    if not in_registry:
        history, indebtedness = without_registry(history, indebtedness, tenure)
    return cell_of(
        history,
        indebtedness,
        inquiry_bin(inquiries),
        income_bin(income_seen),
        signal_bin(signal),
        tenure_bin(tenure),
    )


def cell_seen(person: Person, terms: LenderTerms, income_seen: int, world: Circumstances) -> int:
    """Return the cell of the card in force, by sector where the card has sectors."""
    return with_sector(scorecard_cell(person, terms, income_seen, world), person.sector, len(terms.band_of_cell))


def what_officers_believe(person: Person, terms: LenderTerms, world: Circumstances) -> float:
    """Return the standard score that this lender's officers give the person, the same each time they look."""
    u = world.chance._replace(month=FOR_LIFE).uniform("insight", person.row, terms.lender_id)
    return officers_view(person.reliability, terms.officer_insight, terms.officer_blindness, normal_quantile(u))


def highest_price_accepted(person: Person, purpose: int, world: Circumstances) -> float:
    """Return the dearest yearly price the person would take; a shortfall takes at least the informal lender's."""
    in_need = purpose == SHORTFALL
    noise = normal_quantile(world.chance.uniform("reservation", person.row))
    highest = reservation_apr(person.patience, person.reliability, int(in_need), noise, world.behaviour.demand)
    return max(highest, world.behaviour.informal.apr) if in_need else highest


def judged(person: Person, terms: LenderTerms, wanted: int, purpose: int, world: Circumstances) -> Judgement:
    """Return what the lender answers to an application for `wanted` fen."""
    income_seen = income_believed(person, terms, world)
    cell = cell_seen(person, terms, income_seen, world)
    band = terms.band_of_cell[cell]
    line = person.credit.lines[terms.lender]
    arm = arm_of(person.row, terms, world.month, world.chance)
    apr_bp = price_for(terms, band, arm)
    apr = apr_bp / 10000.0
    repaid = person.credit.loan_to_repay(terms.lender, terms.most_contracts)
    repaying = 0 if repaid is None else repaid.interest_to_repay()
    smallest_loan = world.behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN
    perceived = perceived_apr(
        apr,
        headline_apr(apr, terms.headline_share, terms.headline_ceiling),
        taught_literacy(person.literacy, terms.taught_share),
        terms.disclosure,
        world.behaviour.choice.revealed_share,
    )
    highest = highest_price_accepted(person, purpose, world)
    answer = decision(
        band,
        line.status,
        line.limit,
        person.credit.owed_at(terms.lender) + repaying,
        wanted,
        personal_limit(
            opening_limit(terms.limit_months[band], income_seen, terms.largest_limit, terms.borrower_cap),
            arm,
            terms.experiment_limit_step,
            min(terms.largest_limit, terms.borrower_cap),
        ),
        terms.closed[band],
        terms.new_cutoff,
        terms.line_cutoff,
        borrower_ceiling(terms.borrower_cap, terms.cap_income_months, income_seen),
        smallest_loan,
        perceived,
        highest,
    )
    if world.chance.uniform("officer", person.row, terms.lender_id) < terms.officer_share:
        answer = overruled(
            answer,
            line.status,
            apr_bp,
            terms.closed[band],
            wanted,
            smallest_loan,
            perceived,
            highest,
            what_officers_believe(person, terms, world),
            terms.officer_refuses_below,
            terms.officer_accepts_above,
        )
    u = world.chance.uniform("explore", person.row, terms.lender_id)
    answer = explored(answer, line.status, apr_bp, wanted, smallest_loan, perceived, highest, u, terms.exploration)
    if answer.outcome == PENDING and terms.has_law:
        answer = answer._replace(outcome=ground_in_law(person, terms, answer.amount, apr_bp, income_seen, world))
    refused_by_lot = terms.rationed_in_need if purpose == SHORTFALL else terms.rationed
    answer = rationed(answer, world.chance.uniform("ration", person.row), refused_by_lot)
    answer = answer._replace(outcome=told_of_a_cut(answer.outcome, line.unnoticed_cut))
    if not terms.open:
        answer = Decision(terms.shut_ground, 0, answer.limit)
    return Judgement(cell, band, arm, apr_bp, answer)
