"""Which points of a grid are dominated: another one gives at least as much of the good for no more of the harm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Marks = NDArray[np.bool_]


def dominators(gain: Values, harm: Values) -> Marks:
    """Return by point and other point whether the other dominates it: no worse in both, better in one.

    `gain` and `harm` have shape (points,); points that are equal in both do not dominate each other.
    """
    no_worse = (gain[None, :] >= gain[:, None]) & (harm[None, :] <= harm[:, None])
    better = (gain[None, :] > gain[:, None]) | (harm[None, :] < harm[:, None])
    return no_worse & better


def is_dominated(gain: Values, harm: Values) -> Marks:
    """Return by point whether any other dominates it."""
    return np.asarray(dominators(gain, harm).any(axis=1), dtype=np.bool_)


def dominated_share(gain: Values, harm: Values) -> Values:
    """Return by point in what share of the replicates it is dominated; shapes are (points, replicates)."""
    by_replicate = [is_dominated(one, other) for one, other in zip(gain.T, harm.T, strict=True)]
    return np.asarray(np.mean(by_replicate, axis=0), dtype=np.float64)


def surest_dominator(gain: Values, harm: Values) -> tuple[NDArray[np.int64], Values]:
    """Return by point the other point that dominates it in most replicates, and in what share of them."""
    beaten = np.mean([dominators(one, other) for one, other in zip(gain.T, harm.T, strict=True)], axis=0)
    best = beaten.argmax(axis=1)
    return best.astype(np.int64), np.asarray(beaten[np.arange(len(best)), best], dtype=np.float64)
