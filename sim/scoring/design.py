"""The columns of a scorecard's regression: an intercept, the bins of its features, and the forecast.

Every group of loans is in one bin of each feature, so the columns are kept as the numbers of those bins; sums over
groups are counts by bin or by pair of bins. That is exact, on one thread, and quicker than any product of matrices.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scoring.features import CELLS
from sim.scoring.scorecard import BINS, NO_POINTS, PERCENT, POINTS_PER_LOG_ODDS, Scorecard

INTERCEPT_WEIGHT = 1.0  # bad loans' worth: the level follows experience almost at once


class Model(NamedTuple):
    """What a card is made of."""

    features: tuple[str, ...]  # in the order of the columns
    knows_forecast: bool


class Design(NamedTuple):
    """Which bins each group is in, what the expert says of them, and how much that weighs."""

    columns: NDArray[np.int64]  # numbers of columns, shape (features, groups); column 0 is the intercept
    above_usual: NDArray[np.float64]  # unemployment in percentage points; shape (groups,), empty without a forecast
    expert: NDArray[np.float64]  # log odds by column
    weights: NDArray[np.float64]  # by column, in bad loans

    def odds(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of every group, shape (groups,)."""
        total = np.full(self.columns.shape[1], points[0])
        for columns in self.columns:
            total += points[columns]
        if len(self.above_usual):
            total += points[-1] * self.above_usual
        return total

    def sums(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of amounts by group over the groups in every column, each counted as much as it is in it."""
        size = len(self.weights)
        total = np.zeros(size)
        for columns in self.columns:
            total += np.bincount(columns, weights=amounts, minlength=size)
        total[0] = amounts.sum()
        if len(self.above_usual):
            total[-1] = np.sum(amounts * self.above_usual)
        return total

    def products(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the same for every pair of columns, shape (columns, columns)."""
        size = len(self.weights)
        both = np.zeros(size * size)
        for first, second in combinations(self.columns, 2):
            both += np.bincount(first * size + second, weights=amounts, minlength=size * size)
        upper = both.reshape(size, size)
        square = upper + upper.T
        ones = self.sums(amounts)  # nobody is in two bins of one feature
        square[np.arange(size), np.arange(size)] = ones
        square[0, :] = square[:, 0] = ones
        if len(self.above_usual):
            square[-1, :] = square[:, -1] = self.sums(amounts * self.above_usual)
        return square


def model_of(version: int, leaves_out: tuple[str, ...] = ()) -> Model:
    """Return what a card of this version is made of, without the features that it may not use."""
    known = (*BINS, "sector") if version == 2 else tuple(BINS)
    return Model(tuple(feature for feature in known if feature not in leaves_out), version == 2)


def design_of(
    cells: NDArray[np.int64],
    above_usual_shares: NDArray[np.float64],
    expert: Scorecard,
    prior_bads: float,
    model: Model,
) -> Design:
    """Return the columns of groups in these cells, each at an unemployment above the usual; shapes (groups,)."""
    bins = dict(zip(BINS, np.unravel_index(cells % CELLS, tuple(BINS.values())), strict=True))
    bins["sector"] = cells // CELLS
    columns, start = np.zeros((len(model.features), len(cells)), dtype=np.int64), 1
    for row, feature in enumerate(model.features):
        columns[row] = start + bins[feature]
        start += len(getattr(NO_POINTS, feature))
    points = points_by_column(expert, model)
    weights = np.full(len(points), prior_bads)
    weights[0] = INTERCEPT_WEIGHT
    return Design(columns, PERCENT * above_usual_shares if model.knows_forecast else np.zeros(0), points, weights)


def points_by_column(card: Scorecard, model: Model) -> NDArray[np.float64]:
    """Return a card as log odds in the order of the regression's columns."""
    points = [card.intercept, *(value for feature in model.features for value in getattr(card, feature))]
    if model.knows_forecast:
        points.append(card.unemployment)
    return np.array(points) / POINTS_PER_LOG_ODDS
