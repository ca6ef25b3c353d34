"""Wages fall short for a time: hours are cut, bonuses are not paid, shops sell less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LengthMonths, RegionSectorShock
from sim.shocks.overlays import with_lower_wages
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class Income(RegionSectorShock):
    """A share of every wage is not paid in the regions and sectors struck; nobody loses work, and needs stay."""

    months: LengthMonths = 12
    cut_share: Annotated[float, Quantity("share of a wage", 0.0, 1.0, ASSUMED)] = 0.10
    source: str = "Assumed: a tenth of every wage for a year, as when overtime and bonuses are cut but jobs are kept"

    SIZES = ("cut_share",)

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:  # noqa: ARG002  (it meets people, not lenders)
        """Return the economy with lower wages in the regions and sectors hit."""
        size = self.felt_share(economy.month)
        return with_lower_wages(economy, self.region_sectors(), self.cut_share * size)
