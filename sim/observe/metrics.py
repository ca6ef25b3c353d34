"""Ratios that credit people read, from whole-number tallies; None stands where there is nothing to divide by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.observe.columns import MADE_OF, SCHEMAS
from sim.observe.ratios import Ratio

RECORDED = {
    table: {name: made for name, made in declared.items() if isinstance(made, Ratio) and name in SCHEMAS[table]}
    for table, declared in MADE_OF.items()
}


def with_ratios(table: str, parts: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a table: its whole numbers, and the ratios that are recorded of them."""
    return parts | {name: ratio.value(parts) for name, ratio in RECORDED[table].items()}


def mean(total: float, number: int) -> float | None:
    """Return a total over a number, None when there is none of it."""
    return total / number if number > 0 else None


def herfindahl(amounts: Sequence[int]) -> float | None:
    """Return the sum of squared shares, 1 for a monopoly and 1/n for n equals; None when there is nothing.

    Whole numbers up to the one division, so that it is the same whatever adds them up.
    """
    total = sum(amounts)
    return sum(amount * amount for amount in amounts) / (total * total) if total > 0 else None


def past_due(stock: Sequence[int], bucket: int) -> int:
    """Return the balance in fen in this bucket and all later ones; 30+ days is bucket 2, 90+ is bucket 4."""
    return sum(int(amount) for amount in stock[bucket:])
