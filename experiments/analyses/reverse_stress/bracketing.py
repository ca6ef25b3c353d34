"""The smallest value that breaks a limit: a grid, then repeated division of the bracket around the first crossing.

Nothing is assumed to be monotone: a bracket always encloses the first crossing among the values that were tried, and
values beyond it that hold again are counted and reported. So are values at which it is not known, since the measure
has no value there; they are no values that hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

FOUND, NEVER_BROKEN, BROKEN_AT_LOW, UNKNOWN = "found", "never_broken", "broken_at_low", "unknown"

Broken = Mapping[float, bool | None]  # by value tried, whether the limit was broken; None = it is not known


class Bracket(NamedTuple):
    """Where a limit is first broken: at `high` it is, at `low` it is not; both are values that were tried."""

    status: str
    low: float
    high: float
    tried: int
    held_beyond: int  # values above the first broken one at which the limit held again
    without_value: int = 0  # values tried at which it is not known

    @property
    def width(self) -> float:
        """How wide the bracket is; 0 when there is none to narrow."""
        return self.high - self.low if self.status == FOUND else 0.0

    @property
    def middle(self) -> float:
        """The breaking value, as well as it is known; NaN when none was found."""
        return (self.low + self.high) / 2.0 if self.status == FOUND else math.nan


def bracket_of(broken: Broken) -> Bracket:
    """Return the bracket around the first crossing among the values tried."""
    values = sorted(value for value, is_broken in broken.items() if is_broken is not None)
    tried, without_value = len(broken), len(broken) - len(values)
    if not values:
        return Bracket(UNKNOWN, math.nan, math.nan, tried, 0, without_value)
    first = next((index for index, value in enumerate(values) if broken[value]), None)
    if first is None:
        return Bracket(NEVER_BROKEN, values[-1], math.nan, tried, 0, without_value)
    beyond = sum(not broken[value] for value in values[first:])
    if first == 0:
        status = BROKEN_AT_LOW if values[0] == min(broken) else UNKNOWN
        return Bracket(status, math.nan, values[0], tried, beyond, without_value)
    return Bracket(FOUND, values[first - 1], values[first], tried, beyond, without_value)


def grid(low: float, high: float, points: int) -> tuple[float, ...]:
    """Return evenly spaced values from low to high, both included."""
    return tuple(low + (high - low) * index / (points - 1) for index in range(points))


def divided(bracket: Bracket, most: int, tolerance: float) -> tuple[float, ...]:
    """Return the values that cut a bracket into equal parts, its ends left out; no more of them than are needed."""
    points = min(most, math.ceil(bracket.width / tolerance) - 1)
    return tuple(bracket.low + bracket.width * (index + 1) / (points + 1) for index in range(points))


class Target(NamedTuple):
    """One question asked of the values tried: a name, what it needs to know, and how it reads the answer."""

    name: str
    replicates: tuple[int, ...]  # in which a value must be tried to answer it
    is_broken: Callable[[Mapping[int, float]], bool | None]  # of the statistic at one value, by replicate


Tried = dict[float, dict[int, float]]  # by value and replicate, the statistic


def answers(target: Target, tried: Tried) -> Broken:
    """Return for every value that was tried far enough whether it breaks the target's limit."""
    return {
        value: target.is_broken(found)
        for value, found in tried.items()
        if all(replicate in found for replicate in target.replicates)
    }


def search(
    targets: Sequence[Target],
    ends: tuple[float, float],
    grid_points: int,
    points_a_round: int,
    tolerance: float,
    tried: Callable[[int, Mapping[float, Collection[int]]], Mapping[float, Mapping[int, float]]],
) -> tuple[dict[str, Bracket], Tried]:
    """Narrow every target's bracket to the tolerance; return the brackets by name, and all that was tried.

    `tried(round, wanted)` returns the statistic of every value wanted, in the replicates wanted. One round asks for the
    values that divide all open brackets, so that targets share what is tried. A bracket that nothing new divides, since
    the values within have no statistic, stays as wide as it is.
    """
    everybody = {replicate for target in targets for replicate in target.replicates}
    known: Tried = {}
    wanted: dict[float, set[int]] = {value: set(everybody) for value in grid(*ends, grid_points)}
    round_number = 0
    while wanted:
        for value, found in tried(round_number, wanted).items():
            known.setdefault(value, {}).update(found)
        brackets = {target.name: bracket_of(answers(target, known)) for target in targets}
        wanted = {}
        for target in targets:
            bracket = brackets[target.name]
            if bracket.status == FOUND and bracket.width > tolerance:
                for value in divided(bracket, points_a_round, tolerance):
                    if not set(target.replicates) <= set(known.get(value, ())):
                        wanted.setdefault(value, set()).update(target.replicates)
        round_number += 1
    return brackets, known
