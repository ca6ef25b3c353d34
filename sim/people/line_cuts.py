"""Kernels: what a lender takes back from one existing customer at the month's review."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import LINE_FROZEN, LINE_OPEN
from sim.compiling import kernel, wide
from sim.counted import Flow
from sim.draws import FOR_LIFE, QUIET_CUT, uniform
from sim.people.application import what_lender_sees
from sim.people.terms import Conditions, Terms
from sim.rules.limits import REVIEW_MONTHS, available_on_line, is_made_useless, quiet_cut, review_cut_share
from sim.state import Borrowers, Lines, Loans, Tallies


class Cut(NamedTuple):
    """What is taken from one line this month."""

    share: float  # of the limit
    freezes: int  # 1 = the line is frozen though nobody is late


class Standing(NamedTuple):
    """How one person stands with one lender after the month's payments."""

    owed: int  # fen
    bucket: int
    owed_elsewhere: int  # fen
    income: int  # fen a month, permanent, at this month's wages


@kernel
def cut_of(
    i: int,
    line: int,
    standing: Standing,
    borrowers: Borrowers,
    loans: Loans,
    lines: Lines,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
) -> Cut:
    """Return what a lender takes from person i's line: the more of its review and its quiet programme."""
    cuts = terms.cuts
    lender = wide(lines.lender[line])
    opened_month = wide(lines.opened_month[line])
    months_open = conditions.month - opened_month
    is_quiet_on = cuts.quiet_share[lender] > 0.0 or cuts.freeze_share[lender] > 0.0
    # The score costs more than the rest of the review, so it is asked for only when something hangs on it.
    asks_score = is_quiet_on and cuts.from_band[lender] > 0
    asks_score = asks_score or (months_open > 0 and months_open % REVIEW_MONTHS == 0)
    band = 0
    if cuts.sees_band[lender] == 1 and asks_score:
        seen = what_lender_sees(i, lender, borrowers, loans, lines, keys, conditions, terms)
        band = wide(terms.band_of_cell[lender, seen.cell])
    seen_elsewhere = borrowers.registry_rank[i] < terms.registry_rank[lender]
    falls_late = lines.status[line] == LINE_OPEN and standing.bucket > 0
    review = review_cut_share(
        1 if falls_late else 0,
        months_open,
        standing.owed_elsewhere if seen_elsewhere else 0,
        standing.income,
        band,
        cuts.late_share[lender],
        cuts.debt_share[lender],
        cuts.debt_months[lender],
        cuts.band_share[lender],
        cuts.band_from[lender],
    )
    if not is_quiet_on:
        return Cut(review, 0)
    quiet = quiet_cut(
        standing.owed,
        cuts.opened_before[lender] - opened_month,
        band,
        uniform(keys, QUIET_CUT, FOR_LIFE, i, terms.lender_id[lender]),
        cuts.unused_only[lender],
        cuts.from_band[lender],
        cuts.quiet_share[lender],
        cuts.customer_share[lender],
        cuts.freeze_share[lender],
    )
    return Cut(max(review, quiet.share), quiet.freezes)


@kernel
def count_cut(
    line: int,
    status_before: int,
    limit_before: int,
    standing: Standing,
    smallest: int,
    lines: Lines,
    terms: Terms,
    tallies: Tallies,
) -> None:
    """Count what a review has taken from person i's line, and mark a line on which nothing is left to draw.

    A lender that makes no loans at all is known to: nobody goes to ask it.
    """
    lender = wide(lines.lender[line])
    limit = wide(lines.limit[line])
    is_open = lines.status[line] == LINE_OPEN
    if limit < limit_before:
        tallies.flow[lender, Flow.LINES_CUT] += 1
        tallies.flow[lender, Flow.LIMITS_CUT] += limit_before - limit
    if status_before == LINE_OPEN and lines.status[line] == LINE_FROZEN and standing.bucket == 0:
        tallies.flow[lender, Flow.LINES_FROZEN] += 1
    if status_before != LINE_OPEN or terms.open[lender] == 0:
        return
    room_before = available_on_line(limit_before, standing.owed)
    room = available_on_line(limit, standing.owed)
    still_open = 1 if is_open or standing.bucket > 0 else 0  # late people know why they cannot draw
    if is_made_useless(room_before, room, still_open, smallest) == 1:
        lines.unnoticed_cut[line] = 1
