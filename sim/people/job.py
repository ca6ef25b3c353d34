"""Kernel: people earn. Jobs, income and what must be spent this month, over a range of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import REGION_SECTORS
from sim.compiling import kernel, row_number, wide
from sim.counted import GroupFlow, HouseholdFlow
from sim.draws import EMERGENCY, EMERGENCY_SIZE, INCOME, JOB, fill_normals, fill_uniforms, uniform
from sim.elementary import normal_quantile
from sim.params import BehaviourParameters, DemandParameters, SpendingParameters, WorkParameters
from sim.people.terms import Conditions
from sim.people.worksheet import BLOCK, EarningSheet
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


@kernel
def earn_rows(
    first: int,
    last: int,
    borrowers: Borrowers,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    behaviour: BehaviourParameters,
    sheet: EarningSheet,
    tallies: Tallies,
) -> None:
    """Let rows first..last-1 keep, lose or find work, receive income and learn what they must spend."""
    for block in range(first, last, BLOCK):
        rows = min(BLOCK, last - block)
        draw(block, rows, borrowers, keys, conditions, sheet)
        out_of_work = keep_or_find_work(block, rows, borrowers, conditions, behaviour.work, sheet)
        receive_income(block, rows, out_of_work, borrowers, conditions, behaviour.work, sheet, tallies)
        sell_stock(block, rows, borrowers, behaviour.demand, sheet, tallies)
        face_expenses(block, rows, borrowers, keys, conditions, behaviour.spending, sheet)
        for r in range(rows):
            i = row_number(block + r)
            borrowers.cash[i] = wide(borrowers.savings[i]) + sheet.incomes[r]
            tallies.group[borrowers.group[i], GroupFlow.INCOME] += sheet.incomes[r]


@kernel
def draw(
    block: int,
    rows: int,
    borrowers: Borrowers,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    sheet: EarningSheet,
) -> None:
    """Make everybody's draws of the month, also of those who turn out to have no work: to ask would cost more."""
    month = conditions.month
    fill_uniforms(keys, JOB, month, block, 0, sheet.job_draws[:rows])
    fill_uniforms(keys, INCOME, month, block, 0, sheet.income_draws[:rows])
    fill_uniforms(keys, EMERGENCY, month, block, 0, sheet.emergency_draws[:rows])
    fill_normals(sheet.income_draws[:rows], sheet.transitory[:rows], sheet.listed, sheet.tail)
    for r in range(rows):
        noise_sd = conditions.income_noises[borrowers.sector[row_number(block + r)]]
        sheet.transitory[r] = transitory_factor(noise_sd, sheet.transitory[r])


@kernel
def keep_or_find_work(
    block: int,
    rows: int,
    borrowers: Borrowers,
    conditions: Conditions,
    work: WorkParameters,
    sheet: EarningSheet,
) -> int:
    """Let people keep, lose or find work; list those without it and return how many they are."""
    out_of_work = 0
    for r in range(rows):
        i = row_number(block + r)
        region_sector = stratum_of(wide(borrowers.group[i]), REGION_SECTORS)
        separation = conditions.separation_shares[region_sector] * turbulence(
            wide(borrowers.reliability[i]), work.turbulence_slope
        )
        employed = next_employment(
            wide(borrowers.employed[i]), separation, conditions.finding_share, sheet.job_draws[r]
        )
        borrowers.months_unemployed[i] = next_months_unemployed(employed, wide(borrowers.months_unemployed[i]))
        borrowers.employed[i] = employed
        sheet.wage_levels[r] = (
            conditions.wage_index * conditions.bonus_factor * conditions.income_factors[region_sector]
        )
        sheet.listed[out_of_work] = r
        out_of_work += 1 if employed != 1 else 0
    return out_of_work


@kernel
def receive_income(
    block: int,
    rows: int,
    out_of_work: int,
    borrowers: Borrowers,
    conditions: Conditions,
    work: WorkParameters,
    sheet: EarningSheet,
    tallies: Tallies,
) -> None:
    """Pay wages, and to those listed as without work what they get instead."""
    household = tallies.household
    for r in range(rows):
        permanent = wide(borrowers.permanent_income[row_number(block + r)])
        sheet.incomes[r] = wage(permanent, sheet.wage_levels[r], sheet.transitory[r])
        household[HouseholdFlow.WAGES] += sheet.incomes[r]
    for k in range(out_of_work):
        r = sheet.listed[k]
        i = block + r
        household[HouseholdFlow.WAGES] -= sheet.incomes[r]
        unemployed_for = wide(borrowers.months_unemployed[i])
        covered = wide(borrowers.covered[i])
        sheet.incomes[r] = replacement_income(
            wide(borrowers.permanent_income[i]), conditions.wage_index, covered, unemployed_for, work
        )
        tallies.group[borrowers.group[i], GroupFlow.UNEMPLOYED] += 1
        if covered == 1 and unemployed_for <= work.replacement_months:
            household[HouseholdFlow.BENEFITS] += sheet.incomes[r]
        else:
            household[HouseholdFlow.SUPPORT] += sheet.incomes[r]


@kernel
def sell_stock(
    block: int, rows: int, borrowers: Borrowers, demand: DemandParameters, sheet: EarningSheet, tallies: Tallies
) -> None:
    """Let those with stock sell a part of it with a margin."""
    stocked = 0
    for r in range(rows):
        sheet.listed[stocked] = r
        stocked += 1 if borrowers.inventory[row_number(block + r)] > 0 else 0
    for k in range(stocked):
        r = sheet.listed[k]
        i = block + r
        sold = stock_sold(wide(borrowers.inventory[i]), demand.working_capital_turnover_share)
        borrowers.inventory[i] -= sold
        revenue = int(sold * (1.0 + demand.working_capital_margin_share))
        tallies.household[HouseholdFlow.SALES] += revenue
        sheet.incomes[r] += revenue


@kernel
def face_expenses(
    block: int,
    rows: int,
    borrowers: Borrowers,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    spending: SpendingParameters,
    sheet: EarningSheet,
) -> None:
    """Write what people must spend: essentials, and to some an emergency."""
    struck = 0
    for r in range(rows):
        i = row_number(block + r)
        permanent = wide(borrowers.permanent_income[i])
        borrowers.essentials[i] = essential_spending(permanent, conditions.wage_index, spending)
        chance = emergency_chance(wide(borrowers.turbulence[i]), spending)
        sheet.listed[struck] = r
        struck += 1 if sheet.emergency_draws[r] < chance else 0
    for k in range(struck):
        i = block + sheet.listed[k]
        size = normal_quantile(uniform(keys, EMERGENCY_SIZE, conditions.month, i, 0))
        borrowers.essentials[i] += emergency_expense(
            wide(borrowers.permanent_income[i]),
            conditions.wage_index,
            spending.emergency_log_months,
            spending.emergency_log_sd,
            size,
        )
