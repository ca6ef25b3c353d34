"""What every instrument has in common: dates, scope, legal source - and how several make one rulebook.

An instrument says what it alone would make of the rules as they stood before any instrument. The rulebook is then the
strictest of all answers, field by field, which does not depend on who spoke first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Protocol, get_type_hints

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


class Dated(Protocol):
    """What is announced, enters into force, and binds some kinds of lenders."""

    @property
    def announce_month(self) -> int:
        """The month it becomes public, counted from the end of the warm-up."""

    @property
    def effective_month(self) -> int:
        """The first month it binds."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of lenders it binds; empty = all."""


class PhasedIn(Dated, Protocol):
    """What may enter into force in even steps."""

    @property
    def phase_in_months(self) -> int:
        """Months from the first step to the full rule; 0 = at once."""


class Instrument(Dated, Protocol):
    """A dated rule; implemented by one NamedTuple in each file of this folder."""

    @property
    def source(self) -> str:
        """The legal text by name and number."""

    @property
    def verified(self) -> bool:
        """Whether the text was read, rather than remembered."""

    def check(self, months: int) -> None:
        """Raise ValueError when its numbers contradict each other or the horizon of `months`."""

    def says(self) -> str:
        """Return the full rule in words, for the log."""

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules for one kind of lender with this instrument alone laid over them."""


class Adaptive(Protocol):
    """An instrument whose figure the regulator sets anew from what it has seen of the market."""

    def respond(self, seen: Indicators) -> Instrument:
        """Return an instrument with the figure that its own rule gives after what has been seen."""


def binds(instrument: Dated, kind: str, month: int) -> bool:
    """Return whether an instrument is in force for a kind of lender."""
    return month >= instrument.effective_month and covers_kind(instrument.kinds, kind)


def phased(instrument: PhasedIn, before: float, full: float, month: int) -> float:
    """Return the value in force: from `before` to `full` in even steps, the last after `phase_in_months`."""
    elapsed = month - instrument.effective_month + 1
    if elapsed > instrument.phase_in_months:
        return full
    return before + (full - before) * elapsed / (instrument.phase_in_months + 1)


def phased_cap(instrument: PhasedIn, full: float, month: int) -> float:
    """Return the cap in force where there was none: its inverse grows from nothing in even steps."""
    elapsed = month - instrument.effective_month + 1
    if elapsed > instrument.phase_in_months:
        return full
    return full * (instrument.phase_in_months + 1) / elapsed


def check_dates(instrument: Dated, months: int) -> None:
    """Raise ValueError when dates lie beyond the horizon or out of order, or a kind of lender does not exist."""
    for name in ("announce_month", "effective_month"):
        value = getattr(instrument, name)
        if value >= months:
            raise ValueError(f"{name}: must be earlier than {months}, the end of the reported months; was {value}")
    if instrument.announce_month > instrument.effective_month:
        raise ValueError(
            f"announce_month: must not be later than effective_month {instrument.effective_month}, "
            f"was {instrument.announce_month}"
        )
    phase_in = getattr(instrument, "phase_in_months", 0)
    if phase_in > 0 and instrument.effective_month + phase_in >= months:
        raise ValueError(
            f"phase_in_months: the full rule must be reached before month {months}, the end of the reported months, "
            f"and from effective_month {instrument.effective_month} it is not; was {phase_in}"
        )
    check_kinds(instrument.kinds)


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
        full = instrument.effective_month + getattr(instrument, "phase_in_months", 0)
        rules = join(rules, **instrument.amend(opening, kind, max(month, full))._asdict())
    return rules


def responding(instrument: Instrument, seen: Indicators) -> Instrument:
    """Return an instrument as it stands after what has been seen: an adaptive one with its figure."""
    respond = getattr(instrument, "respond", None)
    found: Instrument = respond(seen) if respond is not None else instrument
    return found


def compose_rulebook(config: MarketConfig, month: int, seen: Indicators = NOTHING_SEEN) -> Rulebook:
    """Return the rules in force in a month by kind of lender, what is announced, and what that will come to."""
    opening = opening_rules(config.regulator)
    policy = [(name, responding(instrument, seen)) for name, instrument in config.policy]
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
