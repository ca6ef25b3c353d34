"""Global sensitivity by SALib: Morris screening and Sobol indices of what a function gives on the unit cube.

Sources: Morris (1991), "Factorial sampling plans for preliminary computational experiments"; Campolongo, Cariboni and
Saltelli (2007) for the mean of absolute effects; Saltelli et al. (2010), "Variance based sensitivity analysis of model
output", for the estimators of first-order and total indices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.analyses.extras import optional_module
from experiments.compare.spread import NOISE

Values = NDArray[np.float64]
TOOL = "sensitivity"
CONFIDENCE = 0.95
DUMMY = (
    "(dummy)"  # a parameter that sets nothing: it must come out as exactly 0, since all points share their random draws
)
SEEDS = 2**32


class Estimate(NamedTuple):
    """An index with the ends of its 95% interval over resampled designs, and its spread between replicates.

    The ends are NaN where resampling changes nothing: what never moved in a design might in another.
    """

    value: float
    low: float
    high: float
    replicate_sd: float  # of the index computed in each replicate alone; NaN with one replicate


NOT_KNOWN = Estimate(math.nan, math.nan, math.nan, math.nan)


class Screened(NamedTuple):
    """What Morris screening finds for one parameter, in the outcome's unit for the whole width of its range."""

    parameter: str
    mean_effect: float  # mu
    importance: Estimate  # mu*, the mean absolute effect
    spread: float  # sigma: large beside mu* = the effect is not linear, or hangs on other parameters


class Apportioned(NamedTuple):
    """What part of an outcome's variance a parameter explains alone, and with all its interactions."""

    parameter: str
    first_order: Estimate
    total: Estimate


def morris_design(names: Sequence[str], trajectories: int, levels: int, seed: int) -> Values:
    """Return the points of a Morris design on the unit cube, shape (trajectories * (parameters + 1), parameters)."""
    sampler = optional_module("SALib.sample.morris", TOOL)
    return np.asarray(sampler.sample(_problem(names), trajectories, num_levels=levels, seed=seed % SEEDS), dtype=float)


def sobol_design(names: Sequence[str], base_points: int, seed: int) -> Values:
    """Return the points of a Sobol design on the unit cube, shape (base_points * (parameters + 2), parameters)."""
    sampler = optional_module("SALib.sample.sobol", TOOL)
    found = sampler.sample(_problem(names), base_points, calc_second_order=False, seed=seed % SEEDS)
    return np.asarray(found, dtype=float)


def screened(
    names: Sequence[str], design: Values, outcomes: Values, levels: int, resamples: int, seed: int
) -> list[Screened]:
    """Return the screening of one outcome, values of shape (points, replicates), by parameter in order of `names`.

    Everything is NaN where a run has no value: a design with holes in it gives no effects.
    """
    if not np.isfinite(outcomes).all():
        return [Screened(name, math.nan, NOT_KNOWN, math.nan) for name in names]
    whole = _morris(names, design, outcomes.mean(axis=1), levels, resamples, seed)
    alone = [_morris(names, design, values, levels, 2, seed)["mu_star"] for values in outcomes.T]
    spread = _spread(alone)
    return [
        Screened(
            name,
            float(whole["mu"][index]),
            _estimate(whole["mu_star"][index], whole["mu_star_conf"][index], spread[index]),
            float(whole["sigma"][index]),
        )
        for index, name in enumerate(names)
    ]


def apportioned(names: Sequence[str], outcomes: Values, resamples: int, seed: int) -> list[Apportioned]:
    """Return the Sobol indices of one outcome, values of shape (points, replicates); all 0 when it never varies.

    Everything is NaN where a run has no value: a design with holes in it gives no indices.
    """
    if not np.isfinite(outcomes).all():
        return [Apportioned(name, NOT_KNOWN, NOT_KNOWN) for name in names]
    whole = _sobol(names, outcomes.mean(axis=1), resamples, seed)
    alone = [_sobol(names, values, 2, seed) for values in outcomes.T]
    first, total = (_spread([found[key] for found in alone]) for key in ("S1", "ST"))
    return [
        Apportioned(
            name,
            _estimate(whole["S1"][index], whole["S1_conf"][index], first[index]),
            _estimate(whole["ST"][index], whole["ST_conf"][index], total[index]),
        )
        for index, name in enumerate(names)
    ]


def noise_share(outcomes: Values) -> float:
    """Return what part of the variance between points is sampling noise that the replicates do not share; NaN with one.

    A replicate's own level is taken out first: it is the same at every point and moves no index.
    """
    points, replicates = outcomes.shape
    if replicates < 2 or points < 2:
        return float("nan")
    centred = outcomes - outcomes.mean(axis=0)
    by_point = centred.mean(axis=1)
    residual = float(((centred - by_point[:, None]) ** 2).sum() / ((points - 1) * (replicates - 1))) / replicates
    between = float(by_point.var(ddof=1))
    return min(1.0, residual / between) if between > 0.0 else float("nan")


def survivors(screenings: Sequence[Sequence[Screened]], keep: int) -> list[str]:
    """Return the parameters that matter most to any outcome, at most `keep`, by importance relative to its largest."""
    worth: dict[str, float] = {}
    for found in screenings:
        largest = max((each.importance.value for each in found), default=0.0)
        for each in found:
            share = each.importance.value / largest if largest > 0.0 else 0.0
            worth[each.parameter] = max(worth.get(each.parameter, 0.0), share)
    ranked = sorted((name for name, share in worth.items() if share > 0.0 and name != DUMMY), key=lambda n: -worth[n])
    return ranked[:keep]


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _morris(
    names: Sequence[str], design: Values, values: Values, levels: int, resamples: int, seed: int
) -> dict[str, Values]:
    analyse = optional_module("SALib.analyze.morris", TOOL).analyze
    found = analyse(
        _problem(names),
        design,
        np.asarray(values, dtype=float),
        num_levels=levels,
        num_resamples=resamples,
        conf_level=CONFIDENCE,
        seed=seed % SEEDS,
    )
    return {key: np.asarray(found[key], dtype=float) for key in ("mu", "mu_star", "mu_star_conf", "sigma")}


def _sobol(names: Sequence[str], values: Values, resamples: int, seed: int) -> dict[str, Values]:
    keys = ("S1", "S1_conf", "ST", "ST_conf")
    if not np.ptp(values) > NOISE * np.abs(values).max():
        return {key: np.zeros(len(names)) for key in keys}
    analyse = optional_module("SALib.analyze.sobol", TOOL).analyze
    found = analyse(
        _problem(names),
        np.asarray(values, dtype=float),
        calc_second_order=False,
        num_resamples=resamples,
        conf_level=CONFIDENCE,
        seed=seed % SEEDS,
    )
    return {key: np.asarray(found[key], dtype=float) for key in keys}


def _spread(alone: Sequence[Values]) -> Values:
    stacked = np.array(alone)
    return stacked.std(axis=0, ddof=1) if len(stacked) > 1 else np.full(stacked.shape[1:], np.nan)


def _estimate(value: float, half: float, spread: float) -> Estimate:
    half = half if half > NOISE * abs(value) else math.nan
    return Estimate(float(value), float(value - half), float(value + half), float(spread))
