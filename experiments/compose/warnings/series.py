"""Series of one's own that do not reach over the run, and levels that they make useless."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.compose.warnings.warning import CONTRADICTION, Flag
from sim.economy.cycles import Numbers, months_into_path, warm_up_levels
from sim.params import EconomyParameters, MarketConfig

OUTSIDE_SERIES = "outside the series"
# Each series, and the setting that gives its level where there is no series; the funding market has none.
SERIES = {
    "unemployment_path": "unemployment_share",
    "policy_rate_path": "policy_rate_apr",
    "funding_spread_path": "",
}


def series_flags(market: MarketConfig, where: str) -> Iterator[Flag]:
    """Yield what a market's series leave open: months of the run after their end, and levels without effect."""
    passed = months_into_path(market.calendar, market.economy)
    levels = warm_up_levels(market.calendar, market.economy)
    for (name, setting), level in zip(SERIES.items(), levels, strict=True):
        series: Numbers = getattr(market.economy, name)
        if series:
            yield from _months_outside(name, series, passed, market, where)
            yield from _level_unused(name, setting, level, market.economy, where)


def _months_outside(name: str, series: Numbers, passed: int, market: MarketConfig, where: str) -> Iterator[Flag]:
    """Yield the months in which a series has no value; one undated number is meant for every month."""
    months, dated = market.calendar.months, market.economy.path_start
    ends = len(series) - passed  # the first month of the run without a value
    if ends >= months or (len(series) == 1 and not dated):
        return
    from_when = f"from {dated} on" if dated else "from month 0 on"
    has_value = f"months {ends} to {months - 1} of the run have none" if ends > 0 else "no month of the run has one"
    yield Flag(
        OUTSIDE_SERIES,
        f"economy.{name}",
        "",
        f"a value for each of months 0 to {months - 1}",
        f"there are {len(series)}, {from_when}, so that {has_value}: the last, {series[-1]:.12g}, stays",
        (where,),
    )


def _level_unused(name: str, setting: str, level: float, economy: EconomyParameters, where: str) -> Iterator[Flag]:
    """Yield a level that was set although the series takes its place in the warm-up and in the run."""
    if not setting or not economy.warm_up_from_paths:
        return
    given = getattr(economy, setting)
    if given in (level, getattr(EconomyParameters(), setting)):
        return
    yield Flag(
        CONTRADICTION,
        f"economy.{setting}",
        f"{given:.12g}",
        f"no level beside economy.{name}",
        f"the warm-up stands at {level:.12g}, where the series begins; "
        f"economy.warm_up_from_paths=false lets it stand at economy.{setting}",
        (where,),
    )
