"""Kernels: people seek credit. Need, choice of lender, and each lender's answer, over a range of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiling import kernel
from sim.draws import (
    CONVENIENCE,
    PRIORITY,
    PROXY,
    PURCHASE,
    PURCHASE_SIZE,
    RESERVATION,
    SIGNAL,
    TASTE,
    TASTE_ELSEWHERE,
    fill_uniforms,
    uniform,
)
from sim.elementary import normal_quantile
from sim.engines.earning import BLOCK
from sim.engines.tables import Conditions, Terms
from sim.money import monthly_interest
from sim.params import BehaviourParameters
from sim.rules.choice import appeal, is_discouraged, perceived_apr
from sim.rules.demand import (
    amount_wanted,
    goes_on_credit,
    purchase_chance,
    reservation_apr,
    shortfall_wanted,
    up_to_hundred_yuan,
)
from sim.rules.limits import available_on_line, opening_limit
from sim.rules.repayment import amount_due_estimate
from sim.rules.spending import target_buffer
from sim.rules.underwriting import behaviour_signal, decision, priority, proxy_income
from sim.scoring.features import (
    cell_of,
    debt_bin,
    history_bin,
    income_bin,
    inquiry_bin,
    signal_bin,
    tenure_bin,
    without_registry,
)
from sim.state import Applications, Borrowers, Lines, Loans, People, Tallies
from sim.values import (
    ALL_SLOTS_TAKEN,
    CHARGED_OFF,
    EMPTY,
    FLOW,
    FROZEN,
    LINE_BARRED,
    LINE_OPEN,
    LOAN_SLOTS,
    NEVER,
    NO_LENDER,
    NO_LINE,
    NO_NEED,
    NO_SLOT,
    NOBODY,
    NOT_APPLIED,
    OPEN,
    PENDING,
    PURCHASE as FOR_PURCHASE,
    RUSH,
    SELF_EMPLOYED,
    SHORTFALL,
    WORKING_CAPITAL,
)

NEW_APPLICATIONS = FLOW["new_applications"]
LINE_APPLICATIONS = FLOW["line_applications"]
REFUSAL_MEMORY_MONTHS = 3
FEN_PER_YUAN = 100


@kernel
def bucket_at(i: int, lender: int, loans: Loans) -> int:
    """Return the worst bucket of person i's loans at a lender; a charged-off claim counts as the last bucket."""
    worst = 0
    for slot in range(LOAN_SLOTS):
        if loans.lender[i, slot] == lender:
            if loans.status[i, slot] == OPEN:
                worst = max(worst, np.int64(loans.bucket[i, slot]))
            elif loans.status[i, slot] == CHARGED_OFF:
                worst = 13
    return worst


@kernel
def owed_at(i: int, lender: int, loans: Loans) -> int:
    """Return the fen person i owes a lender on open loans."""
    owed = np.int64(0)
    for slot in range(LOAN_SLOTS):
        if loans.status[i, slot] == OPEN and loans.lender[i, slot] == lender:
            owed += loans.principal[i, slot]
    return owed


@kernel
def slot_for(i: int, lender: int, loans: Loans) -> int:
    """Return the slot a new loan from a lender would take: an empty one, else that of its smallest current loan.

    With no slot empty the new loan repays the old one and adds to it, as top-up loans do; NOBODY when neither is there.
    """
    best = NOBODY
    for slot in range(LOAN_SLOTS):
        if loans.status[i, slot] == EMPTY:
            return slot
        if loans.status[i, slot] == OPEN and loans.lender[i, slot] == lender and loans.bucket[i, slot] == 0:
            if best == NOBODY or loans.principal[i, slot] < loans.principal[i, best]:
                best = slot
    return best


@kernel
def interest_to_repay(i: int, slot: int, loans: Loans) -> int:
    """Return the month's interest in fen that repaying the loan in a slot costs; nothing for an empty slot."""
    if loans.status[i, slot] != OPEN:
        return 0
    return monthly_interest(np.int64(loans.principal[i, slot]), np.int64(loans.apr_bp[i, slot]))


