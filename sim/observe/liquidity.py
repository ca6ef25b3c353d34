"""People followed by what they had saved: chosen once, before an announcement, so that every arm follows the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import LINE_OPEN, OPEN
from sim.counted import LIQUIDITY_TERCILES, LiquidityFlow
from sim.observe.metrics import with_ratios
from sim.state import People, Tallies, owners_of

COUNTED = ("applied", "approved", "moved_lender", "refused_line_cut", "informal", "hardship", "late")
AMOUNTS = ("normal_income", "consumption", "savings", "debt", "informal_debt")


def terciles_of_liquidity(people: People, lender: int) -> NDArray[np.int8]:
    """Return who is to be followed, shape (people,): 1 to 3 the tercile of savings in months of income, 0 nobody.

    Followed are those with an open line at the lender on which they owe nothing. Ties go by row.
    """
    loans, lines, borrowers = people.loans, people.lines, people.borrowers
    debtors = owners_of(loans)[(loans.status == OPEN) & (loans.lender == lender)]
    holders = owners_of(lines)[(lines.status == LINE_OPEN) & (lines.lender == lender)]
    holders = np.setdiff1d(holders, debtors)
    months = borrowers.savings[holders] / np.maximum(1, borrowers.permanent_income[holders])
    ranks = np.empty(len(holders), dtype=np.int64)
    ranks[np.argsort(months, kind="stable")] = np.arange(len(holders))
    chosen = np.zeros(len(borrowers.savings), dtype=np.int8)
    chosen[holders] = 1 + ranks * len(LIQUIDITY_TERCILES) // max(1, len(holders))
    return chosen


def liquidity_rows(month: int, tallies: Tallies) -> list[dict[str, Any]]:
    """Return the rows of the table `liquidity`: each tercile, and all of them; no row while nobody is followed."""
    if not tallies.liquidity.any():
        return []
    groups = [*zip(LIQUIDITY_TERCILES, tallies.liquidity, strict=True), ("all", tallies.liquidity.sum(axis=0))]
    return [liquidity_row(month, tercile, counts) for tercile, counts in groups]


def liquidity_row(month: int, tercile: str, counts: NDArray[np.int64]) -> dict[str, Any]:
    """Return one tercile's row."""
    total = {column.title: int(counts[column]) for column in LiquidityFlow}
    amounts = {f"{name}_fen": total[name] for name in AMOUNTS}
    people = {name: total[name] for name in ("people", *COUNTED)}
    return with_ratios("liquidity", {"month": month, "tercile": tercile, **amounts, **people})
