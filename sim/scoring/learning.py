"""Refitting a scorecard: ridge logistic regression on grouped counts, pulled towards the expert card.

The log odds of a cell are an intercept, the points of its bins and, in model version 2, those of the sector and of
expected unemployment. Maximised is the likelihood of the counts less half the squared distance from the expert card
times a weight, so a bin without experience keeps the expert's points, and all-good, all-bad or no data are defined.
Source of the form: penalised logistic regression (le Cessie and van Houwelingen 1992). The optimiser is SciPy's, with
the exact gradient and Hessian; sums run over sparse columns on one thread, so the bytes are the same for any number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array, hstack
from scipy.special import expit

from sim.scoring.features import CELLS, CELLS_WITH_SECTOR, SECTOR_BINS
from sim.scoring.outcomes import Sample
from sim.scoring.scorecard import BINS, PERCENT, POINTS_PER_LOG_ODDS, Scorecard, predicted_points

INTERCEPT_WEIGHT = 1.0  # bad loans' worth: the level follows experience almost at once
STEEPEST = 1e-5  # gradient, in loans, below which the fit is done; moves no point by a thousandth
MOST_STEPS = 200
WIDEST_LOG_ODDS = 40.0  # the intercept is looked for this far around the expert's


class Fit(NamedTuple):
    """A refitted card and what it was fitted from."""

    card: Scorecard
    log_odds: NDArray[np.float64]  # by cell, before points were rounded; shape (cells,)
    loans: float
    bads: float


class Design(NamedTuple):
    """The regression's columns: which bins each group is in, what the expert says, and how much that weighs."""

    columns: csr_array
    expert: NDArray[np.float64]  # log odds by column
    weights: NDArray[np.float64]  # by column, in bad loans


