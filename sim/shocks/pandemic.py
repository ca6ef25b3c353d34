"""People stay at home: wages fall, jobs are lost, and collectors cannot work."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, check_places, places_in
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.shocks.overlays import with_less_collection, with_lower_wages, with_more_jobs_lost
from sim.values import Economy


class Pandemic(NamedTuple):
    """Several things at once: lower wages and more jobs lost in the places struck, and little collection anywhere."""

    start_month: StartMonth = 36
    months: LengthMonths = 4
    shape: str = "pulse"
    regions: tuple[str, ...] = ()  # empty = all regions
    sectors: tuple[str, ...] = ()  # empty = all sectors
    income_cut_share: Annotated[float, Quantity("share of a wage", 0.0, 1.0, ASSUMED)] = 0.15
    separation_add_share: Annotated[float, Quantity("share of job losses added", 0.0, 20.0, ASSUMED)] = 1.0
    collections_cut_share: Annotated[float, Quantity("share of the effort to collect", 0.0, 1.0, ASSUMED)] = 0.7
    source: str = "Assumed: four months like early 2020; postponed instalments are a policy and come on top"

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("income_cut_share", "separation_add_share", "collections_cut_share")

    def check(self, months: int) -> None:
        """Raise ValueError when dates, shape, regions or sectors are wrong."""
        check_dates(self, months)
        check_places(self.regions, self.sectors)

    def check_lenders(self, lenders: Lenders) -> None:
        """Accept any lenders."""

    def unemployment_add_share(self, month: int) -> float:  # noqa: ARG002  (no month of it moves the target)
        """Return zero: the target of unemployment stays where it is."""
        return 0.0

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy with all of it laid over."""
        size = felt_share(self, economy.month)
        places = places_in(self.regions, self.sectors)
        economy = with_lower_wages(economy, places, self.income_cut_share * size)
        economy = with_more_jobs_lost(economy, places, self.separation_add_share * size)
        return with_less_collection(economy, (True,) * len(lenders), self.collections_cut_share * size)
