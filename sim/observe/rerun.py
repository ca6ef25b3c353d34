"""A month of a market's past, found by running the market again, and refused where that is another market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from sim.draws import Draws
from sim.economy.spillovers import Neighbourhoods
from sim.economy.world import World
from sim.observe.explain import ExplanationContext, person_of
from sim.observe.month_ends import Sums, changed_since, first_difference
from sim.observe.recorder import Record
from sim.params import MarketConfig
from sim.state import People
from sim.values import Offer


class HasState(Protocol):
    """People whose state can be read."""

    def state(self) -> People:
        """Return how everybody stands now."""


class RunMarket(Protocol):
    """What is read of a market to run it again: `sim.market.CreditMarket`, which itself stands on this file."""

    config: MarketConfig
    root_seed: int
    replicate: int
    month: int
    draws: Draws
    world: World
    neighbourhoods: Neighbourhoods
    record: Record

    @property
    def people(self) -> HasState:
        """Everybody in the market."""

    @property
    def offers(self) -> Sequence[Offer]:
        """What lenders offered in the last month."""

    @property
    def sums(self) -> Mapping[int, Sums]:
        """Sums over people at each month's end."""

    def founded_again(self) -> RunMarket:
        """Return the market at its beginning."""

    def warm_up(self) -> None:
        """Run the months before month 0."""

    def step(self) -> None:
        """Run one reported month."""

    def run_month(self) -> None:
        """Run one month."""


class ExplainedMonth(NamedTuple):
    """What a month was to one person: what all could know, and how the person stood before it and after it."""

    context: ExplanationContext
    opening: People
    closing: People


WHY = (
    "the past is told by running it again, so a market changed by hand after it was founded, or whose class is built "
    "in another way, cannot be explained"
)


def rerun_month(market: RunMarket, borrower: int, month: int) -> ExplainedMonth:
    """Return a month of a person's life as a market founded again comes to it.

    Raises ValueError naming the first month, table and column in which that market is not the one on record.
    """
    if month not in market.sums:
        raise ValueError(f"explain: month {month} is not on record: {type(market).__name__} did not write it down")
    try:
        again = market.founded_again()
        found = months_run_again(market, again, borrower, month)
    except (AttributeError, KeyError, TypeError) as problem:
        raise ValueError(
            f"explain: {type(market).__name__} cannot be founded and run again ({problem}); a class that is built of "
            "more than a configuration, rng and replicate overrides founded_again"
        ) from problem
    difference = first_difference(market.record, again.record, market.sums, again.sums, min(month, again.month - 1))
    if difference is not None:
        raise ValueError(f"explain: {difference} is not what {its_making(market)} make of it; {WHY}")
    changed = changed_since(
        person_of(market.people.state(), borrower, len(market.config.lender)),
        found[0].closing,
        month == market.month - 1,
    )
    if changed is not None:
        raise ValueError(f"explain: {changed} of borrower {borrower} was changed after month {month} had closed; {WHY}")
    return found[0]


def months_run_again(market: RunMarket, again: RunMarket, borrower: int, month: int) -> list[ExplainedMonth]:
    """Run a market founded again to the end of a month, or until people stand otherwise than they stood then.

    Returns the month in a list, which is empty when it was not reached.
    """
    found: list[ExplainedMonth] = []
    run_month = again.run_month

    def watched_month() -> None:
        """Run a month, and look at the person before and after the one that is asked for."""
        if again.month != month:
            run_month()
            return
        opening = person_of(again.people.state(), borrower, len(again.config.lender))
        points = float(again.neighbourhoods.default_points()[int(opening.borrowers.community[0])])
        run_month()
        closing = person_of(again.people.state(), borrower, len(again.config.lender))
        found.append(ExplainedMonth(context_of(again, borrower, month, points), opening, closing))

    again.run_month = watched_month  # type: ignore[method-assign]  # whether step calls it once or more often
    while not found and is_as_recorded(market, again):
        before = again.month
        again.warm_up() if before < 0 else again.step()
        if again.month == before:  # beyond the horizon, where step does nothing
            again.run_month()
        if again.month == before:
            name = type(again).__name__
            raise ValueError(f"explain: neither step nor run_month of {name} gets beyond month {before}")
    return found


def is_as_recorded(market: RunMarket, again: RunMarket) -> bool:
    """Return whether people stand at the end of the month just run again as they stood then."""
    last = again.month - 1
    return last not in again.sums or again.sums[last] == market.sums.get(last)


def its_making(market: RunMarket) -> str:
    """Return what a market is made of, in words."""
    return f"{type(market).__name__}, its configuration, seed {market.root_seed} and replicate {market.replicate}"


def context_of(market: RunMarket, borrower: int, month: int, community_default_points: float) -> ExplanationContext:
    """Return what must be known of the last month, besides the person, to explain it."""
    config = market.config
    return ExplanationContext(
        borrower=borrower,
        month=month,
        date=market.config.calendar.date_of(month),
        wage_index=market.world.wage_index(month),
        community_default_points=community_default_points,
        lenders=tuple(name for name, _ in config.lender),
        lender_ids=tuple(parameters.id for _, parameters in config.lender),
        offers=tuple(market.offers),
        behaviour=config.behaviour,
        chance=market.draws.of(month + config.calendar.warm_up_months),
    )
