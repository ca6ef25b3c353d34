"""Always on, tolerance 0: every month the books are held against the sums over people, fen by fen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.books.funding import Funding
from sim.books.ledger import FUNDERS, HOUSEHOLDS, INFORMAL, Ledger
from sim.books.resolution import DEPOSITORS, WHOLESALE, Estate
from sim.books.securitisation import Pool
from sim.codes import BUCKETS, NOTHING_SOLD
from sim.counted import Flow, HouseholdFlow
from sim.state import Tallies

OWED_TO_FUNDERS = ("wholesale", "deposits", "securities")
ACCOUNTS_OF_RANKS = {DEPOSITORS: "deposits", WHOLESALE: "wholesale"}
PARTED = ("originations", "interest", "principal", "charge_offs", "recoveries")  # columns of Tallies.partner_flow


class AuditError(AssertionError):
    """The books do not close: a fault of the program, never of the configuration."""


class Audited(Protocol):
    """What the audit needs to know of a lender."""

    name: str
    index: int
    funding: Funding
    pools: tuple[Pool, ...]
    estate: Estate
    sold_before: int


def audit(
    ledger: Ledger, lenders: Sequence[Audited], tallies: Tallies, opening_stock: NDArray[np.int64] | None, month: int
) -> None:
    """Check every identity of the month; `opening_stock` is last month's principal by lender and bucket.

    Raises AuditError naming the month, who, which identity and the difference in fen.
    """

    def hold(who: str, identity: str, left: int, right: int) -> None:
        if left != right:
            raise AuditError(f"month {month}, {who}: {identity}: {left} and {right} differ by {left - right} fen")

    hold("the system", "cash of everybody sums to zero", ledger.total_cash(), 0)
    household = tallies.household
    hold(
        HOUSEHOLDS,
        "cash in the ledger = savings of all people",
        ledger.balance(HOUSEHOLDS, "cash"),
        int(household[HouseholdFlow.SAVINGS]),
    )
    hold(
        INFORMAL,
        "loans in the ledger = informal debt of all people",
        ledger.balance(INFORMAL, "loans"),
        int(household[HouseholdFlow.INFORMAL_DEBT]),
    )
    for entity, difference in sorted(ledger.imbalances().items()):
        hold(entity, "assets = liabilities + equity", difference, 0)
    debts = [ledger.balance(lender.name, account) for lender in lenders for account in OWED_TO_FUNDERS]
    hold(FUNDERS, "claims = what lenders owe", ledger.balance(FUNDERS, "claims_on_others"), sum(debts))
    for lender in lenders:
        j, name = lender.index, lender.name
        owed = ledger.balance(name, "wholesale")
        hold(name, "wholesale in the ledger = rungs of the ladder", owed, lender.funding.wholesale)
        hold(name, "deposits in the ledger = deposits", ledger.balance(name, "deposits"), lender.funding.deposits)
        for claim in lender.estate:
            if claim.rank in ACCOUNTS_OF_RANKS:
                owed = ledger.balance(name, ACCOUNTS_OF_RANKS[claim.rank])
                hold(name, f"open claims of {claim.rank} = what the ledger owes them", claim.open, owed)
        notes = sum(pool.sold for pool in lender.pools)
        hold(name, "notes in the ledger = notes on its pools", ledger.balance(name, "securities"), notes)
        stock = int(tallies.stock[j].sum())
        parts = int(tallies.partner_stock[j].sum())
        hold(
            name,
            "own loans in the ledger = principal less partners' parts",
            ledger.balance(name, "loans"),
            stock - parts,
        )
        hold(
            name,
            "joint loans in the ledger = parts in others' loans",
            ledger.balance(name, "joint_loans"),
            int(tallies.partner_stock[:, j].sum()),
        )
        if tallies.tickets.any():  # a month in which books were counted by size, region and sector
            hold(name, "sizes of loans sum to the book", int(tallies.tickets[j, :, 2].sum()), stock)
            hold(name, "debts of customers sum to the book", int(tallies.debtors[j, :, 1].sum()), stock)
            hold(name, "regions and sectors sum to the book", int(tallies.region_sectors[j].sum()), stock)
        hold(name, "vintages sum to the book", int(tallies.vintage_stock[j].sum()), stock)
        hold(
            name,
            "charge-offs = opening balance of the last bucket that rolled",
            int(tallies.flow[j, Flow.CHARGE_OFFS]),
            int(tallies.flow[j, Flow.OPENING_LAST_BUCKET_ROLLED]),
        )
        hold(
            name,
            "charge-offs = rolled into charge-off",
            int(tallies.flow[j, Flow.CHARGE_OFFS]),
            int(tallies.roll_amount[j, :, BUCKETS + 1].sum()),
        )
        flow = dict(zip(Flow.titles(), tallies.flow[j].tolist(), strict=True))
        hold(name, "open loans counted twice", flow["loans"], int(tallies.stock_count[j].sum()))
        for key, of_partners in zip(PARTED, tallies.partner_flow[j].sum(axis=0).tolist(), strict=True):
            hold(name, f"{key} of all partners = the partners' part", of_partners, flow[f"{key}_partner"])
        parts_for_sale = int(tallies.partner_claims_for_sale[j].sum())
        beyond = max(0, flow["claims_for_sale"] - int(tallies.claims[j]), parts_for_sale - flow["claims_for_sale"])
        hold(name, "claims for sale are its claims, and partners' parts a part of them", beyond, 0)
        if lender.sold_before == NOTHING_SOLD:
            of_buyers = flow["buyers_recoveries"] + flow["buyers_claims"]
            hold(name, "buyers have nothing of a lender that sold nothing", of_buyers, 0)
        own = tallies.stock[j] - tallies.partner_stock[j].sum(axis=0)
        least = min(int(tallies.stock[j].min()), int(own.min()), int(tallies.claims[j]))
        hold(name, "no bucket, partner's part or claim is below zero", min(0, least), 0)
        if opening_stock is not None:
            hold(
                name,
                "book = opening book + lent - repaid - charged off",
                stock,
                int(opening_stock[j].sum()) + flow["originations"] - flow["principal"] - flow["charge_offs"],
            )
            rolled = tallies.roll_amount[j].sum(axis=1)
            for bucket in np.flatnonzero(rolled != opening_stock[j]).tolist():
                hold(
                    name,
                    f"roll matrix row {bucket} = opening balance of the bucket",
                    int(rolled[bucket]),
                    int(opening_stock[j, bucket]),
                )
