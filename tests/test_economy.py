"""The economy: the path is hit, the calendar counts, slowdowns and lost spending move jobs only when they are on."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.codes import SECTORS
from sim.draws import Draws
from sim.economy.world import World, WorldState, calm_unemployment, labour_of
from sim.params import BehaviourParameters, CalendarParameters, EconomyParameters, MarketConfig
from sim.state import Tallies, blank_tallies
from sim.values import Economy

WARM_UP = 24
MONTHS = 24


def market(**economy: Any) -> MarketConfig:
    return MarketConfig(
        calendar=CalendarParameters(start="2021-01", months=MONTHS, warm_up_months=WARM_UP),
        economy=EconomyParameters(**economy),
    )


def spending(total_fen: int) -> Tallies:
    tallies = blank_tallies(0, 1)
    tallies.sector_consumption[:] = total_fen // len(SECTORS)
    return tallies


def completed(config: MarketConfig, spent: dict[int, int] | None = None, seed: int = 5) -> dict[int, Economy]:
    world, draws = World(config), Draws(seed)
    path = {}
    for month in range(-config.calendar.warm_up_months, config.calendar.months):
        tallies = None if spent is None else spending(spent.get(month - 1, 6_000_000))
        path[month] = world.turn(month, draws.of(month + config.calendar.warm_up_months), tallies)
    return path


def expected_unemployment(config: MarketConfig, path: dict[int, Economy]) -> dict[int, float]:
    """Live the published separations and findings sector by sector, independently of the world's own bookkeeping."""
    weights = [weight / sum(config.population.sector_weights) for weight in config.population.sector_weights]
    shares = list(calm_unemployment(config))
    means = {}
    for month, economy in path.items():
        shares = [
            share - share * economy.finding_share + (1.0 - share) * lost
            for share, lost in zip(shares, economy.separation_shares, strict=True)
        ]
        means[month] = sum(weight * share for weight, share in zip(weights, shares, strict=True))
    return means


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.03, 0.12), min_size=1, max_size=12))
def test_any_plausible_path_is_hit_to_a_billionth_and_its_last_value_stays(target: list[float]) -> None:
    config = market(unemployment_path=tuple(target))
    path = completed(config)
    means = expected_unemployment(config, path)
    for month in range(MONTHS):
        wanted = target[min(month, len(target) - 1)]
        assert means[month] == pytest.approx(wanted, abs=1e-9)
        assert path[month].unemployment_share == pytest.approx(wanted, abs=1e-9)


def test_the_warm_up_is_calm_whatever_the_path() -> None:
    path = completed(market(unemployment_path=(0.09, 0.1)))
    assert {path[month].gap for month in range(-WARM_UP, 1)} == {0.0}, "it stands where the path begins"
    assert path[1].gap < 0.0


def test_calm_keeps_every_sector_where_it_is() -> None:
    config = market()
    labour, shares = labour_of(config), calm_unemployment(config)
    assert labour.after(shares, 0.0) == pytest.approx(shares, abs=1e-15)
    assert labour.mean(shares) == pytest.approx(0.052, abs=1e-15)
    by_sector = dict(zip(SECTORS, shares, strict=True))
    assert by_sector["construction"] == max(shares)
    assert by_sector["public"] == min(shares)


