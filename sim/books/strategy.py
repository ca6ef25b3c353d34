"""How a lender feels its way: it moves its markup and its risk appetite in turns, by what its own last move did.

Nobody knows the others' plans or the demand they face. A lender goes on in a direction while its return on capital
rises and turns when it falls, with some inertia, between bounds. A trial of prices on its own applicants replaces the
groping for the markup by what the trial says. Whole numbers throughout; no chance.
Source of the form: win-continue, lose-reverse (Huck, Normann and Oechssler 2004).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.counted import CHEAPER, DEARER, OFFER_COUNTS

MILLION = 1_000_000
YEAR_MONTHS = 12
MARKUP, APPETITE = 0, 1
LEVERS = ("markup", "appetite")

Counts = tuple[tuple[int, ...], ...]  # (OFFER_ARMS, OFFER_COUNTS)


class Lever(NamedTuple):
    """One thing a lender can move: how many steps it stands from where it began, and what moving it has taught."""

    steps: int
    direction: int  # of the next step, +1 or -1
    trend_ppm: int = 0  # what a step up has done to the return on capital lately
    last_step: int = 0


class Strategy(NamedTuple):
    """What a lender remembers of its moves. It begins by undercutting and by reaching out."""

    levers: tuple[Lever, Lever] = (Lever(0, -1), Lever(0, +1))
    turn: int = 0  # whose move it is: the levers alternate
    return_ppm: int | None = None  # on capital, a year, at the last move


class Span(NamedTuple):
    """The steps between which a lever may stand."""

    least: int
    most: int


class Trial(NamedTuple):
    """What a trial of prices has found."""

    best_margin_bp: int | None  # the markup that earns most a year for each offer; None = people did not mind the price
    offers: int  # at the two test prices
    cheaper_taken_share: float
    dearer_taken_share: float


def return_on_capital_ppm(profit_fen: int, equity_month_fen: int) -> int:
    """Return a year's profit over mean equity in parts per million; `equity_month_fen` sums month-end equities."""
    return YEAR_MONTHS * profit_fen * MILLION // equity_month_fen if equity_month_fen > 0 else 0


def moved(
    strategy: Strategy, return_ppm: int, spans: tuple[Span, Span], inertia_percent: int, towards: int | None = None
) -> Strategy:
    """Return the strategy after this quarter's move.

    First the change of return is put down to the lever that moved last; then the next lever moves one step in its
    direction, or stays and turns round where that would leave its span. `towards` is the direction a trial advises for
    the markup, 0 = stay; None leaves the markup to its own experience.
    """
    levers = list(strategy.levers)
    if strategy.return_ppm is not None:
        last = 1 - strategy.turn
        levers[last] = learned(levers[last], return_ppm - strategy.return_ppm, inertia_percent)
    lever = levers[strategy.turn]
    if strategy.turn == MARKUP and towards is not None:
        lever = lever._replace(direction=towards or lever.direction)
    step = 0 if strategy.turn == MARKUP and towards == 0 else lever.direction
    if spans[strategy.turn].least <= lever.steps + step <= spans[strategy.turn].most:
        levers[strategy.turn] = lever._replace(steps=lever.steps + step, last_step=step)
    else:
        levers[strategy.turn] = lever._replace(direction=-lever.direction, last_step=0)
    return Strategy((levers[0], levers[1]), 1 - strategy.turn, return_ppm)


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


def added(months: Sequence[Counts]) -> Counts:
    """Return the sum of monthly counts of a trial."""
    return tuple(tuple(sum(column) for column in zip(*arm, strict=True)) for arm in zip(*months, strict=True))


def trial_of(counts: Counts, least_offers: int) -> Trial | None:
    """Return what the trial says of the markup; None while either test price has had too few offers.

    With take-up t falling by t' for each unit of price, profit on an offer, t times the margin, is largest where the
    margin is t / t': the inverse of the semi-elasticity (Lerner 1934). t is the mean of the two test prices.
    """
    dear, cheap = (dict(zip(OFFER_COUNTS, counts[arm], strict=True)) for arm in (DEARER, CHEAPER))
    if min(dear["offers"], cheap["offers"]) < max(1, least_offers):
        return None
    n_dear, n_cheap = dear["offers"], cheap["offers"]
    lost = cheap["accepted"] * n_dear - dear["accepted"] * n_cheap  # times both numbers of offers
    kept = cheap["accepted"] * n_dear + dear["accepted"] * n_cheap
    spread = dear["offered_bp"] * n_cheap - cheap["offered_bp"] * n_dear
    best = kept * spread // (2 * n_dear * n_cheap * lost) if lost > 0 and spread > 0 else None
    return Trial(best, n_dear + n_cheap, cheap["accepted"] / n_cheap, dear["accepted"] / n_dear)


def advised(trial: Trial, markup_bp: int, step_bp: int) -> int:
    """Return the direction in which a trial says the markup should go, 0 when it is within a step of the best."""
    if trial.best_margin_bp is None:
        return 1
    if abs(trial.best_margin_bp - markup_bp) < step_bp:
        return 0
    return 1 if trial.best_margin_bp > markup_bp else -1
