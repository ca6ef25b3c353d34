"""A series of one's own: the warm-up stands where it begins, and what it leaves open is said."""

from __future__ import annotations

import pytest

from experiments.compose.study import StudyConfig, compose_study
from experiments.compose.warnings import unusual_settings
from experiments.compose.warnings.series import OUTSIDE_SERIES
from experiments.compose.warnings.warning import CONTRADICTION, Flag
from sim.draws import Draws
from sim.economy.cycles import Levels, warm_up_levels
from sim.economy.world import World, calm_unemployment
from sim.market import CreditMarket
from sim.params import EconomyParameters, MarketConfig
from sim.past import past_of
from sim.values import Economy
from tests.market.small_market import SEED, small

SERIES = {
    "unemployment_path": ("unemployment_share", (0.12, 0.12, 0.10)),
    "policy_rate_path": ("policy_rate_apr", (0.06, 0.06, 0.05)),
    "funding_spread_path": ("funding_spread_apr", (0.02, 0.02, 0.01)),
}


def with_series(**changes: object) -> MarketConfig:
    return small(economy=small().economy._replace(**changes))


def turned(config: MarketConfig, months: range) -> dict[int, Economy]:
    world, draws = World(config), Draws(1)
    return {month: world.turn(month, draws.of(month - months.start), None) for month in months}


@pytest.mark.parametrize("name", SERIES)
def test_the_warm_up_stands_where_the_series_begins(name: str) -> None:
    column, series = SERIES[name]
    path = turned(with_series(**{name: series}), range(-6, 4))
    values = [getattr(path[month], column) for month in range(-6, 4)]
    assert values == pytest.approx([series[0]] * 8 + [series[2]] * 2, abs=1e-12)


@pytest.mark.parametrize("name", SERIES)
def test_told_otherwise_it_stands_at_the_level_that_is_set(name: str) -> None:
    column, series = SERIES[name]
    path = turned(with_series(**{name: series, "warm_up_from_paths": False}), range(-6, 2))
    calm = {"unemployment_share": 0.052, "policy_rate_apr": 0.0385, "funding_spread_apr": 0.0}[column]
    assert getattr(path[-1], column) == pytest.approx(calm, abs=1e-12)
    assert getattr(path[0], column) == pytest.approx(series[0], abs=1e-9)


def test_a_flat_path_throws_nobody_out_of_work_in_month_0() -> None:
    """At 12% for ever, month 0 is a month like those before it; the default warm-up of 5.2% would lose 7% of jobs."""
    config = small(people=4000, warm_up=3, months=2, economy=small().economy._replace(unemployment_path=(0.12,)))
    path = turned(config, range(-3, 2))
    assert {economy.gap for economy in path.values()} == {0.0}
    assert len({economy.separation_shares for economy in path.values()}) == 1
    market, without_work = CreditMarket(config, rng=SEED), {}
    while market.month < 2:
        market.run_month()
        without_work[market.month - 1] = (market.people.state().borrowers.employed == 0).mean()
    assert list(without_work.values()) == pytest.approx([0.12] * 5, abs=0.02)
    assert abs(without_work[0] - without_work[-1]) < 0.01
    told = turned(config._replace(economy=config.economy._replace(warm_up_from_paths=False)), range(-3, 2))
    assert told[0].separation_shares[0] > 0.07 > 3 * path[0].separation_shares[0], "a slump is what it was taken for"


def test_sectors_keep_their_ratios_at_the_level_of_the_series() -> None:
    level, calm = calm_unemployment(with_series(unemployment_path=(0.104,))), calm_unemployment(small())
    assert level == pytest.approx([2 * share for share in calm])


def test_a_dated_series_gives_the_level_of_the_month_in_which_the_run_begins() -> None:
    economy = EconomyParameters(path_start="2020-11", unemployment_path=(0.03, 0.04, 0.05, 0.06), policy_rate_path=())
    calendar = small().calendar
    assert warm_up_levels(calendar, economy) == Levels(0.05, 0.0385, 0.0)
    assert warm_up_levels(calendar._replace(start="2022-01"), economy).unemployment_share == 0.06


