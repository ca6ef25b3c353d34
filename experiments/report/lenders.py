"""Measures of lending by lender, by kind of lender and for all lenders together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from experiments.report.estimates import RUN
from experiments.report.reading import Study
from experiments.tables.dictionary import TABLES
from experiments.tables.ratios import Ratio, ratio_of, ratio_of_sums


class Measure(NamedTuple):
    """A ratio of the table `lender`, which adds up over lenders because both of its parts do."""

    title: str
    side: str  # the same in a few letters, for the edge of a figure
    unit: str
    column: str  # what it is made of stands with this name


NEW_LENDING = "new_lending"
# Every ratio of the table `lender` whose line in sim/observe/columns/lender.toml has a short label, and new lending.
MEASURES = {
    NEW_LENDING: Measure("new lending, yuan a person a month", "new lending, yuan", "number", ""),
    **{
        column.name: Measure(column.label, column.short, "share", column.name)
        for column in TABLES["lender"].named
        if column.short
    },
}
VOLUME = Ratio("originations_fen", "borrowers", per=100)  # yuan a person, of the whole market


def measure(study: Study, name: str, keys: Sequence[str]) -> tuple[str, str, pd.DataFrame] | None:
    """Return title, unit and rows (run, keys, month, value) of a measure or None; keys are lender, kind or none.

    A value is missing where there is nothing to divide by.
    """
    what = MEASURES[name]
    by = [*RUN, *keys, "month"]
    found = _volume(study, keys, by) if name == NEW_LENDING else _ratio(study, what.column, keys, by)
    return None if found is None else (what.title, what.unit, found.rename("value").reset_index())


def _ratio(study: Study, column: str, keys: Sequence[str], by: list[str]) -> pd.Series | None:
    made = ratio_of("lender", column)
    table = study.table("lender", "month", *keys, *made.parts)
    return None if table is None else ratio_of_sums(table, column, made, by)


def _volume(study: Study, keys: Sequence[str], by: list[str]) -> pd.Series | None:
    table, market = (
        study.table("lender", "month", *keys, "originations_fen"),
        study.table("market", "month", "borrowers"),
    )
    if table is None or market is None:
        return None
    lent = table.groupby(by, sort=True, observed=True)["originations_fen"].sum().reset_index()
    rows = lent.merge(market[[*RUN, "month", "borrowers"]], on=[*RUN, "month"], how="left")
    return ratio_of_sums(rows, "", VOLUME, by)
