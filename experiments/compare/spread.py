"""What varies over replicates and what does not: equal values do not show how far chance could move them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NOISE = 1e-12  # of a level: sums of floats in another order differ by no more, far less than any effect


def standard_deviations(values: NDArray[np.float64], level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sample standard deviation of every column of values, shape (replicates, columns), leaving NaN out.

    It is exactly 0 where the values are equal but for rounding of what they were computed from: `level`, shape
    (columns,), is how large that was. NaN for fewer than two values.
    """
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.where(count > 0, count, 1)
    distance = np.where(known, values - mean, 0.0)
    variance = (distance**2).sum(axis=0) / np.where(count > 1, count - 1, np.nan)
    varies = np.abs(distance).max(axis=0, initial=0.0) > NOISE * level
    return np.asarray(np.where(varies, np.sqrt(variance), 0.0 * variance))


def levels_of(*values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest absolute value in every column of all these arrays, 0 where there is none."""
    largest = [np.where(np.isfinite(each), np.abs(each), 0.0).max(axis=0, initial=0.0) for each in values]
    return np.asarray(np.max(largest, axis=0))
