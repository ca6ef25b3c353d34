"""Bounds on the effect on rare counts, of which many replicates hold none: right for counts, with and without events.

Two bounds are made and the wider one counts.

- *Of events.* Where events come one by one, the total of an arm over all replicates is Poisson, and its mean lies
  between exact limits (Garwood 1936, "Fiducial limits for the Poisson distribution"). The difference of two means lies
  between the differences of opposite limits; each of the four limits may fail with a quarter of the error (Bonferroni),
  so nothing is assumed of how the arms are correlated. Arms that share their random draws mostly move together: the
  bound is wide.
- *Of spread.* Where events come in clusters (one failed lender, one slump), totals vary more than Poisson ones. The
  t interval of the difference of two independent means allows for the spread over replicates of each arm; arms that go
  together vary less.

Without any event in n replicates the first bound is -log(error / 4) / n to either side, as the rule of three is
-log(error) / n to one side (Hanley and Lippman-Hand 1983). It then bounds the number of clusters: how large a cluster
is that has never been seen, no data can show.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from experiments.compare.special_functions import special_functions

FEW_EVENTS = 30  # assumed; by which paired arms differ in all: below, t intervals of counts cover too little


def count_bounds(
    changed: NDArray[np.float64], unchanged: NDArray[np.float64], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and the upper bound on the mean difference of counts, by column.

    Both arrays hold events, shape (replicates, columns), in complete pairs; NaN for fewer than two.
    """
    count = changed.shape[0]
    if count < 2:
        nothing = np.full(changed.shape[1], math.nan)
        return nothing, nothing
    tail = (1.0 - confidence) / 4.0
    total, other = changed.sum(axis=0), unchanged.sum(axis=0)
    low = (_lower(total, tail) - _upper(other, tail)) / count
    high = (_upper(total, tail) - _lower(other, tail)) / count
    mean = (total - other) / count
    error = np.sqrt((changed.var(axis=0, ddof=1) + unchanged.var(axis=0, ddof=1)) / count)
    half = special_functions().stdtrit(count - 1, 0.5 + confidence / 2.0) * error
    return np.minimum(low, mean - half), np.maximum(high, mean + half)


def p_of_totals(changed: float, unchanged: float) -> float:
    """Return the two-sided p-value of equal Poisson means, given the sum of both totals.

    Each event is then as likely in one arm as in the other (Przyborowski and Wilenski 1940, "Homogeneity of results in
    testing samples from Poisson series").
    """
    return min(1.0, 2.0 * float(special_functions().bdtr(min(changed, unchanged), int(changed + unchanged), 0.5)))


def _lower(events: NDArray[np.float64], tail: float) -> NDArray[np.float64]:
    """Return the mean of a Poisson count above which that many events or more have more than `tail` of a chance."""
    return np.where(events > 0, special_functions().gammaincinv(np.maximum(events, 1.0), tail), 0.0)


def _upper(events: NDArray[np.float64], tail: float) -> NDArray[np.float64]:
    """Return the mean of a Poisson count below which that many events or fewer have more than `tail` of a chance."""
    return np.asarray(special_functions().gammaincinv(events + 1.0, 1.0 - tail))
