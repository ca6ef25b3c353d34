"""What every instrument has in common: dates, scope, legal source - and how several make one rulebook.

An instrument says what it alone would make of the rules as they stood before any instrument. The rulebook is then the
strictest of all answers, field by field, which does not depend on who spoke first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, get_type_hints

from sim.books.credit_gap import NOTHING_SEEN, Indicators
from sim.codes import NO_RATE_CAP_BP as NO_RATE_CAP_BP
from sim.money import fen
from sim.params import LENDER_KINDS, MarketConfig, Quantity, RegulatorParameters
from sim.scope import check_kinds, covers_kind
from sim.values import Rulebook, Rules

BEFORE_ALL_MONTHS = -600  # a rule that old is in force throughout

AnnounceMonth = Annotated[int, Quantity("month after the warm-up", BEFORE_ALL_MONTHS, 600, "the study's choice")]
EffectiveMonth = Annotated[int, Quantity("month after the warm-up", BEFORE_ALL_MONTHS, 600, "the study's choice")]
PhaseInMonths = Annotated[int, Quantity("months from the first step to the full rule", 0, 120, "the study's choice")]


@dataclass(frozen=True, slots=True)
class Instrument(ABC):
    """A dated rule for some kinds of lenders; one subclass in each file of this folder, with its own figures."""

    announce_month: AnnounceMonth = 24  # the month it becomes public, counted from the end of the warm-up
    effective_month: EffectiveMonth = 30  # the first month it binds
    kinds: tuple[str, ...] = ()  # the kinds of lenders it binds; empty = all kinds

    IDLE: ClassVar[Mapping[str, Any]]  # figures with which it changes nothing
    STRICT: ClassVar[Mapping[str, Any]]  # figures with which it binds somebody in any market
    TRACE: ClassVar[str] = ""  # the name of what it refuses, or of the act that it leads to; empty = it refuses nothing
    ACTS_THROUGH: ClassVar[tuple[str, ...]] = ("ways that its file does not tell",)  # beside refusals by its TRACE
    ADAPTIVE: ClassVar[bool] = False  # whether `respond` sets its figure from what has been seen of the market

    @property
    @abstractmethod
    def source(self) -> str:
        """The legal text by name and number; a field of each instrument."""

    @property
    @abstractmethod
    def verified(self) -> bool:
        """Whether the text was read, rather than remembered; a field of each instrument."""

    @property
    def full_month(self) -> int:
        """The first month of the full rule: at once, unless it is phased in."""
        return self.effective_month

    @abstractmethod
    def describe(self) -> str:
        """Return the full rule in words, for the log."""

    @abstractmethod
    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules for one kind of lender with this instrument alone laid over them."""

    def binds(self, kind: str, month: int) -> bool:
        """Return whether it is in force for a kind of lender."""
        return month >= self.effective_month and covers_kind(self.kinds, kind)

    def respond(self, seen: Indicators) -> Instrument:  # noqa: ARG002  (an adaptive instrument reads them)
        """Return the instrument with the figure that its own rule gives after what has been seen of the market."""
        return self

    def check(self, months: int) -> None:
        """Raise ValueError when its dates, kinds or figures contradict each other or the horizon of `months`."""
        for name in ("announce_month", "effective_month"):
            value = getattr(self, name)
            if value >= months:
                raise ValueError(f"{name}: must be earlier than {months}, the end of the reported months; was {value}")
        if self.announce_month > self.effective_month:
            raise ValueError(
                f"announce_month: must not be later than effective_month {self.effective_month}, "
                f"was {self.announce_month}"
            )
        if self.effective_month < self.full_month >= months:
            raise ValueError(
                f"phase_in_months: the full rule must be reached before month {months}, the end of the reported "
                f"months, and from effective_month {self.effective_month} it is not; "
                f"was {self.full_month - self.effective_month}"
            )
        check_kinds(self.kinds)
        self.check_figures()

    def check_figures(self) -> None:  # noqa: B027  (most have none that could)
        """Raise ValueError when its own figures contradict each other."""


