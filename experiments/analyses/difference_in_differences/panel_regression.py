"""Difference-in-differences on a panel, as an outside econometrician would do it, and the truth it is after.

Two-way fixed effects with standard errors clustered by person (Bertrand, Duflo and Mullainathan 2004). With one date of
treatment and a balanced panel the estimate is the classic difference of differences of means. Because the simulator
also runs the same people without the policy, the estimate can be taken apart, exactly, into what it should be and what
it picks up besides.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from experiments.analyses.extras import optional_module
from experiments.compare.spread import NOISE

TOOL = "difference_in_differences"
CONFIDENCE = 0.95

Values = NDArray[np.float64]  # shape (people, months)
Marks = NDArray[np.bool_]


class Estimated(NamedTuple):
    """A coefficient with its clustered standard error and 95% interval; NaN where the outcome never varies."""

    effect: float
    standard_error: float
    low: float
    high: float


class EventStudy(NamedTuple):
    """Treated less controls by month, against that of a reference month, and whether it began before the event."""

    months: tuple[int, ...]
    effects: tuple[Estimated, ...]
    pretrend_p: float  # of all months before the event but the reference being zero together; NaN without any


class Parts(NamedTuple):
    """What the estimate is made of: effect on the treated - spillover + other trend - anticipation, exactly."""

    effect_on_treated: float  # the truth: treated people with and without the policy, mean after the event
    spillover: float  # the same of the controls, who were to be untouched
    other_trend: float  # treated less controls, change from before to after without any policy
    anticipation: float  # treated less controls, with less without the policy, before the event

    @property
    def estimate(self) -> float:
        """What the difference-in-differences of means comes to."""
        return self.effect_on_treated - self.spillover + self.other_trend - self.anticipation


def two_way(values: Values) -> Values:
    """Return values less the means of their person and of their month; for a balanced panel."""
    by_person, by_month = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    return np.asarray(values - by_person - by_month + values.mean())


def two_way_effect(values: Values, treated: Marks, after: Marks) -> Estimated:
    """Return the coefficient of treated x after in two-way fixed effects, clustered by person."""
    found = _regress(values, [np.outer(treated, after).astype(float)])
    return _estimated(found, 0, NOISE * float(np.abs(values).max()))


def event_study(values: Values, treated: Marks, months: tuple[int, ...], event: int, reference: int) -> EventStudy:
    """Return the coefficients of treated x month, the reference month left out, clustered by person."""
    others = [index for index, month in enumerate(months) if month != reference]
    columns = []
    for index in others:
        column = np.zeros(values.shape)
        column[treated, index] = 1.0
        columns.append(column)
    found = _regress(values, columns)
    noise = NOISE * float(np.abs(values).max())
    effects = [_estimated(found, number, noise) for number in range(len(others))]
    early = [number for number, index in enumerate(others) if months[index] < event]
    pretrend_p = _joint_p(found, early, len(others), noise)
    return EventStudy(tuple(months[index] for index in others), tuple(effects), pretrend_p)


def parts_of(with_policy: Values, without: Values, treated: Marks, before: Marks, after: Marks) -> Parts:
    """Return what the difference-in-differences of means is made of; the same people and months in both panels."""
    made = with_policy - without

    def gap(values: Values, months: Marks) -> float:
        return float(values[treated][:, months].mean() - values[~treated][:, months].mean())

    return Parts(
        effect_on_treated=float(made[treated][:, after].mean()),
        spillover=float(made[~treated][:, after].mean()),
        other_trend=gap(without, after) - gap(without, before),
        anticipation=gap(made, before),
    )


def _regress(values: Values, columns: list[Values]) -> Any:
    people, months = values.shape
    design = np.column_stack([two_way(column).ravel() for column in columns])
    model = optional_module("statsmodels.api", TOOL).OLS(two_way(values).ravel(), design)
    return model.fit(cov_type="cluster", cov_kwds={"groups": np.repeat(np.arange(people), months)}, use_t=True)


def _estimated(found: Any, index: int, noise: float) -> Estimated:
    """Return one coefficient; a standard error no larger than rounding is none, and says nothing of certainty."""
    effect = float(found.params[index])
    error = math.sqrt(max(0.0, float(np.asarray(found.cov_params())[index, index])))
    if error <= noise:
        return Estimated(effect, math.nan, math.nan, math.nan)
    half = float(special.stdtrit(found.df_resid_inference, 0.5 + CONFIDENCE / 2)) * error
    return Estimated(effect, error, effect - half, effect + half)


def _joint_p(found: Any, indices: list[int], count: int, noise: float) -> float:
    """Return the p-value of some coefficients being zero together; NaN when there is none, or they cannot all vary."""
    covariance = np.asarray(found.cov_params())[np.ix_(indices, indices)]
    if not indices or float(np.diag(covariance).min()) <= noise**2:
        return float("nan")
    if np.linalg.matrix_rank(covariance, hermitian=True) < len(indices):
        return float("nan")
    return float(found.wald_test(np.eye(count)[indices], scalar=True).pvalue)
