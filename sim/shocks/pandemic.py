"""People stay at home: wages fall, jobs are lost, and collectors cannot work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LengthMonths, RegionSectorShock
from sim.shocks.overlays import with_less_collection, with_lower_wages, with_more_jobs_lost
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class Pandemic(RegionSectorShock):
    """Several things at once: lower wages, more jobs lost in the regions and sectors hit, and little collection."""

    months: LengthMonths = 4
    income_cut_share: Annotated[float, Quantity("share of a wage", 0.0, 1.0, ASSUMED)] = 0.15
    separation_add_share: Annotated[float, Quantity("share of job losses added", 0.0, 20.0, ASSUMED)] = 1.0
    collections_cut_share: Annotated[float, Quantity("share of the effort to collect", 0.0, 1.0, ASSUMED)] = 0.7
    source: str = "Assumed: four months like early 2020; postponed instalments are a policy and come on top"

    SIZES = ("income_cut_share", "separation_add_share", "collections_cut_share")

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy with all of it laid over."""
        size = self.felt_share(economy.month)
        region_sectors = self.region_sectors()
        economy = with_lower_wages(economy, region_sectors, self.income_cut_share * size)
        economy = with_more_jobs_lost(economy, region_sectors, self.separation_add_share * size)
        return with_less_collection(economy, (True,) * len(lenders), self.collections_cut_share * size)
