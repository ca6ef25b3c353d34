"""Credit lines: opening limit, what is left of it, and the monthly review."""

from __future__ import annotations

from sim.compiling import rule
from sim.values import LINE_BARRED, LINE_OPEN

HUNDRED_YUAN = 10_000
REVIEW_MONTHS = 6


@rule
def opening_limit(months: float, proxy_income: int, largest_limit: int, borrower_cap: int) -> int:
    """Return the limit in fen of a new line: months of the income the lender believes in, in hundreds of yuan."""
    limit = min(int(months * proxy_income), min(largest_limit, borrower_cap))
    return limit // HUNDRED_YUAN * HUNDRED_YUAN


@rule
def available_on_line(limit: int, principal: int) -> int:
    """Return what may still be drawn: never negative, also after the limit was cut below the debt."""
    return max(0, limit - principal)


@rule
def reviewed_limit(
    limit: int, months_open: int, raise_share: float, cut_share: float, ceiling: int, borrower_cap: int
) -> int:
    """Return the limit in fen after the monthly review of a customer in good standing.

    Good payers rise every six months up to a ceiling: what the lender grants its safest customers of that income. A
    lender in tightening mode cuts every line by
    its share. A line above a new legal cap is cut to it: the cap binds new draws, not debt already there.
    """
    if cut_share > 0.0:
        limit = int(limit * (1.0 - cut_share))
    elif months_open > 0 and months_open % REVIEW_MONTHS == 0 and limit < ceiling:
        limit = min(ceiling, int(limit * (1.0 + raise_share)))
    return min(limit, borrower_cap)


@rule
def line_ends(line_status: int, months_since_owed: int, dormant_months: int, barred_months: int) -> int:
    """Return 1 when the line of a person who owes nothing there ends: open but long unused, or barred for long enough.

    Whoever comes back is a new customer to the lender. What a registry remembers of them is a matter of its own.
    """
    if line_status == LINE_OPEN and months_since_owed >= dormant_months:
        return 1
    return 1 if line_status == LINE_BARRED and months_since_owed >= barred_months else 0
