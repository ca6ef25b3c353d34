"""Which tables outcomes are read from: what selects their rows, which columns count, and how rows are put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from experiments.spelling import ALL, NOT
from sim.codes import VINTAGE_MONTHS
from sim.counted import LIQUIDITY_TERCILES
from sim.observe.cohorts import COHORT_GROUPS
from sim.observe.schemas import SCHEMAS
from sim.params import LENDER_KINDS

if TYPE_CHECKING:
    import pandas as pd

Selection = tuple[tuple[str, str], ...]  # by column, the value as text

LABELS = (
    "month",
    "date",
    "lender",
    "kind",
    "status",
    "binding",
    "dimension",
    "value",
    "card",
    "tercile",
)  # no outcomes
DIMENSIONS = ("income_quintile", "region", "sector", "age_band")
# A ratio of several lenders is the mean of theirs with this weight, which makes it the ratio of their sums.
LENDER_WEIGHTS = {
    "approval_share": "applications",
    "fee_apr": "originations_fen",
    "headline_apr": "originations_fen",
    "mean_apr": "originations_fen",
    "mean_ticket_fen": "originations_count",
    "offered_apr": "applications",
    "provision_coverage_share": "stage3_fen",
    "roe_share": "equity_fen",
    "sale_price_share": "claims_sold_fen",
    "take_rate_share": "managed_loans_fen",
    "unit_cost_share": "managed_loans_fen",
    "utilisation_share": "line_limits_fen",
    "wholesale_apr": "wholesale_fen",
}
SCORECARD_WEIGHTS = {
    "stranger_predicted_share": "stranger_loans",
    "stranger_realised_share": "stranger_loans",
    "truth_auc_share": "truth_people",
    "truth_ks_share": "truth_people",
    "truth_brier_score": "truth_people",
    "approved_predicted_share": "approved_people",
    "approved_bad_share": "approved_people",
    "refused_predicted_share": "refused_people",
    "refused_bad_share": "refused_people",
    "refused_auc_share": "refused_people",
    "refused_ks_share": "refused_people",
    "refused_brier_score": "refused_people",
    "refused_stranger_predicted_share": "refused_strangers",
    "refused_stranger_bad_share": "refused_strangers",
    "compared_excess_share": "compared_people",
}
CUMULATIVE = ("ever30", "ever60", "ever90", "charged_off")  # of a vintage, over what was lent


class Shape(NamedTuple):
    """How the name of an outcome of one table is made, and how several rows of a month become one number."""

    selects: tuple[tuple[str, tuple[str, ...]], ...]  # columns that select rows; the values allowed, empty = any
    columns: tuple[str, ...]
    weights: Mapping[str, str]  # of ratios that are averaged
    usual_weight: str | None  # of all other ratios; None = there is one row a month
    ratios: Mapping[str, tuple[str, str]] = {}  # columns made of sums: above and below
    has_kinds: bool = False  # whether a kind of lender selects rows
    adds_lenders: bool = True  # whether the rows of several lenders can be put together

    def needed(self, column: str) -> tuple[str, ...]:
        """Return the columns of the table that an outcome is read from."""
        return self.ratios.get(column, (column,))


def _columns(table: str) -> tuple[str, ...]:
    return tuple(column for column in SCHEMAS[table] if column not in LABELS)


ANY_LENDER: tuple[str, tuple[str, ...]] = ("lender", ())
COHORT_VALUES = tuple(dict.fromkeys(value for values in COHORT_GROUPS.values() for value in values))
SELECTIONS: dict[str, Shape] = {
    "market": Shape((), _columns("market"), {}, None),
    "lender": Shape((ANY_LENDER,), _columns("lender"), LENDER_WEIGHTS, "loans_fen", has_kinds=True),
    "segment": Shape((("dimension", DIMENSIONS), ("value", ())), _columns("segment"), {}, None),
    "shape": Shape((ANY_LENDER,), _columns("shape"), {}, None, adds_lenders=False),
    "liquidity": Shape((("tercile", (*LIQUIDITY_TERCILES, ALL)),), _columns("liquidity"), {}, None),
    "cohort": Shape(
        (ANY_LENDER, ("dimension", tuple(COHORT_GROUPS)), ("value", COHORT_VALUES)), _columns("cohort"), {}, "people"
    ),
    "scorecards": Shape(
        (ANY_LENDER, ("card", ("before", "after"))), _columns("scorecards"), SCORECARD_WEIGHTS, "loans"
    ),
    "thinned": Shape(
        (ANY_LENDER,),
        ("dpd30_share", "dpd30_lagged_share"),
        {},
        None,
        {"dpd30_share": ("late_fen", "loans_fen"), "dpd30_lagged_share": ("late_fen", "lagged_loans_fen")},
    ),
    "vintage": Shape(
        (ANY_LENDER, ("months_on_book", tuple(str(age) for age in range(VINTAGE_MONTHS)))),
        tuple(f"{name}_share" for name in CUMULATIVE),
        {},
        None,
        {f"{name}_share": (f"{name}_fen", "original_fen") for name in CUMULATIVE},
    ),
}


def columns_read(table: str, column: str) -> tuple[str, ...]:
    """Return the columns that an outcome of a table is read from, those that select its rows included."""
    shape = SELECTIONS[table]
    weight = weight_of(table, column) if column not in shape.ratios else None
    dated = ("cohort", "months_on_book") if table == "vintage" else ("month",)
    selecting = (*(name for name, _ in shape.selects), *(("kind",) if shape.has_kinds else ()))
    return tuple(dict.fromkeys((*dated, *selecting, *shape.needed(column), *((weight,) if weight else ()))))


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


def is_sum(table: str, column: str) -> bool:
    """Return whether a column is an amount or a count, which lenders add up to."""
    shape = SELECTIONS[table]
    return shape.usual_weight is not None and SCHEMAS[table][column] == "int" and column not in shape.weights


def weight_of(table: str, column: str) -> str | None:
    """Return the column that weighs a ratio, None when a month has one row only."""
    shape = SELECTIONS[table]
    return shape.weights.get(column, shape.usual_weight)


def weighted_mean(rows: pd.DataFrame, column: str, weight: str, keys: list[str]) -> pd.Series[float]:
    """Return the mean of a ratio by keys; rows without a value or a weight are left out, NaN when none is left."""
    value, weights = rows[column].astype(float), rows[weight].astype(float)
    known = value.notna() & (weights > 0)
    parts = rows[keys].assign(product=(value * weights).where(known, 0.0), weight=weights.where(known, 0.0))
    sums = parts.groupby(keys, sort=True, observed=True)[["product", "weight"]].sum()
    return (sums["product"] / sums["weight"].where(sums["weight"] > 0)).astype(float)
