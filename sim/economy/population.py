"""The people in the market: a synthetic population whose incomes meet the published quintile means.

A person's traits depend on the seed, the replicate and the person's row alone, never on how many others there are; only
the community also depends on the size of the population, because communities keep their size at any scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.codes import AGE_BANDS, MOST_LENDERS, QUINTILES, REGIONS, SECTORS
from sim.counted import GROUPS
from sim.draws import Draws, MonthDraws, fill_normals
from sim.economy.population_columns import fill_incomes, fill_log_losses, fill_turbulence
from sim.economy.world import calm_unemployment, normalised
from sim.elementary import logarithm, normal_quantile
from sim.params import LenderParameters, MarketConfig, PopulationParameters
from sim.state import Borrowers, People, blank_people

# One draw for each trait: the alternative of the purpose "traits". Append only, or everybody changes.
(
    INCOME,
    REGION,
    SECTOR,
    AGE,
    COMMUNITY,
    RELIABILITY,
    PATIENCE,
    LITERACY,
    STIGMA,
    COVERED,
    ADOPTED,
    REGISTRY,
    EMPLOYED,
    SPELL,
    SAVINGS,
) = range(15)

BLOCK = 65_536  # rows made together: what is in hand stays small beside the population
INCOME_KNOTS = 8_192  # of the tabulated quantile function, even in log income
TAIL = 8.5  # standard deviations tabulated; no uniform of 53 bits lies beyond 8.3
HIGHEST_SAVINGS = 1_000_000_000  # fen
LARGEST_SCORE = 6.0  # standard scores are kept in thousandths
LONGEST_SPELL = 120  # months
RAKING_ROUNDS = 200


# One index, or an array of them.
Index = TypeVar("Index", int, NDArray[np.int64])


@dataclass(frozen=True)
class Communities:
    """How people of each region are spread over communities."""

    region: NDArray[np.int64]  # of each community; where regions share one, that of the largest
    first: tuple[int, ...]  # by region: its first community
    spread: tuple[int, ...]  # by region: how many it spreads over

    @property
    def count(self) -> int:
        """How many communities there are."""
        return len(self.region)


class Parts(NamedTuple):
    """What a group is made of, as indexes of QUINTILES, REGIONS, SECTORS and AGE_BANDS."""

    quintile: int
    region: int
    sector: int
    age: int


def group_of(quintile: Index, region: Index, sector: Index, age: Index) -> Index:
    """Return the number of a group; arrays of indexes give an array."""
    return ((quintile * len(REGIONS) + region) * len(SECTORS) + sector) * len(AGE_BANDS) + age


def parts_of(group: int) -> Parts:
    """Return what a group number is made of."""
    rest, age = divmod(group, len(AGE_BANDS))
    rest, sector = divmod(rest, len(SECTORS))
    quintile, region = divmod(rest, len(REGIONS))
    return Parts(quintile, region, sector, age)


def parts_of_groups() -> NDArray[np.int64]:
    """Return the parts of every group, shape (GROUPS, 4), columns as in `Parts`."""
    return np.array([parts_of(group) for group in range(GROUPS)], dtype=np.int64)


def communities_of(config: MarketConfig) -> Communities:
    """Return the communities: of one region each, and of at least `people_per_community` people on average.

    Regions too small for a community of their own share one; if even together they are too few, they join the largest
    region.
    """
    population = config.population
    people = [population.size * share for share in normalised(population.region_weights, "population.region_weights")]
    spread = [int(number) // population.people_per_community for number in people]
    region_of: list[int] = []
    first = []
    for region, communities in enumerate(spread):
        first.append(len(region_of))
        region_of += [region] * communities
    small = [region for region, communities in enumerate(spread) if communities == 0]
    together = math.fsum(people[region] for region in small)
    largest = max(range(len(people)), key=lambda region: people[region])
    shared = (first[largest], spread[largest])
    if largest in small or together >= population.people_per_community:
        shared = (len(region_of), 1)
        region_of.append(max(small, key=lambda region: people[region]))
    for region in small:
        first[region], spread[region] = shared
    return Communities(np.array(region_of, dtype=np.int64), tuple(first), tuple(spread))


def shares_by_quintile(weights: tuple[float, ...], tilts: tuple[float, ...], key: str) -> NDArray[np.float64]:
    """Return the shares of each quintile, shape (quintiles, categories): tilted by income, exact over all quintiles.

    The tilt adds log odds per quintile; raking then restores both margins.
    """
    overall = np.array(normalised(weights, key))
    steps = np.arange(len(QUINTILES)) - (len(QUINTILES) - 1) / 2
    table = overall * np.exp(np.outer(steps, np.array(tilts)))
    for _ in range(RAKING_ROUNDS):
        table /= table.sum(axis=1, keepdims=True)
        means = table.mean(axis=0)
        table *= np.divide(overall, means, out=np.zeros_like(overall), where=means > 0.0)
    return table


def income_table(population: PopulationParameters) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return knots of the income distribution: rising standard scores, and the log of yearly yuan at each.

    Evenly spaced in log income and exact at every knot, with the upper tail taken from its own end; a straight line
    between knots is off by less than one part in a million.
    """
    parts = (
        (population.income_low_weight, population.income_low_log_yuan, population.income_low_log_sd),
        (1.0 - population.income_low_weight, population.income_high_log_yuan, population.income_high_log_sd),
    )
    return _income_knots(tuple(part for part in parts if part[0] > 0.0))


