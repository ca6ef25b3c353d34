"""Refitting a scorecard: ridge logistic regression on grouped counts, pulled towards the expert card.

The log odds of a cell are an intercept, the points of its bins and, in model version 2, those of the sector and of
expected unemployment. Maximised is the likelihood of the counts less half the squared distance from the expert card
times a weight, so a bin without experience keeps the expert's points, and all-good, all-bad or no data are defined.
Source of the form: penalised logistic regression (le Cessie and van Houwelingen 1992). The optimiser is SciPy's, with
the exact gradient and Hessian; sums run on one thread (`sim.scoring.design`), so the bytes are the same for any number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from sim.scoring.design import INTERCEPT_WEIGHT, Design, Model, design_of, model_of, points_by_column
from sim.scoring.features import CELLS, CELLS_WITH_SECTOR
from sim.scoring.outcomes import Sample
from sim.scoring.scorecard import NO_POINTS, POINTS_PER_LOG_ODDS, Scorecard, predicted_points

STEEPEST = 1e-5  # gradient, in loans, below which the fit is done; moves no point by a thousandth
MOST_STEPS = 200
WIDEST_LOG_ODDS = 40.0  # the intercept is looked for this far around the expert's


class Fit(NamedTuple):
    """A refitted card and what it was fitted from."""

    card: Scorecard
    log_odds: NDArray[np.float64]  # by cell, before points were rounded; shape (cells,)
    loans: float
    bads: float


def refit(
    sample: Sample,
    expert: Scorecard,
    prior_bads: float,
    model_version: int = 1,
    reject_odds_factor: float = 0.0,
    leaves_out: tuple[str, ...] = (),
) -> Fit:
    """Return the card that the outcomes teach somebody who starts from the expert's.

    `prior_bads` is how many bad loans in a bin weigh as much as the expert; `leaves_out` names features that the card
    may not use. With `reject_odds_factor` above 0 refused applicants are added and the card is fitted once more, see
    `with_rejects`.
    """
    model = model_of(model_version, leaves_out)
    fit = fitted(sample, expert, prior_bads, model, expert)
    if reject_odds_factor == 0.0:
        return fit
    points = predicted_points(fit.card, sample.cells, sample.unemployment_shares)
    augmented = with_rejects(sample, points / POINTS_PER_LOG_ODDS, reject_odds_factor)
    again = fitted(augmented, expert, prior_bads, model, fit.card)
    return again._replace(loans=fit.loans, bads=fit.bads)


def fitted(sample: Sample, expert: Scorecard, prior_bads: float, model: Model, start: Scorecard) -> Fit:
    """Return the ridge fit of one sample; `start` is where the search begins and does not change what it finds."""
    usual = usual_unemployment(sample, expert)
    told = sample_told(sample)
    design = design_of(told.cells, told.unemployment_shares - usual, expert, prior_bads, model)
    best = searched(design, told.lent, told.bad, points_by_column(start, model))
    cells = np.arange(CELLS_WITH_SECTOR if model.knows_forecast else CELLS, dtype=np.int64)
    everybody = design_of(cells, np.zeros(len(cells)), expert, prior_bads, model)
    return Fit(
        calibrated(card_of(best, usual, model), told, expert.intercept),
        everybody.odds(best),
        float(told.lent.sum()),
        float(told.bad.sum()),
    )


def sample_told(sample: Sample) -> Sample:
    """Return the groups with loans; those of applicants alone tell nothing about outcomes."""
    lent = np.flatnonzero(sample.lent > 0.0)
    if len(lent) == len(sample.lent):
        return sample
    return Sample(
        sample.cells[lent],
        sample.unemployment_shares[lent],
        sample.lent[lent],
        sample.bad[lent],
        sample.refused[lent],
    )


def searched(
    design: Design, lent: NDArray[np.float64], bad: NDArray[np.float64], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the log odds by column at which the penalised likelihood of the counts is largest."""

    def loss(points: NDArray[np.float64]) -> float:
        odds = design.odds(points)
        misfit = np.sum(lent * np.logaddexp(0.0, odds) - bad * odds)
        return float(misfit + 0.5 * np.sum(design.weights * (points - design.expert) ** 2))

    def gradient(points: NDArray[np.float64]) -> Any:
        excess = lent * expit(design.odds(points)) - bad
        return design.sums(excess) + design.weights * (points - design.expert)

    def hessian(points: NDArray[np.float64]) -> Any:
        share = expit(design.odds(points))
        return design.products(lent * share * (1.0 - share)) + np.diag(design.weights)

    best = minimize(
        loss,
        start,
        method="trust-exact",
        jac=gradient,
        hess=hessian,
        options={"gtol": STEEPEST, "maxiter": MOST_STEPS, "initial_trust_radius": 2.0, "max_trust_radius": 50.0},
    )
    return np.asarray(best.x)


def calibrated(card: Scorecard, sample: Sample, expert_intercept: int) -> Scorecard:
    """Return the card with the whole intercept that makes predicted bads meet counted ones, but for the expert's say.

    Rounding each point moves the level a little; this takes the movement back.
    """
    points = predicted_points(card, sample.cells, sample.unemployment_shares) - card.intercept
    scores, groups = np.unique(points, return_inverse=True)
    lent = np.bincount(groups, weights=sample.lent, minlength=len(scores))
    odds, total = scores / POINTS_PER_LOG_ODDS, float(sample.bad.sum())
    prior = expert_intercept / POINTS_PER_LOG_ODDS
    low, high = prior - WIDEST_LOG_ODDS, prior + WIDEST_LOG_ODDS
    while high - low > 0.1 / POINTS_PER_LOG_ODDS:
        middle = 0.5 * (low + high)
        excess = float(np.sum(lent * expit(odds + middle))) - total + INTERCEPT_WEIGHT * (middle - prior)
        low, high = (low, middle) if excess > 0.0 else (middle, high)
    return card._replace(intercept=round(0.5 * (low + high) * POINTS_PER_LOG_ODDS))


def usual_unemployment(sample: Sample, expert: Scorecard) -> float:
    """Return the mean of unemployment over the loans, as published; the expert's when there are none."""
    loans = float(sample.lent.sum())
    if loans == 0.0:
        return expert.usual_unemployment_share
    return float(np.sum(sample.lent * sample.unemployment_shares) / loans)


def card_of(log_odds_by_column: NDArray[np.float64], usual: float, model: Model) -> Scorecard:
    """Return the card in whole points; features that the model leaves out have none."""
    points = iter([int(point) for point in np.rint(log_odds_by_column * POINTS_PER_LOG_ODDS)])
    found: dict[str, Any] = {"intercept": next(points)}
    for feature in model.features:
        found[feature] = tuple(next(points) for _ in getattr(NO_POINTS, feature))
    if model.knows_forecast:
        found |= {"unemployment": next(points), "usual_unemployment_share": usual}
    return NO_POINTS._replace(**found)


def with_rejects(sample: Sample, predicted: NDArray[np.float64], odds_factor: float) -> Sample:
    """Return the sample with refused applicants added by fuzzy augmentation.

    Each refused applicant of a group counts as a part of a bad loan and a part of a good one: the part is the share the
    card predicts, with its odds multiplied by `odds_factor`, since who was refused may be worse than the cell shows.
    """
    share = expit(predicted + np.log(odds_factor))
    return sample._replace(lent=sample.lent + sample.refused, bad=sample.bad + sample.refused * share)
