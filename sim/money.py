"""Money is a whole number of fen (1/100 yuan): conversion, rounding and the few integer splits."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from sim.compiling import rule

FEN_PER_YUAN = 100
BASIS_POINTS = 10_000
# A yearly rate in basis points, over twelve months: principal * apr_bp / 120_000 is one month's interest.
MONTHLY_BASIS_POINTS = 12 * BASIS_POINTS


def fen(yuan: float | int | str | Decimal) -> int:
    """Return an amount of yuan as fen, rounding half to even; the only way money enters from a configuration.

    Raises ValueError when the amount is not a finite number.
    """
    amount = Decimal(str(yuan))
    if not amount.is_finite():
        raise ValueError(f"an amount of money must be finite, was {yuan}")
    return int((amount * FEN_PER_YUAN).to_integral_value(rounding=ROUND_HALF_EVEN))


def yuan(amount_fen: int) -> float:
    """Return fen as yuan, for showing only; never to compute with."""
    return amount_fen / FEN_PER_YUAN


@lru_cache(maxsize=4096)  # the same rates are asked for again in every month
def basis_points(rate: float) -> int:
    """Return a rate given as a decimal (0.18) as whole basis points (1800)."""
    return int((Decimal(str(rate)) * BASIS_POINTS).to_integral_value(rounding=ROUND_HALF_EVEN))


@rule
def monthly_interest(principal: int, apr_bp: int) -> int:
    """Return one month's interest in fen on a principal in fen at a yearly rate in basis points, rounded half up."""
    return (principal * apr_bp + 60_000) // 120_000


def monthly(amount: int, apr: float) -> int:
    """Return a twelfth of a yearly rate on an amount, in whole fen, fractions dropped; rates below 0 cost nothing."""
    return amount * max(0, basis_points(apr)) // MONTHLY_BASIS_POINTS


@rule
def part(amount: int, share_bp: int) -> int:
    """Return the partner's part of an amount in fen, rounded down; the originator takes what is left."""
    return amount * share_bp // 10_000


def pro_rata(amount: int, weights: list[int]) -> list[int]:
    """Split an amount in fen by weights so that the parts sum to it exactly; the largest remainders get the odd fen.

    Ties go to the earlier weight. Raises ValueError when weights are negative or all zero while the amount is not.
    """
    total = sum(weights)
    if any(weight < 0 for weight in weights) or (total == 0 and amount != 0):
        raise ValueError(f"weights must be non-negative and not all zero, were {weights}")
    if total == 0:
        return [0 for _ in weights]
    parts = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in order[: amount - sum(parts)]:
        parts[index] += 1
    return parts
