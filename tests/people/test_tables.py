"""What the passes read of the month, worked by hand."""

from types import SimpleNamespace
from typing import Any

import pytest

from sim.people.terms import separation_shares_of


def test_jobs_lost_are_the_sector_s_times_the_region_s_times_the_shock_s_and_at_most_all() -> None:
    """Two sectors, two regions: 2% and 10%, twice as much in the second region; a shock of 20 is cut at all jobs."""
    economy: Any = SimpleNamespace(
        separation_shares=(0.02, 0.1),
        region_separation_factors=(1.0, 2.0),
        shock_effects=SimpleNamespace(separation_factors=(1.0, 1.5, 1.0, 20.0)),
    )
    assert separation_shares_of(economy).tolist() == pytest.approx([0.02, 0.15, 0.04, 1.0])
