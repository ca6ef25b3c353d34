"""Kernels: one person consumes essentials, borrows informally, and spends or saves what is left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiling import kernel, wide
from sim.counted import Flag, GroupFlow, HouseholdFlow
from sim.money import monthly_interest
from sim.params import BehaviourParameters, InformalParameters
from sim.people.terms import Conditions
from sim.rules.informal import informal_offer, next_informal_missed
from sim.rules.spending import share_of_excess, target_buffer
from sim.state import Borrowers, Tallies

BASIS_POINTS = 10_000
LARGEST_SAVINGS = 2_000_000_000  # fen, the most an int32 holds with a margin
MOST_HARDSHIP_MONTHS = 30_000


class Informal(NamedTuple):
    """How things stand with the informal lender."""

    cash: int  # fen left in the person's hand
    debt: int  # fen
    missed: int  # months of interest missed; negative = barred for so many months


class EssentialsPaid(NamedTuple):
    """Essentials that a person could pay for."""

    cash: int  # fen left
    spent: int  # fen
    flags: int


class Leftover(NamedTuple):
    """What became of the cash left at month end."""

    cash: int  # fen kept at hand
    informal_debt: int
    spent: int
    put_away: int


@kernel
def informal_interest(debt: int, informal: InformalParameters) -> int:
    """Return the month's interest in fen that the informal lender asks for."""
    return monthly_interest(debt, int(informal.apr * BASIS_POINTS + 0.5))


@kernel
def borrow_informally(
    shortage: int,
    income: int,
    before: Informal,
    conditions: Conditions,
    informal: InformalParameters,
    household: NDArray[np.int64],
) -> Informal:
    """Let the informal lender fill what its limits allow of a shortage in fen."""
    if shortage <= 0:
        return before
    household[HouseholdFlow.INFORMAL_WANTED] += shortage
    borrowed = informal_offer(shortage, before.debt, income, before.missed, conditions.informal_supply_share, informal)
    household[HouseholdFlow.INFORMAL_LENT] += borrowed
    return Informal(before.cash + borrowed, before.debt + borrowed, before.missed)


@kernel
def consume_essentials(i: int, cash: int, borrowers: Borrowers, tallies: Tallies) -> EssentialsPaid:
    """Let person i consume the month's essentials; who cannot in full is in hardship."""
    essentials = wide(borrowers.essentials[i])
    if cash >= essentials:
        return EssentialsPaid(cash - essentials, essentials, 0)
    if borrowers.hardship_months[i] < MOST_HARDSHIP_MONTHS:
        borrowers.hardship_months[i] += 1
    tallies.household[HouseholdFlow.HARDSHIP_PEOPLE] += 1
    tallies.group[borrowers.group[i], GroupFlow.HARDSHIP] += 1
    return EssentialsPaid(0, cash, Flag.HARDSHIP.value)


@kernel
def pay_informal_interest(
    due: int, before: Informal, informal: InformalParameters, household: NDArray[np.int64]
) -> Informal:
    """Let the informal lender collect its interest in person; after too many misses it gives up on the debt."""
    if before.debt == 0 and before.missed >= 0:
        return before
    interest = min(before.cash, due)
    household[HouseholdFlow.INFORMAL_INTEREST] += interest
    missed = next_informal_missed(before.missed, before.debt, interest, due)
    if missed < informal.default_months:
        return Informal(before.cash - interest, before.debt, missed)
    household[HouseholdFlow.INFORMAL_WRITTEN_OFF] += before.debt
    household[HouseholdFlow.INFORMAL_DEFAULTS] += 1
    return Informal(before.cash - interest, 0, -informal.barred_months)


@kernel
def spend_and_save(
    i: int,
    cash: int,
    informal_debt: int,
    unused: int,
    borrowers: Borrowers,
    conditions: Conditions,
    behaviour: BehaviourParameters,
    household: NDArray[np.int64],
) -> Leftover:
    """Let person i repay informal principal out of what is left, then spend and save by the buffer-stock rule.

    `unused` is what could be drawn at all lenders, in fen.
    """
    spending = behaviour.spending
    if informal_debt > 0:
        repaid = min(informal_debt, share_of_excess(cash, 0, behaviour.informal.repay_surplus_share))
        informal_debt -= repaid
        cash -= repaid
        household[HouseholdFlow.INFORMAL_PRINCIPAL] += repaid
    job_risk = conditions.job_risks[borrowers.sector[i]]
    buffer = target_buffer(
        wide(borrowers.essentials[i]), borrowers.patience[i], job_risk, unused, wide(borrowers.savings[i]), spending
    )
    spent = share_of_excess(cash, buffer, spending.spend_share)
    put_away = min(share_of_excess(cash, buffer, spending.long_term_saving_share), cash - spent)
    put_away = max(put_away, cash - spent - LARGEST_SAVINGS)
    return Leftover(cash - spent - put_away, informal_debt, spent, put_away)
