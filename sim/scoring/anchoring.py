"""Cut-offs when a card is replaced: set so that the new card accepts as many of the same applicants as the old one.

A new card that speaks of other probabilities moves people between bands although nobody has changed. Risk appetite is
how many of those who ask a lender wants, so a change of model alone leaves that share where it was.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import BANDS
from sim.scoring.features import TENURE_BINS


class Appetite(NamedTuple):
    """A cut-off, and what earlier re-settings accepted too little because bands are whole."""

    cutoff_band: int
    owed_share: float = 0.0  # of applicants


class Cutoffs(NamedTuple):
    """How far down the bands a lender goes with strangers and with customers who have a line."""

    new: Appetite
    line: Appetite


def anchored(
    cutoffs: Cutoffs, before: NDArray[np.int8], after: NDArray[np.int8], applicants: NDArray[np.int64]
) -> Cutoffs:
    """Return the cut-offs under a new card; bands before and after, and applicants, by cell, shape (cells,)."""
    # Tenure is the last axis of a cell, and its first bin is no line.
    strangers = np.arange(len(applicants)) % TENURE_BINS == 0
    return Cutoffs(
        reset(cutoffs.new, before[strangers], after[strangers], applicants[strangers]),
        reset(cutoffs.line, before[~strangers], after[~strangers], applicants[~strangers]),
    )


def reset(
    appetite: Appetite, before: NDArray[np.int8], after: NDArray[np.int8], applicants: NDArray[np.int64]
) -> Appetite:
    """Return the cut-off that comes nearest to the old share of these applicants; of two as near the less changed.

    What whole bands leave over is owed at the next re-setting. Without applicants, and for a lender that serves all
    bands or none, nothing changes.
    """
    cutoff, total = appetite.cutoff_band, int(applicants.sum())
    if total == 0 or cutoff in (-1, BANDS - 1):
        return appetite
    wanted = int(applicants[before <= cutoff].sum()) + round(appetite.owed_share * total)
    accepted = [int(applicants[after <= band].sum()) for band in range(-1, BANDS)]
    chosen = min(range(-1, BANDS), key=lambda band: (abs(accepted[band + 1] - wanted), abs(band - cutoff), band))
    return Appetite(chosen, (wanted - accepted[chosen + 1]) / total)
