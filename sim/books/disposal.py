"""The auction of charged-off claims: one a quarter, all sellers together, the price falls with volume and with age.

A seller sells all its claims beyond an age, so one month says to whom a claim belongs: what was charged off before it
is the buyer's, and so is everything that debtors still pay on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.books.ledger import HOUSEHOLDS, INVESTORS, Ledger
from sim.counted import Flow
from sim.money import fen
from sim.parameters.books import AuctionParameters
from sim.state import Tallies

MILLION = 1_000_000


class Lot(NamedTuple):
    """The claims one lender offers."""

    face_fen: int  # principal still owed, partners' parts included
    age_months: int  # since charge-off, of the youngest
    reserve_share: float  # least price at which it sells


class Sale(NamedTuple):
    """What one party sold this month, fen."""

    face: int = 0
    proceeds: int = 0

    def plus(self, face: int, proceeds: int) -> Sale:
        """Return the sale with more sold."""
        return Sale(self.face + face, self.proceeds + proceeds)


def cleared(lots: Sequence[Lot], auction: AuctionParameters, people: int) -> list[int]:
    """Return the price of each lot in parts per million of its face, 0 for a lot that is not sold.

    Buyers' means are limited, so every lot on offer lowers the price of all. A lot below its reserve stays with its
    seller, after it has weighed on the market.
    """
    depth_fen = fen(auction.depth_yuan) * max(1, people)
    offered = sum(lot.face_fen for lot in lots)
    pressure = depth_fen / (depth_fen + offered)
    prices = []
    for lot in lots:
        age_factor = (1.0 - auction.age_discount_share) ** (lot.age_months - auction.reference_age_months)
        price = min(1.0, auction.price_share * pressure * age_factor)
        is_sold = lot.face_fen > 0 and price >= lot.reserve_share
        prices.append(int(price * MILLION) if is_sold else 0)
    return prices


def proceeds_of(face_fen: int, price_ppm: int) -> int:
    """Return what a face amount brings in fen; the fraction is dropped."""
    return face_fen * price_ppm // MILLION


def post_buyers(ledger: Ledger, tallies: Tallies) -> None:
    """Post what debtors paid to buyers of claims: first what the claims cost them, then income."""
    collected = int(tallies.flow[:, Flow.BUYERS_RECOVERIES].sum())
    cost = min(collected, ledger.balance(INVESTORS, "claims_on_others"))
    ledger.pay(HOUSEHOLDS, "debt", INVESTORS, "claims_on_others", cost)
    ledger.pay(HOUSEHOLDS, "debt", INVESTORS, "income", collected - cost)
