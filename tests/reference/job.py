"""What a person earns in a month and what they cannot avoid spending."""

from __future__ import annotations

from sim.codes import REGION_SECTORS
from sim.elementary import normal_quantile
from sim.rules.spending import emergency_chance, emergency_expense, essential_spending
from sim.rules.underwriting import stratum_of
from sim.rules.work import replacement_income, stock_sold, transitory_factor, wage
from tests.reference.circumstances import Circumstances
from tests.reference.counts import Counts
from tests.reference.person import Person


def income(person: Person, world: Circumstances, counts: Counts) -> int:
    """Return the month's wage, or benefit while it runs, or support."""
    work = world.behaviour.work
    if person.employed:
        noise = normal_quantile(world.chance.uniform("income", person.row))
        level = world.wage_index * world.bonus_factor * world.income_factors[stratum_of(person.group, REGION_SECTORS)]
        earned = wage(person.permanent_income, level, transitory_factor(world.income_noises[person.sector], noise))
        counts.household("wages", earned)
        return earned
    received = replacement_income(
        person.permanent_income, world.wage_index, person.covered, person.months_unemployed, work
    )
    is_insured = person.covered == 1 and person.months_unemployed <= work.replacement_months
    counts.household("benefits" if is_insured else "support", received)
    return received


def sales(person: Person, world: Circumstances, counts: Counts) -> int:
    """Sell part of the stock bought with working capital, at a margin; return the revenue."""
    demand = world.behaviour.demand
    sold = stock_sold(person.inventory, demand.working_capital_turnover_share)
    revenue = int(sold * (1.0 + demand.working_capital_margin_share))
    person.inventory -= sold
    counts.household("sales", revenue)
    return revenue


def needed(person: Person, world: Circumstances) -> int:
    """Return what must be spent this month: essentials, and now and then an expense nobody can put off."""
    spending = world.behaviour.spending
    needed = essential_spending(person.permanent_income, world.wage_index, spending)
    chance = emergency_chance(person.turbulence, spending)
    if world.chance.uniform("emergency", person.row) < chance:
        size = normal_quantile(world.chance.uniform("emergency_size", person.row))
        needed += emergency_expense(
            person.permanent_income, world.wage_index, spending.emergency_log_months, spending.emergency_log_sd, size
        )
    return needed
