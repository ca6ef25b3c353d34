"""A lender's books under a constant balance sheet: no new lending, no shrinking, no answer of any kind to the stress.

The conventions are those of supervisors' constant balance-sheet exercises (EBA, "EU-wide stress test - methodological
note"): what matures is replaced like for like, default is final within the horizon, nothing is written off, provisions
foresee the scenario, income stays at its starting level and loses what defaulted loans no longer pay, dearer funding
passes through as it reprices, and risk-weighted assets do not fall.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.analyses.static_stress.roll_rates import STATES, Matrix, Stock, replaced
from sim.books.capital import dividends_of
from sim.books.impairment import (
    DEFAULT_BUCKET,
    LIFE_MONTHS,
    PRIOR_INSTALMENT_SHARE,
    STAGE_2_BUCKET,
    YEAR_MONTHS,
    Outlook,
    default_shares,
)

Path = NDArray[np.float64]  # shape (months,)


class Opening(NamedTuple):
    """A lender as the exercise begins; amounts in fen, flows a month."""

    exposures: Mapping[str, Stock]  # by lender that made the loans: own parts by state
    equity: float
    risk_weighted: float
    interest: float  # service fees included
    funding_cost: float
    opex: float
    wholesale: float
    funding_term_months: int
    tax_share: float
    dividend_share: float
    capital_target_share: float

    @property
    def loans(self) -> float:
        """Own parts of all loans."""
        return math.fsum(stock.sum() for stock in self.exposures.values())


class Stress(NamedTuple):
    """What befalls a lender month by month."""

    matrices: Mapping[str, Sequence[Matrix]]  # by lender that made the loans
    loss_given_default: Mapping[str, float]  # by lender that made the loans: of what is in default
    funding_add_apr: Sequence[float]  # what money costs more than when the exercise began


class Projection(NamedTuple):
    """A lender's path under the exercise, fen; losses are provisions added up since it began."""

    capital_ratio: Path
    equity: Path
    losses: Path
    profit: Path
    in_default: Path


def project(opening: Opening, stress: Stress, opening_allowance: float) -> Projection:
    """Return the path of one lender; the allowance it begins with has been formed by the same method in calm."""
    months = len(stress.funding_add_apr)
    stocks = {name: stock.copy() for name, stock in opening.exposures.items()}
    performing_before = _performing(stocks)
    equity, allowance, losses = opening.equity, opening_allowance, 0.0
    columns: dict[str, list[float]] = {name: [] for name in Projection._fields}
    for month in range(months):
        for name, stock in stocks.items():
            stocks[name] = stock @ replaced(stress.matrices[name][month])
        needed = allowance_of(stocks, stress, month)
        provisions, allowance = needed - allowance, needed
        interest = opening.interest * (_performing(stocks) / performing_before if performing_before else 1.0)
        repriced = opening.wholesale * min(1.0, (month + 1) / opening.funding_term_months)
        funding = opening.funding_cost + stress.funding_add_apr[month] / YEAR_MONTHS * repriced
        profit = interest - funding - opening.opex - provisions
        profit -= opening.tax_share * max(0.0, profit)
        equity += profit
        excess = equity - opening.capital_target_share * opening.risk_weighted
        equity -= dividends_of(int(profit), int(excess), opening.dividend_share)
        losses += provisions
        columns["capital_ratio"].append(equity / opening.risk_weighted if opening.risk_weighted else np.nan)
        columns["equity"].append(equity)
        columns["losses"].append(losses)
        columns["profit"].append(profit)
        columns["in_default"].append(math.fsum(float(stock[DEFAULT_BUCKET]) for stock in stocks.values()))
    return Projection(**{name: np.array(values) for name, values in columns.items()})


def allowance_of(stocks: Mapping[str, Stock], stress: Stress, month: int) -> float:
    """Return the allowance in fen at a month's end: losses of twelve months, of the whole life, or of the default.

    Expected defaults come from the mean of the matrices of the twelve months ahead, as far as the exercise goes.
    """
    total = 0.0
    for name, stock in stocks.items():
        shares = default_shares_of(ahead(stress.matrices[name], month))
        total += float(stock @ shares) * stress.loss_given_default[name]
    return total


def ahead(matrices: Sequence[Matrix], month: int) -> Matrix:
    """Return the mean of the matrices of the twelve months after a month; the last one stands for what is beyond."""
    coming = matrices[month + 1 : month + 1 + YEAR_MONTHS] or matrices[-1:]
    return np.asarray(np.mean(coming, axis=0), dtype=np.float64)


def default_shares_of(matrix: Matrix) -> Stock:
    """Return by state what part of a balance is provided for as default: twelve months, or life once 30 days late."""
    rows = tuple(tuple(float(value) for value in row) for row in matrix[:DEFAULT_BUCKET, :STATES])
    outlook = Outlook(rows, PRIOR_INSTALMENT_SHARE)
    year, life = default_shares(outlook, YEAR_MONTHS), default_shares(outlook, LIFE_MONTHS)
    return np.array([*year[:STAGE_2_BUCKET], *life[STAGE_2_BUCKET:], 1.0])


def _performing(stocks: Mapping[str, Stock]) -> float:
    return math.fsum(stock[:DEFAULT_BUCKET].sum() for stock in stocks.values())
