"""Fraud: a part of those who come to a lender for the first time never mean to repay."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, check_kinds, check_lender_names, lenders_in
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.shocks.overlays import strained
from sim.values import Economy


class FraudWave(NamedTuple):
    """A share of first loans at the lenders struck is never paid; when made, nobody can tell them from others."""

    start_month: StartMonth = 36
    months: LengthMonths = 6
    shape: str = "pulse"
    kinds: tuple[str, ...] = ()  # empty = all kinds
    lenders: tuple[str, ...] = ()  # names; empty = all lenders of these kinds
    fraud_share: Annotated[float, Quantity("share of first loans", 0.0, 1.0, ASSUMED)] = 0.10
    source: str = "Assumed: one first loan in ten, far above what lenders publish, so that the mechanism shows"

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("fraud_share",)

    def check(self, months: int) -> None:
        """Raise ValueError when dates, shape or kinds are wrong."""
        check_dates(self, months)
        check_kinds(self.kinds)

    def check_lenders(self, lenders: Lenders) -> None:
        """Raise ValueError when a named lender is not in the market."""
        check_lender_names("lenders", self.lenders, lenders)

    def unemployment_add_share(self, month: int) -> float:  # noqa: ARG002  (no month of it touches jobs directly)
        """Return zero: jobs suffer only if lending does and spending feeds back."""
        return 0.0

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy in which more first loans are frauds; a loan that two waves claim is one fraud."""
        frauds = self.fraud_share * felt_share(self, economy.month)
        if frauds == 0.0:
            return economy
        struck = lenders_in(self.kinds, self.lenders, lenders)
        shares = tuple(
            1.0 - (1.0 - share) * (1.0 - frauds) if hit else share
            for share, hit in zip(economy.strains.fraud_shares, struck, strict=True)
        )
        return strained(economy, economy.strains._replace(fraud_shares=shares))
