"""Credit lines: opening limit, what is left of it, and the monthly review."""

from __future__ import annotations

from typing import NamedTuple

from sim.codes import LINE_BARRED, LINE_FROZEN, LINE_OPEN
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


class QuietCut(NamedTuple):
    """What a lender's programme does to one line this month."""

    share: float  # of the limit
    freezes: int  # 1 = nothing can be drawn while it lasts


@rule
def quiet_cut(
    owed: int,
    months_known: int,
    band: int,
    u: float,
    unused_only: int,
    from_band: int,
    cut_share: float,
    customer_share: float,
    freeze_share: float,
) -> QuietCut:
    """Return what a programme of cuts does to a line opened `months_known` months before it began.

    `u` is drawn once for a person and a lender, so that who is picked stays picked.
    """
    if months_known <= 0 or band < from_band or (unused_only == 1 and owed > 0):
        return QuietCut(0.0, 0)
    return QuietCut(cut_share if u < customer_share else 0.0, 1 if u < freeze_share else 0)


@rule
def review_cut_share(
    falls_late: int,
    months_open: int,
    debt_elsewhere: int,
    monthly_income: int,
    band: int,
    late_share: float,
    debt_share: float,
    debt_months: float,
    band_share: float,
    band_from: int,
) -> float:
    """Return the share of a limit that the review takes: the most that any one thing held against the customer takes.

    Falling late here counts at once; debt that the lender sees elsewhere and the score count every six months.
    """
    share = late_share if falls_late == 1 else 0.0
    if months_open > 0 and months_open % REVIEW_MONTHS == 0:
        if debt_elsewhere > int(debt_months * monthly_income):
            share = max(share, debt_share)
        if band >= band_from:
            share = max(share, band_share)
    return share


@rule
def cut_limit(limit: int, owed: int, share: float) -> int:
    """Return a limit in fen less a share of it, but not less than what is drawn: that was lent for a term."""
    return max(min(limit, owed), int(limit * (1.0 - share)))


@rule
def reviewed_limit(
    limit: int, owed: int, months_open: int, raise_share: float, cut_share: float, ceiling: int, borrower_cap: int
) -> int:
    """Return the limit in fen after the monthly review of an open line.

    Good payers rise every six months up to a ceiling: what the lender grants its safest customers of that income. What
    is held against a customer cuts the line instead. A line above a new legal cap is cut to it: the cap binds new
    draws, not debt already there.
    """
    if cut_share > 0.0:
        limit = cut_limit(limit, owed, cut_share)
    elif months_open > 0 and months_open % REVIEW_MONTHS == 0 and limit < ceiling:
        limit = min(ceiling, int(limit * (1.0 + raise_share)))
    return min(limit, borrower_cap)


@rule
def reviewed_status(status: int, bucket: int, freezes: int) -> int:
    """Return the status of an open or frozen line after the review: frozen while late or in a quiet freeze."""
    if status == LINE_OPEN and (bucket > 0 or freezes == 1):
        return LINE_FROZEN
    return LINE_OPEN if status == LINE_FROZEN and bucket == 0 and freezes == 0 else status


@rule
def is_made_useless(room_before: int, room_after: int, still_open: int, smallest_loan: int) -> int:
    """Return 1 when a review leaves nothing to draw on a line that could be drawn on; all rooms in fen."""
    if room_before < smallest_loan:
        return 0
    return 1 if still_open == 0 or room_after < smallest_loan else 0


@rule
def line_ends(line_status: int, months_since_owed: int, dormant_months: int, barred_months: int) -> int:
    """Return 1 when the line of a person who owes nothing there ends: open but long unused, or barred for long enough.

    Whoever comes back is a new customer to the lender. What a registry remembers of them is a matter of its own.
    """
    if line_status == LINE_OPEN and months_since_owed >= dormant_months:
        return 1
    return 1 if line_status == LINE_BARRED and months_since_owed >= barred_months else 0
