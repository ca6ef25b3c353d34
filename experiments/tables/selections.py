"""Which tables outcomes are read from: what selects their rows, which columns they have, how rows are put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from experiments.tables.ratios import MADE_OF, Single, made_of, needed, ratio_of_sums
from experiments.tables.spelling import ALL, NOT
from sim.codes import VINTAGE_MONTHS
from sim.counted import LIQUIDITY_TERCILES
from sim.observe.builders import MONTH
from sim.observe.cohorts import COHORT_GROUPS
from sim.observe.columns import SCHEMAS, TABLES
from sim.params import LENDER_KINDS

if TYPE_CHECKING:
    import pandas as pd

Selection = tuple[tuple[str, str], ...]  # by column, the value as text

DIMENSIONS = ("income_quintile", "region", "sector", "age_band")


class Shape(NamedTuple):
    """How the name of an outcome of one table is made."""

    selects: tuple[tuple[str, tuple[str, ...]], ...]  # columns that select rows; the values allowed, empty = any
    columns: tuple[str, ...]
    has_kinds: bool = False  # whether a kind of lender selects rows


def _columns(table: str) -> tuple[str, ...]:
    """Return the numbers of a table: what is recorded, and the ratios that are formed of it."""
    return tuple(column.name for column in TABLES[table].named if column.type != "str" and column.name != MONTH)


ANY_LENDER: tuple[str, tuple[str, ...]] = ("lender", ())
COHORT_VALUES = tuple(dict.fromkeys(value for values in COHORT_GROUPS.values() for value in values))
SELECTIONS: dict[str, Shape] = {
    "market": Shape((), _columns("market")),
    "lender": Shape((ANY_LENDER,), _columns("lender"), has_kinds=True),
    "segment": Shape((("dimension", DIMENSIONS), ("value", ())), _columns("segment")),
    "shape": Shape((ANY_LENDER,), _columns("shape")),
    "liquidity": Shape((("tercile", (*LIQUIDITY_TERCILES, ALL)),), _columns("liquidity")),
    "cohort": Shape((ANY_LENDER, ("dimension", tuple(COHORT_GROUPS)), ("value", COHORT_VALUES)), _columns("cohort")),
    "scorecards": Shape((ANY_LENDER, ("card", ("before", "after"))), _columns("scorecards")),
    "thinned": Shape((ANY_LENDER,), tuple(MADE_OF["thinned"])),
    "vintage": Shape(
        (ANY_LENDER, ("months_on_book", tuple(str(age) for age in range(VINTAGE_MONTHS)))), tuple(MADE_OF["vintage"])
    ),
}


def has_one_row(table: str, where: Selection) -> bool:
    """Return whether a selection means one row a month: of the market, a group or a lender that is named."""
    lender = dict(where).get("lender")
    return lender is None or not (is_several(lender) or (SELECTIONS[table].has_kinds and lender in LENDER_KINDS))


def is_several(lender: str) -> bool:
    """Return whether the lenders selected are all, or all but one."""
    return lender == ALL or lender.startswith(NOT)


def needed_for(table: str, column: str, where: Selection) -> tuple[str, ...]:
    """Return the columns that an outcome's value is read from: as recorded, or the parts of a ratio of several rows."""
    made = made_of(table, column)
    if made is None or isinstance(made, Single) or (column in SCHEMAS[table] and has_one_row(table, where)):
        return (column,)
    return needed(column, made)


def columns_read(table: str, column: str, where: Selection) -> tuple[str, ...]:
    """Return the columns that an outcome of a table is read from, those that select its rows included."""
    dated = ("cohort", "months_on_book") if table == "vintage" else ("month",)
    shape = SELECTIONS[table]
    selecting = (*(name for name, _ in shape.selects), *(("kind",) if shape.has_kinds else ()))
    return tuple(dict.fromkeys((*dated, *selecting, *needed_for(table, column, where))))


def rows_read(table: str, selections: Iterable[Selection]) -> list[tuple[str, str, list[int]]] | None:
    """Return as a filter which rows of a table these selections need, where that leaves out most; None = all."""
    if table != "vintage":
        return None
    ages = {int(value) for where in selections for column, value in where if column == "months_on_book"}
    return [("months_on_book", "in", sorted(ages))]


def rows_of(tables: Mapping[str, pd.DataFrame], table: str, where: Selection) -> pd.DataFrame:
    """Return the rows of a table that a selection means; a vintage's row belongs to the month of that age."""
    rows = tables[table]
    for column, value in where:
        if column == "months_on_book":
            rows = rows[rows[column] == int(value)]
        elif column != "lender":
            rows = rows[rows[column].astype(str) == value]
        elif value in LENDER_KINDS:
            rows = rows[rows["kind"].astype(str) == value]
        elif value.startswith(NOT):
            rows = rows[rows["lender"].astype(str) != value.removeprefix(NOT)]
        elif value != ALL:
            rows = rows[rows["lender"].astype(str) == value]
    if table == "vintage":
        rows = rows.assign(month=rows["cohort"] + rows["months_on_book"])
    return rows


def by_month(rows: pd.DataFrame, table: str, column: str, where: Selection, keys: list[str]) -> pd.Series[float]:
    """Return a column by keys: as recorded where a key has one row, else a sum or a ratio of sums.

    NaN where there is nothing to divide by.
    """
    made = made_of(table, column)
    if column in SCHEMAS[table] and has_one_row(table, where):
        return rows.set_index(keys)[column].astype(float).sort_index()
    if made is None:
        return rows.groupby(keys, sort=True, observed=True)[column].sum().astype(float)
    if isinstance(made, Single):
        raise ValueError(f"{table}.{column}: stands for one row alone, since {made.why}")
    return ratio_of_sums(rows, column, made, keys)
