"""Kernels: one person's application, and what the lender sees and answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import NEVER, NO_LINE, NO_NEED, NOBODY, NOT_APPLIED, OPEN, PENDING, SHORTFALL
from sim.compiling import kernel, wide
from sim.counted import Flow
from sim.draws import EXPLORE, FOR_LIFE, INSIGHT, OFFICER, PRIORITY, PROXY, RATION, RESERVATION, SIGNAL, uniform
from sim.elementary import normal_quantile
from sim.params import BehaviourParameters
from sim.people.applicant_outcome import begin_watch
from sim.people.holdings import bucket_at, interest_to_repay, line_at, loan_to_repay, owed_at, status_of
from sim.people.offer_test import arm_of, count_offer, price_for
from sim.people.permission import ground_in_law
from sim.people.terms import Conditions, Terms
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
    priority,
    proxy_income,
    rationed,
    stratum_of,
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
from sim.state import Applications, Borrowers, Lines, Loans, People, Tallies

FEN_PER_YUAN = 100


@kernel
def clear_application(i: int, applications: Applications) -> None:
    """Blank person i's application of last month."""
    applications.amount[i] = 0
    applications.wanted[i] = 0
    applications.limit[i] = 0
    applications.lender[i] = NOBODY
    applications.first_lender[i] = NOBODY
    applications.priority[i] = 0
    applications.cell[i] = 0
    applications.band[i] = 0
    applications.purpose[i] = NO_NEED
    applications.outcome[i] = NOT_APPLIED
    applications.first_outcome[i] = NOT_APPLIED


@kernel
def scorecard_cell(
    i: int,
    lender: int,
    income_seen: int,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
) -> int:
    """Return the cell of the lender's scorecard that person i falls into, from what this lender can see."""
    seen_elsewhere = borrowers.registry_rank[i] < terms.registry_rank[lender]
    since_late = NEVER
    since_default = NEVER
    late_now = bucket_at(i, lender, loans)
    debt = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        if loans.status[row] == OPEN and (seen_elsewhere or loans.lender[row] == lender):
            debt += wide(loans.principal[row])
            late_now = max(late_now, wide(loans.bucket[row]))
    inquiries = 0
    if seen_elsewhere:
        since_late = wide(borrowers.months_since_late[i])
        since_default = wide(borrowers.months_since_default[i])
        marks = wide(borrowers.inquiry_months[i])
        while marks > 0:
            inquiries += marks & 1
            marks >>= 1
    month = conditions.month
    noise = normal_quantile(uniform(keys, SIGNAL, FOR_LIFE, i, terms.lender_id[lender]))
    signal = terms.signal_seen[lender] * behaviour_signal(borrowers.reliability[i], terms.signal_noise[lender], noise)
    tenure = -1
    line = line_at(i, lender, lines)
    if status_of(line, lines) != NO_LINE:
        tenure = month - wide(lines.opened_month[line])
    history = history_bin(since_late, since_default, late_now, terms.registry_memory[lender])
    indebtedness = debt_bin(debt, income_seen)
    if not seen_elsewhere:
        history, indebtedness = without_registry(history, indebtedness, tenure)
    return cell_of(
        history,
        indebtedness,
        inquiry_bin(inquiries),
        income_bin(income_seen),
        signal_bin(signal),
        tenure_bin(tenure),
    )


class Seen(NamedTuple):
    """What a lender makes of a person."""

    income: int  # fen a month, as its data suggest
    cell: int  # of its scorecard


@kernel
def what_lender_sees(
    i: int,
    lender: int,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
) -> Seen:
    """Return the income the lender believes person i to have, and the cell of its scorecard."""
    permanent = wide(borrowers.permanent_income[i])
    noise = normal_quantile(uniform(keys, PROXY, FOR_LIFE, i, terms.lender_id[lender]))
    income = proxy_income(
        permanent,
        conditions.wage_index,
        borrowers.employed[i],
        terms.job_loss_seen[lender],
        terms.proxy_noise[lender],
        noise,
    )
    cell = with_sector(
        scorecard_cell(i, lender, income, borrowers, loans, lines, keys, conditions, terms),
        wide(borrowers.sector[i]),
        terms.band_of_cell.shape[1],
    )
    return Seen(income, cell)


