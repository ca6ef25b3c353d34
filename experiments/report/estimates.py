"""Means over time per replicate and paired differences between arms, with t intervals.

Replicates of two arms share their luck, so each is compared with its twin; only complete pairs count. Sums of floats
run in sorted order on one thread, so that the same tables give the same digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

RUN = ["arm", "scenario", "replicate"]


class Estimate(NamedTuple):
    """A mean over replicates with the ends of its 95% interval; the dots are the replicates, by number."""

    mean: float
    low: float
    high: float
    replicates: int
    identical: bool
    dots: tuple[float, ...]


def estimate(values: Sequence[float]) -> Estimate:
    """Return mean and t interval of one number per replicate; the interval is NaN with fewer than two."""
    finite = np.array([value for value in values if np.isfinite(value)], dtype=float)
    if finite.size == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0, False, ())
    mean = float(finite.mean())
    dots = tuple(float(value) for value in finite)
    if finite.size == 1:
        return Estimate(mean, float("nan"), float("nan"), 1, mean == 0.0, dots)
    half = float(special.stdtrit(finite.size - 1, 0.975) * finite.std(ddof=1) / np.sqrt(finite.size))
    return Estimate(mean, mean - half, mean + half, int(finite.size), bool(np.all(finite == 0.0)), dots)


def paired(levels: pd.Series, reference: str, arm: str, scenario: str) -> Estimate:
    """Compare an arm with the reference; levels are indexed by arm, scenario, replicate."""
    treated, untreated = _run_values(levels, arm, scenario), _run_values(levels, reference, scenario)
    both = treated.index.intersection(untreated.index).sort_values()
    return estimate([float(treated[replicate] - untreated[replicate]) for replicate in both])


def level(levels: pd.Series, arm: str, scenario: str) -> Estimate:
    """Return mean and interval of an arm's own level; levels are indexed by arm, scenario, replicate."""
    return estimate(list(_run_values(levels, arm, scenario).sort_index()))


def _run_values(levels: pd.Series, arm: str, scenario: str) -> pd.Series:
    names = levels.index.get_level_values("arm"), levels.index.get_level_values("scenario")
    return levels[(names[0] == arm) & (names[1] == scenario)].droplevel(["arm", "scenario"])


def ratio(rows: pd.DataFrame, above: str, below: str, by: Sequence[str] = RUN, factor: float = 1.0) -> pd.Series:
    """Return the sum of one column over the sum of another, by run; NaN where the second is zero."""
    sums = rows.groupby(list(by), sort=True, observed=True)[[above, below]].sum()
    return (factor * sums[above] / sums[below].where(sums[below] != 0)).astype(float)


class Band(NamedTuple):
    """The median replicate, the smallest and the largest, by month, of those that have a value."""

    months: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray


def band(values: pd.DataFrame, column: str) -> Band:
    """Return the band over replicates; values have month, replicate and the column.

    A month that is in the table and has no value in any replicate is NaN, which a line shows as a gap.
    """
    wide = values.pivot(index="month", columns="replicate", values=column).sort_index()
    months = wide.index.to_numpy()
    return Band(months, *(getattr(wide, name)(axis=1).to_numpy(float) for name in ("median", "min", "max")))