def test_a_warm_up_is_shared_only_where_the_series_begin_alike() -> None:
    past = [past_of(with_series(unemployment_path=path), 0) for path in ((), (0.052, 0.2), (0.12,), (0.12, 0.3))]
    assert past[0] == past[1]
    assert past[2] == past[3]
    assert past[0] != past[2]
    apart = with_series(unemployment_path=(0.12,), warm_up_from_paths=False)
    assert past_of(apart, 0) == past[0]
    assert past_of(apart, 1) != past_of(small(), 1)


# --- what is said -----------------------------------------------------------------------------------------------------
def study(*texts: str) -> StudyConfig:
    return compose_study(["study=baseline", "scale=smoke", "months=60", *texts])


def flags(*texts: str, kind: str = OUTSIDE_SERIES) -> list[Flag]:
    return [flag for flag in unusual_settings(study(*texts)) if flag.kind == kind]


DATED = "economy.path_start='2019-01'"
YEAR = f"economy.unemployment_path={[0.05] * 11 + [0.06]}".replace(" ", "")


@pytest.mark.parametrize("name", SERIES)
def test_a_series_that_ends_before_the_run_does_is_flagged(name: str) -> None:
    (flag,) = flags(f"economy.{name}=[0.05,0.04,0.04]")
    assert flag.setting == f"economy.{name}"
    assert flag.sentence == (
        f"economy.{name}: outside the series; a value for each of months 0 to 59: there are 3, from month 0 on, "
        "so that months 3 to 59 of the run have none: the last, 0.04, stays"
    )


def test_a_series_of_2019_in_a_run_of_2021_is_flagged_as_over_before_it_begins() -> None:
    (flag,) = flags(DATED, YEAR)
    assert "there are 12, from 2019-01 on, so that no month of the run has one: the last, 0.06, stays" in flag.why
    (flag,) = flags("economy.path_start='2020-02'", YEAR)
    assert "months 1 to 59 of the run have none" in flag.why
    assert flags("economy.path_start='2021-01'", "economy.unemployment_path=[0.05]"), "a dated month is one month"


def test_arms_with_series_of_their_own_are_named() -> None:
    (flag,) = flags("+study.arms.other=['economy.unemployment_path=[0.05,0.06]']")
    assert flag.where == ("calm / other",)


def test_a_series_that_reaches_over_the_run_or_is_one_number_is_not_flagged() -> None:
    assert flags("economy.unemployment_path=[0.09]") == []
    assert flags(f"economy.unemployment_path={[0.05] * 60}".replace(" ", "")) == []
    assert flags("economy=china_2017_2025") == []
    assert flags("economy=china_2017_2025", "calendar.start='2021-02'"), "it ends with 2025"
    assert flags() == []


def test_a_level_that_the_series_takes_the_place_of_is_flagged() -> None:
    path = "economy.unemployment_path=[0.09]"
    (flag,) = flags(path, "economy.unemployment_share=0.06", kind=CONTRADICTION)
    assert (flag.setting, flag.value) == ("economy.unemployment_share", "0.06")
    assert "the warm-up stands at 0.09" in flag.why
    assert "economy.warm_up_from_paths=false" in flag.why
    assert flags(path, "economy.unemployment_share=0.06", "economy.warm_up_from_paths=false", kind=CONTRADICTION) == []
    assert flags(path, kind=CONTRADICTION) == []


def test_the_studies_that_replay_a_series_begin_as_they_did() -> None:
    """Their first values are the levels that their warm-ups had."""
    for market in compose_study(["study=history"]).markets.values():
        assert warm_up_levels(market.calendar, market.economy) == Levels(0.05, 0.043, 0.0)
    for market in compose_study(["study=macro_loop"]).markets.values():
        assert warm_up_levels(market.calendar, market.economy) == Levels(0.052, 0.0385, 0.0)
