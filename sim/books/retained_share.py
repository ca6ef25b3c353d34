"""What of a month belongs to one lender: its own parts of its customers' loans, and its parts in loans of others."""

from __future__ import annotations

from typing import NamedTuple

from sim.counted import Flow
from sim.state import Tallies


class RetainedShare(NamedTuple):
    """One lender's stocks and flows of the month, fen."""

    managed: int  # whole loans of its customers at month end
    own_stock: list[int]  # its parts of them by bucket
    joint_stock: list[int]  # its parts in others' loans by bucket
    leaving: int  # whole principal of its customers that was repaid in cash or charged off, less interest lent on top
    repaid: int  # its parts of all principal repaid
    charge_offs: int
    recoveries: int

    def whole_stock(self) -> list[int]:
        """Return all its parts of loans by bucket, its customers' and others'."""
        return [own + joint for own, joint in zip(self.own_stock, self.joint_stock, strict=True)]


def retained_share_of(tallies: Tallies, index: int) -> RetainedShare:
    """Return what of the month belongs to the lender at an index in order of id."""
    given = tallies.partner_flow[index].sum(axis=0)  # to partners: lent, interest, principal, charged off, recovered
    taken = tallies.partner_flow[:, index].sum(axis=0)  # as a partner
    names = ("principal", "charge_offs", "recoveries", "refinanced", "capitalised")
    flow = {name: int(tallies.flow[index, Flow.of(name)]) for name in names}
    whole = tallies.stock[index]
    return RetainedShare(
        managed=int(whole.sum()),
        own_stock=(whole - tallies.partner_stock[index].sum(axis=0)).tolist(),
        joint_stock=tallies.partner_stock[:, index].sum(axis=0).tolist(),
        leaving=max(0, flow["principal"] + flow["charge_offs"] - flow["refinanced"] - flow["capitalised"]),
        repaid=flow["principal"] - int(given[2]) + int(taken[2]),
        charge_offs=flow["charge_offs"] - int(given[3]) + int(taken[3]),
        recoveries=flow["recoveries"] - int(given[4]) + int(taken[4]),
    )