def bins_of_cells(cells: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return for each feature, in the order of BINS, the bins of these cells."""
    return [bins.astype(np.int64) for bins in np.unravel_index(cells % CELLS, tuple(BINS.values()))]


def refit(
    sample: Sample,
    expert: Scorecard,
    prior_bads: float,
    model_version: int = 1,
    reject_odds_factor: float = 0.0,
) -> Fit:
    """Return the card that the outcomes teach somebody who starts from the expert's.

    `prior_bads` is how many bad loans in a bin weigh as much as the expert. With `reject_odds_factor` above 0 refused
    applicants are added and the card is fitted once more, see `with_rejects`.
    """
    fit = fitted(sample, expert, prior_bads, model_version, expert)
    if reject_odds_factor == 0.0:
        return fit
    points = predicted_points(fit.card, sample.cells, sample.unemployment_shares)
    augmented = with_rejects(sample, points / POINTS_PER_LOG_ODDS, reject_odds_factor)
    again = fitted(augmented, expert, prior_bads, model_version, fit.card)
    return again._replace(loans=fit.loans, bads=fit.bads)


def fitted(sample: Sample, expert: Scorecard, prior_bads: float, model_version: int, start: Scorecard) -> Fit:
    """Return the ridge fit of one sample; `start` is where the search begins and does not change what it finds."""
    usual = usual_unemployment(sample, expert)
    design = design_of(sample, expert._replace(usual_unemployment_share=usual), prior_bads, model_version)
    columns, transposed = design.columns, design.columns.T.tocsr()

    def loss(points: NDArray[np.float64]) -> float:
        odds = columns @ points
        misfit = np.sum(sample.lent * np.logaddexp(0.0, odds) - sample.bad * odds)
        return float(misfit + 0.5 * np.sum(design.weights * (points - design.expert) ** 2))

    def gradient(points: NDArray[np.float64]) -> Any:
        excess = sample.lent * expit(columns @ points) - sample.bad
        return transposed @ excess + design.weights * (points - design.expert)

    def hessian(points: NDArray[np.float64]) -> Any:
        share = expit(columns @ points)
        information = sample.lent * share * (1.0 - share)
        weighted = csr_array(
            (columns.data * np.repeat(information, np.diff(columns.indptr)), columns.indices, columns.indptr),
            shape=columns.shape,
        )
        return (transposed @ weighted).toarray() + np.diag(design.weights)

    best = minimize(
        loss,
        points_by_column(start, model_version),
        method="trust-exact",
        jac=gradient,
        hess=hessian,
        options={"gtol": STEEPEST, "maxiter": MOST_STEPS, "initial_trust_radius": 2.0, "max_trust_radius": 50.0},
    )
    cells = CELLS if model_version == 1 else CELLS_WITH_SECTOR
    everybody = one_hot(np.arange(cells, dtype=np.int64), model_version)
    return Fit(
        calibrated(card_of(best.x, usual, model_version), sample, expert.intercept),
        everybody @ best.x[: everybody.shape[1]],
        float(sample.lent.sum()),
        float(sample.bad.sum()),
    )


def calibrated(card: Scorecard, sample: Sample, expert_intercept: int) -> Scorecard:
    """Return the card with the whole intercept that makes predicted bads meet counted ones, but for the expert's say.

    Rounding each point moves the level a little; this takes the movement back.
    """
    points = predicted_points(card, sample.cells, sample.unemployment_shares) - card.intercept
    odds, total = points / POINTS_PER_LOG_ODDS, float(sample.bad.sum())
    prior = expert_intercept / POINTS_PER_LOG_ODDS
    low, high = prior - WIDEST_LOG_ODDS, prior + WIDEST_LOG_ODDS
    while high - low > 0.1 / POINTS_PER_LOG_ODDS:
        middle = 0.5 * (low + high)
        excess = float(np.sum(sample.lent * expit(odds + middle))) - total + INTERCEPT_WEIGHT * (middle - prior)
        low, high = (low, middle) if excess > 0.0 else (middle, high)
    return card._replace(intercept=round(0.5 * (low + high) * POINTS_PER_LOG_ODDS))


def usual_unemployment(sample: Sample, expert: Scorecard) -> float:
    """Return the mean of unemployment over the loans, as published; the expert's when there are none."""
    loans = float(sample.lent.sum())
    if loans == 0.0:
        return expert.usual_unemployment_share
    return float(np.sum(sample.lent * sample.unemployment_shares) / loans)


def one_hot(cells: NDArray[np.int64], model_version: int) -> csr_array:
    """Return one row for each cell: a one for the intercept and a one for the bin of every feature."""
    found = bins_of_cells(cells)
    sizes = list(BINS.values())
    if model_version == 2:
        found.append(cells // CELLS)
        sizes.append(SECTOR_BINS)
    starts = 1 + np.cumsum([0, *sizes[:-1]])
    one_hot = [start + bins for start, bins in zip(starts, found, strict=True)]
    places = np.stack([np.zeros(len(cells), dtype=np.int64), *one_hot])
    rows = len(places)
    return csr_array(
        (np.ones(places.size), places.T.reshape(-1), np.arange(len(cells) + 1) * rows),
        shape=(len(cells), 1 + sum(sizes)),
    )


def design_of(sample: Sample, expert: Scorecard, prior_bads: float, model_version: int) -> Design:
    """Return the columns of a sample; unemployment counts in percentage points above the usual."""
    columns = one_hot(sample.cells, model_version)
    if model_version == 2:
        above_points = PERCENT * (sample.unemployment_shares - expert.usual_unemployment_share)
        columns = hstack([columns, csr_array(above_points.reshape(-1, 1))], format="csr")
    points = points_by_column(expert, model_version)
    weights = np.full(len(points), prior_bads)
    weights[0] = INTERCEPT_WEIGHT
    return Design(columns, points, weights)


def points_by_column(card: Scorecard, model_version: int) -> NDArray[np.float64]:
    """Return a card as log odds in the order of the regression's columns."""
    features = (*BINS, "sector") if model_version == 2 else tuple(BINS)
    points = [card.intercept, *(value for feature in features for value in getattr(card, feature))]
    if model_version == 2:
        points.append(card.unemployment)
    return np.array(points) / POINTS_PER_LOG_ODDS


def card_of(log_odds_by_column: NDArray[np.float64], usual: float, model_version: int) -> Scorecard:
    """Return the card in whole points."""
    points = iter([int(point) for point in np.rint(log_odds_by_column * POINTS_PER_LOG_ODDS)])
    intercept = next(points)
    bins = [tuple(next(points) for _ in range(size)) for size in BINS.values()]
    card = Scorecard(intercept, bins[0], bins[1], bins[2], bins[3], bins[4], bins[5])
    if model_version == 1:
        return card
    sector = tuple(next(points) for _ in range(SECTOR_BINS))
    return card._replace(sector=sector, unemployment=next(points), usual_unemployment_share=usual)


def with_rejects(sample: Sample, predicted: NDArray[np.float64], odds_factor: float) -> Sample:
    """Return the sample with refused applicants added by fuzzy augmentation.

    Each refused applicant of a group counts as a part of a bad loan and a part of a good one: the part is the share the
    card predicts, with its odds multiplied by `odds_factor`, since who was refused may be worse than the cell shows.
    """
    share = expit(predicted + np.log(odds_factor))
    return sample._replace(lent=sample.lent + sample.refused, bad=sample.bad + sample.refused * share)
