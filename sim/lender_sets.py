"""Sets of lenders as the bits of one whole number, bit j for the lender with index j; at most MOST_LENDERS of them."""

from __future__ import annotations

import numpy as np

from sim.compiling import rule

ONE = np.uint64(1)


@rule
def contains(lenders: np.uint64, lender: int) -> int:
    """Return 1 when a set holds a lender, else 0."""
    return 1 if (lenders >> np.uint64(lender)) & ONE == ONE else 0


@rule
def with_member(lenders: np.uint64, lender: int, is_in: bool) -> np.uint64:
    """Return a set with a lender in it or not, the others as they were."""
    bit = ONE << np.uint64(lender)
    return lenders | bit if is_in else lenders & ~bit
