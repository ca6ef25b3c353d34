"""One number read from a run: an outcome of the tables, or the number of failed lenders, over a window of months.

A ratio has no value in a month in which there is nothing to divide by. A mean or a sum over the months left would be
one of other months in one run than in another, so a window with such a month has none; "last" is the window's last
month, with or without a value; "minimum" and "maximum" are of the months that have one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from experiments.keep.files import read_table
from experiments.refusal import Refusal, nearest
from experiments.report.absence import why_outcome_absent
from experiments.tables.outcomes import read_outcome
from experiments.tables.spelling import ALL
from sim.codes import RESOLUTION
from sim.params import MarketConfig, OneOf, Quantity

if TYPE_CHECKING:
    import pandas as pd

FAILURES = "failures"  # failures.<lender, kind or all>: lenders in resolution
TO_THE_END = 600
STATISTICS = ("mean", "minimum", "maximum", "last", "sum")
LACKING = {"mean": "a month", "sum": "a month", "last": "the last month"}  # of the window, by statistic; else every one


class Measure(NamedTuple):
    """An outcome by name, the months in which it is read (both ends included), and how they become one number."""

    outcome: str
    statistic: Annotated[str, OneOf(STATISTICS)] = "mean"
    first_month: Annotated[int, Quantity("month", 0, TO_THE_END, "the analyst's choice")] = 0
    last_month: Annotated[int, Quantity("month, at most the last", 0, TO_THE_END, "the analyst's choice")] = TO_THE_END

    @property
    def label(self) -> str:
        """The measure as it is named in tables."""
        until = "end" if self.last_month == TO_THE_END else str(self.last_month)
        return f"{self.statistic} of {self.outcome}, months {self.first_month}-{until}"


def check_measure(measure: Measure, key: str, market: MarketConfig) -> None:
    """Raise Refusal when the runs of a market could not give the measure."""
    months = market.calendar.months
    if measure.first_month >= months:
        raise Refusal(f"{key}.first_month: must lie in 0 to {months - 1}, was {measure.first_month}")
    if measure.last_month < measure.first_month:
        raise Refusal(
            f"{key}.last_month: must not be earlier than first_month {measure.first_month}, was {measure.last_month}"
        )
    head, _, whose = measure.outcome.partition(".")
    if head == FAILURES:
        names = {ALL, *(name for name, _ in market.lender), *(lender.kind for _, lender in market.lender)}
        if whose not in names:
            raise Refusal(f"{key}.outcome: {measure.outcome}: no such lender or kind; {nearest(whose, names)}")
        return
    read_outcome(measure.outcome, f"{key}.outcome").check_lenders(market.lender, f"{key}.outcome")


def monthly(measure: Measure, folder: Path) -> pd.Series[float]:
    """Return the outcome of one run by month."""
    head, _, whose = measure.outcome.partition(".")
    if head == FAILURES:
        rows = read_table(folder / "lender.parquet").to_pandas()
        if whose != ALL:
            rows = rows[(rows["lender"] == whose) | (rows["kind"] == whose)]
        return (rows["status"] == RESOLUTION).groupby(rows["month"]).sum().astype(float)
    outcome = read_outcome(measure.outcome, "outcome")
    tables = {}
    for name in dict.fromkeys(part.table for part in outcome.parts):
        rows = read_table(folder / f"{name}.parquet").to_pandas()
        tables[name] = rows.assign(scenario="", arm="", replicate=0)
    return outcome.monthly(tables).droplevel(["scenario", "arm", "replicate"]).sort_index()


def number(measure: Measure, series: pd.Series[float]) -> float:
    """Return the measure of a monthly series; NaN where it has no value."""
    inside = series[(series.index >= measure.first_month) & (series.index <= measure.last_month)]
    if inside.empty:
        return float("nan")
    by_name = {
        "mean": lambda: inside.mean(skipna=False),
        "minimum": inside.min,
        "maximum": inside.max,
        "last": lambda: inside.iloc[-1],
        "sum": lambda: inside.sum(skipna=False),
    }
    return float(by_name[measure.statistic]())


def read(measure: Measure, folder: Path) -> float:
    """Return the measure of one run; NaN where it has no value there."""
    return number(measure, monthly(measure, folder))


def why_no_value(measure: Measure) -> str:
    """State when a measure has no value in a run, and what may be asked instead."""
    when = LACKING.get(measure.statistic, "every month")
    return (
        f"{measure.label}, has no value in a run in which {why_outcome_absent(measure.outcome)} in {when} of the "
        "window; other months, another statistic or another outcome may have one"
    )
