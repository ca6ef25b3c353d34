"""Kernels: one person's need of credit this month, for what and how much."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import (
    LINE_OPEN,
    NO_NEED,
    NOBODY,
    PURCHASE,
    RUSH,
    SELF_EMPLOYED,
    SHORTFALL,
    WORKING_CAPITAL,
)
from sim.compiling import kernel, wide
from sim.draws import CONVENIENCE, PURCHASE_SIZE, uniform
from sim.elementary import normal_quantile
from sim.lender_sets import contains
from sim.params import BehaviourParameters, DemandParameters
from sim.people.holdings import (
    bucket_at,
    contracts_of,
    owed_at,
)
from sim.people.terms import Conditions
from sim.rules.demand import amount_wanted, goes_on_credit, purchase_chance, shortfall_wanted, up_to_hundred_yuan
from sim.rules.limits import available_on_line
from sim.rules.spending import target_buffer
from sim.state import Borrowers, Lines, Loans, People

FEN_PER_YUAN = 100


class Wish(NamedTuple):
    """What a person wants credit for this month."""

    purpose: int  # NO_NEED when there is no wish
    amount: int  # fen
    lender: int  # the lender it must come from, or NOBODY when any will do


@kernel
def rush_wish(i: int, smallest: int, borrowers: Borrowers, loans: Loans, lines: Lines) -> Wish:
    """Return the wish of person i to draw all that is left at the first lender rumoured to be closing."""
    for line in range(lines.first[i], lines.first[i + 1]):
        lender = wide(lines.lender[line])
        if contains(borrowers.aware_of[i], lender) == 0 or lines.status[line] != LINE_OPEN:
            continue
        room = available_on_line(wide(lines.limit[line]), owed_at(i, lender, loans))
        if room >= smallest and bucket_at(i, lender, loans) == 0:
            return Wish(RUSH, room, lender)
    return Wish(NO_NEED, 0, NOBODY)


@kernel
def wish_chance(
    sector: int,
    patience: int,
    unused: int,
    income: int,
    contracts: int,
    conditions: Conditions,
    demand: DemandParameters,
) -> float:
    """Return the chance that a purchase or, to the self-employed, stock to sell comes to mind this month."""
    chance = purchase_chance(patience, conditions.season_factor, unused, income, contracts, demand)
    return chance + stocking_chance(sector, contracts, demand)


@kernel
def stocking_chance(sector: int, contracts: int, demand: DemandParameters) -> float:
    """Return the part of it that is stock to sell."""
    can_stock = (sector == SELF_EMPLOYED) & (contracts < demand.loans_until_sated)
    return demand.working_capital_share if can_stock else 0.0


@kernel
def purchase_wish(
    i: int,
    spare: int,
    income: int,
    u: float,
    borrowers: Borrowers,
    contracts: int,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    behaviour: BehaviourParameters,
) -> Wish:
    """Return the wish of person i for a purchase, or for stock to sell, that savings will not or should not pay.

    One draw `u` says whether something came to mind, and which of both it was.
    """
    demand = behaviour.demand
    sector = wide(borrowers.sector[i])
    unused = wide(borrowers.unused_lines[i])
    if u >= wish_chance(sector, wide(borrowers.patience[i]), unused, income, contracts, conditions, demand):
        return Wish(NO_NEED, 0, NOBODY)
    purpose = PURCHASE
    log_months = demand.purchase_log_months
    if u < stocking_chance(sector, contracts, demand):
        purpose = WORKING_CAPITAL
        log_months = demand.working_capital_log_months
    size = normal_quantile(uniform(keys, PURCHASE_SIZE, conditions.month, i, 0))
    wanted = up_to_hundred_yuan(
        amount_wanted(income, log_months, demand.purchase_log_sd, size, demand.amount_cap_months)
    )
    buffer = target_buffer(
        wide(borrowers.essentials[i]),
        borrowers.patience[i],
        conditions.job_risks[sector],
        unused,
        wide(borrowers.savings[i]),
        behaviour.spending,
    )
    convenience = uniform(keys, CONVENIENCE, conditions.month, i, 0)
    if wanted < demand.smallest_loan_yuan * FEN_PER_YUAN:
        return Wish(NO_NEED, 0, NOBODY)
    if not goes_on_credit(spare, wanted, buffer, convenience, demand.convenience_share):
        return Wish(NO_NEED, 0, NOBODY)
    return Wish(purpose, wanted, NOBODY)


@kernel
def wish_of(
    i: int,
    dues: int,
    u: float,
    people: People,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    behaviour: BehaviourParameters,
) -> Wish:
    """Return what person i wants credit for: a shortfall comes before a rush to draw, and that before a purchase.

    `dues` are the fen expected to be paid this month.
    """
    borrowers = people.borrowers
    income = max(1, int(borrowers.permanent_income[i] * conditions.wage_index))
    spare = wide(borrowers.cash[i]) - wide(borrowers.essentials[i]) - dues
    smallest = behaviour.demand.smallest_loan_yuan * FEN_PER_YUAN
    if spare < 0:
        return Wish(SHORTFALL, shortfall_wanted(-spare, income, smallest, behaviour.demand), NOBODY)
    if borrowers.aware_of[i] != 0:
        rush = rush_wish(i, smallest, borrowers, people.loans, people.lines)
        if rush.purpose != NO_NEED:
            return rush
    contracts = contracts_of(i, people.loans)
    return purchase_wish(i, spare, income, u, borrowers, contracts, keys, conditions, behaviour)
