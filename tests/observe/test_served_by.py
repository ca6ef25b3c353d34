"""Who last served each person in the months that are watched, by the kernels and by the reference."""

import numpy as np
import pytest

from sim.counted import Flag
from sim.market import CreditMarket
from tests.market.small_market import completed, composed, small
from tests.reference.market import ReferenceMarket


@pytest.mark.parametrize("kind", [CreditMarket, ReferenceMarket])
def test_whoever_was_approved_has_a_lender_and_nobody_else(kind: type[CreditMarket]) -> None:
    observe = composed().observe._replace(baseline_from=0, baseline_until=3, outcome_from=3, outcome_until=6)
    market = completed(small(people=200, warm_up=6, months=8, observe=observe), kind=kind)
    people = market.record.people()
    served_by = np.array(people["served_by"].to_pylist())
    approved = (people["flags"].to_numpy() & Flag.APPROVED) != 0
    assert 20 < approved.sum() < 200
    assert ((served_by != "none") == approved).all()
    names = [lender.name for lender in market.lenders]
    assert set(served_by) <= {*names, "none"}
    assert len(set(served_by)) > 3, "more than one lender serves"


def test_nothing_is_remembered_outside_the_months_that_are_watched() -> None:
    observe = composed().observe._replace(baseline_from=0, baseline_until=3, outcome_from=7, outcome_until=8)
    market = completed(small(people=200, warm_up=6, months=4, observe=observe))
    assert set(market.record.people()["served_by"].to_pylist()) == {"none"}
