"""The central bank moves its rate: new money costs more, and so does new credit."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders
from sim.shocks.base import LengthMonths, StartMonth, check_dates, felt_share
from sim.values import Economy


class PolicyRate(NamedTuple):
    """The policy rate is higher, and deposits pay a part of it; loans made before keep their price."""

    start_month: StartMonth = 36
    months: LengthMonths = 12
    shape: str = "step"
    rise_apr: Annotated[float, Quantity("yearly rate", 0.0, 0.5, ASSUMED)] = 0.02
    deposit_pass_through_share: Annotated[float, Quantity("share of the rise paid on deposits", 0.0, 1.0, ASSUMED)] = (
        0.5
    )
    source: str = "Assumed: two points at once, so that it can be told from the usual moves"

    def sizes(self) -> tuple[str, ...]:
        """Return the names of its sizes."""
        return ("rise_apr",)

    def check(self, months: int) -> None:
        """Raise ValueError when dates or shape are wrong."""
        check_dates(self, months)

    def check_lenders(self, lenders: Lenders) -> None:
        """Accept any lenders."""

    def unemployment_add_share(self, month: int) -> float:  # noqa: ARG002  (no month of it touches jobs directly)
        """Return zero: jobs suffer only if lending does and spending feeds back."""
        return 0.0

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:  # noqa: ARG002  (all lenders fund themselves in one market)
        """Return the economy with dearer money."""
        rise = self.rise_apr * felt_share(self, economy.month)
        return economy._replace(
            policy_rate_apr=economy.policy_rate_apr + rise,
            deposit_apr=economy.deposit_apr + rise * self.deposit_pass_through_share,
        )
