"""The population: published incomes, stated shares, and traits that depend on the row alone."""

from functools import cache
from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.codes import AGE_BANDS, QUINTILES, REGIONS, SECTORS
from sim.counted import GROUPS
from sim.draws import Draws
from sim.economy.population import (
    communities_of,
    group_of,
    income_table,
    parts_of,
    parts_of_groups,
    populate,
    shares_by_quintile,
)
from sim.economy.population_columns import HIGHEST_INCOME
from sim.params import LenderParameters, MarketConfig, PopulationParameters
from sim.state import Borrowers

# National Bureau of Statistics, per-head disposable income by quintile, 2023, yuan a year.
PUBLISHED_MEANS = (9_215, 20_442, 32_195, 50_220, 95_055)
LENDERS = (
    ("first", LenderParameters(id=3, reach_share=0.7)),
    ("second", LenderParameters(id=7, kind="bank", reach_share=0.2)),
)
SAMPLE = 200_000


def market(size: int, **changes: float) -> MarketConfig:
    return MarketConfig(population=PopulationParameters(size=size)._replace(**changes), lender=LENDERS)


@cache
def sample() -> Borrowers:
    return populate(market(SAMPLE), Draws(1)).borrowers


def part(name: str) -> NDArray[np.int64]:
    table = np.array([getattr(parts_of(group), name) for group in range(GROUPS)])
    return table[sample().group]


def test_quintile_means_are_within_five_percent_of_the_published() -> None:
    quintile = part("quintile")
    for index, published in enumerate(PUBLISHED_MEANS):
        mean_yuan = 12 * sample().permanent_income[quintile == index].mean() / 100
        assert mean_yuan == pytest.approx(published, rel=0.05)


def test_the_fitted_mixture_itself_meets_the_published_means_within_two_percent() -> None:
    scores, logs = income_table(PopulationParameters())
    assert np.all(np.diff(scores) > 0)
    # Means by numerical integration over the uniform behind each score, so that no sampling error hides a misfit.
    grid = (np.arange(100_000) + 0.5) / 100_000
    incomes = np.exp(np.interp([NormalDist().inv_cdf(u) for u in grid], scores, logs))
    assert incomes.reshape(5, -1).mean(axis=1) == pytest.approx(PUBLISHED_MEANS, rel=0.02)


def test_quintiles_are_exact_in_income() -> None:
    income, quintile = sample().permanent_income, part("quintile")
    for lower in range(4):
        assert income[quintile == lower].max() <= income[quintile == lower + 1].min()


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("region", PopulationParameters().region_weights),
        ("sector", PopulationParameters().sector_weights),
        ("age", PopulationParameters().age_weights),
    ],
)
def test_regions_sectors_and_ages_have_their_stated_shares(name: str, weights: tuple[float, ...]) -> None:
    shares = np.bincount(part(name), minlength=len(weights)) / SAMPLE
    expected = np.array(weights) / sum(weights)
    assert shares == pytest.approx(expected, abs=5 * np.sqrt(0.25 / SAMPLE))


def test_sectors_lean_by_income_while_the_whole_keeps_its_shares() -> None:
    population = PopulationParameters()
    table = shares_by_quintile(population.sector_weights, population.sector_income_tilts, "population.sector_weights")
    assert table.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-12)
    assert table.mean(axis=0) == pytest.approx(np.array(population.sector_weights) / 100, abs=1e-12)
    public, construction = SECTORS.index("public"), SECTORS.index("construction")
    assert table[4, public] > 2 * table[0, public]
    assert table[0, construction] > 2 * table[4, construction]


def test_group_numbers_hold_all_parts_and_come_back() -> None:
    numbers = [
        group_of(quintile, region, sector, age)
        for quintile in range(len(QUINTILES))
        for region in range(len(REGIONS))
        for sector in range(len(SECTORS))
        for age in range(len(AGE_BANDS))
    ]
    assert numbers == list(range(GROUPS))
    assert all(group_of(*parts_of(number)) == number for number in numbers)
    assert np.array_equal(part("sector"), sample().sector)


def test_a_row_is_the_same_person_in_a_population_of_any_size() -> None:
    small = populate(market(1_000), Draws(1)).borrowers
    large = populate(market(5_000), Draws(1)).borrowers
    for name in Borrowers._fields:
        if name != "community":  # communities keep their size, so their number follows the population's
            assert np.array_equal(getattr(small, name), getattr(large, name)[:1_000]), name
            assert np.array_equal(getattr(small, name), getattr(sample(), name)[:1_000]), name


def test_the_seed_and_the_replicate_make_other_people() -> None:
    first = populate(market(1_000), Draws(1)).borrowers
    again = populate(market(1_000), Draws(1)).borrowers
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    for draws in (Draws(2), Draws(1, replicate=1)):
        assert not np.array_equal(first.permanent_income, populate(market(1_000), draws).borrowers.permanent_income)


def test_reach_follows_the_lenders_id_not_its_place() -> None:
    reached = populate(market(5_000), Draws(1)).borrowers.reached_by
    shares = [((reached >> bit) & 1).mean() for bit in range(2)]
    assert shares == pytest.approx([0.7, 0.2], abs=0.03)
    between = ("between", LenderParameters(id=5, reach_share=0.0))
    swapped = market(5_000)._replace(lender=(LENDERS[1], between, LENDERS[0]))
    with_one_more = populate(swapped, Draws(1)).borrowers.reached_by
    assert np.array_equal(with_one_more & 1, reached & 1), "id 3 stays first"
    assert not ((with_one_more >> 1) & 1).any(), "nobody reaches id 5"
    assert np.array_equal((with_one_more >> 2) & 1, (reached >> 1) & 1), "id 7 moved one bit up with the same people"


