"""Bins at their edges, and cells as a one-to-one numbering."""

from itertools import product

import pytest

from sim.codes import NEVER
from sim.scoring.features import (
    CELLS,
    DEBT_BINS,
    HISTORY_BINS,
    INCOME_BINS,
    INQUIRY_BINS,
    SIGNAL_BINS,
    TENURE_BINS,
    cell_of,
    debt_bin,
    history_bin,
    income_bin,
    inquiry_bin,
    signal_bin,
    tenure_bin,
)


@pytest.mark.parametrize(
    ("since_late", "since_default", "late_now", "found"),
    [
        (NEVER, NEVER, 0, 0),
        (25, NEVER, 0, 0),
        (24, NEVER, 0, 1),
        (13, NEVER, 0, 1),
        (12, NEVER, 0, 2),
        (0, NEVER, 1, 2),
        (0, NEVER, 2, 3),
        (0, 59, 0, 3),
        (60, 60, 0, 0),
    ],
)
def test_history(since_late: int, since_default: int, late_now: int, found: int) -> None:
    assert history_bin(since_late, since_default, late_now, 60) == found


def test_a_shorter_memory_forgives_sooner() -> None:
    assert history_bin(30, 30, 0, 24) == 0
    assert history_bin(30, 30, 0, 31) == 3


@pytest.mark.parametrize(
    ("debt", "found"),
    [
        (0, 0),
        (25_000, 0),
        (25_001, 1),
        (100_000, 1),
        (100_001, 2),
        (250_000, 2),
        (250_001, 3),
        (500_000, 3),
        (500_001, 4),
    ],
)
def test_debt_over_income(debt: int, found: int) -> None:
    assert debt_bin(debt, 100_000) == found


def test_debt_without_income_is_the_worst_bin_and_no_division_by_zero() -> None:
    assert debt_bin(1_000, 0) == 4
    assert debt_bin(0, 0) == 0


def test_other_bins_at_their_edges() -> None:
    assert [inquiry_bin(months) for months in (0, 1, 2, 3, 4, 12)] == [0, 0, 1, 1, 2, 2]
    yuan_edges = (0, 119_999, 120_000, 199_999, 200_000, 319_999, 320_000, 499_999, 500_000)
    assert [income_bin(fen) for fen in yuan_edges] == [0, 0, 1, 1, 2, 2, 3, 3, 4]
    assert [signal_bin(score) for score in (-3.0, -0.84, -0.25, 0.0, 0.25, 0.84)] == [0, 1, 2, 2, 3, 4]
    assert [tenure_bin(months) for months in (-1, 0, 11, 12, 500)] == [0, 1, 1, 2, 2]


def test_every_combination_of_bins_has_a_cell_of_its_own() -> None:
    bins = (HISTORY_BINS, DEBT_BINS, INQUIRY_BINS, INCOME_BINS, SIGNAL_BINS, TENURE_BINS)
    cells = [cell_of(*chosen) for chosen in product(*(range(size) for size in bins))]
    assert cells == list(range(CELLS))
    assert CELLS == 4_500
