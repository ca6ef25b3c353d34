"""How a lender feels its way: it moves markup, risk appetite and limits in turns, by what its own last move did.

Nobody knows the others' plans or the demand they face. A lender goes on in a direction while its return on capital
rises and turns when it falls, with some inertia, between bounds. A test on its own applicants (`sim.books.offer_tests`)
replaces the groping for the markup, and for limits, by what the offer test says. Whole numbers throughout; no chance.
Source of the form: win-continue, lose-reverse (Huck, Normann and Oechssler 2004).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MILLION = 1_000_000
YEAR_MONTHS = 12
MARKUP, APPETITE, LIMITS = range(3)


class Lever(NamedTuple):
    """One thing a lender can move: how many steps it stands from where it began, and what moving it has taught."""

    steps: int
    direction: int  # of the next step, +1 or -1
    trend_ppm: int = 0  # what a step up has done to the return on capital lately
    last_step: int = 0


class Strategy(NamedTuple):
    """What a lender remembers of its moves. It begins by undercutting and by reaching out."""

    levers: tuple[Lever, ...] = (Lever(0, -1), Lever(0, +1), Lever(0, +1))
    turn: int = MARKUP  # whose move is next: the levers alternate, past those that cannot move
    last: int = MARKUP  # whose turn it was; the first move learns nothing
    return_ppm: int | None = None  # on capital, a year, at the last move


class Span(NamedTuple):
    """The steps between which a lever may stand."""

    least: int
    most: int


def return_on_capital_ppm(profit_fen: int, equity_month_fen: int) -> int:
    """Return a year's profit over mean equity in parts per million; `equity_month_fen` sums month-end equities."""
    return YEAR_MONTHS * profit_fen * MILLION // equity_month_fen if equity_month_fen > 0 else 0


def moved(
    strategy: Strategy,
    return_ppm: int,
    spans: Sequence[Span],
    inertia_percent: int,
    advice: Mapping[int, int] | None = None,
) -> Strategy:
    """Return the strategy after this quarter's move.

    First the change of return is put down to the lever that moved last; then the next lever that can move at all goes
    one step in its direction, or stays and turns round where that would leave its span. `advice` has, for levers that a
    offer test speaks of, the direction it advises, 0 = stay; others follow their own experience.
    """
    levers = list(strategy.levers)
    if strategy.return_ppm is not None:
        last = strategy.last
        levers[last] = learned(levers[last], return_ppm - strategy.return_ppm, inertia_percent)
    turn = next_to_move(strategy.turn, spans)
    lever = levers[turn]
    towards = (advice or {}).get(turn)
    if towards is not None:
        lever = lever._replace(direction=towards or lever.direction)
    step = lever.direction if towards is None else towards
    if spans[turn].least <= lever.steps + step <= spans[turn].most:
        levers[turn] = lever._replace(steps=lever.steps + step, last_step=step)
    else:  # a bound turns experience round, but not what an offer test has said
        levers[turn] = lever._replace(direction=-lever.direction if towards is None else lever.direction, last_step=0)
    return Strategy(tuple(levers), (turn + 1) % len(levers), turn, return_ppm)


def next_to_move(turn: int, spans: Sequence[Span]) -> int:
    """Return the first lever from `turn` on that has anywhere to go; `turn` itself where none has."""
    order = [(turn + later) % len(spans) for later in range(len(spans))]
    return next((lever for lever in order if spans[lever].least < spans[lever].most), turn)


def learned(lever: Lever, change_ppm: int, inertia_percent: int) -> Lever:
    """Return a lever that has seen what followed its last step; one that did not move learns nothing."""
    if lever.last_step == 0:
        return lever
    trend = part_of(inertia_percent, lever.trend_ppm) + part_of(100 - inertia_percent, change_ppm * lever.last_step)
    direction = lever.direction if trend == 0 else (1 if trend > 0 else -1)
    return lever._replace(trend_ppm=trend, direction=direction)


def part_of(percent: int, amount: int) -> int:
    """Return a percentage of a whole number, rounded towards zero."""
    return percent * amount // 100 if amount >= 0 else -(percent * -amount // 100)


def steps_between(low_bp: int, high_bp: int, step_bp: int) -> int:
    """Return how many whole steps fit between two rates, none when they are the wrong way round."""
    return max(0, high_bp - low_bp) // max(1, step_bp)
