"""Has a market settled? Compares the same calendar months of two years, against their month-to-month noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

YEAR_MONTHS = 12
STRONGEST_MEMORY = 0.9  # of one month in the next: twelve months cannot tell a stronger one from a drift


class Drift(NamedTuple):
    """How far the second year of a series lies from the first."""

    first_year: float
    second_year: float
    standard_error: float  # of the difference, widened for months that resemble their neighbours

    @property
    def relative(self) -> float:
        """The change as a share of the first year; not a number when that was nothing, and then no change is small."""
        return (self.second_year - self.first_year) / abs(self.first_year) if self.first_year else math.nan

    def is_settled(self, tolerance_share: float, errors: float = 3.0) -> bool:
        """Return whether the change is small, or no larger than chance makes it."""
        change = abs(self.second_year - self.first_year)
        return abs(self.relative) <= tolerance_share or change <= errors * self.standard_error


def drift(series: Sequence[float]) -> Drift:
    """Return the drift over the first 24 months; same months are compared, so that seasons are no drift.

    Raises ValueError when the series is shorter than two years.
    """
    if len(series) < 2 * YEAR_MONTHS:
        raise ValueError(f"series: needs {2 * YEAR_MONTHS} months, had {len(series)}")
    first = [float(value) for value in series[:YEAR_MONTHS]]
    second = [float(value) for value in series[YEAR_MONTHS : 2 * YEAR_MONTHS]]
    differences = [late - early for early, late in zip(first, second, strict=True)]
    mean = math.fsum(differences) / YEAR_MONTHS
    spread = [each - mean for each in differences]
    squares = math.fsum(each**2 for each in spread)
    memory = math.fsum(early * late for early, late in pairwise(spread)) / squares if squares > 0.0 else 0.0
    memory = min(STRONGEST_MEMORY, max(0.0, memory))
    variance = squares / (YEAR_MONTHS - 1) * (1.0 + memory) / (1.0 - memory)
    return Drift(math.fsum(first) / YEAR_MONTHS, math.fsum(second) / YEAR_MONTHS, (variance / YEAR_MONTHS) ** 0.5)
