"""Measures of lending by lender, by kind of lender and for all lenders together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.report.estimates import RUN
from experiments.report.reading import Study


class Measure(NamedTuple):
    """A ratio that adds up over lenders: the sum of one column over the sum of another, times a factor."""

    title: str
    side: str  # the same in a few letters, for the edge of a figure
    unit: str
    above: str
    below: str
    factor: float = 1.0


# Ratios are rebuilt from their parts, so that groups of lenders are weighted by their own denominators. A column named
# `x*y` is a product; `x/y` is the denominator that the ratio y implies for x.
MEASURES = {
    "approval": Measure("approval of applications", "approval", "share", "approvals", "applications"),
    "volume": Measure(
        "new lending, yuan a person a month", "new lending, yuan", "number", "originations_fen", "borrowers", 0.01
    ),
    "price": Measure("mean price of new loans", "mean price", "share", "mean_apr*originations_fen", "originations_fen"),
    "dpd30": Measure("30+ days past due", "30+", "share", "dpd30_share*loans_fen", "loans_fen"),
    "dpd30_lagged": Measure(
        "30+ over lagged loans",
        "30+, lagged",
        "share",
        "dpd30_share*loans_fen",
        "dpd30_share*loans_fen/dpd30_lagged_share",
    ),
    "dpd90": Measure("90+ days past due", "90+", "share", "dpd90_share*loans_fen", "loans_fen"),
    "dpd90_lagged": Measure(
        "90+ over lagged loans",
        "90+, lagged",
        "share",
        "dpd90_share*loans_fen",
        "dpd90_share*loans_fen/dpd90_lagged_share",
    ),
    "charge_offs": Measure(
        "charge-offs a year over loans", "charge-offs a year", "share", "charge_offs_fen", "loans_fen", 12.0
    ),
    "capital": Measure("capital ratio", "capital ratio", "share", "equity_fen", "equity_fen/capital_ratio_share"),
    "return": Measure("return on equity, yearly", "return on equity", "share", "roe_share*equity_fen", "equity_fen"),
}
OWN = {  # the reported column, taken as it stands when a single lender is shown
    "approval": "approval_share",
    "price": "mean_apr",
    "dpd30": "dpd30_share",
    "dpd30_lagged": "dpd30_lagged_share",
    "dpd90": "dpd90_share",
    "dpd90_lagged": "dpd90_lagged_share",
    "capital": "capital_ratio_share",
    "return": "roe_share",
}


def measure(study: Study, name: str, keys: Sequence[str]) -> tuple[str, str, pd.DataFrame] | None:
    """Return title, unit and rows (run, keys, month, value) of a measure or None; keys are lender, kind or none."""
    what = MEASURES[name]
    columns = sorted(_columns(what) - {"borrowers"})
    if tuple(keys) == ("lender",) and name in OWN:
        columns = [OWN[name]]
    table = study.table("lender", "month", *keys, *columns)
    if table is None:
        return None
    by = [*RUN, *keys, "month"]
    if columns == [OWN.get(name)]:
        return what.title, what.unit, table[by].assign(value=table[columns[0]].astype(float))
    people = _people(study, table) if "borrowers" in _columns(what) else None
    if "borrowers" in _columns(what) and people is None:
        return None
    rows = table[by].assign(_above=_value(table, what.above).fillna(0.0))
    rows["_below"] = 0.0 if people is not None else _value(table, what.below).fillna(0.0)
    sums = rows.groupby(by, sort=True)[["_above", "_below"]].sum().reset_index()
    if people is not None:
        sums["_below"] = sums.merge(people, on=[*RUN, "month"], how="left")["borrowers"].to_numpy(float)
    sums["value"] = what.factor * sums["_above"] / sums["_below"].where(sums["_below"] > 0)
    return what.title, what.unit, sums


def _people(study: Study, table: pd.DataFrame) -> pd.DataFrame | None:
    market = study.table("market", "month", "borrowers")
    return None if market is None or table.empty else market[[*RUN, "month", "borrowers"]]


def _columns(what: Measure) -> set[str]:
    return {part for term in (what.above, what.below) for part in term.replace("/", "*").split("*")}


def _value(table: pd.DataFrame, term: str) -> pd.Series:
    """Return the value of `a`, `a*b`, `a/b` or `a*b/c` by row; a zero divisor gives nothing."""
    numerator, _, divisor = term.partition("/")
    value = pd.Series(1.0, index=table.index)
    for part in numerator.split("*"):
        value = value * table[part].astype(float)
    if divisor:
        below = table[divisor].astype(float)
        value = (value / below.where(below != 0)).replace([np.inf, -np.inf], np.nan)
    return value
