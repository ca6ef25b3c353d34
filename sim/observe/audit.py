"""Always on, tolerance 0: every month the books are held against the sums over people, fen by fen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

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


class Counted(NamedTuple):
    """What was counted of each lender in a month, by its index; fen unless said otherwise."""

    stock: list[int]
    parts: list[int]  # partners' parts of it
    joint: list[int]  # its parts in others' loans
    vintages: list[int]
    loans: list[int]  # a number
    rolled_off: list[int]
    claims: list[int]
    parts_for_sale: list[int]
    least_own: list[int]  # smallest balance, and own part of one, in any bucket
    flow: list[list[int]]
    partner_flow: list[list[int]]
    rolled: NDArray[np.int64]  # (L, BUCKETS) opening balances
    has_shape: bool  # books were counted by size, region and sector


def counted_by_lender(tallies: Tallies) -> Counted:
    """Return what the audit asks of the month's tallies, all lenders at once."""
    of_partners = tallies.partner_stock.sum(axis=1)
    return Counted(
        stock=tallies.stock.sum(axis=1).tolist(),
        parts=of_partners.sum(axis=1).tolist(),
        joint=tallies.partner_stock.sum(axis=(0, 2)).tolist(),
        vintages=tallies.vintage_stock.sum(axis=1).tolist(),
        loans=tallies.stock_count.sum(axis=1).tolist(),
        rolled_off=tallies.roll_amount[:, :, BUCKETS + 1].sum(axis=1).tolist(),
        claims=tallies.claims.tolist(),
        parts_for_sale=tallies.partner_claims_for_sale.sum(axis=1).tolist(),
        least_own=np.minimum(tallies.stock, tallies.stock - of_partners).min(axis=1).tolist(),
        flow=tallies.flow.tolist(),
        partner_flow=tallies.partner_flow.sum(axis=1).tolist(),
        rolled=tallies.roll_amount.sum(axis=2),
        has_shape=bool(tallies.tickets.any()),
    )


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
    counted = counted_by_lender(tallies)
    opening = [] if opening_stock is None else opening_stock.sum(axis=1).tolist()
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
        stock, parts = counted.stock[j], counted.parts[j]
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
            counted.joint[j],
        )
        if counted.has_shape:  # a month in which books were counted by size, region and sector
            hold(name, "sizes of loans sum to the book", int(tallies.tickets[j, :, 2].sum()), stock)
            hold(name, "debts of customers sum to the book", int(tallies.debtors[j, :, 1].sum()), stock)
            hold(name, "regions and sectors sum to the book", int(tallies.region_sectors[j].sum()), stock)
        hold(name, "vintages sum to the book", counted.vintages[j], stock)
        flow = dict(zip(Flow.titles(), counted.flow[j], strict=True))
        hold(
            name,
            "charge-offs = opening balance of the last bucket that rolled",
            flow["charge_offs"],
            flow["opening_last_bucket_rolled"],
        )
        hold(name, "charge-offs = rolled into charge-off", flow["charge_offs"], counted.rolled_off[j])
        hold(name, "open loans counted twice", flow["loans"], counted.loans[j])
        for key, of_partners in zip(PARTED, counted.partner_flow[j], strict=True):
            hold(name, f"{key} of all partners = the partners' part", of_partners, flow[f"{key}_partner"])
        parts_for_sale = counted.parts_for_sale[j]
        beyond = max(0, flow["claims_for_sale"] - counted.claims[j], parts_for_sale - flow["claims_for_sale"])
        hold(name, "claims for sale are its claims, and partners' parts a part of them", beyond, 0)
        if lender.sold_before == NOTHING_SOLD:
            of_buyers = flow["buyers_recoveries"] + flow["buyers_claims"]
            hold(name, "buyers have nothing of a lender that sold nothing", of_buyers, 0)
        least = min(counted.least_own[j], counted.claims[j])
        hold(name, "no bucket, partner's part or claim is below zero", min(0, least), 0)
        if opening_stock is not None:
            hold(
                name,
                "book = opening book + lent - repaid - charged off",
                stock,
                opening[j] + flow["originations"] - flow["principal"] - flow["charge_offs"],
            )
            for bucket in np.flatnonzero(counted.rolled[j] != opening_stock[j]).tolist():
                hold(
                    name,
                    f"roll matrix row {bucket} = opening balance of the bucket",
                    int(counted.rolled[j, bucket]),
                    int(opening_stock[j, bucket]),
                )
