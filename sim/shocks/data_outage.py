"""Outside data fail: scorecards see an average person, and the registry shows only a part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LenderShock, LengthMonths
from sim.shocks.overlays import scaled, with_shock_effects
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class DataOutage(LenderShock):
    """A share of what others know of applicants does not reach the lenders struck; what they know themselves stays."""

    months: LengthMonths = 3
    unseen_share: Annotated[float, Quantity("share of outside data lost", 0.0, 1.0, ASSUMED)] = 1.0
    source: str = "Assumed: all data of others are missing for a quarter, as when a source is cut off by a rule"

    SIZES = ("unseen_share",)

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy in which the lenders struck see less."""
        seen = 1.0 - self.unseen_share * self.felt_share(economy.month)
        struck = self.struck(lenders)
        shares = scaled(economy.shock_effects.data_seen_shares, struck, seen)
        return with_shock_effects(economy, economy.shock_effects._replace(data_seen_shares=shares))
