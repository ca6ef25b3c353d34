"""Five-category loan classes, the allowance they ask for, and floors under any allowance.

Source: Rules on Risk Classification of Financial Assets of Commercial Banks (2023) for the classes; provision rates 1,
2, 25, 50 and 100% from the guidelines on loan loss provisions of 2002. Retail is classed loan by loan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.codes import BUCKETS
from sim.money import BASIS_POINTS, basis_points

BAD_BUCKET = 4  # the first that is more than 90 days late
TIER_2_CAP_BP = 125  # of credit risk-weighted assets: Capital Rules for Commercial Banks, order 1 of 2012


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


class Floors(NamedTuple):
    """What a rule asks of the allowance at least; 0 = nothing."""

    coverage_share: float = 0.0  # of loans over 90 days late
    loan_share: float = 0.0  # of all loans


def bad_loans(stock_fen: Sequence[int]) -> int:
    """Return principal in fen of loans over 90 days late."""
    return sum(stock_fen[BAD_BUCKET:])


def floored(required: int, stock_fen: Sequence[int], floors: Floors) -> int:
    """Return an allowance in fen, raised to the higher of the floors; a floor's fraction of a fen is rounded up.

    No floor asks for more than the whole book.
    """
    coverage = -(-bad_loans(stock_fen) * basis_points(floors.coverage_share) // BASIS_POINTS)
    of_loans = -(-sum(stock_fen) * basis_points(floors.loan_share) // BASIS_POINTS)
    return max(required, min(max(coverage, of_loans), sum(stock_fen)))


def tier_2(allowance: int, stock_fen: Sequence[int], risk_weighted_fen: int) -> int:
    """Return what of an allowance counts as tier-2 capital in fen: its excess over the minimum, up to the cap.

    The minimum is the larger of all bad loans and what the classes below normal ask for.
    """
    specific = allowance_required([0, *stock_fen[1:]])
    excess = max(0, allowance - max(bad_loans(stock_fen), specific))
    return min(excess, max(0, risk_weighted_fen) * TIER_2_CAP_BP // BASIS_POINTS)
