"""Outcomes by name: `market.approvals`, `lender.platform.dpd90_share`, `lender.bank_a.profit_fen`.

A segment outcome names a group of people: `segment.income_quintile.1.hardship_share`. A liquidity outcome names a
tercile of the people followed, or two whose difference is meant: `liquidity.low-high.consumption_income_share`. A shape
outcome is of one lender: `shape.bank_a.sector_hhi`. A lender outcome is of one lender, of all lenders of a kind, or of
all. Amounts and counts are summed over lenders; ratios are averaged with the weight that belongs to them (a share of
loans by loans, a price by new loans). Over a horizon of months an outcome is the plain mean of its months; "end" is the
last month alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from experiments.refusal import Refusal, nearest, shown
from sim.observe.schemas import SCHEMAS
from sim.params import LENDER_KINDS, LenderParameters
from sim.values import LIQUIDITY_TERCILES

if TYPE_CHECKING:  # configurations name outcomes too, and must not wait for pandas
    import pandas as pd

NO_OUTCOME = ("month", "date", "lender", "kind", "status", "binding", "dimension", "value", "tercile")
# A ratio of several lenders is the mean of theirs with this weight, which makes it the ratio of their sums.
WEIGHTS = {
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
USUAL_WEIGHT = "loans_fen"
DIMENSIONS = ("income_quintile", "region", "sector", "age_band")
TERCILES = (*LIQUIDITY_TERCILES, "all")
KEYS = ["scenario", "arm", "replicate", "month"]
END = "end"
PARTS = {
    "market": 2,
    "lender": 3,
    "shape": 3,
    "liquidity": 3,
    "segment": 4,
}  # a table, and how many parts the name of its outcomes has


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
    """One number a month: a column of the market table, or of the lenders or people that `whose` selects."""

    name: str
    table: str
    whose: str  # lenders: "all", a kind, or a name; people: the group's value, a tercile; empty for the market
    column: str
    dimension: str = ""  # people: what groups them

    def check_lenders(self, lenders: Iterable[tuple[str, LenderParameters]], path: str) -> None:
        """Refuse an outcome of a lender or kind that this market does not have."""
        if self.table == "shape":
            names = [name for name, _ in lenders]
            if self.whose not in names:
                raise Refusal(f"{path}: {self.name}: no such lender; {nearest(self.whose, names)}")
        if self.table != "lender":
            return
        pairs = tuple(lenders)
        present = {"all", *(name for name, _ in pairs), *(lender.kind for _, lender in pairs)}
        if self.whose not in present and self.whose not in LENDER_KINDS:
            raise Refusal(f"{path}: {self.name}: no such lender or kind; {nearest(self.whose, present)}")

    def monthly(self, tables: Mapping[str, pd.DataFrame]) -> pd.Series[float]:
        """Return the outcome by (scenario, arm, replicate, month); NaN where it has no meaning in a month."""
        rows = tables[self.table]
        if self.table == "liquidity":
            return self._of_terciles(rows)
        if self.table == "shape":
            rows = rows[rows["lender"].astype(str) == self.whose]
        if self.table == "segment":
            of_group = (rows["dimension"].astype(str) == self.dimension) & (rows["value"].astype(str) == self.whose)
            rows = rows[of_group]
        if self.table != "lender":
            return rows.set_index(KEYS)[self.column].astype(float).sort_index()
        if self.whose != "all":
            column = "kind" if self.whose in LENDER_KINDS else "lender"
            rows = rows[rows[column].astype(str) == self.whose]
        if is_sum(self.column):
            return rows.groupby(KEYS, sort=True, observed=True)[self.column].sum().astype(float)
        value, weight = rows[self.column].astype(float), rows[WEIGHTS.get(self.column, USUAL_WEIGHT)].astype(float)
        known = value.notna() & (weight > 0)
        parts = rows[KEYS].assign(product=(value * weight).where(known, 0.0), weight=weight.where(known, 0.0))
        sums = parts.groupby(KEYS, sort=True, observed=True)[["product", "weight"]].sum()
        return (sums["product"] / sums["weight"].where(sums["weight"] > 0)).astype(float)

    def _of_terciles(self, rows: pd.DataFrame) -> pd.Series[float]:
        """Return the column of one tercile, or that of the first named less that of the second."""
        series = rows.assign(tercile=rows["tercile"].astype(str)).set_index(["tercile", *KEYS])[self.column]
        levels = [series.loc[tercile].astype(float).sort_index() for tercile in self.whose.split("-")]
        return levels[0] if len(levels) == 1 else levels[0] - levels[1]

    def over(self, tables: Mapping[str, pd.DataFrame], window: range) -> pd.Series[float]:
        """Return the mean over a window of months by (scenario, arm, replicate), without months that have no value."""
        monthly = self.monthly(tables)
        inside = monthly[monthly.index.get_level_values("month").isin(list(window))]
        return inside.groupby(level=["scenario", "arm", "replicate"], sort=True, observed=True).mean()


def is_sum(column: str) -> bool:
    """Return whether a column of the lender table is an amount or a count, which lenders add up to."""
    return SCHEMAS["lender"][column] == "int" and column not in WEIGHTS


def read_outcome(text: str, path: str) -> Outcome:
    """Return the outcome a name stands for; raise Refusal with the nearest valid name when there is none."""
    parts = text.split(".")
    if len(parts) != PARTS.get(parts[0]):
        raise Refusal(
            f"{path}: an outcome is market.<column>, lender.<kind, name or all>.<column>, "
            f"segment.<dimension>.<value>.<column>, shape.<lender>.<column> or "
            f"liquidity.<tercile>.<column>, was {shown(text)}"
        )
    valid = [column for column in SCHEMAS[parts[0]] if column not in NO_OUTCOME]
    if parts[-1] not in valid:
        raise Refusal(f"{path}: {text}: no such column; {nearest(parts[-1], valid)}")
    if parts[0] == "segment" and parts[1] not in DIMENSIONS:
        raise Refusal(f"{path}: {text}: no such dimension; {nearest(parts[1], DIMENSIONS)}")
    if parts[0] == "liquidity":
        for tercile in parts[1].split("-"):
            if tercile not in TERCILES:
                raise Refusal(f"{path}: {text}: no such tercile; {nearest(tercile, TERCILES)}")
    whose = parts[-2] if len(parts) > 2 else ""
    return Outcome(text, parts[0], whose, parts[-1], parts[1] if parts[0] == "segment" else "")


def read_horizon(text: str, path: str) -> Horizon:
    """Return the horizon a name stands for: "1-12" is months 1 to 12 after the announcement, "end" the last month."""
    if text == END:
        return Horizon(END, 0, 0)
    first, dash, last = text.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise Refusal(f'{path}: a horizon is "end" or months such as "1-12", was {shown(text)}')
    return Horizon(text, int(first), int(last))
