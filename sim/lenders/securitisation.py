"""How a lender sells notes on its loans and serves their holders."""

from __future__ import annotations

from typing import NamedTuple

from sim.books.headrooms import UNLIMITED
from sim.books.ledger import FUNDERS
from sim.books.retained_share import RetainedShare
from sim.books.securitisation import issued, pool_after
from sim.codes import NO_LIMIT, OPERATING
from sim.lenders.state import LenderState
from sim.money import basis_points, part
from sim.values import Economy

QUARTER_MONTHS = 3


class NotesServed(NamedTuple):
    """What holders of notes got this month, fen."""

    interest: int
    repaid: int


def serve_note_holders(lender: LenderState, month: RetainedShare) -> NotesServed:
    """Pass on what pools collected, and let holders bear what the first loss does not.

    An administrator calls no notes and pays interest as far as there is cash.
    """
    ledger, name = lender.ledger, lender.name
    interest, repaid = 0, 0
    pools = []
    for pool in lender.pools:
        after = pool_after(pool, lender.opening_loans_fen, month.repaid, month.charge_offs, lender.status == OPERATING)
        coupon = after.interest if lender.status == OPERATING else min(after.interest, max(0, lender.cash_fen()))
        ledger.pay(name, "interest_expense", FUNDERS, "interest_income", coupon)
        ledger.pay(name, "securities", FUNDERS, "claims_on_others", after.repaid)
        ledger.post(name, "securities", "write_back", after.lost)
        ledger.post(FUNDERS, "write_off", "claims_on_others", after.lost)
        interest += coupon
        repaid += after.repaid
        if after.pool.principal > 0:
            pools.append(after.pool)
    lender.pools = tuple(pools)
    return NotesServed(interest, repaid)


def securities_room(lender: LenderState) -> int:
    """Return what notes may still be sold before they reach their legal multiple of equity, in fen."""
    multiple = lender.rules.securities_multiple
    if multiple >= NO_LIMIT:
        return UNLIMITED
    return max(0, int(multiple * max(0, lender.equity_fen())) - lender.balance("securities"))


def issue_notes(lender: LenderState, month: RetainedShare, economy: Economy) -> None:
    """Sell notes on a share of the current loans that stand in no pool yet, once a quarter.

    What is sold below par is an expense of the month.
    """
    p = lender.parameters.securities
    if p.pool_share <= 0.0 or lender.status != OPERATING or economy.month < 0 or economy.month % QUARTER_MONTHS > 0:
        return
    current = month.whole_stock()[0] - sum(pool.principal for pool in lender.pools)
    principal = int(p.pool_share * max(0, current))
    rate_bp = max(0, basis_points(economy.policy_rate_apr + p.spread_apr + economy.funding_spread_apr))
    pool = issued(principal, basis_points(p.first_loss_share), basis_points(p.vertical_share), rate_bp)
    lawful = securities_room(lender)
    if pool.sold > lawful:
        reason = f"the law leaves room for {lawful / 100:,.0f} of {pool.sold / 100:,.0f} yuan of notes"
        lender.log(economy.month, "sells_fewer_notes", reason, pool.sold - lawful)
        principal = principal * lawful // pool.sold
        pool = issued(principal, basis_points(p.first_loss_share), basis_points(p.vertical_share), rate_bp)
    if pool.sold == 0:
        return
    proceeds = part(pool.sold, basis_points(p.price_share))
    ledger, name = lender.ledger, lender.name
    ledger.pay(FUNDERS, "claims_on_others", name, "securities", proceeds)
    ledger.post(name, "interest_expense", "securities", pool.sold - proceeds)
    ledger.post(FUNDERS, "claims_on_others", "interest_income", pool.sold - proceeds)
    lender.pools = (*lender.pools, pool)
    lender.log(economy.month, "sells_notes", f"notes on {principal / 100:,.0f} yuan of loans", pool.sold)