@kernel
def apply_to(
    i: int,
    lender: int,
    wanted: int,
    purpose: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    tallies: Tallies,
) -> None:
    """Put person i's application to a lender, get its answer, and count the demand that waits for money."""
    borrowers = people.borrowers
    loans = people.loans
    lines = people.lines
    applications = people.applications
    month = conditions.month
    line = line_at(i, lender, lines)
    status = status_of(line, lines)
    if status == NO_LINE:
        tallies.flow[lender, Flow.NEW_APPLICATIONS] += 1
        borrowers.inquiry_months[i] |= 1
    else:
        tallies.flow[lender, Flow.LINE_APPLICATIONS] += 1
    seen = what_lender_sees(i, lender, borrowers, loans, lines, keys, conditions, terms)
    cell = seen.cell
    if tallies.cell_applied.shape[1] > 0:
        tallies.cell_applied[lender, cell] += 1
        begin_watch(i, lender, cell, borrowers, conditions)
    band = wide(terms.band_of_cell[lender, cell])
    arm = arm_of(i, lender, month, keys, terms)
    apr_bp = price_for(lender, band, arm, terms)
    apr = apr_bp / 10000.0
    perceived = perceived_apr(
        apr,
        headline_apr(apr, terms.headline_share[lender], terms.headline_ceiling[lender]),
        taught_literacy(wide(borrowers.literacy[i]), terms.taught_share[lender]),
        terms.disclosure[lender],
        behaviour.choice.revealed_share,
    )
    in_need = 1 if purpose == SHORTFALL else 0
    highest = reservation_apr(
        borrowers.patience[i],
        borrowers.reliability[i],
        in_need,
        normal_quantile(uniform(keys, RESERVATION, month, i, 0)),
        behaviour.demand,
    )
    if in_need == 1:
        highest = max(highest, behaviour.informal.apr)
    repaid = loan_to_repay(i, lender, terms.most_contracts[lender], loans)
    answer = decision(
        band,
        status,
        0 if status == NO_LINE else wide(lines.limit[line]),
        owed_at(i, lender, loans) + interest_to_repay(repaid, loans),
        wanted,
        personal_limit(
            opening_limit(
                terms.limit_months[lender, band], seen.income, terms.largest_limit[lender], terms.borrower_cap[lender]
            ),
            arm,
            terms.experiment_limit_step[lender],
            min(terms.largest_limit[lender], terms.borrower_cap[lender]),
        ),
        terms.closed[lender, band],
        terms.new_cutoff[lender],
        terms.line_cutoff[lender],
        borrower_ceiling(terms.borrower_cap[lender], terms.cap_income_months[lender], seen.income),
        behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN,
        perceived,
        highest,
    )
    officer_share = terms.officer_share[lender] if status == NO_LINE else 0.0
    if officer_share > 0.0 and uniform(keys, OFFICER, month, i, terms.lender_id[lender]) < officer_share:
        answer = overruled(
            answer,
            status,
            apr_bp,
            terms.closed[lender, band],
            wanted,
            behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN,
            perceived,
            highest,
            officers_view(
                borrowers.reliability[i],
                terms.officer_insight[lender],
                terms.officer_blindness[lender],
                normal_quantile(uniform(keys, INSIGHT, FOR_LIFE, i, terms.lender_id[lender])),
            ),
            terms.officer_refuses_below[lender],
            terms.officer_accepts_above[lender],
        )
    if terms.exploration[lender] > 0.0:
        answer = explored(
            answer,
            status,
            apr_bp,
            wanted,
            behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN,
            perceived,
            highest,
            uniform(keys, EXPLORE, month, i, terms.lender_id[lender]),
            terms.exploration[lender],
        )
    if answer.outcome == PENDING and terms.has_law[lender] == 1:
        ground = ground_in_law(
            i, lender, answer.amount, apr_bp, seen.income, borrowers, loans, conditions, terms, behaviour
        )
        answer = Decision(ground, answer.amount, answer.limit)
    refused_by_lot = terms.rationed_in_need[lender] if in_need == 1 else terms.rationed[lender]
    if refused_by_lot > 0.0:
        answer = rationed(answer, uniform(keys, RATION, month, i, 0), refused_by_lot)
    outcome = answer.outcome
    if status != NO_LINE:
        outcome = told_of_a_cut(outcome, wide(lines.unnoticed_cut[line]))
        lines.unnoticed_cut[line] = 0
    if terms.open[lender] == 0:
        outcome = terms.shut_ground[lender]
    count_offer(lender, arm, outcome, apr_bp, terms, tallies)
    applications.lender[i] = lender
    applications.wanted[i] = wanted
    applications.amount[i] = answer.amount if outcome == PENDING else 0
    applications.limit[i] = answer.limit
    applications.purpose[i] = purpose
    applications.cell[i] = cell
    applications.band[i] = band
    applications.outcome[i] = outcome
    applications.priority[i] = 0
    if outcome == PENDING:
        rank = priority(band, uniform(keys, PRIORITY, month, i, terms.lender_id[lender]))
        applications.priority[i] = rank
        strata = tallies.demand.shape[1]
        tallies.demand[lender, stratum_of(borrowers.group[i], strata), rank] += answer.amount
        tallies.demand_count[lender, rank] += 1
    else:
        tallies.outcome_count[lender, band, outcome] += 1
        tallies.outcome_amount[lender, band, outcome] += wanted
