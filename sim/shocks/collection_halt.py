"""Collectors stop: visits and calls are forbidden or impossible, and old claims bring less."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, check_kinds, check_lender_names, lenders_in
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.shocks.overlays import with_less_collection
from sim.values import Economy


class CollectionHalt(NamedTuple):
    """A share of the effort to collect charged-off claims is lost, whoever owns them by then."""

    start_month: StartMonth = 36
    months: LengthMonths = 6
    shape: str = "pulse"
    kinds: tuple[str, ...] = ()  # empty = all kinds
    lenders: tuple[str, ...] = ()  # names; empty = all lenders of these kinds
    cut_share: Annotated[float, Quantity("share of the effort to collect", 0.0, 1.0, ASSUMED)] = 1.0
    source: str = "Assumed: nobody is reached for half a year, as when a rule forbids the ways collectors work"

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("cut_share",)

    def check(self, months: int) -> None:
        """Raise ValueError when dates, shape or kinds are wrong."""
        check_dates(self, months)
        check_kinds(self.kinds)

    def check_lenders(self, lenders: Lenders) -> None:
        """Raise ValueError when a named lender is not in the market."""
        check_lender_names("lenders", self.lenders, lenders)

    def unemployment_add_share(self, month: int) -> float:  # noqa: ARG002  (no month of it touches jobs directly)
        """Return zero: collectors are few."""
        return 0.0

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the economy in which less is collected."""
        cut_share = self.cut_share * felt_share(self, economy.month)
        return with_less_collection(economy, lenders_in(self.kinds, self.lenders, lenders), cut_share)
