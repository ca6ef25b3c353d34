"""Jobs are lost: the path that unemployment follows is raised for a time."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.values import Economy


class Unemployment(NamedTuple):
    """More people out of work, in all sectors by the same gap, so that the risky sectors lose most jobs."""

    start_month: StartMonth = 36
    months: LengthMonths = 24
    shape: str = "decay"
    add_share: Annotated[float, Quantity("share of people added to unemployment", 0.0, 0.4, ASSUMED)] = 0.03
    source: str = (
        "Assumed: about three times the rise of surveyed urban unemployment from 5.2% in 2019 to its peak of "
        "February 2020 (National Bureau of Statistics, monthly releases)"
    )

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("add_share",)

    def check(self, months: int) -> None:
        """Raise ValueError when the shock starts beyond the horizon or its shape is unknown."""
        check_dates(self, months)

    def check_lenders(self, lenders: Lenders) -> None:
        """Accept any lenders."""

    def unemployment_add_share(self, month: int) -> float:
        """Return what is added to the target of unemployment."""
        return self.add_share * felt_share(self, month)

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:  # noqa: ARG002  (the target has done the work)
        """Return the economy as it is: the raised target already moved the gap, and through it jobs."""
        return economy
