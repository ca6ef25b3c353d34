"""Who loses what when a lender fails: claims by rank, what was paid on them, and what is lost for good.

Note holders have their pools to themselves. Everything else goes to depositors first, then to wholesale funders of all
maturities alike, for all debt has fallen due, and to owners last. A claim is settled when nothing is left to collect on
it; money that comes in later still makes good what was lost, in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

NOTE_HOLDERS, DEPOSITORS, WHOLESALE, OWNERS = "note_holders", "depositors", "wholesale", "owners"
RANKS = (NOTE_HOLDERS, DEPOSITORS, WHOLESALE, OWNERS)
FUNDER_RANKS = (DEPOSITORS, WHOLESALE)  # who is paid from the estate before owners


class Claim(NamedTuple):
    """What one rank is owed from the day of failure, fen."""

    rank: str
    owed: int  # when the lender failed; of owners, the equity in the books of the month before
    paid: int = 0
    settled: bool = False

    @property
    def open(self) -> int:
        """Return what may still be paid."""
        return 0 if self.settled else self.owed - self.paid

    @property
    def lost(self) -> int:
        """Return what will not be paid; owners who get more than they had lose nothing."""
        return max(0, self.owed - self.paid) if self.settled else 0


Estate = tuple[Claim, ...]


def estate_of(owed: Mapping[str, int]) -> Estate:
    """Return the claims on a lender that has just failed, in the order of ranks."""
    return tuple(Claim(rank, owed[rank]) for rank in RANKS)


def after_payments(estate: Estate, paid: Mapping[str, int]) -> Estate:
    """Return the claims after payments by rank."""
    return tuple(claim._replace(paid=claim.paid + paid.get(claim.rank, 0)) for claim in estate)


def settled(estate: Estate) -> Estate:
    """Return the claims when nothing is left to collect: what is open is lost."""
    return tuple(claim._replace(settled=True) for claim in estate)


def late_payments(estate: Estate, cash: int) -> dict[str, int]:
    """Return how cash that came in after settlement goes to those who lost, by rank, and to owners what is left."""
    left = max(0, cash)
    paid = {}
    for claim in estate:
        if claim.rank in FUNDER_RANKS:
            paid[claim.rank] = min(left, claim.lost)
            left -= paid[claim.rank]
    return paid | {OWNERS: left}
