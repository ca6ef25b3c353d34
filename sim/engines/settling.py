"""Kernel: money moves. Approved credit is drawn, bills are paid or missed, the rest is spent or saved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiling import kernel
from sim.draws import COLLECT, FORGET, uniform
from sim.engines.seeking import bucket_at, interest_to_repay, owed_at, slot_for
from sim.engines.tables import Conditions, Terms
from sim.money import monthly_interest, part
from sim.params import BehaviourParameters
from sim.rules.default import forget_chance, is_walking_away
from sim.rules.demand import term_months
from sim.rules.informal import informal_offer, next_informal_missed
from sim.rules.limits import available_on_line, reviewed_limit
from sim.rules.repayment import after_payments, level_instalment, recovery, relationship_value
from sim.rules.spending import share_of_excess, target_buffer
from sim.state import Applications, Borrowers, Lines, Loans, People, Tallies
from sim.values import (
    APPROVED,
    BORROWER_CAP,
    BUCKETS,
    CAPITAL,
    CHARGED_OFF,
    DECLINED_PRICE,
    EMPTY,
    FLAG,
    FLOW,
    GROUP_FLOW,
    HOUSEHOLD_FLOW,
    LINE_BARRED,
    LINE_FROZEN,
    LINE_OPEN,
    LOAN_SLOTS,
    NEVER,
    NO_LENDER,
    NO_LINE,
    NO_SLOT,
    NOBODY,
    NOT_APPLIED,
    OPEN,
    OWN_POLICY,
    PENDING,
    PLAN,
    PURCHASE,
    RATE_CAP,
    VINTAGE_MONTHS,
    WORKING_CAPITAL,
)

FEN_PER_YUAN = 100
PAID_OFF_COLUMN = BUCKETS
CHARGED_OFF_COLUMN = BUCKETS + 1

NEW_APPROVALS = FLOW["new_approvals"]
LINE_APPROVALS = FLOW["line_approvals"]
ORIGINATIONS = FLOW["originations"]
ORIGINATIONS_PARTNER = FLOW["originations_partner"]
REFINANCED = FLOW["refinanced"]
ORIGINATIONS_APR = FLOW["originations_apr"]
ORIGINATIONS_COUNT = FLOW["originations_count"]
INTEREST = FLOW["interest"]
INTEREST_PARTNER = FLOW["interest_partner"]
PRINCIPAL = FLOW["principal"]
PRINCIPAL_PARTNER = FLOW["principal_partner"]
CHARGE_OFFS = FLOW["charge_offs"]
CHARGE_OFFS_PARTNER = FLOW["charge_offs_partner"]
RECOVERIES = FLOW["recoveries"]
RECOVERIES_PARTNER = FLOW["recoveries_partner"]
DEFAULTS = FLOW["defaults"]
DEFAULTS_BY_CHOICE = FLOW["defaults_by_choice"]
LAST_BUCKET_ROLLED = FLOW["opening_last_bucket_rolled"]
CUSTOMERS = FLOW["customers"]
LOANS = FLOW["loans"]
OPEN_LINES = FLOW["open_lines"]
LINE_LIMITS = FLOW["line_limits"]
UNUSED_LINES = FLOW["unused_lines"]

G_INDEBTED = GROUP_FLOW["indebted"]
G_APPLICATIONS = GROUP_FLOW["applications"]
G_APPROVALS = GROUP_FLOW["approvals"]
G_ORIGINATIONS = GROUP_FLOW["originations"]
G_ORIGINATIONS_APR = GROUP_FLOW["originations_apr"]
G_DEBT = GROUP_FLOW["debt"]
G_DEBT_30 = GROUP_FLOW["debt_dpd30"]
G_DEBT_90 = GROUP_FLOW["debt_dpd90"]
G_DEFAULTS = GROUP_FLOW["defaults"]
G_HARDSHIP = GROUP_FLOW["hardship"]
G_INFORMAL = GROUP_FLOW["informal_debt"]
G_CONSUMPTION = GROUP_FLOW["consumption"]
G_NO_SLOT = GROUP_FLOW["no_slot"]

H_CONSUMPTION = HOUSEHOLD_FLOW["consumption"]
H_LONG_TERM_SAVING = HOUSEHOLD_FLOW["long_term_saving"]
H_INFORMAL_LENT = HOUSEHOLD_FLOW["informal_lent"]
H_INFORMAL_INTEREST = HOUSEHOLD_FLOW["informal_interest"]
H_INFORMAL_PRINCIPAL = HOUSEHOLD_FLOW["informal_principal"]
H_INFORMAL_WRITTEN_OFF = HOUSEHOLD_FLOW["informal_written_off"]
H_INFORMAL_DEFAULTS = HOUSEHOLD_FLOW["informal_defaults"]
H_SAVINGS = HOUSEHOLD_FLOW["savings"]
H_INFORMAL_DEBT = HOUSEHOLD_FLOW["informal_debt"]
H_HARDSHIP = HOUSEHOLD_FLOW["hardship_people"]
H_INFORMAL_WANTED = HOUSEHOLD_FLOW["informal_wanted"]

F_APPLIED_BEFORE = FLAG["applied_before"]
F_APPROVED_BEFORE = FLAG["approved_before"]
F_APPLIED = FLAG["applied"]
F_APPROVED = FLAG["approved"]
F_OWN_POLICY = FLAG["refused_own_policy"]
F_RATE_CAP = FLAG["refused_rate_cap"]
F_BORROWER_CAP = FLAG["refused_borrower_cap"]
F_BUDGET = FLAG["refused_budget"]
F_NO_SLOT = FLAG["refused_no_slot"]
F_DECLINED = FLAG["declined_price"]
F_LATE = FLAG["late"]
F_DEFAULT = FLAG["default"]
F_INFORMAL = FLAG["informal"]
F_HARDSHIP = FLAG["hardship"]
F_MOVED = FLAG["moved_lender"]
INQUIRY_MASK = 4095  # twelve months, one bit each
LENT, INTEREST_PART, PRINCIPAL_PART, CHARGED_OFF_PART, RECOVERED_PART = range(5)
V_LENT, V_30, V_60, V_90, V_CHARGED_OFF = range(5)
LARGEST_SAVINGS = 2_000_000_000  # fen, the most an int32 holds with a margin


@kernel
def outcome_flag(outcome: int) -> int:
    """Return the bit that remembers a refusal of this kind."""
    if outcome == OWN_POLICY:
        return F_OWN_POLICY
    if outcome == RATE_CAP:
        return F_RATE_CAP
    if outcome == BORROWER_CAP:
        return F_BORROWER_CAP
    if outcome == NO_SLOT:
        return F_NO_SLOT
    if outcome == DECLINED_PRICE:
        return F_DECLINED
    if CAPITAL <= outcome <= PLAN:
        return F_BUDGET
    return 0


@kernel
def clear_slot(i: int, slot: int, loans: Loans) -> None:
    """Blank the slot of a contract that has ended, so that the state does not depend on contracts long gone."""
    loans.principal[i, slot] = 0
    loans.original[i, slot] = 0
    loans.instalment[i, slot] = 0
    loans.origination_month[i, slot] = 0
    loans.apr_bp[i, slot] = 0
    loans.partner_share_bp[i, slot] = 0
    loans.cell[i, slot] = 0
    loans.instalments_left[i, slot] = 0
    loans.bucket[i, slot] = 0
    loans.worst_bucket[i, slot] = 0
    loans.purpose[i, slot] = 0
    loans.band[i, slot] = 0
    loans.lender[i, slot] = NOBODY
    loans.partner[i, slot] = NOBODY
    loans.status[i, slot] = EMPTY


@kernel
def repay_by_new_loan(i: int, slot: int, loans: Loans, tallies: Tallies) -> int:
    """Repay the loan in a slot, when there is one, out of the new loan that takes its place; return the fen it takes."""
    if loans.status[i, slot] != OPEN:
        return 0
    lender = np.int64(loans.lender[i, slot])
    partner = np.int64(loans.partner[i, slot])
    principal = np.int64(loans.principal[i, slot])
    interest = interest_to_repay(i, slot, loans)
    tallies.flow[lender, INTEREST] += interest
    tallies.flow[lender, PRINCIPAL] += principal
    tallies.flow[lender, REFINANCED] += principal + interest
    tallies.roll_count[lender, 0, PAID_OFF_COLUMN] += 1
    tallies.roll_amount[lender, 0, PAID_OFF_COLUMN] += principal
    if partner != NOBODY:
        share_bp = np.int64(loans.partner_share_bp[i, slot])
        tallies.flow[lender, INTEREST_PARTNER] += part(interest, share_bp)
        tallies.flow[lender, PRINCIPAL_PARTNER] += part(principal, share_bp)
        tallies.partner_flow[lender, partner, INTEREST_PART] += part(interest, share_bp)
        tallies.partner_flow[lender, partner, PRINCIPAL_PART] += part(principal, share_bp)
    return principal + interest


@kernel
def draw_credit(
    i: int,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    applications: Applications,
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    tallies: Tallies,
) -> int:
    """Draw person i's approved loan and return the fen that reach the person; a loan it repays comes on top."""
    lender = np.int64(applications.lender[i])
    amount = np.int64(applications.amount[i])
    band = np.int64(applications.band[i])
    month = conditions.month
    group = borrowers.group[i]
    apr_bp = terms.apr_bp[lender, band]
    if lines.status[i, lender] == NO_LINE:
        lines.status[i, lender] = LINE_OPEN
        lines.opened_month[i, lender] = month
        lines.limit[i, lender] = applications.limit[i]
        tallies.flow[lender, NEW_APPROVALS] += 1
    else:
        tallies.flow[lender, LINE_APPROVALS] += 1
    slot = slot_for(i, lender, loans)
    drawn = amount + repay_by_new_loan(i, slot, loans, tallies)
    income = np.int64(borrowers.permanent_income[i] * conditions.wage_index)
    term = term_months(drawn, income, behaviour.demand.instalment_income_share)
    partner = terms.partner[lender]
    share_bp = terms.partner_share_bp[lender] if partner != NOBODY else 0
    loans.principal[i, slot] = drawn
    loans.original[i, slot] = drawn
    loans.instalment[i, slot] = level_instalment(drawn, apr_bp, term)
    loans.origination_month[i, slot] = month
    loans.apr_bp[i, slot] = apr_bp
    loans.partner_share_bp[i, slot] = share_bp
    loans.cell[i, slot] = applications.cell[i]
    loans.instalments_left[i, slot] = term
    loans.bucket[i, slot] = 0
    loans.worst_bucket[i, slot] = 0
    loans.purpose[i, slot] = applications.purpose[i]
    loans.band[i, slot] = band
    loans.lender[i, slot] = lender
    loans.partner[i, slot] = partner
    loans.status[i, slot] = OPEN
    applications.outcome[i] = APPROVED

    tallies.flow[lender, ORIGINATIONS] += drawn
    tallies.flow[lender, ORIGINATIONS_APR] += drawn * apr_bp // 10_000
    tallies.flow[lender, ORIGINATIONS_COUNT] += 1
    tallies.vintage_flow[lender, 0, V_LENT] += drawn
    tallies.outcome_count[lender, APPROVED] += 1
    tallies.outcome_amount[lender, APPROVED] += amount
    tallies.group[group, G_APPROVALS] += 1
    tallies.group[group, G_ORIGINATIONS] += amount
    tallies.group[group, G_ORIGINATIONS_APR] += amount * apr_bp // 10_000
    if partner != NOBODY:
        lent = part(drawn, share_bp)
        tallies.flow[lender, ORIGINATIONS_PARTNER] += lent
        tallies.partner_flow[lender, partner, LENT] += lent
    return amount


