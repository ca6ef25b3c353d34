"""Fraud: a part of those who come to a lender for the first time never mean to repay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LenderShock
from sim.shocks.overlays import with_shock_effects
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class FraudWave(LenderShock):
    """A share of first loans at the lenders struck is never paid; when made, nobody can tell them from others."""

    fraud_share: Annotated[float, Quantity("share of first loans", 0.0, 1.0, ASSUMED)] = 0.10
    source: str = "Assumed: one first loan in ten, far above what lenders publish, so that the mechanism shows"

    SIZES = ("fraud_share",)

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy in which more first loans are frauds; a loan that two waves claim is one fraud."""
        frauds = self.fraud_share * self.felt_share(economy.month)
        if frauds == 0.0:
            return economy
        struck = self.struck(lenders)
        shares = tuple(
            1.0 - (1.0 - share) * (1.0 - frauds) if hit else share
            for share, hit in zip(economy.shock_effects.fraud_shares, struck, strict=True)
        )
        return with_shock_effects(economy, economy.shock_effects._replace(fraud_shares=shares))
