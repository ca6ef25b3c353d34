"""Paired differences between arms: intervals, a guard against skewness, and Holm's correction."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
SKEWED = 1.0  # beyond this sample skewness a t interval of few replicates covers too little
RESAMPLES = 4_000
FEWEST_TO_RESAMPLE = 5


class PairedEffect(NamedTuple):
    """The mean paired difference with its interval; NaN where the replicates cannot give it."""

    mean: float
    low: float
    high: float
    sd: float
    replicates: int
    method: str  # "identical", "single", "t", or "t, bootstrap-t beside"
    p: float
    correlation: float
    variance_reduction: float
    skewness: float
    bootstrap_low: float
    bootstrap_high: float


NOT_A_NUMBER = float("nan")


def _special() -> Any:
    """Return SciPy's special functions, loaded when first wanted: commands that only plan or refuse are quick."""
    from scipy import special

    return special


def paired_effect(changed: Sequence[float], unchanged: Sequence[float], name: str) -> PairedEffect:
    """Compare two arms replicate by replicate; `name` alone decides the resampling, so that it repeats.

    Arms that never differ give exactly 0 and the method "identical", without a p-value.
    """
    one, other = np.asarray(changed, dtype=np.float64), np.asarray(unchanged, dtype=np.float64)
    complete = np.isfinite(one) & np.isfinite(other)
    one, other = one[complete], other[complete]
    difference = one - other
    count = int(difference.size)
    blank = PairedEffect(NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_NUMBER, count, "none", *[NOT_A_NUMBER] * 6)
    if count == 0:
        return blank
    if not difference.any():
        return blank._replace(mean=0.0, low=0.0, high=0.0, sd=0.0, method="identical")
    mean = float(difference.mean())
    if count == 1:
        return blank._replace(mean=mean, method="single")
    sd = float(difference.std(ddof=1))
    half = half_width(sd, count, CONFIDENCE)
    effect = blank._replace(
        mean=mean,
        low=mean - half,
        high=mean + half,
        sd=sd,
        method="t",
        p=_p_value(mean, sd, count),
        correlation=_correlation(one, other),
        variance_reduction=_ratio(float(one.var(ddof=1) + other.var(ddof=1)), sd**2),
        skewness=_skewness(difference),
    )
    if count >= FEWEST_TO_RESAMPLE and sd > 0 and abs(effect.skewness) > SKEWED:
        low, high = bootstrap_t(difference, name)
        effect = effect._replace(method="t, bootstrap-t beside", bootstrap_low=low, bootstrap_high=high)
    return effect


def half_width(sd: float, count: int, confidence: float) -> float:
    """Return half the width of the t interval of a mean of so many values; NaN for fewer than two."""
    if count < 2:
        return NOT_A_NUMBER
    return float(_special().stdtrit(count - 1, 0.5 + confidence / 2)) * sd / math.sqrt(count)


class MeanIntervals(NamedTuple):
    """Means over replicates with the ends of their t intervals, shape (columns,); ends are NaN for fewer than two."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    replicates: NDArray[np.int64]


def mean_intervals(values: NDArray[np.float64]) -> MeanIntervals:
    """Return the mean and t interval of every column of values, shape (replicates, columns), leaving NaN out.

    Columns that are 0 in every replicate keep 0 at both ends, whatever their number.
    """
    known = np.isfinite(values)
    count = known.sum(axis=0)
    filled = np.where(known, values, 0.0)
    mean = filled.sum(axis=0) / np.where(count > 0, count, np.nan)
    squares = (np.where(known, values - mean, 0.0) ** 2).sum(axis=0)
    few = count < 2
    freedom = np.where(few, 1, count - 1)
    half = _special().stdtrit(freedom, 0.5 + CONFIDENCE / 2) * np.sqrt(squares / freedom / np.where(few, 1, count))
    half = np.where(few, np.nan, half)
    half = np.where((count > 0) & ~filled.any(axis=0), 0.0, half)
    return MeanIntervals(mean, mean - half, mean + half, count.astype(np.int64))


def bootstrap_t(values: NDArray[np.float64], name: str) -> tuple[float, float]:
    """Return the bootstrap-t interval of a mean, which follows a skewed distribution better than the t interval."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    chance = np.random.Generator(np.random.Philox(seed))
    drawn = values[chance.integers(0, values.size, size=(RESAMPLES, values.size))]
    spread = drawn.std(axis=1, ddof=1)
    usable = spread > 0
    studentised = (drawn[usable].mean(axis=1) - values.mean()) / (spread[usable] / math.sqrt(values.size))
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    tail = (1 - CONFIDENCE) / 2
    upper, lower = np.quantile(studentised, [1 - tail, tail])
    return float(values.mean() - upper * error), float(values.mean() - lower * error)


def holm(p_values: Sequence[float], family: int = 0) -> list[float]:
    """Return Holm's adjusted p-values; NaN stays NaN.

    `family` is how many hypotheses were declared when that is more than have a p-value: one that could not be tested
    was a chance to be wrong all the same, and to leave it out would reward failed runs.
    """
    adjusted = [NOT_A_NUMBER] * len(p_values)
    tested = sorted((index for index, p in enumerate(p_values) if math.isfinite(p)), key=lambda index: p_values[index])
    largest = 0.0
    for rank, index in enumerate(tested):
        largest = max(largest, min(1.0, p_values[index] * (max(family, len(tested)) - rank)))
        adjusted[index] = largest
    return adjusted


def _p_value(mean: float, sd: float, count: int) -> float:
    if sd == 0:
        return 0.0
    return float(2 * _special().stdtr(count - 1, -abs(mean) / (sd / math.sqrt(count))))


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else NOT_A_NUMBER


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    spread = float(one.std() * other.std())
    return float(((one - one.mean()) * (other - other.mean())).mean() / spread) if spread > 0 else NOT_A_NUMBER


def _skewness(values: NDArray[np.float64]) -> float:
    centred = values - values.mean()
    spread = float((centred**2).mean())
    return float((centred**3).mean() / spread**1.5) if spread > 0 else 0.0
