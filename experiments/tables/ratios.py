"""Ratios of several rows: both parts are added up first, and then divided, so that larger rows weigh more.

So lenders and groups of one month are put together everywhere. Over months it is so in `group_effects`, in the report's
section on income and in `sluice validate`. The tables `effects` and `differences`, and the report's figures and tables
of lenders, take the plain mean of monthly ratios instead, so that every month weighs the same
(`experiments/compare/pairs.py`).
What a column is made of is declared in `sim/observe/columns` and nowhere else; this file reads it with pandas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.observe.columns import MADE_OF
from sim.observe.ratios import Made, Mean, Ratio, Single, total

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MADE_OF", "Made", "Mean", "Ratio", "Single", "made_of", "needed", "parts_of", "ratio_of", "ratio_of_sums"]


def made_of(table: str, column: str) -> Made | None:
    """Return what a column is made of; None for an amount or a count, which are added up."""
    return MADE_OF.get(table, {}).get(column)


def ratio_of(table: str, column: str) -> Ratio:
    """Return the parts of a column that is declared as a ratio; raises KeyError for every other."""
    made = made_of(table, column)
    if not isinstance(made, Ratio):
        raise KeyError(f"{table}.{column}: is not declared as a ratio in sim/observe/columns")
    return made


def needed(column: str, made: Made) -> tuple[str, ...]:
    """Return the columns that a ratio of several rows is read from; a mean has no sum of its own, and needs itself."""
    return made.parts if isinstance(made, Ratio) else (column, *made.parts)


def parts_of(rows: pd.DataFrame, column: str, made: Ratio | Mean) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return both parts of a ratio row by row; what is not known counts in neither."""
    if isinstance(made, Ratio):
        return made.times * total(made.above, rows), made.per * total(made.below, rows)
    value = rows[column].astype(float)
    over = total(made.over, rows).where(value.notna(), 0)
    return (value * over).fillna(0.0), over


def ratio_of_sums(rows: pd.DataFrame, column: str, made: Ratio | Mean, keys: Sequence[str]) -> pd.Series[float]:
    """Return the sum of what stands above over the sum of what stands below, by keys.

    NaN where there is nothing to divide by.
    """
    above, below = parts_of(rows, column, made)
    sums = rows[list(keys)].assign(above=above, below=below).groupby(list(keys), sort=True, observed=True).sum()
    return (sums["above"] / sums["below"].where(sums["below"] > 0)).astype(float)