@kernel
def serve_loan(
    i: int,
    slot: int,
    cash: int,
    by_choice: int,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    tallies: Tallies,
) -> int:
    """Pay what the cash given allows on one loan, move it between buckets or charge it off; return the fen paid."""
    lender = np.int64(loans.lender[i, slot])
    partner = np.int64(loans.partner[i, slot])
    share_bp = np.int64(loans.partner_share_bp[i, slot])
    bucket = np.int64(loans.bucket[i, slot])
    principal = np.int64(loans.principal[i, slot])
    worst = np.int64(loans.worst_bucket[i, slot])
    age = min(conditions.month - np.int64(loans.origination_month[i, slot]), VINTAGE_MONTHS - 1)
    after = after_payments(
        principal,
        np.int64(loans.apr_bp[i, slot]),
        np.int64(loans.instalment[i, slot]),
        np.int64(loans.instalments_left[i, slot]),
        bucket,
        cash,
        behaviour.repayment.penalty_factor,
    )
    tallies.flow[lender, INTEREST] += after.interest_paid
    tallies.flow[lender, PRINCIPAL] += after.principal_paid
    if partner != NOBODY:
        interest_part = part(after.interest_paid, share_bp)
        principal_part = part(principal, share_bp) - part(after.principal, share_bp)
        tallies.flow[lender, INTEREST_PARTNER] += interest_part
        tallies.flow[lender, PRINCIPAL_PARTNER] += principal_part
        tallies.partner_flow[lender, partner, INTEREST_PART] += interest_part
        tallies.partner_flow[lender, partner, PRINCIPAL_PART] += principal_part
    loans.principal[i, slot] = after.principal
    loans.instalments_left[i, slot] = after.instalments_left
    column = after.bucket
    if after.instalments_left == 0:
        clear_slot(i, slot, loans)
        column = PAID_OFF_COLUMN
    elif after.bucket > terms.charge_off_bucket[lender]:
        loans.status[i, slot] = CHARGED_OFF
        loans.instalments_left[i, slot] = behaviour.repayment.collection_months
        loans.bucket[i, slot] = 0
        column = CHARGED_OFF_COLUMN
        lines.status[i, lender] = LINE_BARRED
        lines.limit[i, lender] = 0
        tallies.flow[lender, CHARGE_OFFS] += after.principal
        tallies.flow[lender, DEFAULTS] += 1
        tallies.flow[lender, DEFAULTS_BY_CHOICE] += by_choice
        tallies.flow[lender, LAST_BUCKET_ROLLED] += principal
        tallies.vintage_flow[lender, age, V_CHARGED_OFF] += after.principal
        if partner != NOBODY:
            lost = part(after.principal, share_bp)
            tallies.flow[lender, CHARGE_OFFS_PARTNER] += lost
            tallies.partner_flow[lender, partner, CHARGED_OFF_PART] += lost
    else:
        loans.bucket[i, slot] = after.bucket
        if after.bucket > worst:
            loans.worst_bucket[i, slot] = after.bucket
            if worst < 2 <= after.bucket:
                tallies.vintage_flow[lender, age, V_30] += after.principal
            if worst < 3 <= after.bucket:
                tallies.vintage_flow[lender, age, V_60] += after.principal
            if worst < 4 <= after.bucket:
                tallies.vintage_flow[lender, age, V_90] += after.principal
    tallies.roll_count[lender, bucket, column] += 1
    tallies.roll_amount[lender, bucket, column] += principal
    return after.interest_paid + after.principal_paid


