"""Collectors stop: visits and calls are forbidden or impossible, and old claims bring less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LenderShock
from sim.shocks.overlays import with_less_collection
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class CollectionHalt(LenderShock):
    """A share of the effort to collect charged-off claims is lost, whoever owns them by then."""

    cut_share: Annotated[float, Quantity("share of the effort to collect", 0.0, 1.0, ASSUMED)] = 1.0
    source: str = "Assumed: nobody is reached for half a year, as when a rule forbids the ways collectors work"

    SIZES = ("cut_share",)

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy in which less is collected."""
        cut_share = self.cut_share * self.felt_share(economy.month)
        return with_less_collection(economy, self.struck(lenders), cut_share)
