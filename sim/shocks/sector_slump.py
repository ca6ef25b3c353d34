"""One sector slumps: its people lose jobs, and those who keep them earn less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LengthMonths, RegionSectorShock
from sim.shocks.overlays import with_lower_wages, with_more_jobs_lost
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class SectorSlump(RegionSectorShock):
    """In the sectors and regions struck jobs are lost faster and wages fall; the others notice nothing directly."""

    months: LengthMonths = 18
    shape: str = "decay"
    sectors: tuple[str, ...] = ("construction",)  # empty = all sectors
    separation_add_share: Annotated[float, Quantity("share of job losses added", 0.0, 20.0, ASSUMED)] = 2.0
    income_cut_share: Annotated[float, Quantity("share of a wage", 0.0, 1.0, ASSUMED)] = 0.15
    source: str = "Assumed: three times the usual job losses in construction at first, fading over a year and a half"

    SIZES = ("separation_add_share", "income_cut_share")

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:  # noqa: ARG002  (it meets people, not lenders)
        """Return the economy with more jobs lost and lower wages in the regions and sectors hit."""
        size = self.felt_share(economy.month)
        region_sectors = self.region_sectors()
        economy = with_more_jobs_lost(economy, region_sectors, self.separation_add_share * size)
        return with_lower_wages(economy, region_sectors, self.income_cut_share * size)
