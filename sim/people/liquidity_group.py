"""Kernel: one person of those followed by what they had saved is counted at the month's end."""

from __future__ import annotations

from sim.compiling import kernel, wide
from sim.counted import Flag, LiquidityFlow
from sim.state import Borrowers, Tallies


@kernel
def count_followed(
    i: int, income: int, consumption: int, debt: int, flags: int, borrowers: Borrowers, tallies: Tallies
) -> None:
    """Count person i in their tercile of liquidity; `flags` are those of this month, amounts are fen."""
    followed = tallies.liquidity
    tercile = wide(borrowers.liquidity[i]) - 1
    followed[tercile, LiquidityFlow.PEOPLE] += 1
    followed[tercile, LiquidityFlow.NORMAL_INCOME] += income
    followed[tercile, LiquidityFlow.CONSUMPTION] += consumption
    followed[tercile, LiquidityFlow.SAVINGS] += borrowers.savings[i]
    followed[tercile, LiquidityFlow.DEBT] += debt
    followed[tercile, LiquidityFlow.INFORMAL_DEBT] += borrowers.informal_debt[i]
    for column, flag in (
        (LiquidityFlow.APPLIED, Flag.APPLIED),
        (LiquidityFlow.APPROVED, Flag.APPROVED),
        (LiquidityFlow.MOVED_LENDER, Flag.MOVED_LENDER),
        (LiquidityFlow.REFUSED_LINE_CUT, Flag.REFUSED_LINE_CUT),
        (LiquidityFlow.INFORMAL, Flag.INFORMAL),
        (LiquidityFlow.HARDSHIP, Flag.HARDSHIP),
        (LiquidityFlow.LATE, Flag.LATE),
    ):
        followed[tercile, column] += 1 if flags & flag != 0 else 0