@kernel
def collect_claim(
    i: int,
    slot: int,
    cash: int,
    kept: int,
    loans: Loans,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    tallies: Tallies,
) -> int:
    """Collect on one charged-off claim; return the fen paid. After the last month of collection the claim is gone."""
    lender = np.int64(loans.lender[i, slot])
    partner = np.int64(loans.partner[i, slot])
    share_bp = np.int64(loans.partner_share_bp[i, slot])
    claim = np.int64(loans.principal[i, slot])
    paid = np.int64(0)
    if cash > kept and uniform(keys, COLLECT, conditions.month, i, slot) < terms.collection_effort[lender]:
        paid = recovery(claim, cash, kept, behaviour.repayment.recovery_surplus_share)
    if paid > 0:
        tallies.flow[lender, RECOVERIES] += paid
        if partner != NOBODY:
            recovered = part(claim, share_bp) - part(claim - paid, share_bp)
            tallies.flow[lender, RECOVERIES_PARTNER] += recovered
            tallies.partner_flow[lender, partner, RECOVERED_PART] += recovered
        loans.principal[i, slot] = claim - paid
    loans.instalments_left[i, slot] -= 1
    if loans.instalments_left[i, slot] <= 0 or loans.principal[i, slot] == 0:
        clear_slot(i, slot, loans)
    return paid


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
    """Return the slot person i pays next: the most valuable relationship first, oldest arrears first, then the slot."""
    best = NOBODY
    best_value = 0.0
    for slot in range(LOAN_SLOTS):
        if done[slot] or loans.status[i, slot] != OPEN or loans.origination_month[i, slot] == month:
            continue
        lender = np.int64(loans.lender[i, slot])
        unused = np.int64(0)
        if lines.status[i, lender] == LINE_OPEN:
            unused = available_on_line(np.int64(lines.limit[i, lender]), owed_at(i, lender, loans))
        value = relationship_value(
            unused, terms.is_bank[lender], terms.registry_coverage[lender], registry_priority_fen
        )
        if best == NOBODY or value > best_value or (value == best_value and loans.bucket[i, slot] > loans.bucket[i, best]):
            best = slot
            best_value = value
    return best


