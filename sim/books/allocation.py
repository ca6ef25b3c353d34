"""Fills one round of applications from a lender's budget: from the safest priority until a headroom is used up.

Whole numbers only, so that any order gets the same answer and no headroom is ever exceeded by a fen. Caps on sectors
and regions are applied first, then the headrooms for all lending, then what partner banks have pledged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.books.budget import Budget
from sim.books.joint_lending import share_out
from sim.codes import NOT_APPLIED, PRIORITIES, SOFT_LIMIT_RULE
from sim.values import Allocation


def fill(lender: int, budget: Budget, demand_fen: NDArray[np.int64]) -> tuple[Allocation, Budget]:
    """Return what a lender does with one round of applications, and the budget after it.

    `demand_fen` holds the fen offerable by stratum and priority, shape (strata, PRIORITIES). The tightest headroom
    sets the cutoff: the first priority whose cumulative demand no longer fits; ties go to the first headroom.
    """
    strata = len(demand_fen)
    total = int(demand_fen.sum())
    stratum_cutoffs = np.full(strata, PRIORITIES, dtype=np.int64)
    stratum_bindings = np.full(strata, NOT_APPLIED, dtype=np.int64)
    served = demand_fen
    if budget.caps is not None:
        stratum_cutoffs, stratum_bindings = budget.caps.cutoffs(demand_fen)
        served = below(demand_fen, stratum_cutoffs)
    by_priority = served.sum(axis=0)
    cumulative = np.cumsum(by_priority)
    cutoff, binding = tightest(budget, cumulative)
    cutoff, binding = within_soft_limit(budget, cumulative, cutoff, binding)
    banks: tuple[int, ...] = ()
    if budget.partners:
        shared = share_out(by_priority, cutoff, budget.partners)
        budget = budget._replace(partners=shared.rooms)
        banks = shared.banks
        if shared.cutoff < cutoff:
            cutoff, binding = shared.cutoff, shared.binding
    approved = total_below(cumulative, cutoff)
    stratum_bindings = np.where(stratum_cutoffs <= cutoff, stratum_bindings, binding)
    stratum_cutoffs = np.minimum(stratum_cutoffs, cutoff)
    lent = below(demand_fen, stratum_cutoffs).sum(axis=1)
    refused = demand_fen.sum(axis=1) - lent
    refusals = tuple(
        (int(constraint), int(refused[stratum_bindings == constraint].sum()))
        for constraint in np.unique(stratum_bindings[refused > 0])
    )
    if budget.risky is not None:
        safe = total_below(cumulative, min(cutoff, budget.risky.first_priority))
        budget = budget._replace(risky=budget.risky.after(approved, approved - safe))
    budget = budget.after(approved)._replace(refused=(*budget.refused, *refusals))
    if budget.caps is not None:
        budget = budget._replace(caps=budget.caps.after(lent))
    differing = tuple(stratum_cutoffs.tolist()) if budget.caps is not None else ()
    grounds = tuple(stratum_bindings.tolist()) if budget.caps is not None else ()
    return Allocation(lender, cutoff, binding, approved, total - approved, differing, grounds, banks), budget


def below(demand_fen: NDArray[np.int64], cutoffs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the demand below the cutoff of each stratum, shape (strata, PRIORITIES)."""
    return np.where(np.arange(PRIORITIES) < cutoffs[:, None], demand_fen, 0)


def total_below(cumulative_fen: NDArray[np.int64], cutoff: int) -> int:
    """Return the demand of all priorities below a cutoff, fen."""
    return int(cumulative_fen[cutoff - 1]) if cutoff > 0 else 0


def tightest(budget: Budget, cumulative_fen: NDArray[np.int64]) -> tuple[int, int]:
    """Return the cutoff of the tightest headroom and its constraint; PRIORITIES and none when all demand fits."""
    total = int(cumulative_fen[-1])
    cutoff, binding = PRIORITIES, NOT_APPLIED
    for room in budget.left():
        if room.amount_fen < total:
            first_refused = int(np.searchsorted(cumulative_fen, room.amount_fen, side="right"))
            if first_refused < cutoff:
                cutoff, binding = first_refused, room.constraint
    return cutoff, binding


def within_soft_limit(budget: Budget, cumulative_fen: NDArray[np.int64], cutoff: int, binding: int) -> tuple[int, int]:
    """Return the cutoff and its constraint once risky loans are held to their share of what is lent."""
    if budget.risky is None or cutoff <= budget.risky.first_priority:
        return cutoff, binding
    first = budget.risky.first_priority
    safe = total_below(cumulative_fen, first)
    most = safe + budget.risky.room_fen(safe)
    if most >= total_below(cumulative_fen, cutoff):
        return cutoff, binding
    return int(np.searchsorted(cumulative_fen, most, side="right")), SOFT_LIMIT_RULE