@lru_cache(maxsize=8)  # it takes as long as populating a small market, and arms and branches share it
def _income_knots(living: tuple[tuple[float, float, float], ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the knots of a mixture of log-normal parts, each a weight, a mean and a standard deviation."""
    lowest = min(mean - TAIL * sd for _, mean, sd in living)
    highest = max(mean + TAIL * sd for _, mean, sd in living)
    logs = [lowest + (highest - lowest) * knot / (INCOME_KNOTS - 1) for knot in range(INCOME_KNOTS)]
    scores = []
    for log_yuan in logs:
        below = math.fsum(
            weight * 0.5 * math.erfc((mean - log_yuan) / sd / math.sqrt(2.0)) for weight, mean, sd in living
        )
        above = math.fsum(
            weight * 0.5 * math.erfc((log_yuan - mean) / sd / math.sqrt(2.0)) for weight, mean, sd in living
        )
        scores.append(normal_quantile(below) if below < above else -normal_quantile(above))
    knots = np.array(scores), np.array(logs)
    for column in knots:
        column.flags.writeable = False
    return knots


class Traits:
    """Draws traits of consecutive rows."""

    def __init__(self, chance: MonthDraws, first_row: int, rows: int) -> None:
        """Remember whose traits are drawn."""
        self.chance = chance
        self.first_row = first_row
        self.rows = rows

    def uniforms(self, trait: int) -> NDArray[np.float64]:
        """Return the uniforms of one trait."""
        return self.chance.uniforms("traits", self.rows, self.first_row, trait)

    def scores(self, trait: int) -> NDArray[np.float64]:
        """Return standard normal scores of one trait."""
        out = np.zeros(self.rows)
        fill_normals(self.uniforms(trait), out, np.zeros(self.rows, dtype=np.int64), np.zeros(self.rows))
        return out

    def waits(self, trait: int) -> NDArray[np.float64]:
        """Return exponential numbers of mean one."""
        out = np.zeros(self.rows)
        fill_log_losses(self.uniforms(trait), out)
        return out

    def below(self, trait: int, share: float) -> NDArray[np.bool_]:
        """Return which rows have a trait that a share of people has."""
        return self.uniforms(trait) < share

    def choices(self, trait: int, shares: NDArray[np.float64], row_kind: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return a category for each row, by the shares of the row's kind, shape (kinds, categories)."""
        bounds = np.cumsum(shares, axis=1)[:, :-1]  # the last category takes what is left
        u = self.uniforms(trait)
        category = np.zeros(self.rows, dtype=np.int64)
        for bound in bounds.T:
            category += u >= bound[row_kind]
        return category


class Blueprint(NamedTuple):
    """What is the same for everybody: tables made once and read for every block of rows."""

    income_scores: NDArray[np.float64]
    income_logs: NDArray[np.float64]
    region_shares: NDArray[np.float64]  # (quintiles, regions)
    sector_shares: NDArray[np.float64]  # (quintiles, sectors)
    age_shares: NDArray[np.float64]  # (1, age bands)
    unemployment: NDArray[np.float64]  # (sectors,)
    community_first: NDArray[np.int64]  # (regions,)
    community_spread: NDArray[np.int64]  # (regions,)


def blueprint_of(config: MarketConfig) -> Blueprint:
    """Return the tables that traits are drawn from."""
    population = config.population
    scores, logs = income_table(population)
    communities = communities_of(config)
    return Blueprint(
        income_scores=scores,
        income_logs=logs,
        region_shares=shares_by_quintile(
            population.region_weights, population.region_income_tilts, "population.region_weights"
        ),
        sector_shares=shares_by_quintile(
            population.sector_weights, population.sector_income_tilts, "population.sector_weights"
        ),
        age_shares=np.array([normalised(population.age_weights, "population.age_weights")]),
        unemployment=np.array(calm_unemployment(config)),
        community_first=np.array(communities.first),
        community_spread=np.array(communities.spread),
    )


def populate(config: MarketConfig, draws: Draws) -> People:
    """Return the whole population at the start of the warm-up, nobody in debt.

    Raises ValueError when there are more lenders than `reached_by` has bits, or weights are all zero.
    """
    if len(config.lender) > MOST_LENDERS:
        raise ValueError(f"lender: at most {MOST_LENDERS} lenders fit a market, was {len(config.lender)}")
    people = blank_people(config.population.size)
    blueprint = blueprint_of(config)
    chance = draws.of(0)
    for first_row in range(0, config.population.size, BLOCK):
        block = slice(first_row, min(first_row + BLOCK, config.population.size))
        borrowers = Borrowers._make(column[block] for column in people.borrowers)
        settle_block(borrowers, Traits(chance, first_row, len(borrowers.group)), config, blueprint)
        reach_block(borrowers, chance, first_row, config)
    return people


def settle_block(borrowers: Borrowers, traits: Traits, config: MarketConfig, blueprint: Blueprint) -> None:
    """Write who the people of a block are; `borrowers` are views of their rows."""
    place_block(borrowers, traits, blueprint)
    income_score = traits.scores(INCOME)
    log_income = np.interp(income_score, blueprint.income_scores, blueprint.income_logs)
    fill_incomes(log_income, borrowers.permanent_income)
    character_block(borrowers, traits, config.population, income_score)

    work, population = config.behaviour.work, config.population
    borrowers.covered[:] = traits.below(COVERED, work.covered_share)
    borrowers.adopted[:] = traits.below(ADOPTED, population.adopted_share)
    borrowers.registry_rank[:] = np.floor(traits.uniforms(REGISTRY) * 10_000)
    employed = traits.uniforms(EMPLOYED) >= blueprint.unemployment[borrowers.sector]
    borrowers.employed[:] = employed
    borrowers.months_unemployed[:] = np.where(employed, 0, spells(traits, work.finding_share))
    savings = borrowers.permanent_income * population.opening_savings_months * traits.waits(SAVINGS)
    borrowers.savings[:] = np.minimum(savings, HIGHEST_SAVINGS)


def place_block(borrowers: Borrowers, traits: Traits, blueprint: Blueprint) -> None:
    """Write quintile, region, sector, age band and community."""
    quintile = (traits.uniforms(INCOME) * len(QUINTILES)).astype(np.int64)
    region = traits.choices(REGION, blueprint.region_shares, quintile)
    sector = traits.choices(SECTOR, blueprint.sector_shares, quintile)
    age = traits.choices(AGE, blueprint.age_shares, np.zeros_like(quintile))
    borrowers.sector[:] = sector
    borrowers.group[:] = group_of(quintile, region, sector, age)
    offset = np.floor(traits.uniforms(COMMUNITY) * blueprint.community_spread[region]).astype(np.int64)
    borrowers.community[:] = blueprint.community_first[region] + offset


def character_block(
    borrowers: Borrowers, traits: Traits, population: PopulationParameters, income_score: NDArray[np.float64]
) -> None:
    """Write reliability, turbulence, patience, stigma and literacy; reliability and literacy rise with income."""
    correlation = population.reliability_income_correlation
    own = math.sqrt(1.0 - correlation * correlation)
    reliability = correlation * income_score + own * traits.scores(RELIABILITY)
    borrowers.reliability[:] = thousandths(reliability)
    fill_turbulence(reliability, population.turbulence_log_sd, borrowers.turbulence)
    shared = population.patience_reliability_correlation
    alone = math.sqrt(1.0 - shared * shared)
    borrowers.patience[:] = thousandths(shared * reliability + alone * traits.scores(PATIENCE))
    borrowers.stigma[:] = thousandths(traits.scores(STIGMA))
    literacy = population.literacy_mean + population.literacy_income_slope * income_score
    literacy += population.literacy_sd * traits.scores(LITERACY)
    borrowers.literacy[:] = np.rint(1000.0 * np.clip(literacy, 0.0, 1.0))


def reach_block(borrowers: Borrowers, chance: MonthDraws, first_row: int, config: MarketConfig) -> None:
    """Write whose channels reach the people of a block: bit j for lender j in order of id, drawn by the lender's id."""
    lenders = sorted((parameters for _, parameters in config.lender), key=lambda parameters: parameters.id)
    rows = len(borrowers.reached_by)
    for bit, lender in enumerate(lenders):
        reached = chance.uniforms("reach", rows, first_row, lender.id) < reach_of(lender, borrowers)
        borrowers.reached_by[reached] |= np.uint64(1) << np.uint64(bit)


def reach_of(lender: LenderParameters, borrowers: Borrowers) -> NDArray[np.float64] | float:
    """Return the chance that a lender's channel reaches each person: less among people away from its home."""
    if lender.away_reach_factor == 1.0 or not (lender.home_regions or lender.home_sectors):
        return lender.reach_share
    region = parts_of_groups()[borrowers.group, 1]
    regions = [REGIONS.index(name) for name in lender.home_regions or REGIONS]
    sectors = [SECTORS.index(name) for name in lender.home_sectors or SECTORS]
    at_home = np.isin(region, regions) & np.isin(borrowers.sector, sectors)
    return np.where(at_home, lender.reach_share, lender.reach_share * lender.away_reach_factor)


def thousandths(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return standard scores in whole thousandths, cut at six standard deviations."""
    cut: NDArray[np.float64] = np.rint(1000.0 * np.clip(scores, -LARGEST_SCORE, LARGEST_SCORE))
    return cut


def spells(traits: Traits, finding_share: float) -> NDArray[np.float64]:
    """Return how long a spell without work has lasted in the steady state: months, geometric in the finding share."""
    if finding_share >= 1.0:
        return np.ones(traits.rows)
    lasted: NDArray[np.float64] = 1.0 + np.floor(traits.waits(SPELL) / -logarithm(1.0 - finding_share))
    return np.minimum(lasted, LONGEST_SPELL)
