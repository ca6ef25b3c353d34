"""A lender gives up from one day to the next: no new loans, and its book runs off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.scope import Lenders
from sim.shocks.base import LenderShock, LengthMonths
from sim.shocks.overlays import with_shock_effects
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class LenderExit(LenderShock):
    """Lenders in the scope close for good in the first month felt, solvent or not; the run-off is that of a failure."""

    months: LengthMonths = 1
    lenders: tuple[str, ...] = ("platform_b",)  # names; empty = all lenders of these kinds
    closes: Annotated[int, Quantity("1 = closes, 0 = nothing happens", 0, 1, "the scenario's choice")] = 1
    source: str = "Assumed: a lender of middling size closes though it could pay; no field magnitude is needed"

    SIZES = ("closes",)

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy in which the lenders struck close; who has closed stays closed when the shock has gone."""
        if self.closes == 0 or self.felt_share(economy.month) == 0.0:
            return economy
        struck = self.struck(lenders)
        exits = tuple(max(leaves, int(hit)) for leaves, hit in zip(economy.shock_effects.exits, struck, strict=True))
        return with_shock_effects(economy, economy.shock_effects._replace(exits=exits))
