"""A rumour says that a lender is closing: some people are told from outside, and tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.scope import Lenders, check_lender_names
from sim.shocks.base import LengthMonths, Shock
from sim.values import Economy


@dataclass(frozen=True, slots=True)
class ShutdownRumour(Shock):
    """A share of all people hears each month, from outside, that one lender is about to be shut."""

    months: LengthMonths = 1
    lender: str = "platform_a"
    seed_share: Annotated[
        float, Quantity("share of people told a month", 0.0, 1.0, "no field magnitude was found: assumed, always swept")
    ] = 0.05
    source: str = (
        "Borrower runs in theory and experiment: Bond and Rai (2009), Trautmann and Vlahu (2013); the size is assumed"
    )

    SIZES = ("seed_share",)

    def check_lenders(self, lenders: Lenders) -> None:
        """Raise ValueError when the lender talked about is not in the market."""
        check_lender_names("lender", (self.lender,), lenders)

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy with more people told about the lender."""
        size = self.felt_share(economy.month)
        if size == 0.0:
            return economy
        told = tuple(
            min(1.0, share + self.seed_share * size) if name == self.lender else share
            for share, (name, _) in zip(economy.rumour_seed_shares, lenders, strict=True)
        )
        return economy._replace(rumour_seed_shares=told)
