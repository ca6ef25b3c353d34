"""The economy grows less: wages fall behind their path, jobs are lost more often and found less often."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, places_in
from sim.shocks.base import LengthMonths, Shock
from sim.shocks.overlays import with_lower_wages, with_more_jobs_lost
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class GrowthSlowdown(Shock):
    """Growth is lower while it lasts; what wages have lost by then they do not make up."""

    months: LengthMonths = 24
    wage_growth_cut_apr: Annotated[float, Quantity("yearly rate", 0.0, 0.5, ASSUMED)] = 0.03
    separation_add_share: Annotated[float, Quantity("share of job losses added", 0.0, 20.0, ASSUMED)] = 0.15
    finding_cut_share: Annotated[float, Quantity("share of finds lost", 0.0, 1.0, ASSUMED)] = 0.15
    source: str = "Assumed: wages grow three points a year less for two years, and work is harder to keep and to find"

    SIZES = ("wage_growth_cut_apr", "separation_add_share", "finding_cut_share")

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:  # noqa: ARG002  (it meets people, not lenders)
        """Return the economy with wages behind their path, more jobs lost and fewer found."""
        size = self.felt_share(economy.month)
        everywhere = places_in((), ())
        economy = with_lower_wages(economy, everywhere, self.wages_lost_share(economy.month))
        economy = with_more_jobs_lost(economy, everywhere, self.separation_add_share * size)
        return economy._replace(finding_share=economy.finding_share * (1.0 - self.finding_cut_share * size))

    def wages_lost_share(self, month: int) -> float:
        """Return how far wages are behind their path: a twelfth of the yearly rate for each month felt so far."""
        months_felt = math.fsum(self.felt_share(each) for each in range(self.start_month, month + 1))
        return min(1.0, months_felt * self.wage_growth_cut_apr / 12.0)
