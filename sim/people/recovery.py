"""Kernels: charged-off claims on one person are collected out of cash beyond a month's essentials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import CHARGED_OFF, CLAIM_ENDED, NOBODY
from sim.compiling import kernel, wide
from sim.counted import Flow, PartnerFlow
from sim.draws import COLLECT, uniform
from sim.money import part
from sim.params import BehaviourParameters
from sim.people.holdings import end_contract
from sim.people.terms import Conditions, Terms
from sim.rules.repayment import charge_off_month, recovery
from sim.state import Loans, Tallies


@kernel
def collect_claim(
    i: int,
    row: int,
    cash: int,
    kept: int,
    loans: Loans,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    tallies: Tallies,
) -> int:
    """Collect on one charged-off claim, for the lender or for whom it sold the claim to; return the fen paid.

    After the last month of collection the claim is gone.
    """
    lender = wide(loans.lender[row])
    partner = wide(loans.partner[row])
    share_bp = wide(loans.partner_share_bp[row])
    claim = wide(loans.principal[row])
    serial = wide(loans.origination_month[row])
    paid = 0
    if cash > kept and uniform(keys, COLLECT, conditions.month, i, serial) < terms.collection_effort[lender]:
        paid = recovery(claim, cash, kept, behaviour.repayment.recovery_surplus_share)
    loans.instalments_left[row] -= 1
    left = wide(loans.instalments_left[row])
    if paid > 0:
        charged_off_in = charge_off_month(conditions.month, left, behaviour.repayment.collection_months)
        if charged_off_in < terms.sold_before[lender]:
            tallies.flow[lender, Flow.BUYERS_RECOVERIES] += paid
        else:
            tallies.flow[lender, Flow.RECOVERIES] += paid
            if partner != NOBODY:
                recovered = part(claim, share_bp) - part(claim - paid, share_bp)
                tallies.flow[lender, Flow.RECOVERIES_PARTNER] += recovered
                tallies.partner_flow[lender, partner, PartnerFlow.RECOVERED] += recovered
        loans.principal[row] = claim - paid
    if loans.instalments_left[row] <= 0 or loans.principal[row] == 0:
        end_contract(row, CLAIM_ENDED, loans)
    return paid


@kernel
def collect_claims(
    i: int,
    begins: int,
    cash: int,
    kept: int,
    done: NDArray[np.bool_],
    loans: Loans,
    keys: NDArray[np.uint64],
    conditions: Conditions,
    terms: Terms,
    behaviour: BehaviourParameters,
    tallies: Tallies,
) -> int:
    """Collect on person i's claims, the oldest loan first; return the fen left.

    Those marked in `done`, among them what was charged off this month, are left alone; its rows are counted from
    `begins`.
    """
    for row in range(loans.first[i], loans.first[i + 1]):
        if loans.status[row] == CHARGED_OFF and not done[row - begins]:
            cash -= collect_claim(i, row, cash, kept, loans, keys, conditions, terms, behaviour, tallies)
    return cash
