"""Time series of the economy: replayed paths with a date, and what moves by itself by keyed draws."""

from __future__ import annotations

import re
from math import sqrt
from typing import NamedTuple

from sim.draws import MonthDraws
from sim.elementary import normal_quantile
from sim.parameters.world import CalendarParameters, EconomyParameters

Numbers = tuple[float, ...]

MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])")


def months_since_year_zero(month: str) -> int:
    """Return a calendar month YYYY-MM as a number of months."""
    year, month_of_year = (int(part) for part in month.split("-")[:2])
    return 12 * year + month_of_year - 1


def months_into_path(calendar: CalendarParameters, economy: EconomyParameters) -> int:
    """Return how many values of the paths lie before month 0; raise ValueError when they begin after it."""
    if not economy.path_start:
        return 0
    if not MONTH.fullmatch(economy.path_start):
        raise ValueError(f"economy.path_start: must be a month written YYYY-MM, was {economy.path_start!r}")
    passed = months_since_year_zero(calendar.start) - months_since_year_zero(economy.path_start)
    if passed < 0:
        raise ValueError(
            f"economy.path_start: must not be later than calendar.start {calendar.start}, was {economy.path_start!r}"
        )
    return passed


class Levels(NamedTuple):
    """Where each series stands in the warm-up, and in every month where there is no path."""

    unemployment_share: float
    policy_rate_apr: float
    funding_spread_apr: float


def warm_up_levels(calendar: CalendarParameters, economy: EconomyParameters) -> Levels:
    """Return the levels of the warm-up: each path's value of month 0, so that a run does not begin with a jump.

    Without a path, or with `warm_up_from_paths` off, they are `unemployment_share`, `policy_rate_apr` and no spread.
    """
    passed = months_into_path(calendar, economy)

    def level(path: Numbers, calm: float) -> float:
        return replayed(path, passed, 0, calm) if economy.warm_up_from_paths else calm

    return Levels(
        level(economy.unemployment_path, economy.unemployment_share),
        level(economy.policy_rate_path, economy.policy_rate_apr),
        level(economy.funding_spread_path, 0.0),
    )


def replayed(path: Numbers, passed: int, month: int, level: float) -> float:
    """Return a path's value in a month: `level` in the warm-up and without a path; the last value stays."""
    if month < 0 or not path:
        return level
    return path[min(month + passed, len(path) - 1)]


def resolved(calendar: CalendarParameters, economy: EconomyParameters, months: int) -> EconomyParameters:
    """Return the economy with its paths written out, the warm-up's level first, then the first `months` months.

    How they are dated, and where their level comes from, is left out: it is for comparing, not for living.
    """
    passed, levels = months_into_path(calendar, economy), warm_up_levels(calendar, economy)

    def written(path: Numbers, level: float, calm: float) -> Numbers:
        return (level, *(replayed(path, passed, month, calm) for month in range(months)))

    return economy._replace(
        path_start="",
        warm_up_from_paths=False,
        unemployment_path=written(economy.unemployment_path, levels.unemployment_share, economy.unemployment_share),
        policy_rate_path=written(economy.policy_rate_path, levels.policy_rate_apr, economy.policy_rate_apr),
        funding_spread_path=written(economy.funding_spread_path, levels.funding_spread_apr, 0.0),
    )


def after_noise(value: float, persistence: float, sd: float, u: float) -> float:
    """Return a month's value of a series that forgets and is pushed: its spread in the long run is `sd`."""
    return persistence * value + sd * sqrt(1.0 - persistence * persistence) * normal_quantile(u)


def next_cycles(cycles: Numbers, persistence: float, sd: float, chance: MonthDraws, alternative: int) -> Numbers:
    """Return every own cycle a month later; each has its own draw."""
    if sd == 0.0:
        return cycles
    return tuple(
        after_noise(cycle, persistence, sd, chance.uniform("cycle", row, alternative))
        for row, cycle in enumerate(cycles)
    )
