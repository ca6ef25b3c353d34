"""A scorecard: points for each bin, a probability of default for each cell, and 20 risk bands.

The expert card's points are what credit people would write on a whiteboard: assumed, in log odds that a
loan is ever charged off. A lender's `card_shift` moves the whole card to the risk of its own customers.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.elementary import exponential
from sim.scoring.features import (
    CELLS,
    DEBT_BINS,
    HISTORY_BINS,
    INCOME_BINS,
    INQUIRY_BINS,
    SIGNAL_BINS,
    TENURE_BINS,
)
from sim.values import BANDS

SAFEST_PD = 0.001
RISKIEST_PD = 0.60


class Scorecard(NamedTuple):
    """Log odds of default: an intercept and points for every bin of every feature."""

    intercept: float
    history: tuple[float, ...]
    debt: tuple[float, ...]
    inquiries: tuple[float, ...]
    income: tuple[float, ...]
    signal: tuple[float, ...]
    tenure: tuple[float, ...]


EXPERT = Scorecard(
    intercept=-4.5,
    history=(0.0, 0.2, 0.4, 1.0),
    debt=(-0.7, 0.0, 0.6, 1.3, 1.9),
    inquiries=(0.0, 0.5, 1.2),
    income=(1.3, 0.5, 0.0, -0.35, -0.55),
    signal=(0.5, 0.25, 0.0, -0.25, -0.4),
    tenure=(0.0, 0.2, -0.3),
)


def log_odds(card: Scorecard) -> NDArray[np.float64]:
    """Return the log odds of default of every cell, shape (CELLS,); the last feature varies fastest."""
    sizes = (HISTORY_BINS, DEBT_BINS, INQUIRY_BINS, INCOME_BINS, SIGNAL_BINS, TENURE_BINS)
    total = np.full(sizes, card.intercept)
    for axis, points in enumerate(card[1:]):
        if len(points) != sizes[axis]:
            raise ValueError(f"{card._fields[axis + 1]}: needs {sizes[axis]} points, had {len(points)}")
        shape = [1] * len(sizes)
        shape[axis] = len(points)
        total = total + np.array(points).reshape(shape)
    return total.reshape(CELLS)


def band_edges() -> list[float]:
    """Return the 21 edges of the bands in probability of default, evenly spaced in logs."""
    step = (RISKIEST_PD / SAFEST_PD) ** (1.0 / BANDS)
    return [SAFEST_PD * step**band for band in range(BANDS + 1)]


def band_default_shares() -> list[float]:
    """Return each band's reference probability of default: the geometric middle of its edges."""
    edges = band_edges()
    return [float((low * high) ** 0.5) for low, high in pairwise(edges)]


def band_of_cell(card: Scorecard, shift: float = 0.0) -> NDArray[np.int8]:
    """Return the band of every cell, shape (CELLS,); probabilities beyond the edges fall into the outer bands."""
    edges = band_edges()[1:-1]
    bands = np.zeros(CELLS, dtype=np.int8)
    for cell, odds in enumerate(log_odds(card)):
        ratio = exponential(float(odds) + shift)
        bands[cell] = sum(ratio / (1.0 + ratio) >= edge for edge in edges)
    return bands
