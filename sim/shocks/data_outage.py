"""Outside data fail: scorecards see an average person, and the registry shows only a part."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, check_kinds, check_lender_names, lenders_in
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.shocks.overlays import scaled, strained
from sim.values import Economy


class DataOutage(NamedTuple):
    """A share of what others know of applicants does not reach the lenders struck; what they know themselves stays."""

    start_month: StartMonth = 36
    months: LengthMonths = 3
    shape: str = "pulse"
    kinds: tuple[str, ...] = ()  # empty = all kinds
    lenders: tuple[str, ...] = ()  # names; empty = all lenders of these kinds
    unseen_share: Annotated[float, Quantity("share of outside data lost", 0.0, 1.0, ASSUMED)] = 1.0
    source: str = "Assumed: all data of others are missing for a quarter, as when a source is cut off by a rule"

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("unseen_share",)

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
        """Return the economy in which the lenders struck see less."""
        seen = 1.0 - self.unseen_share * felt_share(self, economy.month)
        struck = lenders_in(self.kinds, self.lenders, lenders)
        shares = scaled(economy.strains.data_seen_shares, struck, seen)
        return strained(economy, economy.strains._replace(data_seen_shares=shares))
