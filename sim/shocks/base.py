"""What every shock has in common: when it comes, how it fades, whom it meets.

A shock is a list of numbers with two answers: what it adds to the unemployment target, and the month's economy with the
shock laid over it. It returns new values and undoes nothing later: a month without the shock is simply not overlaid.
"""

from __future__ import annotations

from typing import Annotated, Protocol

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, check_name
from sim.values import Economy

SHAPES = ("step", "pulse", "ramp", "decay")

StartMonth = Annotated[int, Quantity("month after the warm-up", 0, 600, "the scenario's choice")]
LengthMonths = Annotated[int, Quantity("months", 1, 600, ASSUMED)]


class Dated(Protocol):
    """What has a beginning, a length and a shape."""

    @property
    def start_month(self) -> int:
        """The first month it is felt, counted from the end of the warm-up."""

    @property
    def months(self) -> int:
        """How long a pulse lasts, a ramp rises or a decay fades; a step ignores it."""

    @property
    def shape(self) -> str:
        """One of SHAPES."""


class Shock(Dated, Protocol):
    """A dated disturbance of the economy; implemented by one NamedTuple in each file of this folder."""

    @property
    def source(self) -> str:
        """Where its size comes from."""

    def sizes(self) -> tuple[str, ...]:
        """Return the names of the numbers that say how large it is; with all of them zero it is no shock at all."""

    def check(self, months: int) -> None:
        """Raise ValueError when its numbers contradict each other or the horizon of `months`."""

    def check_lenders(self, lenders: Lenders) -> None:
        """Raise ValueError when it is meant for a lender that is not in the market."""

    def unemployment_add_share(self, month: int) -> float:
        """Return what the shock adds to the target of unemployment in a month."""

    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the month's economy with the shock laid over it; the input is left alone."""


def felt_share(shock: Dated, month: int) -> float:
    """Return how much of a shock is felt in a month, 0 to 1.

    A step stays; a pulse lasts `months`; a ramp rises evenly, full in the last of its `months`, and stays; a decay is
    full at once and falls evenly to nothing over `months`.
    """
    elapsed = month - shock.start_month
    if elapsed < 0:
        return 0.0
    if shock.shape == "step":
        return 1.0
    if shock.shape == "pulse":
        return 1.0 if elapsed < shock.months else 0.0
    if shock.shape == "ramp":
        return min(1.0, (elapsed + 1) / shock.months)
    return max(0.0, 1.0 - elapsed / shock.months)


def check_dates(shock: Dated, months: int) -> None:
    """Raise ValueError when a shock starts beyond the horizon or has no known shape."""
    if not 0 <= shock.start_month < months:
        raise ValueError(f"start_month: must lie in 0 to {months - 1}, the reported months; was {shock.start_month}")
    check_name("shape", shock.shape, SHAPES)
