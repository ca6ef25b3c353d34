"""Five-category loan classes and the allowance they ask for.

Source: Rules on Risk Classification of Financial Assets of Commercial Banks (2023) for the classes; provision rates 1,
2, 25, 50 and 100% from the guidelines on loan loss provisions of 2002. Retail is classed loan by loan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.values import BUCKETS


class LoanClass(NamedTuple):
    """A class of loans: the buckets in it, and the provision in basis points."""

    name: str
    first_bucket: int
    last_bucket: int
    provision_bp: int


# Overdue at all is special mention or worse, over 90 days substandard, over 270 doubtful. Loss, over 360 days, holds no
# loans here: they have been charged off by then.
CLASSES = (
    LoanClass("normal", 0, 0, 100),
    LoanClass("special_mention", 1, 3, 200),
    LoanClass("substandard", 4, 9, 2500),
    LoanClass("doubtful", 10, 12, 5000),
)


def by_class(stock_fen: Sequence[int]) -> list[int]:
    """Return principal in fen by class from principal by bucket, shape (BUCKETS,)."""
    if len(stock_fen) != BUCKETS:
        raise ValueError(f"stock must have {BUCKETS} buckets, was {len(stock_fen)}")
    return [sum(int(amount) for amount in stock_fen[c.first_bucket : c.last_bucket + 1]) for c in CLASSES]


def allowance_required(stock_fen: Sequence[int]) -> int:
    """Return the allowance in fen that a book needs, each class rounded half up."""
    amounts = by_class(stock_fen)
    return sum((amount * c.provision_bp + 5_000) // 10_000 for amount, c in zip(amounts, CLASSES, strict=True))
