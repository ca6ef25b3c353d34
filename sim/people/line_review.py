"""Kernels: at month end every lender reviews one person's line, and what the person owes is counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import (
    AGE_BANDS,
    CHARGED_OFF,
    LINE_FROZEN,
    LINE_OPEN,
    NOBODY,
    OPEN,
    REGION_SECTORS,
    VINTAGE_MONTHS,
    WORKING_CAPITAL,
)
from sim.compiling import kernel, wide
from sim.counted import Flow, GroupFlow
from sim.money import part
from sim.people.holdings import bucket_at, end_line, owed_at
from sim.people.line_cuts import Cut, Standing, count_cut, cut_of
from sim.people.offer_test import arm_of, count_debt_in_arm
from sim.people.terms import Conditions, Terms
from sim.rules.limits import available_on_line, cut_limit, line_ends, reviewed_limit, reviewed_status
from sim.rules.repayment import charge_off_month
from sim.rules.sizes import size_class
from sim.state import Borrowers, Lines, Loans, Tallies

GOOD_STANDING_MONTHS = 6  # since the last lateness anywhere, before a limit may rise


@kernel
def review_line(
    i: int,
    line: int,
    standing: Standing,
    smallest: int,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    tallies: Tallies,
) -> None:
    """Let a lender freeze, thaw, raise or cut person i's line, which is open or frozen."""
    lender = wide(lines.lender[line])
    status = wide(lines.status[line])
    limit = wide(lines.limit[line])
    cut = Cut(0.0, 0)
    if terms.cuts.may[lender] == 1:
        cut = cut_of(i, line, standing, borrowers, loans, lines, keys, conditions, terms)
    after = reviewed_status(status, standing.bucket, cut.freezes)
    if after != status:
        lines.status[line] = after
    if status == LINE_OPEN and after == LINE_OPEN:
        raise_share = terms.limit_raise[lender] if borrowers.months_since_late[i] >= GOOD_STANDING_MONTHS else 0.0
        lines.limit[line] = reviewed_limit(
            limit,
            standing.owed,
            conditions.month - wide(lines.opened_month[line]),
            raise_share,
            cut.share,
            min(terms.largest_limit[lender], int(terms.limit_months[lender, 0] * standing.income)),
            terms.borrower_cap[lender],
        )
    elif status == LINE_OPEN and standing.bucket > 0 and cut.share > 0.0:
        lines.limit[line] = cut_limit(limit, standing.owed, cut.share)
    if cut.share > 0.0 or cut.freezes == 1:
        count_cut(line, status, limit, standing, smallest, lines, terms, tallies)


@kernel
def count_debtor(i: int, lender: int, owed: int, borrowers: Borrowers, tallies: Tallies) -> None:
    """Count person i, who owes a lender so many fen, by how much it is and by where they live and work."""
    size = size_class(owed)
    region_sector = wide(borrowers.group[i]) // len(AGE_BANDS) % REGION_SECTORS
    tallies.debtors[lender, size, 0] += 1
    tallies.debtors[lender, size, 1] += owed
    tallies.region_sectors[lender, region_sector] += owed


@kernel
def review_lines(
    i: int,
    debt: int,
    income: int,
    smallest: int,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    tallies: Tallies,
) -> int:
    """Let every lender review person i's line after the month's payments; return the fen unused at all lenders.

    `debt` is what the person owes on all open loans, `income` what is usual a month and `smallest` the smallest loan
    there is, in fen.
    """
    all_unused = 0
    for line in range(lines.first[i], lines.first[i + 1]):  # nobody owes where they have no line
        lender = wide(lines.lender[line])
        status = wide(lines.status[line])
        owed = owed_at(i, lender, loans)
        bucket = bucket_at(i, lender, loans)
        if owed > 0 or bucket > 0:
            lines.last_owed_month[line] = conditions.month
        else:
            since_owed = conditions.month - wide(lines.last_owed_month[line])
            if line_ends(status, since_owed, terms.dormant_months[lender], terms.barred_months[lender]) == 1:
                end_line(line, lines)
                continue
        if status in (LINE_OPEN, LINE_FROZEN):
            standing = Standing(owed, bucket, debt - owed, income)
            review_line(i, line, standing, smallest, borrowers, loans, lines, keys, conditions, terms, tallies)
        if owed > 0:
            tallies.flow[lender, Flow.CUSTOMERS] += 1
        if owed > 0 and conditions.counts_shape == 1:
            count_debtor(i, lender, owed, borrowers, tallies)
        if lines.status[line] == LINE_OPEN:
            limit = wide(lines.limit[line])
            unused = available_on_line(limit, owed)
            all_unused += unused
            tallies.flow[lender, Flow.OPEN_LINES] += 1
            tallies.flow[lender, Flow.LINE_LIMITS] += limit
            tallies.flow[lender, Flow.UNUSED_LINES] += unused
    return all_unused


