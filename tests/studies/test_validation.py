"""The comparison with published levels, on a lender table worked out by hand."""

import pandas as pd
import pytest

from experiments.validate import MEASURES, Target, read_targets, validate
from sim.params import LENDER_KINDS

ROWS = pd.DataFrame(
    [
        {"replicate": replicate, "month": month, "kind": "bank", "loans_fen": 1200, "charge_offs_fen": 2 + replicate}
        for replicate in range(2)
        for month in range(100)
    ]
)


@pytest.mark.parametrize(("high", "passes"), [(0.026, True), (0.024, False)])
def test_measure_is_taken_over_the_last_five_years_and_averaged_over_replicates(high: float, passes: bool) -> None:
    rows = pd.concat([ROWS, ROWS.assign(month=ROWS["month"] - 100, charge_offs_fen=10**6)])
    (found,) = validate(rows, [Target("charge_offs_yearly_share", ("bank", "platform"), 0.0, high, "x")])
    assert (found.kind, found.mean) == ("bank", pytest.approx(0.025))
    assert (found.smallest, found.largest) == (pytest.approx(0.02), pytest.approx(0.03))
    assert found.passes is passes


def test_sums_over_twelve_months_are_read_every_twelfth_month() -> None:
    """A profit of 7 a month in the last year, 1 before it and 1,000 before the window: 60 months of 12 + 4 * 48."""
    profit = [1_000 if month < 40 else 7 if month >= 88 else 1 for month in range(100)]
    rows = pd.DataFrame(
        [
            {
                "replicate": 0,
                "month": month,
                "kind": "bank",
                "profit_12m_fen": sum(profit[month - 11 : month + 1]),
                "equity_12m_fen": 12 * 100,
            }
            for month in range(12, 100)
        ]
    )
    (found,) = validate(rows, [Target("roe_share", ("bank",), 0.0, 1.0, "x")])
    assert found.mean == pytest.approx(12 * (12 * 7 + 48 * 1) / (60 * 100))


def test_every_target_has_a_measure_a_kind_a_range_and_a_source() -> None:
    targets = read_targets()
    assert len(targets) >= 13
    for target in targets:
        assert target.measure in MEASURES
        assert set(target.kinds) <= {"all", *LENDER_KINDS}
        assert target.low < target.high
        assert target.source