@dataclass(frozen=True, slots=True)
class PhasedIn(Instrument):
    """An instrument that may enter into force in even steps, the last of them the full rule."""

    phase_in_months: PhaseInMonths = 0  # from the first step to the full rule; 0 = at once

    @property
    def full_month(self) -> int:
        """The first month of the full rule."""
        return self.effective_month + self.phase_in_months

    def phased(self, before: float, full: float, month: int) -> float:
        """Return the value in force: from `before` to `full` in even steps, the last after `phase_in_months`."""
        elapsed = month - self.effective_month + 1
        if elapsed > self.phase_in_months:
            return full
        return before + (full - before) * elapsed / (self.phase_in_months + 1)

    def phased_cap(self, full: float, month: int) -> float:
        """Return the cap in force where there was none: its inverse grows from nothing in even steps."""
        elapsed = month - self.effective_month + 1
        if elapsed > self.phase_in_months:
            return full
        return full * (self.phase_in_months + 1) / elapsed


@cache
def joins() -> Mapping[str, Callable[[Any, Any], Any]]:
    """Return which of two values of each rule is the stricter; `min` and `max` give the same answer in any order."""
    return {name: hint.__metadata__[0] for name, hint in get_type_hints(Rules, include_extras=True).items()}


def join(rules: Rules, **stricter: float) -> Rules:
    """Return the rules with the stricter of the old and the given value in each field that is given."""
    return rules._replace(**{name: joins()[name](getattr(rules, name), value) for name, value in stricter.items()})


def opening_rules(parameters: RegulatorParameters) -> Rules:
    """Return the rules before any instrument, the same for all kinds of lenders."""
    return Rules(
        max_apr_bp=NO_RATE_CAP_BP,
        borrower_cap_fen=fen(parameters.borrower_cap_yuan),
        minimum_capital_share=parameters.minimum_capital_share,
        own_share_floor=0.0,
        disclosure_share=parameters.disclosure_share,
        registry_coverage_share=parameters.registry_coverage_share,
        registry_memory_months=parameters.registry_memory_months,
        minimum_leverage_share=parameters.minimum_leverage_share,
        minimum_liquidity_share=parameters.minimum_liquidity_share,
    )


def compose_rules(opening: Rules, instruments: Sequence[Instrument], kind: str, month: int) -> Rules:
    """Return the strictest of what each instrument alone makes of the opening rules."""
    rules = opening
    for instrument in instruments:
        rules = join(rules, **instrument.amend(opening, kind, month)._asdict())
    return rules


def compose_ahead(opening: Rules, instruments: Sequence[Instrument], kind: str, month: int) -> Rules:
    """Return the strictest of what each instrument will come to: now, or once it is in full force."""
    rules = opening
    for instrument in instruments:
        rules = join(rules, **instrument.amend(opening, kind, max(month, instrument.full_month))._asdict())
    return rules


def compose_rulebook(config: MarketConfig, month: int, seen: Indicators = NOTHING_SEEN) -> Rulebook:
    """Return the rules in force in a month by kind of lender, what is announced, and what that will come to."""
    opening = opening_rules(config.regulator)
    policy = [(name, instrument.respond(seen)) for name, instrument in config.policy]
    instruments = [instrument for _, instrument in policy]
    announced = [instrument for instrument in instruments if month >= instrument.announce_month]
    return Rulebook(
        month=month,
        rules=tuple((kind, compose_rules(opening, instruments, kind, month)) for kind in LENDER_KINDS),
        in_force=tuple(name for name, instrument in policy if month >= instrument.effective_month),
        announced=tuple(name for name, instrument in policy if month >= instrument.announce_month),
        ahead=tuple((kind, compose_ahead(opening, announced, kind, month)) for kind in LENDER_KINDS),
    )


def caps_flow(config: MarketConfig) -> bool:
    """Return whether any instrument ever caps new lending to a sector or a region."""
    opening = opening_rules(config.regulator)
    instruments = [instrument for _, instrument in config.policy]
    in_full = [compose_ahead(opening, instruments, kind, month=0) for kind in LENDER_KINDS]
    return any(rules.sector_flow_share < 1.0 or rules.region_flow_share < 1.0 for rules in in_full)
