"""Outcome counts: each loan once, in the cohort of its month, good or bad when the window closes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.counted import TRUTH_COLUMNS
from sim.params import LearningParameters, LenderParameters, MarketConfig
from sim.scoring.features import CELLS, CELLS_WITH_SECTOR
from sim.scoring.outcomes import MonthCounts, Outcomes, counting_of, sample_of, truth_by_group
from sim.scoring.truth import truth_column
from sim.state import NOTHING_COUNTED

CALM = 0.05


def month_counts(
    lent: dict[int, int], bad: dict[tuple[int, int], int] | None = None, ages: int = 4, cells: int = CELLS
) -> MonthCounts:
    """Counts of one month: loans by cell, and those turned bad by (months on book, cell); two apply for each loan."""
    counts = MonthCounts(
        np.zeros(cells, np.int32),
        np.zeros(cells, np.int32),
        np.zeros((ages, cells), np.int32),
        np.zeros((cells, TRUTH_COLUMNS), np.int32),
    )
    for cell, loans in lent.items():
        counts.lent[cell] = loans
        counts.applied[cell] = 2 * loans
    for (age, cell), loans in (bad or {}).items():
        counts.bad[age, cell] = loans
    return counts


def test_a_cohort_is_judged_when_its_window_closes() -> None:
    outcomes = Outcomes(CELLS, window_months=3, memory_months=12)
    outcomes.observe(-1, month_counts({7: 10}), CALM)
    outcomes.observe(0, month_counts({7: 1}, {(1, 7): 2}), CALM)
    outcomes.observe(1, month_counts({}, {(2, 7): 1, (1, 7): 1}), CALM)
    assert outcomes.closed_since(-100) == []
    outcomes.observe(2, month_counts({}, {(3, 7): 1}), CALM)
    sample = sample_of(outcomes.closed_since(-100), CELLS)
    assert (sample.cells.tolist(), sample.lent.tolist(), sample.bad.tolist()) == ([7], [10.0], [4.0])
    assert sample.refused.tolist() == [10]
    outcomes.observe(3, month_counts({}), CALM)
    assert sample_of(outcomes.closed_since(0), CELLS).bad.tolist() == [1.0]


def test_loans_that_turn_bad_after_the_window_count_as_good() -> None:
    outcomes = Outcomes(CELLS, window_months=2, memory_months=12)
    for month, counts in enumerate(
        [month_counts({1: 5}), month_counts({}), month_counts({}), month_counts({}, {(3, 1): 5})]
    ):
        outcomes.observe(month, counts, CALM)
    assert sample_of(outcomes.closed_since(0), CELLS).bad.sum() == 0


def test_old_cohorts_drop_out() -> None:
    outcomes = Outcomes(CELLS, window_months=1, memory_months=2)
    for month in range(6):
        outcomes.observe(month, month_counts({month: 1}), CALM)
    assert [cohort.month for cohort in outcomes.closed] == [3, 4]
    assert np.flatnonzero(outcomes.applied_before()).tolist() == [3, 4]
    assert np.flatnonzero(outcomes.recently_applied()).tolist() == [4, 5]


def test_the_sector_folds_away_and_levels_of_unemployment_stay_apart() -> None:
    outcomes = Outcomes(CELLS_WITH_SECTOR, window_months=1, memory_months=9)
    for month, share in enumerate([0.05, 0.07, 0.05, 0.05]):
        outcomes.observe(month, month_counts({3: 1, 3 + 2 * CELLS: 4}, cells=CELLS_WITH_SECTOR), share)
    fine, coarse = (sample_of(outcomes.closed_since(0), cells) for cells in (CELLS_WITH_SECTOR, CELLS))
    assert fine.cells.tolist() == [3, 3 + 2 * CELLS] * 2
    assert fine.lent.tolist() == [2, 8, 1, 4]
    assert (coarse.cells.tolist(), coarse.lent.tolist()) == ([3, 3], [10, 5])
    assert coarse.unemployment_shares.tolist() == [0.05, 0.07]


def test_counts_that_reach_back_too_little_are_refused() -> None:
    with pytest.raises(ValueError, match="must reach back 6 months on book, reached back 4"):
        Outcomes(CELLS, 5, 12).observe(0, month_counts({}), CALM)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    window=st.integers(1, 6),
    memory=st.integers(1, 9),
    events=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3), st.integers(0, 7)), max_size=60),
)
def test_every_loan_counts_once(window: int, memory: int, events: list[tuple[int, int, int]]) -> None:
    """Loans as (month, cell, age at which it turns bad; 7 = never), counted loan by loan and by the ring."""
    outcomes = Outcomes(CELLS, window, memory)
    for month in range(12):
        counts = month_counts({}, ages=8)
        for made, cell, age in events:
            counts.lent[cell] += made == month
            if age < 7 and made + age == month:
                counts.bad[age, cell] += 1
        outcomes.observe(month, counts, CALM)
    judged = [event for event in events if 11 - window - memory < event[0] <= 11 - window]
    sample = sample_of(outcomes.closed_since(-100), CELLS)
    assert sample.lent.sum() == len(judged)
    assert sample.bad.sum() == sum(age <= window for _, _, age in judged)
    for cell, lent, bad in zip(sample.cells, sample.lent, sample.bad, strict=True):
        assert lent == sum(event[1] == cell for event in judged)
        assert bad == sum(event[1] == cell and event[2] <= window for event in judged)


def test_nothing_is_counted_unless_somebody_looks() -> None:
    idle = LenderParameters()
    reviewed = LenderParameters(learning=LearningParameters(review_months=6, window_months=9))
    upgraded = LenderParameters(learning=LearningParameters(review_months=6, window_months=15, model_two_from_month=3))
    assert counting_of(MarketConfig(lender=(("a", idle),))) == NOTHING_COUNTED
    assert counting_of(MarketConfig(lender=(("a", idle), ("b", reviewed)))) == (CELLS, 10, 1)
    assert counting_of(MarketConfig(lender=(("b", reviewed), ("c", upgraded)))) == (CELLS_WITH_SECTOR, 16, 1)


def test_the_truth_is_read_by_group() -> None:
    truth = np.arange(2 * TRUTH_COLUMNS).reshape(2, TRUTH_COLUMNS)
    groups = truth_by_group(truth)
    assert groups["approved"].tolist() == [[0, 1, 2], [9, 10, 11]]
    assert groups["refused"].tolist() == [[3, 4, 5], [12, 13, 14]]
    assert groups["declined"].tolist() == [[6, 7, 8], [15, 16, 17]]


@pytest.mark.parametrize(
    ("decision", "in_debt", "turned_bad", "column"),
    [(0, 0, 0, 2), (0, 4, 0, 0), (0, 4, 8, 1), (0, 0, 8, 1), (1, 0, 0, 5), (1, 4, 0, 3), (1, 4, 8, 4), (2, 4, 8, 7)],
)
def test_who_turned_bad_is_bad_who_owed_is_good_and_the_rest_could_show_nothing(
    decision: int, in_debt: int, turned_bad: int, column: int
) -> None:
    assert truth_column(decision, in_debt, turned_bad) == column
