"""How a lender's loans turned out, counted by scorecard cell: nothing here depends on how many borrowers there are.

A loan counts once, in the cohort of the month it was made. It is bad when it is first 90 days late within the
performance window, counted in months on book; a charge-off always comes later than that. When the window of a cohort
closes, every other loan of it is good, those repaid early included. Cohorts older than the memory drop out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import NEVER
from sim.counted import TRUTH_COLUMNS, TRUTH_GROUPS
from sim.params import LenderParameters, MarketConfig
from sim.scoring.features import CELLS, CELLS_WITH_SECTOR
from sim.state import NOTHING_COUNTED, Counting, Tallies

Counts = NDArray[np.int64]


class MonthCounts(NamedTuple):
    """What one lender's month adds, by cell; shapes (cells,) unless said otherwise."""

    applied: NDArray[np.int32]
    lent: NDArray[np.int32]
    bad: NDArray[np.int32]  # (months on book, cells): loans first 90 days late
    truth: NDArray[np.int32]  # (cells, TRUTH_COLUMNS)


class Cohort(NamedTuple):
    """The loans of one month whose window has closed, and the applications of that month, in the cells that had any."""

    month: int
    unemployment_share: float  # as it was published in that month
    cells: Counts  # (groups,) numbers of cells
    applied: Counts  # (groups,)
    lent: Counts
    bad: Counts


class Sample(NamedTuple):
    """Grouped outcomes, ready to learn from; every field has shape (groups,)."""

    cells: Counts
    unemployment_shares: NDArray[np.float64]
    lent: NDArray[np.float64]  # whole numbers unless rejects were added
    bad: NDArray[np.float64]
    refused: Counts  # applications that came to no loan, for whatever reason


def counting_of(config: MarketConfig) -> Counting:
    """Return what the passes over people must count: nothing unless a lender's scorecard is reviewed."""
    reviewed = [lender.learning for _, lender in config.lender if is_reviewed(lender)]
    if not reviewed:
        return NOTHING_COUNTED
    knows_sectors = any(learning.model_two_from_month < NEVER for learning in reviewed)
    return Counting(
        cells=CELLS_WITH_SECTOR if knows_sectors else CELLS,
        ages=1 + max(learning.window_months for learning in reviewed),
    )


def is_reviewed(lender: LenderParameters) -> bool:
    """Return whether the lender ever looks at how its scorecard did."""
    return lender.learning.review_months > 0


def counts_of(tallies: Tallies, lender: int) -> MonthCounts:
    """Return what the month's passes counted for one lender."""
    return MonthCounts(
        tallies.cell_applied[lender], tallies.cell_lent[lender], tallies.cell_bad[lender], tallies.cell_truth[lender]
    )


class Outcomes:
    """One lender's outcome counts: cohorts still in their window in a ring, closed ones in a queue of fixed length."""

    def __init__(self, cells: int, window_months: int, memory_months: int) -> None:
        """Start empty; a cohort closes `window_months` after its month and is kept for `memory_months` more."""
        self.window_months = window_months
        young = window_months + 1
        self.months: list[int | None] = [None] * young
        self.unemployment_shares = [0.0] * young
        self.applied = np.zeros((young, cells), dtype=np.int32)
        self.lent = np.zeros((young, cells), dtype=np.int32)
        self.bad = np.zeros((young, cells), dtype=np.int32)
        self.closed: deque[Cohort] = deque(maxlen=memory_months)
        self.truth = np.zeros((cells, TRUTH_COLUMNS), dtype=np.int64)

    def observe(self, month: int, counts: MonthCounts, unemployment_share: float) -> None:
        """Add one month. Call once a month, in order; the counts are copied.

        Raises ValueError when the counts reach back less far than the window.
        """
        if len(counts.bad) <= self.window_months:
            raise ValueError(
                f"bad: must reach back {self.window_months + 1} months on book, reached back {len(counts.bad)}"
            )
        ring = len(self.months)
        row = month % ring
        self.months[row] = month
        self.unemployment_shares[row] = unemployment_share
        self.applied[row] = counts.applied
        self.lent[row] = counts.lent
        self.bad[row] = 0
        for age in range(ring):
            if self.months[(month - age) % ring] == month - age:
                self.bad[(month - age) % ring] += counts.bad[age]
        self.truth += counts.truth
        oldest = (month - self.window_months) % ring
        if self.months[oldest] == month - self.window_months:
            self.closed.append(self.cohort_at(oldest, month - self.window_months))

    def cohort_at(self, row: int, month: int) -> Cohort:
        """Return a cohort of the ring as counts of the cells that had any."""
        cells = np.flatnonzero(self.applied[row] + self.lent[row])
        tables = (self.applied, self.lent, self.bad)
        applied, lent, bad = (table[row][cells].astype(np.int64) for table in tables)
        return Cohort(month, self.unemployment_shares[row], cells.astype(np.int64), applied, lent, bad)

    def closed_since(self, month: int) -> list[Cohort]:
        """Return the closed cohorts of `month` and later."""
        return [cohort for cohort in self.closed if cohort.month >= month]

    def recently_applied(self) -> Counts:
        """Return applications by cell in the months whose window is still open, shape (cells,)."""
        return np.asarray(self.applied.sum(axis=0, dtype=np.int64))

    def applied_before(self) -> Counts:
        """Return applications by cell in the months that have closed, shape (cells,)."""
        total = np.zeros(self.applied.shape[1], dtype=np.int64)
        for cohort in self.closed:
            total[cohort.cells] += cohort.applied
        return total

    def take_truth(self) -> Counts:
        """Return what became of watched applicants since the last call, shape (cells, TRUTH_COLUMNS)."""
        truth, self.truth = self.truth, np.zeros_like(self.truth)
        return truth


def sample_of(cohorts: Iterable[Cohort], cells: int) -> Sample:
    """Return the cohorts' outcomes added up over months in which the same unemployment was published.

    `cells` folds finer cells into coarser ones: CELLS forgets the sector.
    """
    by_level: dict[float, list[Cohort]] = {}
    for cohort in cohorts:
        by_level.setdefault(cohort.unemployment_share, []).append(cohort)
    parts = [level_sample(level, found, cells) for level, found in sorted(by_level.items())]
    if not parts:
        nothing, none = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Sample(nothing, none, none, none, nothing)
    return Sample(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def level_sample(unemployment_share: float, cohorts: list[Cohort], cells: int) -> Sample:
    """Return the sum of cohorts that met one level of unemployment; cells without applications are left out."""
    applied, lent, bad = (np.zeros(cells, dtype=np.int64) for _ in range(3))
    for cohort in cohorts:
        np.add.at(applied, cohort.cells % cells, cohort.applied)
        np.add.at(lent, cohort.cells % cells, cohort.lent)
        np.add.at(bad, cohort.cells % cells, cohort.bad)
    found = np.flatnonzero(applied + lent)
    return Sample(
        found.astype(np.int64),
        np.full(len(found), unemployment_share),
        lent[found].astype(np.float64),
        bad[found].astype(np.float64),
        np.maximum(applied - lent, 0)[found],
    )


def truth_by_group(truth: Counts) -> dict[str, Counts]:
    """Return what became of watched applicants: for each group its (cells, good, bad, never in debt)."""
    blocks = truth.reshape(len(truth), len(TRUTH_GROUPS), TRUTH_COLUMNS // len(TRUTH_GROUPS))
    return {name: blocks[:, row] for row, name in enumerate(TRUTH_GROUPS)}
