"""What a lender reports of a month: the columns of the lender table that come from its books."""

from __future__ import annotations

from typing import Any

from sim.lenders.state import LenderState


def report_of(lender: LenderState) -> dict[str, Any]:
    """Return the month's report: flows as the close noted them, and balances as they stand; amounts in fen."""
    return lender.month_report | {
        "estate": lender.estate,
        "headrooms": lender.budget.uses(),
        "claims_sold_fen": lender.sale.face,
        "sale_proceeds_fen": lender.sale.proceeds,
        "lots_sold_fen": lender.lot_sold_fen,
        "sale_price_share": lender.sale_price_share if lender.lot_sold_fen else None,
        "markup_apr": lender.markup_apr(),
        "fee_gap_share": lender.parameters.fee_gap_share,
        "fines_fen": lender.balance("fines"),
        "cash_fen": lender.cash_fen(),
        "loans_fen": lender.loans_fen(),
        "allowance_fen": -lender.balance("allowance"),
        "wholesale_fen": lender.funding.wholesale,
        "deposits_fen": lender.funding.deposits,
        "wholesale_apr": lender.funding.wholesale_apr() if lender.funding.wholesale else None,
        "rollover_factor_share": lender.confidence.rollover_factor,
        "securities_fen": lender.balance("securities"),
        "liabilities_fen": sum(lender.balance(account) for account in ("wholesale", "deposits", "securities")),
        "equity_fen": lender.equity_fen(),
        "risk_weighted_assets_fen": lender.risk_weighted_fen(),
    }