def test_reliability_and_literacy_rise_with_income_as_set() -> None:
    log_income = np.log(sample().permanent_income)
    assert np.corrcoef(sample().reliability, log_income)[0, 1] == pytest.approx(0.25, abs=0.02)
    assert sample().reliability.mean() == pytest.approx(0, abs=15)
    assert sample().reliability.std() == pytest.approx(1000, abs=15)
    assert np.corrcoef(sample().literacy, log_income)[0, 1] > 0.2
    assert sample().literacy.min() >= 0
    assert sample().literacy.max() <= 1000
    # At equal income people differ in literacy by what is set; few are cut off at none or all of it.
    slope = np.polyfit(log_income, sample().literacy, 1)
    rest = sample().literacy - np.polyval(slope, log_income)
    assert rest.std() == pytest.approx(200, abs=12)
    off = populate(market(SAMPLE, reliability_income_correlation=0.0), Draws(1)).borrowers
    assert np.corrcoef(off.reliability, log_income)[0, 1] == pytest.approx(0.0, abs=0.02)


def test_traits_that_share_no_cause_are_uncorrelated() -> None:
    people = sample()
    traits = [people.permanent_income, people.stigma, people.registry_rank, people.adopted]
    correlations = np.corrcoef(np.array([trait.astype(float) for trait in traits]))
    assert np.abs(correlations - np.eye(len(traits))).max() < 5 / np.sqrt(SAMPLE)


def test_work_starts_in_its_steady_state() -> None:
    people = sample()
    assert 1.0 - people.employed.mean() == pytest.approx(0.052, abs=0.002)
    out = people.employed == 0
    assert people.months_unemployed[out].min() == 1
    assert people.months_unemployed[out].mean() == pytest.approx(1 / 0.15, rel=0.05)
    assert not people.months_unemployed[~out].any()


def test_everything_fits_its_type_and_starts_without_debt() -> None:
    people = populate(market(2_000), Draws(1))
    borrowers = people.borrowers
    assert borrowers.permanent_income.min() > 0
    assert sample().permanent_income.max() <= HIGHEST_INCOME
    assert 6 * HIGHEST_INCOME < 2**31
    assert borrowers.savings.min() >= 0
    assert borrowers.registry_rank.min() >= 0
    assert sample().registry_rank.max() <= 9_999
    assert set(np.unique(borrowers.adopted)) == {0, 1}
    assert len(people.loans.principal) == len(people.lines.limit) == 0
    rich = populate(market(1_000, income_high_log_yuan=15.0, income_low_log_yuan=15.0), Draws(1)).borrowers
    assert rich.permanent_income.max() == HIGHEST_INCOME


@pytest.mark.parametrize("size", [1, 100, 700, 2_000, 5_000, 20_000, 100_000])
def test_communities_hold_enough_people_and_one_region_each_where_they_can(size: int) -> None:
    config = market(size)
    communities = communities_of(config)
    population = config.population
    shares = np.array(population.region_weights) / sum(population.region_weights)
    expected = np.zeros(communities.count)
    for region, share in enumerate(shares):
        block = slice(communities.first[region], communities.first[region] + communities.spread[region])
        expected[block] += size * share / communities.spread[region]
    assert expected.sum() == pytest.approx(size)
    assert expected.min() >= min(size, population.people_per_community) - 1e-6
    assert communities.count <= max(1, size // population.people_per_community)
    if size >= 20_000:
        assert set(communities.region) == {0, 1, 2, 3}


def test_people_live_in_communities_of_their_region() -> None:
    region_of_community = communities_of(market(SAMPLE)).region
    assert np.array_equal(region_of_community[sample().community], part("region"))
    assert np.bincount(sample().community).min() >= 300


def test_impossible_markets_are_refused_by_name() -> None:
    crowd = tuple((f"l{number}", LenderParameters(id=number)) for number in range(1, 66))
    with pytest.raises(ValueError, match="at most 64 lenders"):
        populate(market(10)._replace(lender=crowd), Draws(1))
    config = market(10)
    empty = config._replace(population=config.population._replace(age_weights=(0.0,) * 5))
    with pytest.raises(ValueError, match=r"population\.age_weights"):
        populate(empty, Draws(1))


def test_a_lender_at_home_in_a_place_reaches_the_others_less_and_its_own_as_before() -> None:
    plain = market(20_000)
    (name, first), second = plain.lender
    home = first._replace(home_sectors=("construction",), home_regions=("east", "west"), away_reach_factor=0.2)
    before = populate(plain, Draws(3)).borrowers
    after = populate(plain._replace(lender=((name, home), second)), Draws(3)).borrowers
    at_home = np.isin(before.sector, [SECTORS.index("construction")]) & np.isin(
        parts_of_groups()[before.group, 1], [REGIONS.index("east"), REGIONS.index("west")]
    )
    assert np.array_equal(before.reached_by & 2, after.reached_by & 2), "the other lender reaches whom it reached"
    was, now = (before.reached_by & 1) > 0, (after.reached_by & 1) > 0
    assert np.array_equal(was[at_home], now[at_home])
    assert not (now & ~was).any()
    assert now[~at_home].mean() == pytest.approx(0.2 * first.reach_share, abs=0.01)
