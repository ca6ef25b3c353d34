"""Ratios that credit people read, from whole-number tallies. A ratio over nothing is zero, and is then meaningless."""

from __future__ import annotations

from collections.abc import Sequence


def share(part: int, whole: int) -> float:
    """Return part over whole, or 0.0 when there is no whole."""
    return part / whole if whole else 0.0


def herfindahl(amounts: Sequence[int]) -> float:
    """Return the sum of squared shares, 1 for a monopoly and 1/n for n equals; 0.0 when there is nothing."""
    total = sum(amounts)
    return sum(amount * amount for amount in amounts) / total**2 if total else 0.0


def past_due(stock: Sequence[int], bucket: int) -> int:
    """Return the balance in fen in this bucket and all later ones; 30+ days is bucket 2, 90+ is bucket 4."""
    return sum(int(amount) for amount in stock[bucket:])


def return_on_equity(profits: Sequence[int], equities: Sequence[int]) -> float:
    """Return profit over mean equity of up to twelve months, scaled to a year; 0.0 when equity is not positive."""
    return yearly_share(profits, equities)


def yearly_share(flows: Sequence[int], stocks: Sequence[int]) -> float:
    """Return flows of up to twelve months, scaled to a year, over the mean stock; 0.0 when that is not positive."""
    months = len(flows)
    mean_stock = sum(stocks) / len(stocks) if stocks else 0.0
    if months == 0 or mean_stock <= 0:
        return 0.0
    return sum(flows) * (12 / months) / mean_stock