@kernel
def count_claim(
    row: int, loans: Loans, conditions: Conditions, terms: Terms, collection_months: int, tallies: Tallies
) -> None:
    """Count a claim as its lender's, and as one for sale when it is old enough, or as that of its buyer."""
    lender = wide(loans.lender[row])
    principal = wide(loans.principal[row])
    charged_off_in = charge_off_month(conditions.month, wide(loans.instalments_left[row]), collection_months)
    if charged_off_in < terms.sold_before[lender]:
        tallies.flow[lender, Flow.BUYERS_CLAIMS] += principal
        return
    tallies.claims[lender] += principal
    if conditions.month - charged_off_in >= terms.sale_age[lender]:
        tallies.flow[lender, Flow.CLAIMS_FOR_SALE] += principal
        partner = wide(loans.partner[row])
        if partner != NOBODY:
            partners = part(principal, wide(loans.partner_share_bp[row]))
            tallies.partner_claims_for_sale[lender, partner] += partners


@kernel
def count_ticket(lender: int, original: int, principal: int, tallies: Tallies) -> None:
    """Count an open loan by its size when it was lent."""
    size = size_class(original)
    tallies.tickets[lender, size, 0] += 1
    tallies.tickets[lender, size, 1] += original
    tallies.tickets[lender, size, 2] += principal


@kernel
def count_loans(
    i: int,
    group: int,
    loans: Loans,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    collection_months: int,
    tallies: Tallies,
) -> int:
    """Count person i's open loans and claims at month end; return the fen owed on open loans."""
    debt = 0
    for row in range(loans.first[i], loans.first[i + 1]):
        status = loans.status[row]
        if status == CHARGED_OFF:
            count_claim(row, loans, conditions, terms, collection_months, tallies)
        if status != OPEN:
            continue
        lender = wide(loans.lender[row])
        principal = wide(loans.principal[row])
        bucket = wide(loans.bucket[row])
        age = min(conditions.month - wide(loans.origination_month[row]), VINTAGE_MONTHS - 1)
        partner = wide(loans.partner[row])
        debt += principal
        tallies.stock[lender, bucket] += principal
        tallies.stock_count[lender, bucket] += 1
        tallies.flow[lender, Flow.LOANS] += 1
        if wide(loans.purpose[row]) == WORKING_CAPITAL:
            tallies.flow[lender, Flow.PRODUCTIVE_LOANS] += principal
        tallies.vintage_stock[lender, age] += principal
        if terms.experiment_share[lender] > 0.0:
            arm = arm_of(i, lender, wide(loans.origination_month[row]), keys, terms)
            count_debt_in_arm(lender, arm, principal, wide(loans.apr_bp[row]), bucket, terms, tallies)
        if conditions.counts_shape == 1:
            count_ticket(lender, wide(loans.original[row]), principal, tallies)
        if bucket >= 2:
            tallies.group[group, GroupFlow.DEBT_DPD30] += principal
        if bucket >= 4:
            tallies.group[group, GroupFlow.DEBT_DPD90] += principal
        if partner != NOBODY:
            share_bp = wide(loans.partner_share_bp[row])
            tallies.partner_stock[lender, partner, bucket] += part(principal, share_bp)
    return debt
