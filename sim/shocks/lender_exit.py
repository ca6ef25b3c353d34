"""A lender gives up from one day to the next: no new loans, and its book runs off."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import Quantity
from sim.scope import Lenders, check_kinds, check_lender_names, lenders_in
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.shocks.overlays import strained
from sim.values import Economy


class LenderExit(NamedTuple):
    """Lenders in the scope close for good in the first month felt, solvent or not; the run-off is that of a failure."""

    start_month: StartMonth = 36
    months: LengthMonths = 1
    shape: str = "pulse"
    kinds: tuple[str, ...] = ()  # empty = all kinds
    lenders: tuple[str, ...] = ("platform_b",)  # names; empty = all lenders of these kinds
    closes: Annotated[int, Quantity("1 = closes, 0 = nothing happens", 0, 1, "the scenario's choice")] = 1
    source: str = "Assumed: a lender of middling size closes though it could pay; no field magnitude is needed"

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("closes",)

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
        """Return the economy in which the lenders struck close; who has closed stays closed when the shock has gone."""
        if self.closes == 0 or felt_share(self, economy.month) == 0.0:
            return economy
        struck = lenders_in(self.kinds, self.lenders, lenders)
        exits = tuple(max(leaves, int(hit)) for leaves, hit in zip(economy.strains.exits, struck, strict=True))
        return strained(economy, economy.strains._replace(exits=exits))
