"""Funders stop renewing: less of what falls due is rolled over, and what is costs more."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, check_kinds, check_lender_names, covers_kind
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.values import Economy


class FundingFreeze(NamedTuple):
    """A part of maturing funding is not renewed at the lenders struck; funders ask a wider spread of everybody."""

    start_month: StartMonth = 36
    months: LengthMonths = 6
    shape: str = "pulse"
    kinds: tuple[str, ...] = ()  # empty = all kinds
    lenders: tuple[str, ...] = ()  # names; empty = all lenders of these kinds
    rollover_cut_share: Annotated[float, Quantity("share of maturing funding not renewed", 0.0, 1.0, ASSUMED)] = 0.5
    spread_add_apr: Annotated[
        float, Quantity("yearly rate", 0.0, 1.0, "consumer-loan securities paid 2.7% to 6.5% in 2021; assumed")
    ] = 0.02
    source: str = "Assumed: a market for asset-backed securities that half closes for six months"

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("rollover_cut_share", "spread_add_apr")

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
        """Return the economy with lower rollover factors and a wider spread."""
        size = felt_share(self, economy.month)
        if size == 0.0:
            return economy
        renewed = 1.0 - self.rollover_cut_share * size
        factors = tuple(
            factor * renewed if self._strikes(name, parameters.kind) else factor
            for factor, (name, parameters) in zip(economy.rollover_factors, lenders, strict=True)
        )
        return economy._replace(
            rollover_factors=factors, funding_spread_apr=economy.funding_spread_apr + self.spread_add_apr * size
        )

    def _strikes(self, name: str, kind: str) -> bool:
        return covers_kind(self.kinds, kind) and (not self.lenders or name in self.lenders)
