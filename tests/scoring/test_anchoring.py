"""Cut-offs at a refit: the same share of the same applicants, as near as whole bands come."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.codes import BANDS
from sim.scoring.anchoring import Appetite, Cutoffs, anchored, reset
from sim.scoring.features import TENURE_BINS


def bands(*of_cells: int) -> np.ndarray:
    return np.array(of_cells, dtype=np.int8)


def people(*of_cells: int) -> np.ndarray:
    return np.array(of_cells, dtype=np.int64)


def accepted(cutoff: int, of_cells: np.ndarray, applicants: np.ndarray) -> int:
    return int(applicants[of_cells <= cutoff].sum())


def test_a_card_that_finds_everybody_riskier_closes_nobody_out() -> None:
    before, after, applicants = bands(2, 5, 9, 13), bands(5, 8, 12, 16), people(10, 20, 30, 40)
    assert reset(Appetite(9), before, after, applicants) == Appetite(12)


def test_what_whole_bands_leave_over_is_owed() -> None:
    # 60 of 100 are wanted; the new card has 50 (to band 6) or 80 (from band 7) to choose from, and takes 50.
    applicants, before, after = people(50, 30, 20), bands(9, 12, 12), bands(3, 7, 11)
    assert reset(Appetite(9), before, after, applicants) == Appetite(6), "50 are wanted and found"
    assert reset(Appetite(9, 0.1), before, after, applicants) == Appetite(6, 0.1), "ten are owed to the next re-setting"
    found = reset(Appetite(9, 0.2), before, after, applicants)
    assert found.cutoff_band == 9, "70 are wanted, 80 are nearer than 50"
    assert abs(found.owed_share + 0.1) < 1e-12


def test_the_same_card_changes_nothing() -> None:
    before, applicants = bands(3, 9, 15), people(5, 0, 5)
    assert reset(Appetite(12), before, before, applicants) == Appetite(12), "of cut-offs as good the one in force"


def test_nobody_to_compare_and_cutoffs_at_the_ends_stay() -> None:
    before, after = bands(3, 9, 15), bands(9, 12, 19)
    assert reset(Appetite(9), before, after, people(0, 0, 0)) == Appetite(9)
    for end in (-1, BANDS - 1):
        assert reset(Appetite(end), before, after, people(5, 5, 5)) == Appetite(end)


def test_strangers_and_customers_have_cutoffs_of_their_own() -> None:
    applicants = people(*[10] * (2 * TENURE_BINS))
    before = bands(*[4] * TENURE_BINS, *[10] * TENURE_BINS)
    after = before.copy()
    after[::TENURE_BINS] += 3  # only strangers look riskier
    found = anchored(Cutoffs(Appetite(4), Appetite(6)), before, after, applicants)
    assert found == Cutoffs(Appetite(7), Appetite(6))


@given(
    st.lists(st.tuples(st.integers(0, BANDS - 1), st.integers(0, BANDS - 1), st.integers(0, 50)), min_size=1),
    st.integers(0, BANDS - 2),
)
def test_no_other_cutoff_comes_nearer(cells: list[tuple[int, int, int]], cutoff: int) -> None:
    before, after, applicants = (
        bands(*[c[0] for c in cells]),
        bands(*[c[1] for c in cells]),
        people(*[c[2] for c in cells]),
    )
    found = reset(Appetite(cutoff), before, after, applicants)
    wanted = accepted(cutoff, before, applicants)
    if applicants.sum():
        distance = abs(accepted(found.cutoff_band, after, applicants) - wanted)
        assert all(abs(accepted(band, after, applicants) - wanted) >= distance for band in range(-1, BANDS))
        assert abs(found.owed_share * applicants.sum() + accepted(found.cutoff_band, after, applicants) - wanted) < 1e-6
