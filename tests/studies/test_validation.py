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


def test_every_target_has_a_measure_a_kind_a_range_and_a_source() -> None:
    targets = read_targets()
    assert len(targets) >= 13
    for target in targets:
        assert target.measure in MEASURES
        assert set(target.kinds) <= {"all", *LENDER_KINDS}
        assert target.low < target.high
        assert target.source
