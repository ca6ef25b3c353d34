"""Paired differences between arms: intervals, a guard against skewness, bounds on counts, and Holm's correction.

Where nothing varies over the replicates there is no interval and no p-value: equal values are no certainty.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.compare.complete_pairs import CONFIDENCE, NOT_A_NUMBER, Pairs, complete_pairs, half_width
from experiments.compare.special_functions import special_functions
from experiments.compare.spread import NOISE, levels_of, standard_deviations
from experiments.tables.methods import (
    COUNT_BOUND,
    IDENTICAL,
    NO_SPREAD,
    NONE,
    SINGLE,
    T_AND_BOOTSTRAP,
    T_AND_BOTH,
    T_AND_COUNT_BOUND,
    T,
)

SKEWED = 1.0  # assumed: beyond this sample skewness a t interval of few replicates covers too little
RESAMPLES = 4_000  # assumed: some 100 of them beyond each end of a 95% interval
FEWEST_TO_RESAMPLE = 5  # assumed: fewer replicates make too few different samples


class PairedEffect(NamedTuple):
    """The mean paired difference with its interval; NaN where the replicates cannot give it."""

    mean: float
    low: float
    high: float
    sd: float
    replicates: int
    method: str  # one of experiments/tables/methods.py
    p: float
    correlation: float
    variance_reduction: float
    skewness: float
    bootstrap_low: float
    bootstrap_high: float
    count_low: float
    count_high: float


def paired_effect(
    changed: Sequence[float], unchanged: Sequence[float], name: str, event_months: int = 0, is_same_market: bool = False
) -> PairedEffect:
    """Compare two arms replicate by replicate; `name` alone decides the resampling, so that it repeats.

    `event_months` is, for a count of events, of how many months the values are means. Only where it is known that both
    arms are the same market in every pair is the method "identical". Without spread there is no interval but a bound
    on counts, and never a p-value.
    """
    pairs = complete_pairs(changed, unchanged, event_months)
    difference, count = pairs.difference, int(pairs.difference.size)
    blank = PairedEffect(NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_NUMBER, count, NONE, *[NOT_A_NUMBER] * 8)
    if count == 0:
        return blank
    if is_same_market and not difference.any():
        return blank._replace(mean=0.0, method=IDENTICAL)
    mean = float(difference.mean())
    if count == 1:
        return blank._replace(mean=mean, method=SINGLE)
    sd = pairs.sd
    low, high = pairs.bounds(CONFIDENCE)
    effect = blank._replace(mean=mean, sd=sd, count_low=low, count_high=high)
    if sd == 0:
        return effect._replace(low=low, high=high, method=COUNT_BOUND if math.isfinite(low) else NO_SPREAD)
    return _with_t_interval(effect, pairs, name)


def _with_t_interval(effect: PairedEffect, pairs: Pairs, name: str) -> PairedEffect:
    """Return the effect of pairs that vary with its t interval, and what is to stand beside it."""
    one, other, difference = pairs.changed, pairs.unchanged, pairs.difference
    half = half_width(effect.sd, effect.replicates, CONFIDENCE)
    effect = effect._replace(
        low=effect.mean - half,
        high=effect.mean + half,
        p=max(_p_value(effect.mean, effect.sd, effect.replicates), pairs.p_of_counts),
        correlation=_correlation(one, other),
        variance_reduction=float(one.var(ddof=1) + other.var(ddof=1)) / effect.sd**2,
        skewness=_skewness(difference),
    )
    if effect.replicates >= FEWEST_TO_RESAMPLE and abs(effect.skewness) > SKEWED:
        low, high = bootstrap_t(difference, name)
        effect = effect._replace(bootstrap_low=low, bootstrap_high=high)
    beside = (math.isfinite(effect.bootstrap_low), math.isfinite(effect.count_low))
    methods = {(False, False): T, (True, False): T_AND_BOOTSTRAP, (False, True): T_AND_COUNT_BOUND}
    return effect._replace(method=methods.get(beside, T_AND_BOTH))


def bootstrap_t(values: NDArray[np.float64], name: str) -> tuple[float, float]:
    """Return the bootstrap-t interval of a mean, which follows a skewed distribution better than the t interval.

    A sample drawn without spread is infinitely many of its errors away from the mean; where so many are drawn that an
    end of the interval would lie there, there is none, and both ends are NaN.
    """
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    chance = np.random.Generator(np.random.Philox(seed))
    drawn = values[chance.integers(0, values.size, size=(RESAMPLES, values.size))]
    spread = drawn.std(axis=1, ddof=1) / math.sqrt(values.size)
    distance = drawn.mean(axis=1) - values.mean()
    varies = spread > NOISE * np.abs(values).max()
    studentised = np.where(varies, distance / np.where(varies, spread, 1.0), np.copysign(np.inf, distance))
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    tail = (1 - CONFIDENCE) / 2
    ordered = np.sort(studentised)
    if not np.isfinite(ordered[[int(tail * (RESAMPLES - 1)), math.ceil((1 - tail) * (RESAMPLES - 1))]]).all():
        return NOT_A_NUMBER, NOT_A_NUMBER
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
    return float(2 * special_functions().stdtr(count - 1, -abs(mean) / (sd / math.sqrt(count))))


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    both = np.stack([one, other], axis=1)
    if not (standard_deviations(both, levels_of(both)) > 0).all():
        return NOT_A_NUMBER
    return float(((one - one.mean()) * (other - other.mean())).mean() / (one.std() * other.std()))


def _skewness(values: NDArray[np.float64]) -> float:
    centred = values - values.mean()
    return float((centred**3).mean() / float((centred**2).mean()) ** 1.5)
