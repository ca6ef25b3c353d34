"""One sector slumps: its people lose jobs, and those who keep them earn less."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, check_places, places_in
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.shocks.overlays import with_lower_wages, with_more_jobs_lost
from sim.values import Economy


class SectorSlump(NamedTuple):
    """In the sectors and regions struck jobs are lost faster and wages fall; the others notice nothing directly."""

    start_month: StartMonth = 36
    months: LengthMonths = 18
    shape: str = "decay"
    regions: tuple[str, ...] = ()  # empty = all regions
    sectors: tuple[str, ...] = ("construction",)  # empty = all sectors
    separation_add_share: Annotated[float, Quantity("share of job losses added", 0.0, 20.0, ASSUMED)] = 2.0
    income_cut_share: Annotated[float, Quantity("share of a wage", 0.0, 1.0, ASSUMED)] = 0.15
    source: str = "Assumed: three times the usual job losses in construction at first, fading over a year and a half"

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("separation_add_share", "income_cut_share")

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
        """Return the economy with more jobs lost and lower wages in the places struck."""
        size = felt_share(self, economy.month)
        places = places_in(self.regions, self.sectors)
        economy = with_more_jobs_lost(economy, places, self.separation_add_share * size)
        return with_lower_wages(economy, places, self.income_cut_share * size)