def test_a_lower_gap_costs_jobs_and_makes_them_harder_to_find() -> None:
    labour = labour_of(market())
    shares = calm_unemployment(market())
    means = [labour.mean(labour.after(shares, gap)) for gap in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    assert all(lower > higher for lower, higher in pairwise(means))


def test_the_calendar_counts_back_through_the_warm_up() -> None:
    path = completed(market())
    assert path[0].date == "2021-01-01"
    assert path[-1].date == "2020-12-01"
    assert path[-WARM_UP].date == "2019-01-01"
    assert path[23].date == "2022-12-01"


def test_purchases_peak_three_times_a_year_and_average_one() -> None:
    path = completed(market())
    year = [path[month].season_factor for month in range(12)]
    assert sum(year) / 12 == pytest.approx(1.0, abs=1e-12)
    assert [month + 1 for month, factor in enumerate(year) if factor > 1.0] == [1, 6, 11]


def test_wages_step_each_january_after_the_start() -> None:
    path = completed(market(wage_growth_apr=0.05))
    assert {path[month].wage_index for month in range(-WARM_UP, 12)} == {1.0}
    assert path[12].wage_index == pytest.approx(1.05)


def test_rates_follow_the_parameters() -> None:
    economy = completed(market(policy_rate_apr=0.03, deposit_spread_apr=0.018))[0]
    assert economy.policy_rate_apr == 0.03
    assert economy.deposit_apr == pytest.approx(0.012)
    assert economy.funding_spread_apr == 0.0


def test_slowdowns_come_and_go_by_the_draws_of_the_economy() -> None:
    path = completed(market(slowdown_entry_share=0.2, slowdown_exit_share=0.2, slowdown_gap=-0.4))
    gaps = [round(path[month].gap, 9) for month in path]
    assert {-0.4, 0.0} <= set(gaps)
    assert completed(market(slowdown_entry_share=0.2, slowdown_exit_share=0.2, slowdown_gap=-0.4)) == path
    assert completed(market(slowdown_entry_share=0.2, slowdown_exit_share=0.2, slowdown_gap=-0.4), seed=6) != path
    slow = [path[month].unemployment_share for month in path]
    assert max(slow) > 0.055


@pytest.mark.parametrize(
    ("entry", "leaving", "slow"),
    [
        (1.0, 1.0, [1, 0, 1, 0, 1, 0]),  # every month of calm begins a slowdown, every month of slowdown ends it
        (1.0, 0.0, [1, 1, 1, 1, 1, 1]),  # it is never left
        (0.0, 1.0, [0, 0, 0, 0, 0, 0]),
    ],
)
def test_a_slowdown_is_entered_and_left_with_the_shares_of_its_name(
    entry: float, leaving: float, slow: list[int]
) -> None:
    path = completed(market(slowdown_entry_share=entry, slowdown_exit_share=leaving, slowdown_gap=-0.1))
    first = min(path)
    assert [path[month].in_slowdown for month in range(first, first + 6)] == slow


def test_feedback_of_strength_zero_is_exactly_off() -> None:
    slump = dict.fromkeys(range(MONTHS), 3_000_000)
    assert completed(market(feedback_strength=0.0), slump) == completed(market(feedback_strength=0.0))


def test_lost_spending_costs_jobs_a_month_later_by_its_strength() -> None:
    path = completed(market(feedback_strength=2.0), {3: 5_400_000})
    calm = completed(market(feedback_strength=0.0))
    for month, economy in path.items():
        if month == 4:
            assert economy.gap == pytest.approx(-2.0 * 0.1)
            assert all(
                now > then for now, then in zip(economy.separation_shares, calm[4].separation_shares, strict=True)
            )
            assert economy.finding_share < calm[4].finding_share
            assert economy.unemployment_share == calm[4].unemployment_share, "the reference leaves feedback out"
        else:
            assert economy == calm[month]


def test_a_season_is_no_slump() -> None:
    def seasonal(month: int) -> int:
        return 9_000_000 if month % 12 == 10 else 6_000_000

    spent = {month: seasonal(month) for month in range(-WARM_UP - 1, MONTHS)}
    path = completed(market(feedback_strength=2.0), spent)
    assert all(economy.gap == pytest.approx(0.0, abs=1e-12) for economy in path.values())


def test_the_world_continues_from_its_stored_state() -> None:
    config = market(feedback_strength=1.0, slowdown_entry_share=0.1, unemployment_path=(0.06, 0.05))
    draws = Draws(5)
    whole, first, second = World(config), World(config), World(config)
    months = range(-WARM_UP, MONTHS)
    expected = [whole.turn(month, draws.of(month + WARM_UP), spending(5_000_000 + month)) for month in months]
    for month in range(-WARM_UP, 3):
        first.turn(month, draws.of(month + WARM_UP), spending(5_000_000 + month))
    second.state = WorldState(**first.state._asdict())
    resumed = [second.turn(month, draws.of(month + WARM_UP), spending(5_000_000 + month)) for month in range(3, MONTHS)]
    assert resumed == expected[3 + WARM_UP :]


def test_contradictory_labour_numbers_are_refused() -> None:
    config = market(unemployment_share=0.5, sector_unemployment_ratios=(1.0, 20.0, 1.0, 1.0, 0.3, 1.0))
    with pytest.raises(ValueError, match=r"sector_unemployment_ratios.*construction"):
        World(config)
    no_work = market()._replace(population=market().population._replace(sector_weights=(0.0,) * 6))
    with pytest.raises(ValueError, match=r"population\.sector_weights: at least one weight must be above 0"):
        World(no_work)


def test_the_slopes_are_felt() -> None:
    work = BehaviourParameters().work._replace(unemployment_separation_slope=0.0)
    config = market(unemployment_path=(0.052, 0.07))._replace(behaviour=BehaviourParameters(work=work))
    path = completed(config)
    assert path[1].separation_shares == path[-1].separation_shares
    assert path[1].finding_share < path[-1].finding_share


# --- cycles of their own, expansions, seasons of pay, the funding market --------------------------------------------
def test_sectors_with_cycles_of_their_own_still_hit_the_path() -> None:
    config = market(unemployment_path=(0.06, 0.055, 0.05), sector_cycle_sd_gap=0.5)
    path = completed(config)
    means = expected_unemployment(config, path)
    for month in range(MONTHS):
        assert means[month] == pytest.approx((0.06, 0.055, 0.05)[min(month, 2)], abs=1e-9)
    calm = completed(market(unemployment_path=(0.06, 0.055, 0.05)))
    ratios = [now / then for now, then in zip(path[5].separation_shares, calm[5].separation_shares, strict=True)]
    assert max(ratios) > min(ratios)
    assert {economy.region_separation_factors for economy in path.values()} == {(1.0,) * 4}


def test_regions_with_cycles_of_their_own_still_hit_the_path_over_all_places() -> None:
    config = market(unemployment_path=(0.06,), region_cycle_sd_gap=0.5, sector_cycle_sd_gap=0.3)
    path, people = completed(config), config.population
    sectors = [weight / sum(people.sector_weights) for weight in people.sector_weights]
    regions = [weight / sum(people.region_weights) for weight in people.region_weights]
    shares = {(region, sector): calm_unemployment(config)[sector] for region in range(4) for sector in range(6)}
    for economy in path.values():
        for (region, sector), share in shares.items():
            lost = economy.separation_shares[sector] * economy.region_separation_factors[region]
            shares[region, sector] = share * (1.0 - economy.finding_share) + (1.0 - share) * min(1.0, lost)
        mean = sum(regions[region] * sectors[sector] * share for (region, sector), share in shares.items())
        assert mean == pytest.approx(0.06, abs=1e-9)
    assert len(set(path[5].region_separation_factors)) == 4


@pytest.mark.slow
def test_own_cycles_have_the_spread_that_was_asked_for() -> None:
    world, draws = World(market(sector_cycle_sd_gap=0.2, cycle_persistence_share=0.5)), Draws(5)
    seen = []
    for month in range(4_000):
        world.turn(month, draws.of(month), None)
        seen.append(world.state.sector_cycles[0])
    mean = sum(seen) / len(seen)
    assert abs(mean) < 0.03
    assert (sum((each - mean) ** 2 for each in seen) / len(seen)) ** 0.5 == pytest.approx(0.2, rel=0.1)


def test_an_expansion_is_the_other_regime() -> None:
    path = completed(market(slowdown_entry_share=0.2, slowdown_exit_share=0.2, slowdown_gap=-0.4, expansion_gap=0.2))
    assert {(economy.in_slowdown, round(economy.gap, 9)) for economy in path.values()} == {(1, -0.4), (0, 0.2)}


def test_the_bonus_moves_pay_within_the_year_and_adds_none() -> None:
    path = completed(market(new_year_bonus_months=1.0))
    year = [path[month].bonus_factor for month in range(12)]
    assert sum(year) == pytest.approx(12.0, abs=1e-12)
    assert year[0] == pytest.approx(1.0 + 11 / 12)
    assert set(year[1:]) == {1.0 - 1.0 / 12}
    assert {economy.bonus_factor for economy in completed(market()).values()} == {1.0}


def test_the_funding_market_follows_its_path_and_forgets_its_noise() -> None:
    calm = completed(market(funding_spread_path=(0.0, 0.01, 0.02)))
    assert [calm[month].funding_spread_apr for month in (-1, 0, 1, 2, 3)] == [0.0, 0.0, 0.01, 0.02, 0.02]
    noisy = completed(market(funding_spread_sd_apr=0.002, funding_spread_persistence_share=0.0))
    spreads = [noisy[month].funding_spread_apr for month in noisy]
    assert 0.001 < (sum(spread**2 for spread in spreads) / len(spreads)) ** 0.5 < 0.003
    assert completed(market(funding_spread_sd_apr=0.002)) == completed(market(funding_spread_sd_apr=0.002))


def test_rates_follow_their_path_and_deposits_follow_rates() -> None:
    path = completed(market(policy_rate_apr=0.04, policy_rate_path=(0.03, 0.01), deposit_spread_apr=0.018))
    assert [path[month].policy_rate_apr for month in (-1, 0, 1, 5)] == [0.03, 0.03, 0.01, 0.01]
    assert [path[month].deposit_apr for month in (0, 1)] == [pytest.approx(0.012), 0.0]


def test_lost_spending_lowers_purchases_by_its_strength_and_zero_is_exactly_off() -> None:
    slump = {3: 5_400_000}
    path, calm = completed(market(spending_feedback_strength=0.5), slump), completed(market())
    for month, economy in path.items():
        if month == 4:
            assert economy.season_factor == pytest.approx(calm[4].season_factor * (1.0 - 0.5 * 0.1))
            assert economy.separation_shares == calm[4].separation_shares, "jobs have a strength of their own"
        else:
            assert economy == calm[month]
    assert completed(market(), slump) == calm


def test_lost_spending_never_makes_purchases_negative_or_more_than_twice_as_many() -> None:
    path = completed(market(spending_feedback_strength=2.0), {3: 0, 6: 30_000_000})
    calm = completed(market())
    assert path[4].season_factor == 0.0
    assert path[7].season_factor == pytest.approx(2.0 * calm[7].season_factor)


def test_the_world_with_cycles_continues_from_its_stored_state() -> None:
    config = market(sector_cycle_sd_gap=0.3, region_cycle_sd_gap=0.3, funding_spread_sd_apr=0.01)
    draws, whole, second = Draws(5), World(config), World(config)
    expected = [whole.turn(month, draws.of(month + WARM_UP), None) for month in range(-WARM_UP, 3)]
    second.state = WorldState(**whole.state._asdict())
    assert len(expected) == WARM_UP + 3
    assert [whole.turn(month, draws.of(month + WARM_UP), None) for month in range(3, 9)] == [
        second.turn(month, draws.of(month + WARM_UP), None) for month in range(3, 9)
    ]
