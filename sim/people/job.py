"""Kernel: people earn. Jobs, income and what must be spent this month, over a range of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import REGION_SECTORS
from sim.compiling import kernel, wide
from sim.counted import GroupFlow, HouseholdFlow
from sim.draws import EMERGENCY, EMERGENCY_SIZE, INCOME, JOB, fill_normals, fill_uniforms, uniform
from sim.elementary import normal_quantile
from sim.params import BehaviourParameters
from sim.people.terms import Conditions
from sim.rules.spending import emergency_chance, emergency_expense, essential_spending
from sim.rules.underwriting import stratum_of
from sim.rules.work import (
    next_employment,
    next_months_unemployed,
    replacement_income,
    stock_sold,
    transitory_factor,
    turbulence,
    wage,
)
from sim.state import Borrowers, Tallies

BLOCK = 2048  # rows whose draws are made together: they fit in the first-level cache


@kernel
def earn_rows(
    first: int,
    last: int,
    borrowers: Borrowers,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    behaviour: BehaviourParameters,
    scratch: NDArray[np.float64],
    tallies: Tallies,
) -> None:
    """Let rows first..last-1 keep, lose or find work, receive income and learn what they must spend.

    `scratch` has shape (4, BLOCK) and holds the draws of a block.
    """
    job_draws = scratch[0]
    income_draws = scratch[1]
    emergency_draws = scratch[2]
    transitory = scratch[3]
    month = conditions.month
    work = behaviour.work
    spending = behaviour.spending
    margin = behaviour.demand.working_capital_margin_share
    turnover = behaviour.demand.working_capital_turnover_share
    for block in range(first, last, BLOCK):
        rows = min(BLOCK, last - block)
        fill_uniforms(keys, JOB, month, block, 0, job_draws[:rows])
        fill_uniforms(keys, INCOME, month, block, 0, income_draws[:rows])
        fill_uniforms(keys, EMERGENCY, month, block, 0, emergency_draws[:rows])
        # Everybody's, also those who turn out to have no work: one plain pass costs less than asking.
        fill_normals(income_draws[:rows], transitory[:rows])
        for offset in range(rows):
            noise_sd = conditions.income_noises[borrowers.sector[block + offset]]
            transitory[offset] = transitory_factor(noise_sd, transitory[offset])
        for offset in range(rows):
            i = block + offset
            group = borrowers.group[i]
            permanent = wide(borrowers.permanent_income[i])
            reliability = wide(borrowers.reliability[i])
            region_sector = stratum_of(wide(group), REGION_SECTORS)
            separation = conditions.separation_shares[region_sector] * turbulence(reliability, work.turbulence_slope)
            employed = next_employment(borrowers.employed[i], separation, conditions.finding_share, job_draws[offset])
            unemployed_for = next_months_unemployed(employed, borrowers.months_unemployed[i])
            borrowers.employed[i] = employed
            borrowers.months_unemployed[i] = unemployed_for
            if employed == 1:
                level = conditions.wage_index * conditions.bonus_factor * conditions.income_factors[region_sector]
                income = wage(permanent, level, transitory[offset])
                tallies.household[HouseholdFlow.WAGES] += income
            else:
                income = replacement_income(
                    permanent, conditions.wage_index, borrowers.covered[i], unemployed_for, work
                )
                tallies.group[group, GroupFlow.UNEMPLOYED] += 1
                if borrowers.covered[i] == 1 and unemployed_for <= work.replacement_months:
                    tallies.household[HouseholdFlow.BENEFITS] += income
                else:
                    tallies.household[HouseholdFlow.SUPPORT] += income
            if borrowers.inventory[i] > 0:
                sold = stock_sold(wide(borrowers.inventory[i]), turnover)
                borrowers.inventory[i] -= sold
                revenue = int(sold * (1.0 + margin))
                tallies.household[HouseholdFlow.SALES] += revenue
                income += revenue
            tallies.group[group, GroupFlow.INCOME] += income

            essentials = essential_spending(permanent, conditions.wage_index, spending)
            chance = emergency_chance(wide(borrowers.turbulence[i]), spending)
            if emergency_draws[offset] < chance:
                size = normal_quantile(uniform(keys, EMERGENCY_SIZE, month, i, 0))
                essentials += emergency_expense(
                    permanent,
                    conditions.wage_index,
                    spending.emergency_log_months,
                    spending.emergency_log_sd,
                    size,
                )
            borrowers.cash[i] = wide(borrowers.savings[i]) + income
            borrowers.essentials[i] = essentials
