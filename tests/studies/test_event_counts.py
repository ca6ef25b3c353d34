"""Which outcomes count events is declared of every whole number, and only of counts over equally many months."""

import pandas as pd
import pytest

from experiments.tables.event_counts import EVENTS, NO_EVENTS, counts_events, event_months, months_counted
from experiments.tables.outcomes import read_outcome
from experiments.tables.selections import SELECTIONS
from sim.observe.columns import SCHEMAS


@pytest.mark.parametrize("table", SELECTIONS)
def test_every_whole_number_that_an_outcome_can_be_is_said_to_count_events_or_not(table: str) -> None:
    whole = {
        column
        for column in SELECTIONS[table].columns
        if SCHEMAS[table].get(column) == "int" and not column.endswith("_fen")
    }
    events, others = set(EVENTS.get(table, ())), set(NO_EVENTS.get(table, ()))
    assert not events & others
    assert events | others == whole


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("market.informal_defaults", True),
        ("lender.micro_lender.defaults", True),
        ("lender.all.customers", False),
        ("market.debt_fen", False),
        ("market.approval_share", False),
        ("vintage.all.6.ever30_share", False),
        ("lender.a.defaults minus lender.b.defaults", False),
    ],
)
def test_a_difference_an_amount_and_what_stands_at_a_months_end_count_no_events(name: str, counts: bool) -> None:
    outcome = read_outcome(name, "test")
    assert counts_events(outcome) == counts
    assert event_months(outcome, [3, 3, 3]) == (3 if counts else 0)
    assert event_months(outcome, [3, 2, 3]) == 0, "runs counted over more months hold more events"


def test_months_without_a_value_are_not_counted() -> None:
    keys = [("calm", arm, 0, month) for arm in ("baseline", "other") for month in range(5)]
    index = pd.MultiIndex.from_tuples(keys, names=["scenario", "arm", "replicate", "month"])
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 1.0, None, 3.0, 4.0, 5.0]
    found = months_counted(pd.Series(values, index=index, dtype=float), range(1, 4))
    assert found.to_dict() == {("calm", "baseline", 0): 3, ("calm", "other", 0): 2}