@kernel
def review_lines(
    i: int, borrowers: Borrowers, loans: Loans, lines: Lines, conditions: Conditions, terms: Terms, tallies: Tallies
) -> int:
    """Let every lender review person i's line after the month's payments; return the fen unused at all lenders."""
    all_unused = np.int64(0)
    income = max(1, np.int64(borrowers.permanent_income[i] * conditions.wage_index))
    for lender in range(terms.open.shape[0]):
        status = lines.status[i, lender]
        owed = np.int64(0)
        bucket = 0
        if status != NO_LINE:
            owed = owed_at(i, lender, loans)
            bucket = bucket_at(i, lender, loans)
        if status == LINE_OPEN and bucket > 0:
            lines.status[i, lender] = LINE_FROZEN
        elif status == LINE_FROZEN and bucket == 0:
            lines.status[i, lender] = LINE_OPEN
        elif status == LINE_OPEN:
            raise_share = terms.limit_raise[lender] if borrowers.months_since_late[i] >= 6 else 0.0
            lines.limit[i, lender] = reviewed_limit(
                np.int64(lines.limit[i, lender]),
                conditions.month - np.int64(lines.opened_month[i, lender]),
                raise_share,
                terms.limit_cut[lender],
                min(terms.largest_limit[lender], np.int64(terms.limit_months[lender, 0] * income)),
                terms.borrower_cap[lender],
            )
        if owed > 0:
            tallies.flow[lender, CUSTOMERS] += 1
        if lines.status[i, lender] == LINE_OPEN:
            limit = np.int64(lines.limit[i, lender])
            unused = available_on_line(limit, owed)
            all_unused += unused
            tallies.flow[lender, OPEN_LINES] += 1
            tallies.flow[lender, LINE_LIMITS] += limit
            tallies.flow[lender, UNUSED_LINES] += unused
    return all_unused


