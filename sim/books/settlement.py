"""Posts what customers and lenders paid each other this month; joint loans are split to the fen.

A partner's part is a function of the stock (principal x share, rounded down), its flows are differences of that, and
the originator takes the rest: the parts always add up, without drift. The originator collects for both; what it passes
on never rests with it, so the flows are posted between customers and partner at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.books.ledger import HOUSEHOLDS, Ledger
from sim.counted import Flow
from sim.money import part
from sim.state import Tallies


class Originator(NamedTuple):
    """What settlement needs to know of a lender, in order of id."""

    name: str
    service_fee_bp: tuple[int, ...]  # of each partner's interest, by partner in order of id


def post_customers(ledger: Ledger, lenders: Sequence[Originator], tallies: Tallies) -> None:
    """Post loans drawn, interest, principal, charge-offs and recoveries of all lenders and their partners."""
    for index, originator in enumerate(lenders):
        flow = tallies.flow[index]
        parts = tallies.partner_flow[index]
        lent, interest, principal, charged_off, recovered = (
            int(flow[Flow.of(name)]) - int(parts[:, column].sum())
            for column, name in enumerate(("originations", "interest", "principal", "charge_offs", "recoveries"))
        )
        name = originator.name
        ledger.pay(name, "loans", HOUSEHOLDS, "debt", lent)
        ledger.pay(HOUSEHOLDS, "spending", name, "interest_income", interest)
        ledger.pay(HOUSEHOLDS, "debt", name, "loans", principal)
        ledger.pay(HOUSEHOLDS, "debt", name, "allowance", recovered)
        ledger.post(name, "allowance", "loans", charged_off)
        for other in np.flatnonzero(parts.any(axis=1)).tolist():
            partner = lenders[other].name
            lent, interest, principal, charged_off, recovered = (int(amount) for amount in parts[other])
            ledger.pay(partner, "joint_loans", HOUSEHOLDS, "debt", lent)
            ledger.pay(HOUSEHOLDS, "spending", partner, "interest_income", interest)
            ledger.pay(HOUSEHOLDS, "debt", partner, "joint_loans", principal)
            ledger.pay(HOUSEHOLDS, "debt", partner, "allowance", recovered)
            ledger.post(partner, "allowance", "joint_loans", charged_off)
            fee = part(interest, originator.service_fee_bp[other])
            ledger.pay(partner, "service_fee_expense", name, "service_fee_income", fee)
