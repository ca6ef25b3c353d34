"""The economy around the market: calendar, regime, unemployment, wages, rates, and what lost spending does to jobs.

Unemployment follows a path by inversion: each month one common gap is found that brings the mean of all sectors to its
target. The recursion is the reference; it never sees what lenders do, so every arm of a study meets the same gaps, and
the feedback of spending is added on top of them. Sectors and regions may have cycles of their own around that gap.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sim.codes import REGIONS, SECTORS
from sim.draws import MonthDraws
from sim.economy.cycles import after_noise, months_into_path, next_cycles, replayed, warm_up_levels
from sim.elementary import exponential
from sim.params import EconomyParameters, MarketConfig
from sim.shocks.base import Shock
from sim.state import Tallies
from sim.values import Economy, no_shock_effects

Shares = tuple[float, ...]

WIDEST_GAP = 12.0  # no gap beyond it is searched for; separations differ by a factor of 160,000 there
BISECTIONS = 60  # narrow the gap to the last bit
CLOSE_ENOUGH = 1e-14  # share of people: rounding in the recursion itself is of this size
HIGHEST_UNEMPLOYMENT = 0.9  # a path plus shocks is cut here, so that a gap always exists
PEAK_MONTHS = (1, 6, 11)  # before New Year, the June and the November sales
BONUS_MONTH = 1  # wages held back over the year are paid before New Year
LARGEST_BOOM = 2.0  # times as many purchases as usual, at most, when spending feeds back
FEEDBACK_REFERENCE_MONTHS = 24  # last months of the warm-up whose spending counts as normal


class WorldState(NamedTuple):
    """All that the economy remembers from month to month: plain numbers, ready to be stored."""

    slowdown: bool
    reference: Shares  # unemployment by cell on the replayed path: by sector, or by region and sector
    expected: Shares  # the same with slowdowns, without feedback
    spending_sums: tuple[int, ...]  # fen of consumption by calendar month, late in the warm-up
    spending_months: tuple[int, ...]  # how many months each sum holds
    sector_cycles: Shares = (0.0,) * len(SECTORS)  # own gaps
    region_cycles: Shares = (0.0,) * len(REGIONS)
    funding_noise_apr: float = 0.0


class Labour(NamedTuple):
    """The laws of motion of work, calibrated so that a gap of zero keeps unemployment where it is in calm.

    A cell is a sector, or a region and sector where regions have cycles of their own.
    """

    weights: Shares  # share of people by cell
    calm_separations: Shares  # share of jobs lost a month, by cell
    calm_finding: float
    separation_slope: float
    finding_slope: float

    def separations(self, gap: float, own_gaps: Shares) -> Shares:
        """Return the share of jobs lost this month by cell."""
        if not any(own_gaps):
            factor = exponential(-self.separation_slope * gap)
            return tuple(min(1.0, share * factor) for share in self.calm_separations)
        shares = zip(self.calm_separations, own_gaps, strict=True)
        return tuple(min(1.0, share * exponential(-self.separation_slope * (gap + own))) for share, own in shares)

    def finding(self, gap: float) -> float:
        """Return the share of the unemployed who find work this month."""
        return min(1.0, self.calm_finding * exponential(self.finding_slope * gap))

    def after(self, unemployment: Shares, gap: float, own_gaps: Shares = ()) -> Shares:
        """Return unemployment by cell a month later."""
        finding = self.finding(gap)
        moves = zip(unemployment, self.separations(gap, own_gaps), strict=True)
        return tuple(share * (1.0 - finding) + (1.0 - share) * lost for share, lost in moves)

    def mean(self, unemployment: Shares) -> float:
        """Return unemployment over all cells."""
        return math.fsum(weight * share for weight, share in zip(self.weights, unemployment, strict=True))

    def gap_reaching(self, unemployment: Shares, target_share: float, own_gaps: Shares = ()) -> float:
        """Return the gap after which mean unemployment is the target, or the nearest gap there is."""
        return root_of_falling(lambda gap: self.mean(self.after(unemployment, gap, own_gaps)) - target_share)


def root_of_falling(function: Callable[[float], float]) -> float:
    """Return where a falling function crosses zero, by bisection from the middle, or the end that comes nearest.

    A calm economy is recognised at once: its gap is the first middle, exactly zero.
    """
    low, high = -WIDEST_GAP, WIDEST_GAP
    middle = 0.5 * (low + high)
    for _ in range(BISECTIONS):
        value = function(middle)
        if abs(value) <= CLOSE_ENOUGH:
            break
        if value > 0.0:
            low = middle
        else:
            high = middle
        middle = 0.5 * (low + high)
    return middle


def normalised(weights: Sequence[float], key: str) -> Shares:
    """Return weights as shares of one; raise ValueError naming the parameter when all are zero."""
    total = math.fsum(weights)
    if total <= 0.0:
        raise ValueError(f"{key}: at least one weight must be above 0, was {tuple(weights)}")
    return tuple(weight / total for weight in weights)


def calm_unemployment(config: MarketConfig) -> Shares:
    """Return unemployment by sector in calm: the assumed ratios, scaled so that the mean is that of the warm-up."""
    weights = normalised(config.population.sector_weights, "population.sector_weights")
    ratios = config.economy.sector_unemployment_ratios
    mean_ratio = math.fsum(weight * ratio for weight, ratio in zip(weights, ratios, strict=True))
    level = warm_up_levels(config.calendar, config.economy).unemployment_share
    shares = tuple(level * ratio / mean_ratio for ratio in ratios)
    for sector, share in zip(SECTORS, shares, strict=True):
        if share > HIGHEST_UNEMPLOYMENT:
            raise ValueError(
                f"economy.sector_unemployment_ratios: unemployment in {sector} must stay at or below "
                f"{HIGHEST_UNEMPLOYMENT}, was {share:.3f}"
            )
    return shares


def labour_of(config: MarketConfig) -> Labour:
    """Return the laws of motion of work; in a steady state separations = finding x u / (1 - u)."""
    work = config.behaviour.work
    sectors = normalised(config.population.sector_weights, "population.sector_weights")
    regions = region_weights(config)
    return Labour(
        weights=tuple(region * sector for region in regions for sector in sectors),
        calm_separations=tuple(work.finding_share * share / (1.0 - share) for share in calm_unemployment(config))
        * len(regions),
        calm_finding=work.finding_share,
        separation_slope=work.unemployment_separation_slope,
        finding_slope=work.unemployment_finding_slope,
    )


def region_weights(config: MarketConfig) -> Shares:
    """Return the share of people by region, or one whole where regions have no cycles of their own."""
    if config.economy.region_cycle_sd_gap == 0.0:
        return (1.0,)
    return normalised(config.population.region_weights, "population.region_weights")


class World:
    """Moves the economy month by month; `state` is all it remembers."""

    def __init__(self, config: MarketConfig) -> None:
        """Put the world in its calm state; raise ValueError when a shock is meant for a lender that is not there."""
        self.season_peak_share = config.behaviour.demand.season_peak_share
        self.lenders = tuple(sorted(config.lender, key=lambda member: member[1].id))
        self.follow(config)
        self.date_of = config.calendar.date_of
        self.start_year, self.start_month = (int(part) for part in config.calendar.start.split("-")[:2])
        self.labour = labour_of(config)
        calm = calm_unemployment(config) * len(region_weights(config))
        self.state = WorldState(False, calm, calm, (0,) * 12, (0,) * 12)

    def follow(self, config: MarketConfig) -> None:
        """Go on under a configuration; raise ValueError when a shock is meant for a lender that is not there."""
        for name, shock in config.shock:
            try:
                shock.check_lenders(self.lenders)
            except ValueError as problem:
                raise ValueError(f"shock.{name}.{problem}") from None
        self.parameters: EconomyParameters = config.economy
        self.months_into_path = months_into_path(config.calendar, config.economy)
        self.levels = warm_up_levels(config.calendar, config.economy)

    @property
    def calm_separation_shares(self) -> Shares:
        """The share of jobs lost a month in calm, by sector."""
        return self.labour.calm_separations[: len(SECTORS)]

    def turn(
        self,
        month: int,
        chance: MonthDraws,
        last_month: Tallies | None,
        shocks: Sequence[tuple[str, Shock]] = (),
    ) -> Economy:
        """Move to `month` (0 is the first reported, warm-up is negative) and return the state of the world in it.

        `last_month` holds the tallies of the month before, None when there was none. Call once a month, in order.
        """
        # By name, so that the order they were given in cannot show, not even in the last bit of a product.
        shocks = sorted(shocks, key=lambda member: member[0])
        shortfall = self._spending_shortfall(month, last_month)
        slowdown = self._next_slowdown(chance.uniform("economy"))
        regime_gap = self.parameters.slowdown_gap if slowdown else self.parameters.expansion_gap
        self._move_by_itself(chance)

        own = self._own_gaps()
        target = self._target(month, [shock for _, shock in shocks])
        reference_gap = self.labour.gap_reaching(self.state.reference, target, own)
        self.state = self.state._replace(
            slowdown=slowdown,
            reference=self.labour.after(self.state.reference, reference_gap, own),
            expected=self.labour.after(self.state.expected, reference_gap + regime_gap, own),
        )

        economy = self._economy(month, reference_gap + regime_gap, shortfall)
        if month >= 0:
            for _, shock in shocks:
                economy = shock.overlay(economy, self.lenders)
        return economy

    def _economy(self, month: int, gap: float, shortfall: float) -> Economy:
        """Return the month's economy before shocks; `shortfall` is the share by which spending fell short of normal."""
        parameters, state, slope = self.parameters, self.state, self.labour.separation_slope
        gap -= parameters.feedback_strength * shortfall
        felt = min(LARGEST_BOOM, max(0.0, 1.0 - parameters.spending_feedback_strength * shortfall))
        in_sectors = self.labour._replace(calm_separations=self.calm_separation_shares)
        rate = replayed(parameters.policy_rate_path, self.months_into_path, month, self.levels.policy_rate_apr)
        spread = replayed(parameters.funding_spread_path, self.months_into_path, month, self.levels.funding_spread_apr)
        return Economy(
            month=month,
            date=self.date_of(month),
            gap=gap,
            unemployment_share=self.labour.mean(state.expected),
            separation_shares=in_sectors.separations(gap, state.sector_cycles),
            finding_share=self.labour.finding(gap),
            wage_index=self.wage_index(month),
            season_factor=self.season_factor(month) * felt,
            policy_rate_apr=rate,
            deposit_apr=max(0.0, rate - parameters.deposit_spread_apr),
            funding_spread_apr=state.funding_noise_apr + spread,
            rollover_factors=(1.0,) * len(self.lenders),
            rumour_seed_shares=(0.0,) * len(self.lenders),
            shock_effects=no_shock_effects(len(self.lenders)),
            region_separation_factors=tuple(
                exponential(-slope * cycle) if cycle else 1.0 for cycle in state.region_cycles
            ),
            bonus_factor=self.bonus_factor(month),
            in_slowdown=int(state.slowdown),
        )

    def _move_by_itself(self, chance: MonthDraws) -> None:
        """Move the own cycles of sectors and regions and the noise of the funding market; by default they stay at 0."""
        parameters, state = self.parameters, self.state
        persistence, noise = parameters.cycle_persistence_share, state.funding_noise_apr
        if parameters.funding_spread_sd_apr > 0.0:
            u = chance.uniform("funding_market")
            kept, spread = parameters.funding_spread_persistence_share, parameters.funding_spread_sd_apr
            noise = after_noise(noise, kept, spread, u)
        self.state = state._replace(
            sector_cycles=next_cycles(state.sector_cycles, persistence, parameters.sector_cycle_sd_gap, chance, 0),
            region_cycles=next_cycles(state.region_cycles, persistence, parameters.region_cycle_sd_gap, chance, 1),
            funding_noise_apr=noise,
        )

    def _own_gaps(self) -> Shares:
        """Return what sectors and regions add to the common gap, by cell."""
        regions = self.state.region_cycles if len(self.labour.weights) > len(SECTORS) else (0.0,)
        return tuple(region + sector for region in regions for sector in self.state.sector_cycles)

    def _target(self, month: int, shocks: Sequence[Shock]) -> float:
        """Return the unemployment the reference path must reach; the warm-up knows no shocks."""
        level = self.levels.unemployment_share
        if month < 0:
            return level
        target = replayed(self.parameters.unemployment_path, self.months_into_path, month, level)
        return min(
            HIGHEST_UNEMPLOYMENT, max(0.0, target + math.fsum(shock.unemployment_add_share(month) for shock in shocks))
        )

    def _next_slowdown(self, u: float) -> bool:
        """Return whether the economy is in a slowdown this month: a two-state chain, one draw a month."""
        if self.state.slowdown:
            return u >= self.parameters.slowdown_exit_share
        return u < self.parameters.slowdown_entry_share

    def _spending_shortfall(self, month: int, last_month: Tallies | None) -> float:
        """Return the share by which last month's spending fell short of normal: 0 in the warm-up, which teaches that.

        All households' consumption is compared with the same calendar month late in the warm-up, because
        seasons are no slump. Consumption is tallied by the sector a person earns in, which says nothing of where it is
        spent; so the total moves all sectors alike.
        """
        parameters = self.parameters
        if max(parameters.feedback_strength, parameters.spending_feedback_strength) == 0.0 or last_month is None:
            return 0.0
        spent = int(last_month.sector_consumption.sum())
        previous = month - 1
        season = self._calendar_month(previous) - 1
        if -FEEDBACK_REFERENCE_MONTHS <= previous < 0:
            self._learn_spending(season, spent)
        normal = self._normal_spending(season) * self.wage_index(previous)
        if month < 0 or normal <= 0.0:
            return 0.0
        return 1.0 - spent / normal

    def _learn_spending(self, season: int, spent: int) -> None:
        sums, months = list(self.state.spending_sums), list(self.state.spending_months)
        sums[season] += spent
        months[season] += 1
        self.state = self.state._replace(spending_sums=tuple(sums), spending_months=tuple(months))

    def _normal_spending(self, season: int) -> float:
        """Return mean consumption in fen of a calendar month, or of all months when the warm-up never saw that one."""
        if self.state.spending_months[season] > 0:
            return self.state.spending_sums[season] / self.state.spending_months[season]
        return sum(self.state.spending_sums) / max(1, sum(self.state.spending_months))

    def _calendar_month(self, month: int) -> int:
        """Return 1 for January to 12 for December."""
        return (self.start_month - 1 + month) % 12 + 1

    def _calendar_year(self, month: int) -> int:
        return self.start_year + (self.start_month - 1 + month) // 12

    def wage_index(self, month: int) -> float:
        """Return wages relative to the start: one step each January, none in the warm-up."""
        index = 1.0
        for _ in range(self.start_year, self._calendar_year(max(0, month))):
            index *= 1.0 + self.parameters.wage_growth_apr
        return index

    def season_factor(self, month: int) -> float:
        """Return how many purchases come to mind relative to the year's mean."""
        if self._calendar_month(month) in PEAK_MONTHS:
            return 1.0 + self.season_peak_share
        others = 12 - len(PEAK_MONTHS)
        return 1.0 - self.season_peak_share * len(PEAK_MONTHS) / others

    def bonus_factor(self, month: int) -> float:
        """Return wages relative to the year's mean: more before New Year where pay is held back for it."""
        held_back = self.parameters.new_year_bonus_months / 12
        return 1.0 - held_back + (12 * held_back if self._calendar_month(month) == BONUS_MONTH else 0.0)
