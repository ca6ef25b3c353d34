"""Complete pairs of one outcome in two arms, and how far the interval of their mean difference reaches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.compare.count_bounds import FEW_EVENTS, count_bounds, p_of_totals
from experiments.compare.special_functions import special_functions
from experiments.compare.spread import levels_of, standard_deviations

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

    @property
    def events(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The events behind the values of both arms, where the outcome counts events."""
        changed, unchanged = (np.rint(values * self.event_months) for values in (self.changed, self.unchanged))
        return changed, unchanged

    @property
    def has_few_events(self) -> bool:
        """Whether the outcome is a count and the arms differ by so few events that t intervals cover too little."""
        changed, unchanged = self.events
        return self.event_months > 0 and not (self.sd > 0 and np.abs(changed - unchanged).sum() >= FEW_EVENTS)

    @property
    def p_of_counts(self) -> float:
        """The p-value of equal rates of two counts, given how many events both hold; 0 where t tests do as well."""
        changed, unchanged = self.events
        return p_of_totals(float(changed.sum()), float(unchanged.sum())) if self.has_few_events else 0.0

    def bounds(self, confidence: float) -> tuple[float, float]:
        """Return bounds that are right for counts; NaN where the outcome is none or t intervals do as well."""
        if not self.has_few_events or self.difference.size < 2:
            return NOT_A_NUMBER, NOT_A_NUMBER
        changed, unchanged = self.events
        low, high = count_bounds(changed[:, None], unchanged[:, None], confidence)
        return float(low[0]) / self.event_months, float(high[0]) / self.event_months

    def reach(self, confidence: float) -> float:
        """Return how far the interval reaches to either side of the mean, NaN where there is none.

        Of the t interval and the bound on counts, where both stand, the wider one counts. Of events that no run has
        seen the bound holds only if they come one by one, which nothing shows: there it is left out.
        """
        if not self.difference.size or (self.event_months and not (self.changed.any() or self.unchanged.any())):
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