@kernel
def dues_expected(i: int, loans: Loans) -> int:
    """Return the fen person i expects to owe this month on all open loans."""
    dues = np.int64(0)
    for slot in range(LOAN_SLOTS):
        if loans.status[i, slot] == OPEN:
            dues += amount_due_estimate(
                np.int64(loans.bucket[i, slot]),
                np.int64(loans.instalments_left[i, slot]),
                np.int64(loans.instalment[i, slot]),
                np.int64(loans.principal[i, slot]),
            )
    return dues


@kernel
def choose_lender(
    i: int,
    purpose: int,
    excluded: int,
    taste: int,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
) -> int:
    """Return the lender person i turns to, or NOBODY when none can be reached that might lend, or ALL_SLOTS_TAKEN.

    People do not ask a lender they are in arrears with, one that barred them, or one whose line has no room left.
    """
    best = NOBODY
    best_appeal = 0.0
    slots_taken = False
    worst = 0
    for slot in range(LOAN_SLOTS):
        if loans.status[i, slot] == OPEN:
            worst = max(worst, np.int64(loans.bucket[i, slot]))
    # The second choice of the month follows a refusal by nature.
    since_refused = np.int64(borrowers.months_since_refused[i]) if excluded == NOBODY else NEVER
    discouraged = is_discouraged(worst, since_refused, behaviour.choice)
    smallest = behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN
    for lender in range(terms.open.shape[0]):
        if lender == excluded or (np.int64(borrowers.reached_by[i]) >> lender) & 1 == 0:
            continue
        status = lines.status[i, lender]
        if status == LINE_BARRED or (status == NO_LINE and terms.open[lender] == 0):
            continue
        if bucket_at(i, lender, loans) > 0 or (status == NO_LINE and discouraged == 1):
            continue
        has_room = 0
        if status != NO_LINE:
            if available_on_line(np.int64(lines.limit[i, lender]), owed_at(i, lender, loans)) < smallest:
                continue
            has_room = 1
        if slot_for(i, lender, loans) == NOBODY:
            slots_taken = True
            continue
        refused = 0
        if borrowers.last_refused_by[i] == lender and borrowers.months_since_refused[i] <= REFUSAL_MEMORY_MONTHS:
            refused = 1
        price = perceived_apr(
            terms.typical_apr[lender],
            terms.typical_headline_apr[lender],
            borrowers.literacy[i],
            terms.disclosure[lender],
            behaviour.choice.revealed_share,
        )
        in_scene = terms.scene[lender] if purpose == FOR_PURCHASE else 0.0
        luck = uniform(keys, taste, conditions.month, i, terms.lender_id[lender])
        liking = appeal(price, has_room, in_scene, refused, luck, behaviour.choice)
        if best == NOBODY or liking > best_appeal:
            best = lender
            best_appeal = liking
    if best == NOBODY and slots_taken:
        return ALL_SLOTS_TAKEN
    return best


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
    since_late = np.int64(NEVER)
    since_default = np.int64(NEVER)
    late_now = bucket_at(i, lender, loans)
    debt = np.int64(0)
    for slot in range(LOAN_SLOTS):
        if loans.status[i, slot] == OPEN and (seen_elsewhere or loans.lender[i, slot] == lender):
            debt += loans.principal[i, slot]
            late_now = max(late_now, np.int64(loans.bucket[i, slot]))
    inquiries = 0
    if seen_elsewhere:
        since_late = np.int64(borrowers.months_since_late[i])
        since_default = np.int64(borrowers.months_since_default[i])
        marks = np.int64(borrowers.inquiry_months[i])
        while marks > 0:
            inquiries += marks & 1
            marks >>= 1
    month = conditions.month
    noise = normal_quantile(uniform(keys, SIGNAL, 0, i, terms.lender_id[lender]))
    signal = behaviour_signal(borrowers.reliability[i], terms.signal_noise[lender], noise)
    tenure = -1
    if lines.status[i, lender] != NO_LINE:
        tenure = month - np.int64(lines.opened_month[i, lender])
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


