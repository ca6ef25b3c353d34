"""The size class of an amount of money."""

from __future__ import annotations

from sim.compiling import rule
from sim.counted import SIZE_BOUNDS_YUAN

SIZE_BOUNDS_FEN = tuple(yuan * 100 for yuan in SIZE_BOUNDS_YUAN)


@rule
def size_class(amount: int) -> int:
    """Return the class of an amount in fen: how many of the bounds it reaches."""
    reached = 0
    for bound in SIZE_BOUNDS_FEN:
        reached += 1 if amount >= bound else 0
    return reached
