"""Figures of a scorecard against loans written out one by one and against SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.codes import BANDS
from sim.scoring.quality import auc, brier, by_band, calibration, ks, population_stability, quality, within_cells

GROUPS = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12)


def columns(groups: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores, good, bad = (np.array(column, dtype=np.int64) for column in zip(*groups, strict=True))
    return scores, good, bad


def test_worked_example() -> None:
    """Three goods at 1, one good and one bad at 2, two bads at 3: of 12 pairs 11 in order and one tied."""
    scores, good, bad = np.array([1, 2, 3]), np.array([3, 1, 0]), np.array([0, 1, 2])
    assert auc(scores, good, bad) == 11.5 / 12
    assert ks(scores, good, bad) == 0.75
    shares = np.array([0.1, 0.5, 0.8])
    assert brier(shares, good, bad) == pytest.approx((3 * 0.01 + 2 * 0.25 + 2 * 0.04) / 7)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(GROUPS)
def test_auc_ks_and_brier_agree_with_scipy_on_single_loans(groups: list[tuple[int, int, int]]) -> None:
    scores, good, bad = columns(groups)
    goods, bads = np.repeat(scores, good), np.repeat(scores, bad)
    shares = 1.0 / (1.0 + np.exp(-scores.astype(float)))
    single = np.concatenate([np.repeat(shares, good), np.repeat(1.0 - shares, bad)])
    assert brier(shares, good, bad) == (pytest.approx(float((single**2).mean())) if len(single) else None)
    if len(goods) == 0 or len(bads) == 0:
        assert (auc(scores, good, bad), ks(scores, good, bad)) == (None, None), "nothing to be told apart"
        return
    by_rank = stats.mannwhitneyu(bads, goods, method="asymptotic").statistic / (len(goods) * len(bads))
    assert auc(scores, good, bad) == pytest.approx(by_rank, abs=1e-12)
    assert ks(scores, good, bad) == pytest.approx(stats.ks_2samp(goods, bads).statistic, abs=1e-12)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(GROUPS)
def test_only_the_order_of_scores_matters_to_auc_and_ks(groups: list[tuple[int, int, int]]) -> None:
    scores, good, bad = columns(groups)
    assert auc(scores, good, bad) == auc(100 + 7 * scores, good, bad)
    found = auc(scores, good, bad)
    assert auc(-scores, good, bad) == (None if found is None else pytest.approx(1.0 - found, abs=1e-12))
    assert ks(scores, good, bad) == ks(-scores, good, bad)


def test_stability_is_zero_for_the_same_mix_and_grows_with_the_shift() -> None:
    before = np.array([100, 200, 300, 0])
    assert population_stability(before, before) == 0.0
    near, far = np.array([120, 200, 280, 0]), np.array([300, 200, 100, 0])
    assert 0.0 < population_stability(before, near) < population_stability(before, far)
    assert population_stability(before, far) == pytest.approx(population_stability(far, before))
    assert math.isfinite(population_stability(before, np.array([0, 0, 0, 600])))


def test_stability_by_hand() -> None:
    """With thousands in every band half a person hardly counts: sum of (q - p) ln(q / p)."""
    by_hand = (0.6 - 0.5) * math.log(0.6 / 0.5) + (0.4 - 0.5) * math.log(0.4 / 0.5)
    found = population_stability(np.array([50_000, 50_000]), np.array([60_000, 40_000]))
    assert found == pytest.approx(by_hand, rel=1e-3)


def test_calibration_by_band_holds_every_loan() -> None:
    bands = np.array([0, 0, 4, 19], dtype=np.int8)
    odds = np.array([-6.0, -5.0, -2.0, 1.0])
    good, bad = np.array([10, 30, 5, 0]), np.array([0, 1, 2, 0])
    found = calibration(bands, odds, good, bad)
    assert [(row.band, row.loans, row.bads) for row in found] == [(0, 41, 1), (4, 7, 2)]
    first, second = 1 / (1 + math.exp(6.0)), 1 / (1 + math.exp(5.0))
    assert found[0].predicted_share == pytest.approx((10 * first + 31 * second) / 41)
    assert by_band(bands, good).sum() == good.sum()
    assert len(by_band(bands, good)) == BANDS


@pytest.mark.parametrize(("good", "bad"), [((5, 5), (0, 0)), ((0, 0), (5, 5))])
def test_one_sided_outcomes_have_shares_and_nothing_to_tell_apart(good: tuple[int, int], bad: tuple[int, int]) -> None:
    found = quality(np.array([-3.0, -1.0]), np.array([-3, -1]), np.array(good), np.array(bad))
    assert (found.auc_share, found.ks_share) == (None, None)
    assert found.realised_share == (1.0 if sum(bad) else 0.0)
    assert found.predicted_share is not None
    assert found.brier_score is not None


@pytest.mark.parametrize("cells", [0, 2])
def test_without_outcomes_there_are_no_figures(cells: int) -> None:
    nothing = np.zeros(cells, dtype=np.int64)
    assert quality(np.zeros(cells), nothing, nothing, nothing) == (0, 0, None, None, None, None, None)


def test_without_applicants_in_one_of_the_windows_there_is_no_stability_index() -> None:
    some, none = np.array([3, 4]), np.zeros(2, dtype=np.int64)
    assert population_stability(some, none) is None
    assert population_stability(none, some) is None


def test_groups_are_compared_cell_by_cell() -> None:
    """Two of four bad where one of ten is, none of one where half are; the cell without a counterpart is left out."""
    refused, lent_to = np.array([[2, 2], [1, 0], [0, 9]]), np.array([[9, 1], [1, 1], [0, 0]])
    cells = np.array([4, 7, 9])
    found = within_cells(cells, refused, lent_to)
    assert found.people == 5
    assert found.excess_share == pytest.approx((2 - 4 * 0.1 - 0.5) / 5)
    assert within_cells(cells, refused, np.zeros_like(lent_to)) == (0, None)


def test_rows_of_one_cell_are_compared_together() -> None:
    """Apart nobody has a counterpart; as one cell, half of two refused are bad and a quarter of four lent to."""
    refused, lent_to = np.array([[1, 1], [0, 0]]), np.array([[0, 0], [3, 1]])
    assert within_cells(np.array([3, 4]), refused, lent_to).people == 0
    assert within_cells(np.array([3, 3]), refused, lent_to) == (2, 0.25)


@given(GROUPS)
def test_a_group_has_no_excess_over_itself(groups: list[tuple[int, int, int]]) -> None:
    _, good, bad = columns(groups)
    both = np.stack([good, bad], axis=1)
    found = within_cells(np.arange(len(both)), both, both)
    assert found.excess_share == (pytest.approx(0.0) if both.any() else None)
