"""Jobs and income."""

from __future__ import annotations

from sim.compiling import inlined_rule, rule
from sim.elementary import exponential
from sim.params import WorkParameters

SEPARATION_FLOOR = 0.2  # keeps the turbulence multiplier positive for the most reliable


@rule
def turbulence(reliability: int, slope: float) -> float:
    """Return how often trouble comes to a person, relative to the average; 1 at a reliability of zero."""
    return max(SEPARATION_FLOOR, 1.0 - slope * reliability / 1000.0)


@rule
def next_employment(employed: int, separation_share: float, finding_share: float, u: float) -> int:
    """Return 1 when the person has a job this month: kept when the draw clears the separation share, or found."""
    if employed == 1:
        return 1 if u >= separation_share else 0
    return 1 if u < finding_share else 0


@rule
def next_months_unemployed(employed: int, months_unemployed: int) -> int:
    """Return how long the person has been without a job, up to ten years."""
    if employed == 1:
        return 0
    return min(months_unemployed + 1, 120)


@inlined_rule
def transitory_factor(noise_sd: float, noise: float) -> float:
    """Return what this month's draw makes of a wage: a mean-one lognormal factor out of a standard normal `noise`."""
    return exponential(noise_sd * noise - 0.5 * noise_sd * noise_sd)


@rule
def wage(permanent_income: int, wage_index: float, transitory: float) -> int:
    """Return this month's wage in fen: permanent income times the transitory factor."""
    return int(permanent_income * wage_index * transitory)


@rule
def replacement_income(
    permanent_income: int, wage_index: float, covered: int, months_unemployed: int, work: WorkParameters
) -> int:
    """Return unemployment benefit in fen while it runs, and family support after it or without insurance."""
    if covered == 1 and months_unemployed <= work.replacement_months:
        return int(permanent_income * wage_index * work.replacement_share)
    return int(permanent_income * wage_index * work.support_share)


@rule
def stock_sold(inventory: int, turnover_share: float) -> int:
    """Return the part of the working capital that is sold this month; the last hundred yuan go at once."""
    if inventory <= 10_000:
        return inventory
    return int(inventory * turnover_share)
