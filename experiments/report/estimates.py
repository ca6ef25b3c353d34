"""Means over time per replicate and paired differences between arms, with t intervals.

Replicates of two arms share their random draws, so each is compared with its counterpart; only complete pairs count.
Sums of floats run in sorted order on one thread, so that the same tables give the same digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.compare.intervals import mean_intervals
from experiments.tables.methods import NONE

RUN = ["arm", "scenario", "replicate"]


class Estimate(NamedTuple):
    """A mean over replicates with the ends of its 95% interval; the dots are the replicates, by number.

    The ends are NaN with fewer than two replicates, and where all are equal: `method` says which.
    """

    mean: float
    low: float
    high: float
    replicates: int
    method: str  # one of experiments/tables/methods.py
    dots: tuple[float, ...]

    @property
    def has_interval(self) -> bool:
        """Whether the replicates give an interval."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    @property
    def without_interval(self) -> str:
        """Why several replicates give no interval, for a table cell; nothing with a single one."""
        return " (all equal)" if self.replicates > 1 and not self.has_interval else ""


def estimate(values: Sequence[float], level: float | None = None) -> Estimate:
    """Return mean and t interval of one number per replicate; the interval is NaN with fewer than two, or all equal.

    `level` is how large the numbers are that the values were computed from: what differs by rounding alone is equal.
    """
    finite = np.array([value for value in values if np.isfinite(value)], dtype=float)
    if finite.size == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0, NONE, ())
    found = mean_intervals(finite[:, None], None if level is None else np.array([level]))
    ends = (float(found.mean[0]), float(found.low[0]), float(found.high[0]))
    return Estimate(*ends, int(finite.size), str(found.method[0]), tuple(float(value) for value in finite))


def paired(levels: pd.Series, reference: str, arm: str, scenario: str) -> Estimate:
    """Compare an arm with the reference; levels are indexed by arm, scenario, replicate."""
    treated, untreated = _run_values(levels, arm, scenario), _run_values(levels, reference, scenario)
    both = treated.index.intersection(untreated.index).sort_values()
    level = max((abs(float(each[replicate])) for each in (treated, untreated) for replicate in both), default=0.0)
    return estimate([float(treated[replicate] - untreated[replicate]) for replicate in both], level)


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
