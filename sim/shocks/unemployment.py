"""Jobs are lost: the path that unemployment follows is raised for a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LengthMonths, Shock
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class Unemployment(Shock):
    """More people out of work, in all sectors by the same gap, so that the risky sectors lose most jobs."""

    months: LengthMonths = 24
    shape: str = "decay"
    add_share: Annotated[float, Quantity("share of people added to unemployment", 0.0, 0.4, ASSUMED)] = 0.03
    source: str = (
        "Assumed: about three times the rise of surveyed urban unemployment from 5.2% in 2019 to its peak of "
        "February 2020 (National Bureau of Statistics, monthly releases)"
    )

    SIZES = ("add_share",)

    def unemployment_add_share(self, month: int) -> float:
        """Return what is added to the target of unemployment."""
        return self.add_share * self.felt_share(month)

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:  # noqa: ARG002  (the target has done the work)
        """Return the economy as it is: the raised target already moved the gap, and through it jobs."""
        return economy
