"""Outcomes by name: `market.approvals`, `lender.platform.dpd90_share`, `segment.income_quintile.1.hardship_share`.

An outcome names a table, the rows of it, and a column; the file `experiments/tables/selections.py` says which tables
there are and how their names are read. Amounts and counts are summed over rows; of a ratio both parts are summed, as
declared in `sim/observe/columns`, and then divided. `A minus B` is the difference of two outcomes, month by month.
Over a horizon of months an outcome is the plain mean of its months that have a value; "end" is the last month alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from experiments.refusal import Refusal, nearest, shown
from experiments.tables.ratios import Single, made_of
from experiments.tables.selections import SELECTIONS, Selection, by_month, has_one_row, needed_for, rows_of
from experiments.tables.spelling import ALL, MINUS, NOT
from sim.params import LENDER_KINDS, LenderParameters

if TYPE_CHECKING:  # configurations name outcomes too, and must not wait for pandas
    import pandas as pd

KEYS = ["scenario", "arm", "replicate", "month"]
END = "end"


class Horizon(NamedTuple):
    """Months after the announcement, both ends included; `end` is the last month of the run."""

    name: str
    first: int
    last: int

    def months(self, announce_month: int, months: int) -> range:
        """Return the months of the run that the horizon covers, as far as the run goes."""
        if self.name == END:
            return range(months - 1, months)
        return range(announce_month + self.first, min(announce_month + self.last + 1, months))


class Outcome(NamedTuple):
    """One number a month: a column of a table, over the rows that the name selects."""

    name: str
    table: str
    column: str
    where: Selection  # which rows: by column, the value as text
    less: Outcome | None = None  # what is subtracted

    def check_lenders(self, lenders: Iterable[tuple[str, LenderParameters]], path: str) -> None:
        """Refuse an outcome of a lender or kind that this market does not have."""
        pairs = tuple(lenders)
        if self.less is not None:
            self.less.check_lenders(pairs, path)
        whose, shape = dict(self.where).get("lender"), SELECTIONS[self.table]
        if whose is None or (shape.has_kinds and whose in LENDER_KINDS):
            return
        present = {name for name, _ in pairs}
        present |= {ALL, *(NOT + name for name in present)}
        if shape.has_kinds:
            present |= {lender.kind for _, lender in pairs}
        if whose not in present:
            thing = "lender or kind" if shape.has_kinds else "lender"
            raise Refusal(f"{path}: {self.name}: no such {thing}; {nearest(whose, present)}")

    @property
    def parts(self) -> tuple[Outcome, ...]:
        """The outcome itself and what is subtracted from it."""
        return (self,) if self.less is None else (self, *self.less.parts)

    def is_in(self, tables: Mapping[str, pd.DataFrame]) -> bool:
        """Return whether the tables hold what the outcome is read from."""
        needed = needed_for(self.table, self.column, self.where)
        here = self.table in tables and all(column in tables[self.table].columns for column in needed)
        return here and (self.less is None or self.less.is_in(tables))

    def monthly(self, tables: Mapping[str, pd.DataFrame]) -> pd.Series[float]:
        """Return the outcome by (scenario, arm, replicate, month); NaN where it has no meaning in a month."""
        found = self.own_monthly(tables)
        return found if self.less is None else found - self.less.monthly(tables)

    def own_monthly(self, tables: Mapping[str, pd.DataFrame]) -> pd.Series[float]:
        """Return the outcome before anything is subtracted."""
        rows = rows_of(tables, self.table, self.where)
        return by_month(rows, self.table, self.column, self.where, KEYS)

    def over(self, tables: Mapping[str, pd.DataFrame], window: range) -> pd.Series[float]:
        """Return the mean over a window of months by (scenario, arm, replicate), without months that have no value."""
        return mean_over(self.monthly(tables), window)


def mean_over(monthly: pd.Series[float], window: range) -> pd.Series[float]:
    """Return the mean of an outcome's months over a window by (scenario, arm, replicate)."""
    inside = monthly[monthly.index.get_level_values("month").isin(list(window))]
    return inside.groupby(level=["scenario", "arm", "replicate"], sort=True, observed=True).mean()


def read_outcome(text: str, path: str) -> Outcome:
    """Return the outcome a name stands for; raise Refusal with the nearest valid name when there is none."""
    first, minus, second = text.partition(MINUS)
    less = read_outcome(second, path) if minus else None
    table, *parts = first.split(".")
    shape = SELECTIONS.get(table)
    if shape is None or len(parts) != len(shape.selects) + 1:
        raise Refusal(f"{path}: an outcome is {forms()}, or one minus another; was {shown(text)}")
    if parts[-1] not in shape.columns:
        raise Refusal(f"{path}: {text}: no such column; {nearest(parts[-1], shape.columns)}")
    for (selector, allowed), value in zip(shape.selects, parts, strict=False):
        if allowed and value not in allowed:
            raise Refusal(f"{path}: {text}: no such {selector}; {nearest(value, allowed)}")
    where = tuple((selector, value) for (selector, _), value in zip(shape.selects, parts, strict=False))
    made = made_of(table, parts[-1])
    if isinstance(made, Single) and not has_one_row(table, where):
        raise Refusal(f"{path}: {text}: must name one lender, since {made.why}; was {shown(dict(where)['lender'])}")
    return Outcome(text, table, parts[-1], where, less)


def forms() -> str:
    """Return how the names of outcomes are made, in words."""
    texts = [
        ".".join([table, *(f"<{name}>" for name, _ in shape.selects), "<column>"])
        for table, shape in SELECTIONS.items()
    ]
    return ", ".join(texts[:-1]) + " or " + texts[-1]


def read_horizon(text: str, path: str) -> Horizon:
    """Return the horizon a name stands for: "1-12" is months 1 to 12 after the announcement, "end" the last month."""
    if text == END:
        return Horizon(END, 0, 0)
    first, dash, last = text.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise Refusal(f'{path}: a horizon is "end" or months such as "1-12", was {shown(text)}')
    return Horizon(text, int(first), int(last))
