"""Means over replicates with their intervals, many columns at once: by month, by group, by move."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.compare.complete_pairs import CONFIDENCE, complete_pairs
from experiments.compare.special_functions import special_functions
from experiments.compare.spread import levels_of, standard_deviations
from experiments.tables.methods import COUNT_BOUND, IDENTICAL, NO_SPREAD, NONE, SINGLE, T_AND_COUNT_BOUND, T


class MeanIntervals(NamedTuple):
    """Means over replicates with the ends of their intervals, shape (columns,); ends are NaN where there is none."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    replicates: NDArray[np.int64]
    method: NDArray[np.object_]


def mean_intervals(values: NDArray[np.float64], level: NDArray[np.float64] | None = None) -> MeanIntervals:
    """Return the mean and t interval of every column of values, shape (replicates, columns), leaving NaN out.

    Columns without spread have no interval; `level`, shape (columns,), is how large the numbers are that the values
    were computed from, as in `standard_deviations`.
    """
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)
    sd = standard_deviations(values, levels_of(values) if level is None else level)
    varies = sd > 0
    freedom = np.where(varies, count - 1, 1)
    half = (
        special_functions().stdtrit(freedom, 0.5 + CONFIDENCE / 2) * np.where(varies, sd, np.nan) / np.sqrt(freedom + 1)
    )
    method = np.select([varies, count > 1, count == 1], [T, NO_SPREAD, SINGLE], NONE).astype(object)
    return MeanIntervals(mean, mean - half, mean + half, count.astype(np.int64), method)


def paired_intervals(
    changed: NDArray[np.float64],
    unchanged: NDArray[np.float64],
    is_same_market: NDArray[np.bool_],
    event_months: int = 0,
) -> MeanIntervals:
    """Return mean difference and interval of every column of two arms, shape (replicates, columns), as paired_effect.

    `is_same_market`, shape (columns,), says where both arms are the same market in every replicate. Where arms differ
    by few events, the wider of the t interval and the bound for counts is returned.
    """
    difference = changed - unchanged
    known = np.isfinite(difference)
    found = mean_intervals(difference, levels_of(*(np.where(known, values, 0.0) for values in (changed, unchanged))))
    nowhere = ~np.where(known, difference, 0.0).any(axis=0)
    found.method[is_same_market & nowhere & (found.replicates > 0)] = IDENTICAL
    for column in np.flatnonzero(np.isin(found.method, (T, NO_SPREAD)) & (event_months > 0)):
        pairs = complete_pairs(changed[:, column].tolist(), unchanged[:, column].tolist(), event_months)
        if pairs.has_few_events:
            low, high = pairs.bounds(CONFIDENCE)
            found.low[column], found.high[column] = np.fmin(found.low[column], low), np.fmax(found.high[column], high)
            found.method[column] = T_AND_COUNT_BOUND if found.method[column] == T else COUNT_BOUND
    return found