@kernel
def settle_rows(
    first: int,
    last: int,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    cutoffs: NDArray[np.int64],
    bindings: NDArray[np.int64],
    second_cutoffs: NDArray[np.int64],
    second_bindings: NDArray[np.int64],
    done: NDArray[np.bool_],
    tallies: Tallies,
) -> None:
    """Let rows first..last-1 draw what was approved, eat, pay or miss, spend or save, and be reviewed.

    `done` is scratch space of shape (LOAN_SLOTS,).
    """
    borrowers = people.borrowers
    loans = people.loans
    lines = people.lines
    applications = people.applications
    month = conditions.month
    repayment = behaviour.repayment
    informal = behaviour.informal
    household = tallies.household
    registry_priority_fen = repayment.registry_priority * FEN_PER_YUAN
    informal_apr_bp = np.int64(informal.apr * 10_000 + 0.5)
    for i in range(first, last):
        group = np.int64(borrowers.group[i])
        income = max(1, np.int64(borrowers.permanent_income[i] * conditions.wage_index))
        cash = np.int64(borrowers.cash[i])
        essentials = np.int64(borrowers.essentials[i])
        consumption = np.int64(0)
        flags = np.int64(0)
        has_loans = False
        for slot in range(LOAN_SLOTS):
            if loans.status[i, slot] != EMPTY:
                has_loans = True

        # What became of the application.
        outcome = np.int64(applications.outcome[i])
        if outcome != NOT_APPLIED and outcome != NO_LENDER:
            tallies.group[group, G_APPLICATIONS] += 1
            flags |= F_APPLIED
            first_outcome = np.int64(applications.first_outcome[i])
            flags |= outcome_flag(first_outcome)
            if outcome == PENDING:
                lender = np.int64(applications.lender[i])
                second_round = first_outcome != NOT_APPLIED
                cutoff = second_cutoffs[lender] if second_round else cutoffs[lender]
                if applications.priority[i] < cutoff:
                    amount = draw_credit(
                        i, borrowers, loans, lines, applications, conditions, terms, behaviour, tallies
                    )
                    has_loans = True
                    flags |= F_APPROVED
                    if second_round:
                        flags |= F_MOVED
                    if applications.purpose[i] == PURCHASE:
                        consumption += amount
                    elif applications.purpose[i] == WORKING_CAPITAL:
                        consumption += amount
                        borrowers.inventory[i] += amount
                    else:
                        cash += amount
                else:
                    outcome = second_bindings[lender] if second_round else bindings[lender]
                    applications.outcome[i] = outcome
                    tallies.outcome_count[lender, outcome] += 1
                    tallies.outcome_amount[lender, outcome] += applications.wanted[i]
                    borrowers.last_refused_by[i] = lender
                    borrowers.months_since_refused[i] = 0
            outcome = np.int64(applications.outcome[i])
            flags |= outcome_flag(outcome)
            if outcome == NO_SLOT:
                tallies.group[group, G_NO_SLOT] += 1

        # Eat first; the informal lender fills part of what is missing.
        dues = np.int64(0)
        if has_loans:
            for slot in range(LOAN_SLOTS):
                if loans.status[i, slot] == OPEN and loans.origination_month[i, slot] != month:
                    dues += loans.instalment[i, slot] * min(
                        np.int64(loans.bucket[i, slot]) + 1, np.int64(loans.instalments_left[i, slot])
                    )
        informal_debt = np.int64(borrowers.informal_debt[i])
        informal_missed = np.int64(borrowers.informal_missed[i])
        informal_due = monthly_interest(informal_debt, informal_apr_bp)
        shortage = essentials + dues + informal_due - cash
        if shortage > 0:
            household[H_INFORMAL_WANTED] += shortage
            borrowed = informal_offer(
                shortage, informal_debt, income, informal_missed, conditions.informal_supply_share, informal
            )
            if borrowed > 0:
                informal_debt += borrowed
                cash += borrowed
                household[H_INFORMAL_LENT] += borrowed
                flags |= F_INFORMAL
        eaten = min(cash, essentials)
        cash -= eaten
        consumption += eaten
        if eaten < essentials:
            if borrowers.hardship_months[i] < 30_000:
                borrowers.hardship_months[i] += 1
            household[H_HARDSHIP] += 1
            tallies.group[group, G_HARDSHIP] += 1
            flags |= F_HARDSHIP

        # The informal lender collects in person: its interest ranks before the dues of the licensed.
        if informal_debt > 0 or informal_missed < 0:
            interest = min(cash, informal_due)
            cash -= interest
            household[H_INFORMAL_INTEREST] += interest
            informal_missed = next_informal_missed(informal_missed, informal_debt, interest, informal_due)
            if informal_missed >= informal.default_months:
                household[H_INFORMAL_WRITTEN_OFF] += informal_debt
                household[H_INFORMAL_DEFAULTS] += 1
                informal_debt = 0
                informal_missed = -informal.barred_months

        # Dues, in the order of what each relationship is worth.
        late = 0
        defaulted = 0
        debt = np.int64(0)
        if has_loans:
            formal_debt = np.int64(0)
            for slot in range(LOAN_SLOTS):
                done[slot] = False
                if loans.status[i, slot] == OPEN:
                    formal_debt += loans.principal[i, slot]
            points = conditions.community_default_points[borrowers.community[i]]
            for _ in range(LOAN_SLOTS):
                slot = next_to_pay(i, done, month, loans, lines, terms, registry_priority_fen)
                if slot == NOBODY:
                    break
                done[slot] = True
                lender = np.int64(loans.lender[i, slot])
                unused = np.int64(0)
                if lines.status[i, lender] == LINE_OPEN:
                    unused = available_on_line(np.int64(lines.limit[i, lender]), owed_at(i, lender, loans))
                by_choice = is_walking_away(
                    formal_debt,
                    income,
                    unused,
                    (np.int64(borrowers.aware_of[i]) >> lender) & 1,
                    borrowers.stigma[i],
                    points,
                    repayment,
                )
                offered = cash
                if by_choice == 1:
                    offered = np.int64(0)
                elif loans.bucket[i, slot] == 0:
                    if uniform(keys, FORGET, month, i, slot) < forget_chance(borrowers.reliability[i], repayment):
                        offered = np.int64(0)
                opening_cash_shortage = offered < loans.instalment[i, slot]
                cash -= serve_loan(
                    i,
                    slot,
                    offered,
                    1 if by_choice == 1 and opening_cash_shortage and cash >= loans.instalment[i, slot] else 0,
                    borrowers,
                    loans,
                    lines,
                    conditions,
                    terms,
                    behaviour,
                    tallies,
                )
                if loans.status[i, slot] == CHARGED_OFF:
                    defaulted = 1
                    done[slot] = True
                elif loans.status[i, slot] == OPEN and loans.bucket[i, slot] > 0:
                    late = 1
            # Charged-off claims are collected out of what lies beyond a month's essentials.
            for slot in range(LOAN_SLOTS):
                if loans.status[i, slot] == CHARGED_OFF and not done[slot]:
                    cash -= collect_claim(
                        i, slot, cash, essentials, loans, keys, conditions, terms, behaviour, tallies
                    )
            for slot in range(LOAN_SLOTS):
                status = loans.status[i, slot]
                if status == OPEN:
                    lender = np.int64(loans.lender[i, slot])
                    bucket = np.int64(loans.bucket[i, slot])
                    principal = np.int64(loans.principal[i, slot])
                    age = min(month - np.int64(loans.origination_month[i, slot]), VINTAGE_MONTHS - 1)
                    debt += principal
                    tallies.stock[lender, bucket] += principal
                    tallies.stock_count[lender, bucket] += 1
                    tallies.flow[lender, LOANS] += 1
                    tallies.vintage_stock[lender, age] += principal
                    if bucket >= 2:
                        tallies.group[group, G_DEBT_30] += principal
                    if bucket >= 4:
                        tallies.group[group, G_DEBT_90] += principal
                    partner = np.int64(loans.partner[i, slot])
                    if partner != NOBODY:
                        tallies.partner_stock[lender, partner, bucket] += part(
                            principal, np.int64(loans.partner_share_bp[i, slot])
                        )
                elif status == CHARGED_OFF:
                    tallies.claims[loans.lender[i, slot]] += loans.principal[i, slot]
        if late == 1:
            flags |= F_LATE
            borrowers.months_since_late[i] = 0
        elif borrowers.months_since_late[i] < NEVER:
            borrowers.months_since_late[i] += 1
        if defaulted == 1:
            flags |= F_DEFAULT
            borrowers.months_since_default[i] = 0
            borrowers.months_since_late[i] = 0
            if borrowers.defaults[i] < 100:
                borrowers.defaults[i] += 1
            tallies.community_defaults[borrowers.community[i]] += 1
            tallies.group[group, G_DEFAULTS] += 1
        elif borrowers.months_since_default[i] < NEVER:
            borrowers.months_since_default[i] += 1
        unused = review_lines(i, borrowers, loans, lines, conditions, terms, tallies)

        # What is left: informal principal, then the buffer-stock rule.
        if informal_debt > 0:
            repaid = min(informal_debt, share_of_excess(cash, 0, informal.repay_surplus_share))
            informal_debt -= repaid
            cash -= repaid
            household[H_INFORMAL_PRINCIPAL] += repaid
        buffer = target_buffer(
            essentials,
            borrowers.patience[i],
            conditions.job_risks[borrowers.sector[i]],
            unused,
            behaviour.spending,
        )
        spent = share_of_excess(cash, buffer, behaviour.spending.spend_share)
        put_away = min(share_of_excess(cash, buffer, behaviour.spending.long_term_saving_share), cash - spent)
        put_away = max(put_away, cash - spent - LARGEST_SAVINGS)
        cash -= spent + put_away
        consumption += spent

        borrowers.savings[i] = cash
        borrowers.unused_lines[i] = unused
        borrowers.informal_debt[i] = informal_debt
        borrowers.informal_missed[i] = informal_missed
        borrowers.inquiry_months[i] = (np.int64(borrowers.inquiry_months[i]) << 1) & INQUIRY_MASK
        household[H_CONSUMPTION] += consumption
        household[H_LONG_TERM_SAVING] += put_away
        household[H_SAVINGS] += cash
        household[H_INFORMAL_DEBT] += informal_debt
        tallies.sector_consumption[borrowers.sector[i]] += consumption
        tallies.group[group, G_CONSUMPTION] += consumption
        tallies.group[group, G_DEBT] += debt
        tallies.group[group, G_INFORMAL] += informal_debt
        if debt > 0:
            tallies.group[group, G_INDEBTED] += 1
        if conditions.after_window == 1:
            borrowers.flags[i] |= flags
        if conditions.before_window == 1:
            if flags & F_APPLIED != 0:
                borrowers.flags[i] |= F_APPLIED_BEFORE
            if flags & F_APPROVED != 0:
                borrowers.flags[i] |= F_APPROVED_BEFORE
