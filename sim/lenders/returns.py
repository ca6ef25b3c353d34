"""How a lender deals with its supervisor: what it files, how it pays fines, how it takes an order to find capital."""

from __future__ import annotations

from sim.books.ledger import TREASURY
from sim.books.returns import Figures, Return, dressed
from sim.lenders.state import LenderState


def declared_productive_share(lender: LenderState) -> float:
    """Return the share of its loans that a lender declares as working capital, which the law may weigh less."""
    p, true = lender.parameters.relabelling, lender.productive_share
    misreports = lender.month >= max(p.from_month, lender.honest_until)
    if p.declared_share == 0.0 or not misreports or lender.weight_at(1.0) >= lender.weight_at(0.0):
        return true
    return true + p.declared_share * (1.0 - true)


def figures_of(lender: LenderState) -> Figures:
    """Return what the books say, purposes as they are, which is what an inspector finds who sees through all."""
    weighted = int((lender.loans_fen() + lender.balance("allowance")) * lender.weight_at(lender.productive_share))
    return Figures(
        capital_ratio_share=lender.equity_fen() / weighted if weighted > 0 else 1.0,
        risk_weighted_fen=weighted,
        loans_fen=lender.loans_fen(),
        bad_fen=lender.month_report.get("stage3_fen", 0),
    )


def file_return(lender: LenderState, month: int, minimum_share: float) -> Return:
    """Return the month's supervisory return, misreported where the lender does so."""
    books, dressing = figures_of(lender), lender.parameters.dressing
    declared = lender.capital_ratio_share()
    relabelled = declared - books.capital_ratio_share
    honest = Return(month, declared, minimum_share, books, relabelled_share=relabelled)
    filed = dressed(honest, dressing, lender.months_dressed)
    if filed.hidden_share > 0.0:
        lender.months_dressed += 1
        reason = (
            f"total capital of {declared:.2%} is shown as {filed.capital_ratio_share:.2%}, "
            f"the rule asks {minimum_share:.2%}"
        )
        lender.log(month, "dresses_return", reason, filed.hidden_share)
    elif not honest.looks_weak(dressing.near_share):
        lender.months_dressed = 0
    return filed


def pay_fine(lender: LenderState, amount_fen: int) -> int:
    """Pay a fine to the treasury, as far as there is cash, and return what was paid in fen."""
    paid = min(amount_fen, max(0, lender.cash_fen()))
    lender.ledger.pay(lender.name, "fines", TREASURY, "income", paid)
    return paid


def ask_owners_now(lender: LenderState) -> None:
    """Put the question for capital to the owners at the next close, without the usual patience."""
    patience = lender.parameters.raise_patience_months
    if lender.ownership.answer_month is None:
        lender.ownership = lender.ownership._replace(months_short=max(lender.ownership.months_short, patience))
