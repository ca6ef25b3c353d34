"""Credit lines: opening limit, what is left of it, and the monthly review."""

from __future__ import annotations

from sim.compiling import rule

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
