"""What of a configuration lies before a month: windows of observation, worked by hand."""

import pytest

from sim.params import ObserveParameters
from sim.past import observed_before

WINDOWS = ObserveParameters(baseline_from=2, baseline_until=24, outcome_from=24, outcome_until=60)


@pytest.mark.parametrize(
    ("month", "baseline", "outcome"),
    [
        (0, (0, 0), (0, 0)),  # nothing has begun
        (2, (0, 0), (0, 0)),  # a window that begins this month has not begun before it
        (3, (2, 3), (0, 0)),
        (24, (2, 24), (0, 0)),
        (30, (2, 24), (24, 30)),
        (60, (2, 24), (24, 60)),
        (90, (2, 24), (24, 60)),  # what has ended stays as it was
    ],
)
def test_windows_are_cut_at_the_month(month: int, baseline: tuple[int, int], outcome: tuple[int, int]) -> None:
    past = observed_before(WINDOWS, month)
    assert (past.baseline_from, past.baseline_until) == baseline
    assert (past.outcome_from, past.outcome_until) == outcome


def test_what_is_chosen_at_the_end_of_a_window_is_forgotten_until_it_comes() -> None:
    asked = WINDOWS._replace(liquidity_lender="bank_b", liquidity_month=12, cohort_months=6, new_loans_share=0.5)
    assert observed_before(asked, 12).liquidity_lender == ""
    assert observed_before(asked, 13).liquidity_lender == "bank_b"
    assert observed_before(asked, 24).new_loans_share == 1.0
    assert observed_before(asked, 25).new_loans_share == 0.5
    # Debtors are chosen in month 24, and their lagged ratios start from books six months older: LAG_MONTHS is 6.
    assert observed_before(asked, 18).cohort_months == 0
    assert observed_before(asked, 19).cohort_months == 6
    assert observed_before(asked, 19).baseline_until == 24
