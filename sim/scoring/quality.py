"""How well a scorecard tells good from bad, from grouped counts: separation, calibration and drift.

All formulas are exact on counts, ties included. Without a good or without a bad loan nothing can be told apart, and
without a loan nothing was predicted: such a figure is None.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import BANDS

Counts = NDArray[np.int64]


class Quality(NamedTuple):
    """How a card did on one set of outcomes; a share of bad loans is by number."""

    loans: int
    bads: int
    predicted_share: float | None
    realised_share: float | None
    auc_share: float | None
    ks_share: float | None
    brier_score: float | None


class BandOutcome(NamedTuple):
    """Calibration of one band."""

    band: int
    loans: int
    bads: int
    predicted_share: float | None


class Comparison(NamedTuple):
    """How much more often one group turned bad than another in the same cells."""

    people: int  # of the first group, in cells that hold some of the second too
    excess_share: float | None  # None without such a cell


def within_cells(cells: Counts, group: Counts, others: Counts) -> Comparison:
    """Compare the bad shares of two groups cell by cell, weighted by the first; columns are goods and bads.

    Rows of the same number in `cells`, shape (rows,), are one cell. A card that knows only the cell cannot see this
    difference: it is what selection by something else leaves behind.
    """
    group, others = in_cells(cells, group), in_cells(cells, others)
    people, counterparts = group[:, :2].sum(axis=1), others[:, :2].sum(axis=1)
    shared = np.flatnonzero((people > 0) & (counterparts > 0))
    size = int(people[shared].sum())
    if size == 0:
        return Comparison(0, None)
    expected = people[shared] * (others[shared, 1] / counterparts[shared])
    return Comparison(size, (int(group[shared, 1].sum()) - float(expected.sum())) / size)


def in_cells(cells: Counts, counts: Counts) -> Counts:
    """Return rows of counts added up over those of the same cell, in the order of the cells."""
    numbers, groups = np.unique(cells, return_inverse=True)
    total = np.zeros((len(numbers), counts.shape[1]), dtype=np.int64)
    np.add.at(total, groups, counts)
    return total


def by_score(scores: Counts, good: Counts, bad: Counts) -> tuple[Counts, Counts]:
    """Return goods and bads of each distinct score, from the safest to the riskiest."""
    _, groups = np.unique(scores, return_inverse=True)
    size = int(groups.max(initial=-1)) + 1
    goods, bads = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(goods, groups, good)
    np.add.at(bads, groups, bad)
    return goods, bads


def auc(scores: Counts, good: Counts, bad: Counts) -> float | None:
    """Return the probability that a bad loan scores riskier than a good one, ties counted half.

    None where one of the two is missing. Source: Hanley and McNeil (1982). Whole numbers throughout, so the last
    division is the only rounding; they fit 64 bits as long as goods times bads stay below four billion billions.
    """
    goods, bads = by_score(scores, good, bad)
    pairs = int(goods.sum()) * int(bads.sum())
    if pairs == 0:
        return None
    safer = np.cumsum(goods) - goods
    return int(np.sum(bads * (2 * safer + goods))) / (2 * pairs)


def ks(scores: Counts, good: Counts, bad: Counts) -> float | None:
    """Return the largest distance between the distributions of good and bad loans over scores (Kolmogorov-Smirnov).

    None where one of the two is missing.
    """
    goods, bads = by_score(scores, good, bad)
    all_good, all_bad = int(goods.sum()), int(bads.sum())
    if all_good * all_bad == 0:
        return None
    return int(np.abs(np.cumsum(goods) * all_bad - np.cumsum(bads) * all_good).max()) / (all_good * all_bad)


def brier(shares: NDArray[np.float64], good: Counts, bad: Counts) -> float | None:
    """Return the mean squared error of predicted shares; None without loans. Source: Brier (1950)."""
    loans = int(good.sum() + bad.sum())
    if loans == 0:
        return None
    return float(np.sum(bad * (1.0 - shares) ** 2 + good * shares**2)) / loans


def population_stability(before: Counts, now: Counts) -> float | None:
    """Return the population stability index between two counts by band: the sum of (q - p) ln(q / p).

    Half a person is added to every band of both, so that an empty one costs much and not infinitely much. None where
    one of the two has nobody.
    """
    if not (before.sum() and now.sum()):
        return None
    old_total, new_total = int(before.sum()) + 0.5 * len(before), int(now.sum()) + 0.5 * len(now)
    index = 0.0
    for old, new in zip(before.tolist(), now.tolist(), strict=True):
        p, q = (old + 0.5) / old_total, (new + 0.5) / new_total
        index += (q - p) * log(q / p)
    return index


def quality(odds: NDArray[np.float64], scores: Counts, good: Counts, bad: Counts) -> Quality:
    """Return all figures of a card on outcomes by group.

    `odds` are the log odds predicted, `scores` the same as whole points for ranking; all have shape (groups,).
    """
    shares = default_shares(odds)
    loans, bads = int(good.sum() + bad.sum()), int(bad.sum())
    return Quality(
        loans=loans,
        bads=bads,
        predicted_share=float(np.sum((good + bad) * shares)) / loans if loans else None,
        realised_share=bads / loans if loans else None,
        auc_share=auc(scores, good, bad),
        ks_share=ks(scores, good, bad),
        brier_score=brier(shares, good, bad),
    )


def default_shares(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log odds as probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def calibration(bands: NDArray[np.int8], odds: NDArray[np.float64], good: Counts, bad: Counts) -> list[BandOutcome]:
    """Return loans, bads and the mean predicted share of every band that had a loan."""
    shares, loans = default_shares(odds), good + bad
    found = []
    for band in range(BANDS):
        here = bands == band
        total = int(loans[here].sum())
        if total:
            predicted = float(np.sum(loans[here] * shares[here])) / total
            found.append(BandOutcome(band, total, int(bad[here].sum()), predicted))
    return found


def by_band(bands: NDArray[np.int8], counts: Counts) -> Counts:
    """Return counts by cell as counts by band, shape (BANDS,)."""
    total = np.zeros(BANDS, dtype=np.int64)
    np.add.at(total, bands.astype(np.int64), counts)
    return total
