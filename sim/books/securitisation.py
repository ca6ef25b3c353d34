"""Asset-backed securities: notes on a pool of loans, repaid as the pool is repaid.

The lender keeps the first loss and a vertical slice of every note, so substantially all risk stays with it and the
loans stay on its books (IFRS 9, 3.2.6(b)); what it receives is a borrowing. Notes bring funding without a date, not
capital. A pool is repaid and charged off as the lender's whole book is, in proportion. What is collected goes to the
notes first, and their holders lose only what the first loss no longer covers. The sold part of the notes is a function
of what is left of them, and its flows are differences of that, so that nothing drifts.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.money import BASIS_POINTS, MONTHLY_BASIS_POINTS, part

CLEAN_UP_BP = 1_000  # of the first pool: below it the lender repays the notes, as usual in such deals


class Pool(NamedTuple):
    """One deal, fen."""

    original: int  # principal of the loans when the notes were sold
    principal: int  # of them today
    notes: int  # of all holders, the lender among them
    sold_bp: int  # part of the notes that others hold
    rate_bp: int

    @property
    def sold(self) -> int:
        """Return what others are owed."""
        return part(self.notes, self.sold_bp)


class PoolMonth(NamedTuple):
    """What a month did to one pool, fen; flows are those of the holders outside."""

    pool: Pool
    interest: int
    repaid: int
    lost: int


def issued(principal: int, first_loss_bp: int, vertical_bp: int, rate_bp: int) -> Pool:
    """Return a new pool: notes over all but the first loss, of which the vertical slice is kept."""
    notes = principal - part(principal, first_loss_bp)
    return Pool(principal, principal, notes, BASIS_POINTS - vertical_bp, rate_bp)


def pool_after(pool: Pool, opening: int, repaid: int, charged_off: int, may_call: bool = True) -> PoolMonth:
    """Return a pool a month later, when of a book of `opening` fen so much was repaid and so much charged off.

    A lender that may call its notes repays them when the pool is below a tenth of what it was. What is left of a pool
    when its book is gone counts as lost.
    """
    interest = pool.sold * pool.rate_bp // MONTHLY_BASIS_POINTS
    collected = pool.principal * min(repaid, opening) // max(1, opening)
    left = pool.principal - collected
    lost = left if repaid + charged_off >= opening else min(left, pool.principal * charged_off // opening)
    principal = left - lost
    notes_paid = max(0, pool.notes - collected)
    if may_call and principal * BASIS_POINTS <= pool.original * CLEAN_UP_BP:
        unpaid = part(notes_paid - min(notes_paid, principal), pool.sold_bp)
        return PoolMonth(pool._replace(principal=0, notes=0), interest, pool.sold - unpaid, unpaid)
    notes = min(notes_paid, principal)
    after_cash = part(notes_paid, pool.sold_bp)
    after = pool._replace(principal=principal, notes=notes)
    return PoolMonth(after, interest, pool.sold - after_cash, after_cash - after.sold)
