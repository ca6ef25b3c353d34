"""The central bank moves its rate: new money costs more, and so does new credit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LengthMonths, Shock
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class PolicyRate(Shock):
    """The policy rate is higher, and deposits pay a part of it; loans made before keep their price."""

    months: LengthMonths = 12
    shape: str = "step"
    rise_apr: Annotated[float, Quantity("yearly rate", 0.0, 0.5, ASSUMED)] = 0.02
    deposit_pass_through_share: Annotated[float, Quantity("share of the rise paid on deposits", 0.0, 1.0, ASSUMED)] = (
        0.5
    )
    source: str = "Assumed: two points at once, so that it can be told from the usual moves"

    SIZES = ("rise_apr",)

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:  # noqa: ARG002  (all lenders fund themselves in one market)
        """Return the economy with dearer money."""
        rise = self.rise_apr * self.felt_share(economy.month)
        return economy._replace(
            policy_rate_apr=economy.policy_rate_apr + rise,
            deposit_apr=economy.deposit_apr + rise * self.deposit_pass_through_share,
        )
