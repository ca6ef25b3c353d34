"""Funders stop renewing: less of what falls due is rolled over, and what is costs more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LenderShock
from sim.shocks.overlays import scaled
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class FundingFreeze(LenderShock):
    """A part of maturing funding is not renewed at the lenders struck; funders ask a wider spread of everybody."""

    rollover_cut_share: Annotated[float, Quantity("share of maturing funding not renewed", 0.0, 1.0, ASSUMED)] = 0.5
    spread_add_apr: Annotated[
        float, Quantity("yearly rate", 0.0, 1.0, "consumer-loan securities paid 2.7% to 6.5% in 2021; assumed")
    ] = 0.02
    source: str = "Assumed: a market for asset-backed securities that half closes for six months"

    SIZES = ("rollover_cut_share", "spread_add_apr")

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy with lower rollover factors and a wider spread."""
        size = self.felt_share(economy.month)
        if size == 0.0:
            return economy
        renewed = 1.0 - self.rollover_cut_share * size
        factors = scaled(economy.rollover_factors, self.struck(lenders), renewed)
        return economy._replace(
            rollover_factors=factors, funding_spread_apr=economy.funding_spread_apr + self.spread_add_apr * size
        )