@kernel
def apply_to(
    i: int,
    lender: int,
    wanted: int,
    purpose: int,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    applications: Applications,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    tallies: Tallies,
) -> None:
    """Put person i's application to a lender, get its answer, and count the demand that waits for money."""
    month = conditions.month
    status = np.int64(lines.status[i, lender])
    if status == NO_LINE:
        tallies.flow[lender, NEW_APPLICATIONS] += 1
        borrowers.inquiry_months[i] |= 1
    else:
        tallies.flow[lender, LINE_APPLICATIONS] += 1
    permanent = np.int64(borrowers.permanent_income[i])
    noise = normal_quantile(uniform(keys, PROXY, 0, i, terms.lender_id[lender]))
    income_seen = proxy_income(
        permanent,
        conditions.wage_index,
        borrowers.employed[i],
        terms.job_loss_seen[lender],
        terms.proxy_noise[lender],
        noise,
    )
    cell = scorecard_cell(i, lender, income_seen, borrowers, loans, lines, keys, conditions, terms)
    band = np.int64(terms.band_of_cell[lender, cell])
    apr_bp = terms.apr_bp[lender, band]
    apr = apr_bp / 10000.0
    perceived = perceived_apr(
        apr,
        apr * terms.headline_share[lender],
        borrowers.literacy[i],
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
    answer = decision(
        band,
        status,
        np.int64(lines.limit[i, lender]),
        owed_at(i, lender, loans) + interest_to_repay(i, slot_for(i, lender, loans), loans),
        wanted,
        opening_limit(
            terms.limit_months[lender, band], income_seen, terms.largest_limit[lender], terms.borrower_cap[lender]
        ),
        apr_bp,
        terms.closed[lender, band],
        terms.new_cutoff[lender],
        terms.line_cutoff[lender],
        terms.borrower_cap[lender],
        behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN,
        perceived,
        highest,
    )
    outcome = answer.outcome
    if terms.open[lender] == 0:
        outcome = FROZEN
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
        place = priority(band, uniform(keys, PRIORITY, month, i, terms.lender_id[lender]))
        applications.priority[i] = place
        tallies.demand[lender, place] += answer.amount
        tallies.demand_count[lender, place] += 1
    else:
        tallies.outcome_count[lender, outcome] += 1
        tallies.outcome_amount[lender, outcome] += wanted


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
def seek_rows(
    first: int,
    last: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    scratch: NDArray[np.float64],
    tallies: Tallies,
) -> None:
    """Let rows first..last-1 see whether they need credit, for what and how much, and ask one lender for it."""
    borrowers = people.borrowers
    loans = people.loans
    lines = people.lines
    applications = people.applications
    demand = behaviour.demand
    month = conditions.month
    smallest = demand.smallest_loan_yuan * FEN_PER_YUAN
    purchase_luck = scratch[0]
    for block in range(first, last, BLOCK):
        rows = min(BLOCK, last - block)
        fill_uniforms(keys, PURCHASE, month, block, 0, purchase_luck[:rows])
        for offset in range(rows):
            i = block + offset
            if applications.purpose[i] != NO_NEED:
                clear_application(i, applications)
            # Aged here, before anybody is refused this month, so that every refusal weighs for the same three months.
            if borrowers.months_since_refused[i] < 100:
                borrowers.months_since_refused[i] += 1
            if borrowers.adopted[i] == 0:
                continue
            sector = borrowers.sector[i]
            income = max(1, np.int64(borrowers.permanent_income[i] * conditions.wage_index))
            dues = dues_expected(i, loans)
            cash = np.int64(borrowers.cash[i])
            essentials = np.int64(borrowers.essentials[i])
            spare = cash - essentials - dues
            unused = np.int64(borrowers.unused_lines[i])
            purpose = NO_NEED
            wanted = np.int64(0)
            lender = NOBODY
            if spare < 0:
                purpose = SHORTFALL
                wanted = shortfall_wanted(-spare, income, smallest, demand)
            else:
                if borrowers.aware_of[i] != 0:
                    for told in range(terms.open.shape[0]):
                        if (np.int64(borrowers.aware_of[i]) >> told) & 1 == 1 and lines.status[i, told] == LINE_OPEN:
                            room = available_on_line(np.int64(lines.limit[i, told]), owed_at(i, told, loans))
                            current = bucket_at(i, told, loans) == 0
                            if room >= smallest and current and slot_for(i, told, loans) != NOBODY:
                                purpose = RUSH
                                wanted = room
                                lender = told
                                break
                if purpose == NO_NEED:
                    open_loans = 0
                    for slot in range(LOAN_SLOTS):
                        if loans.status[i, slot] != EMPTY:
                            open_loans += 1
                    chance = purchase_chance(
                        borrowers.patience[i], conditions.season_factor, unused, income, open_loans, demand
                    )
                    working = demand.working_capital_share if sector == SELF_EMPLOYED and open_loans < LOAN_SLOTS else 0.0
                    luck = purchase_luck[offset]
                    if luck < chance + working:
                        size = normal_quantile(uniform(keys, PURCHASE_SIZE, month, i, 0))
                        if luck < working:
                            purpose = WORKING_CAPITAL
                            log_months = demand.working_capital_log_months
                        else:
                            purpose = FOR_PURCHASE
                            log_months = demand.purchase_log_months
                        wanted = up_to_hundred_yuan(
                            amount_wanted(income, log_months, demand.purchase_log_sd, size, demand.amount_cap_months)
                        )
                        buffer = target_buffer(
                            essentials,
                            borrowers.patience[i],
                            conditions.job_risks[sector],
                            unused,
                            behaviour.spending,
                        )
                        convenience = uniform(keys, CONVENIENCE, month, i, 0)
                        if wanted < smallest or not goes_on_credit(
                            spare, wanted, buffer, convenience, demand.convenience_share
                        ):
                            purpose = NO_NEED
            if purpose == NO_NEED:
                continue
            applications.purpose[i] = purpose
            applications.wanted[i] = wanted
            if lender == NOBODY:
                lender = choose_lender(
                    i, purpose, NOBODY, TASTE, borrowers, loans, lines, keys, conditions, terms, behaviour
                )
            if lender < 0:
                applications.outcome[i] = NO_SLOT if lender == ALL_SLOTS_TAKEN else NO_LENDER
                continue
            apply_to(
                i,
                lender,
                wanted,
                purpose,
                borrowers,
                loans,
                lines,
                applications,
                keys,
                conditions,
                terms,
                behaviour,
                tallies,
            )


@kernel
def try_elsewhere_rows(
    first: int,
    last: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    cutoffs: NDArray[np.int64],
    bindings: NDArray[np.int64],
    tallies: Tallies,
) -> None:
    """Tell rows first..last-1 the result of the first round, and let those refused ask one other lender.

    `cutoffs` and `bindings` hold, by lender, the first priority refused for want of money and the constraint that
    bound. Approved applications keep PENDING until `settle`, with their own round's lender; the refused get a reason.
    """
    borrowers = people.borrowers
    applications = people.applications
    for i in range(first, last):
        outcome = np.int64(applications.outcome[i])
        if outcome == NOT_APPLIED or outcome == NO_SLOT or outcome == NO_LENDER:
            continue
        lender = np.int64(applications.lender[i])
        if outcome == PENDING:
            if applications.priority[i] < cutoffs[lender]:
                continue
            outcome = bindings[lender]
            applications.outcome[i] = outcome
            tallies.outcome_count[lender, outcome] += 1
            tallies.outcome_amount[lender, outcome] += applications.wanted[i]
            applications.amount[i] = 0
        applications.first_outcome[i] = outcome
        applications.first_lender[i] = lender
        borrowers.last_refused_by[i] = lender
        borrowers.months_since_refused[i] = 0
        if applications.purpose[i] == RUSH:
            continue
        other = choose_lender(
            i,
            applications.purpose[i],
            lender,
            TASTE_ELSEWHERE,
            borrowers,
            people.loans,
            people.lines,
            keys,
            conditions,
            terms,
            behaviour,
        )
        if other < 0:
            continue
        apply_to(
            i,
            other,
            np.int64(applications.wanted[i]),
            np.int64(applications.purpose[i]),
            borrowers,
            people.loans,
            people.lines,
            applications,
            keys,
            conditions,
            terms,
            behaviour,
            tallies,
        )
