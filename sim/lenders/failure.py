"""How a lender fails, and how an administrator pays out what its borrowers still pay."""

from __future__ import annotations

from sim.books.funding import blank_funding, pay_out
from sim.books.ledger import FUNDERS, OWNERS
from sim.books.resolution import (
    DEPOSITORS,
    FUNDER_RANKS,
    NOTE_HOLDERS,
    WHOLESALE,
    after_payments,
    estate_of,
    late_payments,
    settled,
)
from sim.books.resolution import (
    OWNERS as OWNERS_RANK,
)
from sim.codes import RESOLUTION
from sim.lenders.state import LenderState


def leave(lender: LenderState, month: int) -> None:
    """Close for good though able to pay: no new loans, the book runs off, and owners get what is left."""
    if lender.status == RESOLUTION:
        return
    lender.status = RESOLUTION
    lender.log(month, "leaves", "the lender gives up its business; its book runs off", lender.equity_fen())


def judge_solvency(lender: LenderState, month: int) -> None:
    """Enter resolution when cash is gone or equity below the licence's; funders bear what the run-off lacks."""
    if lender.status == RESOLUTION or month < 0:
        return
    cash, equity, least = lender.cash_fen(), lender.equity_fen(), lender.licence_capital_fen
    if cash >= 0 and equity >= least:
        return
    lender.status = RESOLUTION
    reason = f"cash {cash / 100:,.0f} yuan, equity {equity / 100:,.0f} yuan at month end"
    if 0 <= equity < least:
        reason += f", under the licence's least capital of {least / 100:,.0f} yuan"
    lender.log(month, "enters_resolution", reason, equity)
    lender.month_report["status"] = lender.status
    if cash < 0:
        # A payment that cash does not cover is not made: it stays owed to funders, whose claims are all alike.
        lender.ledger.pay(FUNDERS, "claims_on_others", lender.name, "wholesale", -cash)
        first, *later = lender.funding.ladder
        lender.funding = lender.funding._replace(ladder=(first - cash, *later))
    open_estate(lender)


def open_estate(lender: LenderState) -> None:
    """Write down who is owed what on the day of failure."""
    lender.estate = estate_of(
        {
            NOTE_HOLDERS: lender.balance("securities"),
            DEPOSITORS: lender.funding.deposits,
            WHOLESALE: lender.funding.wholesale,
            OWNERS_RANK: max(0, lender.opening_equity_fen),
        }
    )


def run_off(lender: LenderState, month: int, notes_repaid_fen: int) -> None:
    """Pay funders all that was collected; when no loan is left, settle, and pay on whatever still comes in."""
    ledger, name = lender.ledger, lender.name
    if not lender.estate:
        open_estate(lender)  # the supervisor withdrew the licence before the books failed
        notes_repaid_fen = 0
    paid = pay_out(lender.funding, lender.cash_fen())
    ledger.pay(name, "deposits", FUNDERS, "claims_on_others", paid.deposits)
    ledger.pay(name, "wholesale", FUNDERS, "claims_on_others", paid.wholesale)
    lender.funding = paid.funding
    payments = {NOTE_HOLDERS: notes_repaid_fen, DEPOSITORS: paid.deposits, WHOLESALE: paid.wholesale}
    lender.estate = after_payments(lender.estate, payments)
    if lender.loans_fen() == 0:
        settle(lender, month)


def settle(lender: LenderState, month: int) -> None:
    """Write off what funders are still owed, and pay what comes in later to those who lost, then to owners."""
    ledger, name = lender.ledger, lender.name
    lender.estate = settled(lender.estate)
    lost = lender.funding.wholesale + lender.funding.deposits
    if lost > 0:
        ledger.post(name, "wholesale", "equity", lender.funding.wholesale)
        ledger.post(name, "deposits", "equity", lender.funding.deposits)
        ledger.post(FUNDERS, "write_off", "claims_on_others", lost)
        lender.funding = blank_funding(len(lender.funding.ladder))
        lender.log(month, "funders_lose", f"{lost / 100:,.0f} yuan are owed and nothing is left to collect", lost)
    late = late_payments(lender.estate, lender.cash_fen())
    for rank in FUNDER_RANKS:
        ledger.pay(name, "equity", FUNDERS, "write_back", late[rank])
    ledger.pay(name, "equity", OWNERS, "income", late[OWNERS_RANK])
    lender.estate = after_payments(lender.estate, late)
