"""Complete pairs of one outcome in two arms, and how far the interval of their mean difference reaches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.count_bounds import FEW_EVENTS, count_bounds
from experiments.special_functions import special_functions
from experiments.spread import levels_of, standard_deviations

CONFIDENCE = 0.95
NOT_A_NUMBER = float("nan")


class Pairs(NamedTuple):
    """Complete pairs of one outcome, shape (pairs,), and of how many months its values are means, 0 = no count."""

    changed: NDArray[np.float64]
    unchanged: NDArray[np.float64]
    event_months: int

    @property
    def difference(self) -> NDArray[np.float64]:
        """What the arms differ by in each pair."""
        return self.changed - self.unchanged

    @property
    def sd(self) -> float:
        """The sample standard deviation of the differences: exactly 0 where they are equal but for rounding."""
        level = levels_of(self.changed, self.unchanged)
        return float(standard_deviations(self.difference[:, None], np.atleast_1d(level))[0])

    def bounds(self, confidence: float) -> tuple[float, float]:
        """Return bounds that are right for counts; NaN where the outcome is none or t intervals do as well."""
        if not self.event_months or self.difference.size < 2:
            return NOT_A_NUMBER, NOT_A_NUMBER
        changed, unchanged = (np.rint(values * self.event_months)[:, None] for values in (self.changed, self.unchanged))
        if self.sd > 0 and np.abs(changed - unchanged).sum() >= FEW_EVENTS:
            return NOT_A_NUMBER, NOT_A_NUMBER
        low, high = count_bounds(changed, unchanged, confidence)
        return float(low[0]) / self.event_months, float(high[0]) / self.event_months

    def reach(self, confidence: float) -> float:
        """Return how far the interval reaches to either side of the mean, NaN where there is none.

        Of the t interval and the bound on counts, where both stand, the wider one counts.
        """
        if not self.difference.size:
            return NOT_A_NUMBER
        low, high = self.bounds(confidence)
        mean = float(self.difference.mean())
        reaches = (half_width(self.sd, self.difference.size, confidence), mean - low, high - mean)
        return max((reach for reach in reaches if math.isfinite(reach)), default=NOT_A_NUMBER)


def complete_pairs(changed: Sequence[float], unchanged: Sequence[float], event_months: int = 0) -> Pairs:
    """Return the pairs in which both arms have a value."""
    one, other = np.asarray(changed, dtype=np.float64), np.asarray(unchanged, dtype=np.float64)
    complete = np.isfinite(one) & np.isfinite(other)
    return Pairs(one[complete], other[complete], event_months)


def half_width(sd: float, count: int, confidence: float) -> float:
    """Return half the width of the t interval of a mean of so many values; NaN for fewer than two, or without spread.

    That values happen to be equal does not make their mean certain.
    """
    if count < 2 or not sd > 0:
        return NOT_A_NUMBER
    return float(special_functions().stdtrit(count - 1, 0.5 + confidence / 2)) * sd / math.sqrt(count)
