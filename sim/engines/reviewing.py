"""Kernels: at month end every lender reviews one person's line, and what the person owes is counted."""

from __future__ import annotations

from sim.compiling import kernel, wide
from sim.engines.columns import CUSTOMERS, G_DEBT_30, G_DEBT_90, LINE_LIMITS, LOANS, OPEN_LINES, UNUSED_LINES
from sim.engines.contracts import bucket_at, clear_line, owed_at
from sim.engines.tables import Conditions, Terms
from sim.money import part
from sim.rules.limits import available_on_line, line_ends, reviewed_limit
from sim.state import Borrowers, Lines, Loans, Tallies
from sim.values import CHARGED_OFF, LINE_FROZEN, LINE_OPEN, LOAN_SLOTS, NO_LINE, NOBODY, OPEN, VINTAGE_MONTHS

GOOD_STANDING_MONTHS = 6  # since the last lateness anywhere, before a limit may rise


@kernel
def review_lines(
    i: int,
    holds_loans: bool,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    conditions: Conditions,
    terms: Terms,
    tallies: Tallies,
) -> int:
    """Let every lender review person i's line after the month's payments; return the fen unused at all lenders."""
    all_unused = 0
    income = max(1, int(borrowers.permanent_income[i] * conditions.wage_index))
    for lender in range(terms.open.shape[0]):
        status = lines.status[i, lender]
        owed = 0
        bucket = 0
        if holds_loans and status != NO_LINE:
            owed = owed_at(i, lender, loans)
            bucket = bucket_at(i, lender, loans)
        if owed > 0 or bucket > 0:
            lines.last_owed_month[i, lender] = conditions.month
        elif status != NO_LINE:
            since_owed = conditions.month - wide(lines.last_owed_month[i, lender])
            if line_ends(status, since_owed, terms.dormant_months[lender], terms.barred_months[lender]) == 1:
                clear_line(i, lender, lines)
                continue
        if status == LINE_OPEN and bucket > 0:
            lines.status[i, lender] = LINE_FROZEN
        elif status == LINE_FROZEN and bucket == 0:
            lines.status[i, lender] = LINE_OPEN
        elif status == LINE_OPEN:
            raise_share = terms.limit_raise[lender] if borrowers.months_since_late[i] >= GOOD_STANDING_MONTHS else 0.0
            lines.limit[i, lender] = reviewed_limit(
                wide(lines.limit[i, lender]),
                conditions.month - wide(lines.opened_month[i, lender]),
                raise_share,
                terms.limit_cut[lender],
                min(terms.largest_limit[lender], int(terms.limit_months[lender, 0] * income)),
                terms.borrower_cap[lender],
            )
        if owed > 0:
            tallies.flow[lender, CUSTOMERS] += 1
        if lines.status[i, lender] == LINE_OPEN:
            limit = wide(lines.limit[i, lender])
            unused = available_on_line(limit, owed)
            all_unused += unused
            tallies.flow[lender, OPEN_LINES] += 1
            tallies.flow[lender, LINE_LIMITS] += limit
            tallies.flow[lender, UNUSED_LINES] += unused
    return all_unused


@kernel
def count_loans(i: int, group: int, month: int, loans: Loans, tallies: Tallies) -> int:
    """Count person i's open loans and claims at month end; return the fen owed on open loans."""
    debt = 0
    for slot in range(LOAN_SLOTS):
        status = loans.status[i, slot]
        lender = wide(loans.lender[i, slot])
        principal = wide(loans.principal[i, slot])
        if status == CHARGED_OFF:
            tallies.claims[lender] += principal
        if status != OPEN:
            continue
        bucket = wide(loans.bucket[i, slot])
        age = min(month - wide(loans.origination_month[i, slot]), VINTAGE_MONTHS - 1)
        partner = wide(loans.partner[i, slot])
        debt += principal
        tallies.stock[lender, bucket] += principal
        tallies.stock_count[lender, bucket] += 1
        tallies.flow[lender, LOANS] += 1
        tallies.vintage_stock[lender, age] += principal
        if bucket >= 2:
            tallies.group[group, G_DEBT_30] += principal
        if bucket >= 4:
            tallies.group[group, G_DEBT_90] += principal
        if partner != NOBODY:
            share_bp = wide(loans.partner_share_bp[i, slot])
            tallies.partner_stock[lender, partner, bucket] += part(principal, share_bp)
    return debt
