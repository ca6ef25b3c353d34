"""Wages fall short for a time: hours are cut, bonuses are not paid, shops sell less."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, check_places, places_in
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.shocks.overlays import with_lower_wages
from sim.values import Economy


class Income(NamedTuple):
    """A share of every wage is not paid in the regions and sectors struck; nobody loses work, and needs stay."""

    start_month: StartMonth = 36
    months: LengthMonths = 12
    shape: str = "pulse"
    regions: tuple[str, ...] = ()  # empty = all regions
    sectors: tuple[str, ...] = ()  # empty = all sectors
    cut_share: Annotated[float, Quantity("share of a wage", 0.0, 1.0, ASSUMED)] = 0.10
    source: str = "Assumed: a tenth of every wage for a year, as when overtime and bonuses are cut but jobs are kept"

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("cut_share",)

    def check(self, months: int) -> None:
        """Raise ValueError when dates, shape, regions or sectors are wrong."""
        check_dates(self, months)
        check_places(self.regions, self.sectors)

    def check_lenders(self, lenders: Lenders) -> None:
        """Accept any lenders."""

    def unemployment_add_share(self, month: int) -> float:  # noqa: ARG002  (no month of it moves the target)
        """Return zero: the target of unemployment stays where it is."""
        return 0.0

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:  # noqa: ARG002  (it meets people, not lenders)
        """Return the economy with lower wages in the places struck."""
        size = felt_share(self, economy.month)
        return with_lower_wages(economy, places_in(self.regions, self.sectors), self.cut_share * size)
