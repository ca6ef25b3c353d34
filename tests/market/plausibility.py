"""The ranges a baseline must lie in, by how old a bad loan gets, and what a market's tables say of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.codes import OPEN
from sim.market import CreditMarket


class Range(NamedTuple):
    low: float
    high: float

    def wider(self, factor: float) -> Range:
        """The range that a smaller, noisier market is held to."""
        return Range(self.low / factor, self.high * factor)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


CHARGED_OFF_EARLY = {  # at 180 days
    "charge_offs_a_year": Range(0.015, 0.04),
    "dpd30_share": Range(0.007, 0.028),
    "dpd90_share": Range(0.0035, 0.0125),
    "dpd90_of_dpd30": Range(0.42, 0.60),
    "return_on_equity": Range(0.03, 0.20),
}
CHARGED_OFF_LATE = {  # at 360 days
    "charge_offs_a_year": Range(0.01, 0.025),
    "dpd30_share": Range(0.01, 0.045),
    "dpd90_share": Range(0.0075, 0.03),
    "dpd90_of_dpd30": Range(0.62, 0.82),
    "return_on_equity": Range(0.05, 0.20),
}
BY_KIND = {
    "platform": CHARGED_OFF_EARLY,
    "micro_lender": CHARGED_OFF_EARLY,
    "bank": CHARGED_OFF_LATE,
    "consumer_finance": CHARGED_OFF_LATE,
}
MARKET = {
    "new_approval_share": Range(0.25, 0.60),
    "line_approval_share": Range(0.80, 0.98),
    "mean_ticket_yuan": Range(2_000, 10_000),
    # A loan that runs on is half repaid on average: what is owed on the loans of a day over what those same loans were.
    "outstanding_of_original": Range(0.4, 0.65),
    # Large loans run longer, so a day's loans were larger than a month's new ones; even so they owe less than those.
    "outstanding_of_ticket": Range(0.4, 1.0),
}


class Found(NamedTuple):
    """One number beside its range."""

    where: str
    measure: str
    value: float
    range: Range

    @property
    def is_plausible(self) -> bool:
        return self.range.holds(self.value)

    def __str__(self) -> str:
        mark = "  " if self.is_plausible else "X "
        return f"{mark}{self.where:18}{self.measure:24}{self.value:10.4f}   {self.range.low:g} to {self.range.high:g}"


def by_kind(lender: pd.DataFrame) -> dict[tuple[str, str], float]:
    """The ratios of all lenders of a kind together, over all months and replicates of the table."""
    found = {}
    for kind, rows in lender.groupby("kind"):
        loans = rows["managed_loans_fen"].astype(float)
        late = {days: (rows[f"dpd{days}_share"] * loans).sum() for days in (30, 90)}
        found |= {
            (kind, "charge_offs_a_year"): 12 * rows["managed_charge_offs_fen"].sum() / loans.sum(),
            (kind, "dpd30_share"): late[30] / loans.sum(),
            (kind, "dpd90_share"): late[90] / loans.sum(),
            (kind, "dpd90_of_dpd30"): late[90] / late[30],
            (kind, "return_on_equity"): 12 * rows["profit_fen"].sum() / rows["equity_fen"].astype(float).sum(),
        }
    return found


def outstanding_of_original(markets: Sequence[CreditMarket]) -> float:
    """What is owed on the loans open at the end, as a share of what the same loans were when they were drawn."""
    owed = drawn = 0
    for market in markets:
        loans = market.people.state().loans
        is_open = loans.status == OPEN
        owed += int(loans.principal[is_open].sum(dtype=np.int64))
        drawn += int(loans.original[is_open].sum(dtype=np.int64))
    return owed / drawn


def of_the_market(lender: pd.DataFrame, roll: pd.DataFrame, market: pd.DataFrame) -> dict[str, float]:
    ticket = lender["originations_fen"].sum() / lender["originations_count"].sum()
    return {
        "new_approval_share": lender["new_approvals"].sum() / lender["new_applications"].sum(),
        "line_approval_share": lender["line_approvals"].sum() / lender["line_applications"].sum(),
        "mean_ticket_yuan": ticket / 100,
        "outstanding_of_ticket": roll["balance_fen"].sum() / roll["loans"].sum() / ticket,
    }


def together(markets: Sequence[CreditMarket], table: str) -> pd.DataFrame:
    return pd.concat(
        market.record.table(table).to_pandas().assign(replicate=replicate) for replicate, market in enumerate(markets)
    )


def findings(markets: Sequence[CreditMarket], factor: float = 1.0) -> list[Found]:
    """Every number of the plausibility table; `factor` widens all ranges."""
    lender, roll = together(markets, "lender"), together(markets, "roll")
    kinds, market = by_kind(lender), of_the_market(lender, roll, together(markets, "market"))
    market["outstanding_of_original"] = outstanding_of_original(markets)
    rows = [
        Found(kind, measure, kinds[kind, measure], allowed.wider(factor))
        for kind, ranges in BY_KIND.items()
        for measure, allowed in ranges.items()
    ]
    rows += [Found("market", measure, market[measure], allowed.wider(factor)) for measure, allowed in MARKET.items()]
    return rows
