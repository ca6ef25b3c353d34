"""Kernel: one person of those followed by what they had saved is counted at the month's end."""

from __future__ import annotations

from sim.compiling import kernel, wide
from sim.people.counts import (
    F_APPLIED,
    F_APPROVED,
    F_HARDSHIP,
    F_INFORMAL,
    F_LATE,
    F_LINE_CUT,
    F_MOVED,
    L_APPLIED,
    L_APPROVED,
    L_CONSUMPTION,
    L_DEBT,
    L_HARDSHIP,
    L_INCOME,
    L_INFORMAL,
    L_INFORMAL_DEBT,
    L_LATE,
    L_LINE_CUT,
    L_MOVED,
    L_PEOPLE,
    L_SAVINGS,
)
from sim.state import Borrowers, Tallies


@kernel
def count_followed(
    i: int, income: int, consumption: int, debt: int, flags: int, borrowers: Borrowers, tallies: Tallies
) -> None:
    """Count person i in their tercile of liquidity; `flags` are those of this month, amounts are fen."""
    followed = tallies.liquidity
    tercile = wide(borrowers.liquidity[i]) - 1
    followed[tercile, L_PEOPLE] += 1
    followed[tercile, L_INCOME] += income
    followed[tercile, L_CONSUMPTION] += consumption
    followed[tercile, L_SAVINGS] += borrowers.savings[i]
    followed[tercile, L_DEBT] += debt
    followed[tercile, L_INFORMAL_DEBT] += borrowers.informal_debt[i]
    for column, flag in (
        (L_APPLIED, F_APPLIED),
        (L_APPROVED, F_APPROVED),
        (L_MOVED, F_MOVED),
        (L_LINE_CUT, F_LINE_CUT),
        (L_INFORMAL, F_INFORMAL),
        (L_HARDSHIP, F_HARDSHIP),
        (L_LATE, F_LATE),
    ):
        followed[tercile, column] += 1 if flags & flag != 0 else 0
