"""A scorecard: whole points for each bin, a probability of default for each cell, and 20 risk bands.

Points are thousandths of log odds of default, so that they add up exactly; more points mean more risk. The expert
card's points are what credit people would write on a whiteboard: assumed, in log odds that a loan is ever charged off.
A lender's `card_shift` moves the whole card to the risk of its own customers.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import BANDS
from sim.elementary import logarithm
from sim.scoring.features import (
    CELLS,
    CELLS_WITH_SECTOR,
    DEBT_BINS,
    HISTORY_BINS,
    INCOME_BINS,
    INQUIRY_BINS,
    SECTOR_BINS,
    SIGNAL_BINS,
    TENURE_BINS,
)

SAFEST_PD = 0.001
RISKIEST_PD = 0.60
POINTS_PER_LOG_ODDS = 1000
PERCENT = 100

# The features in the order of a cell's number; the sector is the slowest axis of tables that tell sectors apart.
BINS = {
    "history": HISTORY_BINS,
    "debt": DEBT_BINS,
    "inquiries": INQUIRY_BINS,
    "income": INCOME_BINS,
    "signal": SIGNAL_BINS,
    "tenure": TENURE_BINS,
}


class Scorecard(NamedTuple):
    """Log odds of default in thousandths: an intercept and points for every bin of every feature."""

    intercept: int
    history: tuple[int, ...]
    debt: tuple[int, ...]
    inquiries: tuple[int, ...]
    income: tuple[int, ...]
    signal: tuple[int, ...]
    tenure: tuple[int, ...]
    # model version 2
    sector: tuple[int, ...] = (0,) * SECTOR_BINS
    unemployment: int = 0  # points for each percentage point of expected unemployment above the usual
    usual_unemployment_share: float = 0.0


EXPERT = Scorecard(
    intercept=-4500,
    history=(0, 200, 400, 1000),
    debt=(-700, 0, 600, 1300, 1900),
    inquiries=(0, 500, 1200),
    income=(1300, 500, 0, -350, -550),
    signal=(500, 250, 0, -250, -400),
    tenure=(0, 200, -300),
)


NO_POINTS = Scorecard(
    intercept=0,
    history=(0,) * HISTORY_BINS,
    debt=(0,) * DEBT_BINS,
    inquiries=(0,) * INQUIRY_BINS,
    income=(0,) * INCOME_BINS,
    signal=(0,) * SIGNAL_BINS,
    tenure=(0,) * TENURE_BINS,
)


def whole_points(log_odds: float) -> int:
    """Return log odds as whole points."""
    return round(log_odds * POINTS_PER_LOG_ODDS)


def shifted(card: Scorecard, log_odds: float) -> Scorecard:
    """Return the card with all cells moved by the same log odds, in whole points."""
    return card._replace(intercept=card.intercept + whole_points(log_odds))


def expecting(card: Scorecard, unemployment_share: float) -> Scorecard:
    """Return the card under a forecast of unemployment: its intercept moves, by nothing on a card that ignores it."""
    above_points = PERCENT * (unemployment_share - card.usual_unemployment_share)
    return card._replace(intercept=card.intercept + round(card.unemployment * above_points))


def points_of_cells(card: Scorecard, cells: int = CELLS) -> NDArray[np.int64]:
    """Return the points of every cell, shape (cells,); `cells` is CELLS or CELLS_WITH_SECTOR.

    Raises ValueError naming the feature that has too few or too many points, or when a table of another size is asked.
    """
    if cells not in (CELLS, CELLS_WITH_SECTOR):
        raise ValueError(f"cells: must be {CELLS} or {CELLS_WITH_SECTOR}, was {cells}")
    for feature, size in (*BINS.items(), ("sector", SECTOR_BINS)):
        given = len(getattr(card, feature))
        if given != size:
            raise ValueError(f"{feature}: needs {size} points, had {given}")
    total = np.full(tuple(BINS.values()), card.intercept, dtype=np.int64)
    for axis, feature in enumerate(BINS):
        shape = [1] * len(BINS)
        shape[axis] = BINS[feature]
        total = total + np.array(getattr(card, feature), dtype=np.int64).reshape(shape)
    total = total.reshape(CELLS)
    if cells == CELLS:
        return total
    return (np.array(card.sector, dtype=np.int64)[:, None] + total).reshape(CELLS_WITH_SECTOR)


def log_odds(card: Scorecard, cells: int = CELLS) -> NDArray[np.float64]:
    """Return the log odds of default of every cell, shape (cells,); the last feature varies fastest."""
    return points_of_cells(card, cells) / POINTS_PER_LOG_ODDS


def cells_told_apart(card: Scorecard, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each of these cells the first that the card cannot tell from it.

    A card does not know a feature whose bins all have the same points.
    """
    bins = np.unravel_index(cells % CELLS, tuple(BINS.values()))
    known = [found * (len(set(getattr(card, name))) > 1) for name, found in zip(BINS, bins, strict=True)]
    sector = (cells // CELLS) * (len(set(card.sector)) > 1)
    return np.asarray(sector * CELLS + np.ravel_multi_index(known, tuple(BINS.values())), dtype=np.int64)


def predicted_points(
    card: Scorecard, cells: NDArray[np.int64], unemployment_shares: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the points of groups of applicants, each at the unemployment published when it applied."""
    levels, level_of = np.unique(unemployment_shares, return_inverse=True)
    shifts = [expecting(card, share).intercept - card.intercept for share in levels.tolist()]
    return points_of_cells(card, CELLS_WITH_SECTOR)[cells] + np.array(shifts, dtype=np.int64)[level_of]


def band_edges() -> list[float]:
    """Return the 21 edges of the bands in probability of default, evenly spaced in logs."""
    step = (RISKIEST_PD / SAFEST_PD) ** (1.0 / BANDS)
    return [SAFEST_PD * step**band for band in range(BANDS + 1)]


def band_default_shares() -> list[float]:
    """Return each band's reference probability of default: the geometric middle of its edges."""
    edges = band_edges()
    return [float((low * high) ** 0.5) for low, high in pairwise(edges)]


def band_of_points(points: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return the bands of points; probabilities beyond the edges fall into the outer bands."""
    inner = [logarithm(edge / (1.0 - edge)) for edge in band_edges()[1:-1]]
    return np.searchsorted(inner, points / POINTS_PER_LOG_ODDS, side="right").astype(np.int8)


def band_of_cell(card: Scorecard, cells: int = CELLS) -> NDArray[np.int8]:
    """Return the band of every cell, shape (cells,)."""
    return band_of_points(points_of_cells(card, cells))
