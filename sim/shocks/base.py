"""What every shock has in common: when it comes, how it fades, whom it meets.

A shock is a list of numbers with two answers: what it adds to the unemployment target, and the month's economy with the
shock laid over it. It returns new values and undoes nothing later: a month without the shock is simply not overlaid.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

from sim.params import ASSUMED, Quantity
from sim.scope import Lenders, check_kinds, check_lender_names, check_name, check_places, lenders_in, places_in
from sim.values import Economy

SHAPES = ("step", "pulse", "ramp", "decay")

StartMonth = Annotated[int, Quantity("month after the warm-up", 0, 600, "the scenario's choice")]
LengthMonths = Annotated[int, Quantity("months", 1, 600, ASSUMED)]


@dataclass(frozen=True, slots=True)
class Shock(ABC):
    """A dated disturbance of the economy; one subclass in each file of this folder, with its own numbers."""

    start_month: StartMonth = 36  # the first month it is felt, counted from the end of the warm-up
    months: LengthMonths = 6  # how long a pulse lasts, a ramp rises or a decay fades; a step ignores it
    shape: str = "pulse"  # one of SHAPES

    SIZES: ClassVar[tuple[str, ...]]  # the numbers that say how large it is; with all of them zero it is no shock

    @property
    @abstractmethod
    def source(self) -> str:
        """Where its size comes from; a field of each shock."""

    @abstractmethod
    def overlay(self, economy: Economy, lenders: Lenders) -> Economy:
        """Return the month's economy with the shock laid over it; the input is left alone."""

    def unemployment_add_share(self, month: int) -> float:  # noqa: ARG002  (most shocks move the target in no month)
        """Return what the shock adds to the target of unemployment in a month."""
        return 0.0

    def felt_share(self, month: int) -> float:
        """Return how much of the shock is felt in a month, 0 to 1.

        A step stays; a pulse lasts `months`; a ramp rises evenly, full in the last of its `months`, and stays; a decay
        is full at once and falls evenly to nothing over `months`.
        """
        elapsed = month - self.start_month
        if elapsed < 0:
            return 0.0
        if self.shape == "step":
            return 1.0
        if self.shape == "pulse":
            return 1.0 if elapsed < self.months else 0.0
        if self.shape == "ramp":
            return min(1.0, (elapsed + 1) / self.months)
        return max(0.0, 1.0 - elapsed / self.months)

    def check(self, months: int) -> None:
        """Raise ValueError when it starts beyond the horizon of `months`, or its shape or scope is unknown."""
        if not 0 <= self.start_month < months:
            raise ValueError(f"start_month: must lie in 0 to {months - 1}, the reported months; was {self.start_month}")
        check_name("shape", self.shape, SHAPES)
        self.check_scope()

    def check_scope(self) -> None:  # noqa: B027  (some meet everybody)
        """Raise ValueError when it is meant for a kind of lender, a region or a sector that does not exist."""

    def check_lenders(self, lenders: Lenders) -> None:  # noqa: B027  (some meet no lender by name)
        """Raise ValueError when it is meant for a lender that is not in the market."""


@dataclass(frozen=True, slots=True)
class LenderShock(Shock):
    """A shock that strikes lenders, by kind and by name."""

    kinds: tuple[str, ...] = ()  # empty = all kinds
    lenders: tuple[str, ...] = ()  # names; empty = all lenders of these kinds

    def check_scope(self) -> None:
        """Raise ValueError when a kind of lender does not exist."""
        check_kinds(self.kinds)

    def check_lenders(self, lenders: Lenders) -> None:
        """Raise ValueError when a named lender is not in the market."""
        check_lender_names("lenders", self.lenders, lenders)

    def struck(self, lenders: Lenders) -> tuple[bool, ...]:
        """Return for each lender whether it is struck."""
        return lenders_in(self.kinds, self.lenders, lenders)


@dataclass(frozen=True, slots=True)
class RegionSectorShock(Shock):
    """A shock that strikes people where they live and by what they work in."""

    regions: tuple[str, ...] = ()  # empty = all regions
    sectors: tuple[str, ...] = ()  # empty = all sectors

    def check_scope(self) -> None:
        """Raise ValueError when a region or a sector does not exist."""
        check_places(self.regions, self.sectors)

    def region_sectors(self) -> tuple[bool, ...]:
        """Return for each region and sector whether it is struck."""
        return places_in(self.regions, self.sectors)
