"""One lender's row of a month, and what is remembered between months to form its ratios over time."""

from __future__ import annotations

from typing import Any

from sim.codes import LAG_MONTHS
from sim.counted import Flow
from sim.observe.builders import DATE
from sim.observe.columns import SCHEMAS
from sim.observe.metrics import RECORDED, mean, past_due, with_ratios
from sim.observe.offering import offered
from sim.state import Tallies
from sim.values import Offer


class LenderHistory:
    """What is remembered of a lender between months to form ratios over time."""

    def __init__(self) -> None:
        """Start without a past."""
        self.books: list[int] = []
        self.charge_offs: list[int] = []
        self.profits: list[int] = []
        self.equities: list[int] = []
        self.assets: list[int] = []
        self.incomes: list[int] = []  # interest and fees less what funding costs
        self.opex: list[int] = []


def lender_row(
    history: LenderHistory, month: int, tallies: Tallies, offer: Offer, report: dict[str, Any], binding: str
) -> dict[str, Any]:
    """Return one lender's row of the month without its name and kind, and remember what later ratios need."""
    flow: list[int] = tallies.flow[offer.lender].tolist()
    stock: list[int] = tallies.stock[offer.lender].tolist()
    book = sum(stock)
    history.books.append(book)
    history.charge_offs.append(flow[Flow.CHARGE_OFFS])
    history.profits.append(int(report["profit_fen"]))
    history.equities.append(int(report["equity_fen"]))
    history.assets.append(int(report["cash_fen"]) + int(report["loans_fen"]) - int(report["allowance_fen"]))
    history.incomes.append(
        int(report["interest_fen"]) + int(report["service_fees_fen"]) - int(report["funding_cost_fen"])
    )
    history.opex.append(int(report["opex_fen"]))
    lent = flow[Flow.ORIGINATIONS] - flow[Flow.CAPITALISED]
    new_money = lent - flow[Flow.REFINANCED]
    charges = flow[Flow.ORIGINATIONS_APR]
    headline, fees = headline_and_fees(mean(charges, lent), offer, report["fee_gap_share"])
    offered_apr, offered_applications = offered(offer, tallies)
    row: dict[str, Any] = {
        "month": month,
        "managed_loans_fen": book,
        "claims_fen": int(tallies.claims[offer.lender]),
        "buyers_claims_fen": flow[Flow.BUYERS_CLAIMS],
        "customers": flow[Flow.CUSTOMERS],
        "open_lines": flow[Flow.OPEN_LINES],
        "line_limits_fen": flow[Flow.LINE_LIMITS],
        "unused_lines_fen": flow[Flow.UNUSED_LINES],
        "lines_cut": flow[Flow.LINES_CUT],
        "limits_cut_fen": flow[Flow.LIMITS_CUT],
        "lines_frozen": flow[Flow.LINES_FROZEN],
        "new_applications": flow[Flow.NEW_APPLICATIONS],
        "new_approvals": flow[Flow.NEW_APPROVALS],
        "line_applications": flow[Flow.LINE_APPLICATIONS],
        "line_approvals": flow[Flow.LINE_APPROVALS],
        "applications": flow[Flow.NEW_APPLICATIONS] + flow[Flow.LINE_APPLICATIONS],
        "approvals": flow[Flow.NEW_APPROVALS] + flow[Flow.LINE_APPROVALS],
        "originations_fen": new_money,
        "refinanced_fen": lent - new_money,
        "capitalised_fen": flow[Flow.CAPITALISED],
        "originations_count": flow[Flow.ORIGINATIONS_COUNT],
        "yearly_charges_fen": charges,
        "offered_applications": offered_applications,
        "offered_apr": offered_apr,
        "headline_apr": headline,
        "fee_apr": fees,
        "dpd30_fen": past_due(stock, 2),
        "dpd60_fen": past_due(stock, 3),
        "dpd90_fen": past_due(stock, 4),
        "lagged_managed_loans_fen": history.books[-1 - LAG_MONTHS] if len(history.books) > LAG_MONTHS else book,
        "managed_charge_offs_fen": flow[Flow.CHARGE_OFFS],
        "defaults": flow[Flow.DEFAULTS],
        "defaults_by_choice": flow[Flow.DEFAULTS_BY_CHOICE],
        "managed_charge_offs_12m_fen": sum(history.charge_offs[-12:]),
        "profit_12m_fen": sum(history.profits[-12:]),
        "equity_12m_fen": sum(history.equities[-12:]),
        "assets_12m_fen": sum(history.assets[-12:]),
        "net_income_12m_fen": sum(history.incomes[-12:]),
        "opex_12m_fen": sum(history.opex[-12:]),
        "managed_loans_12m_fen": sum(history.books[-12:]),
        "binding": binding,
    }
    made_elsewhere = {*row, *RECORDED["lender"], "lender", "kind", DATE}
    row.update({column: report[column] for column in SCHEMAS["lender"] if column not in made_elsewhere})
    return with_ratios("lender", row)


def headline_and_fees(mean_apr: float | None, offer: Offer, fee_gap_share: float) -> tuple[float | None, float | None]:
    """Return what of a mean price is shown as the headline and what as fees, None where nothing was lent."""
    if mean_apr is None:
        return None, None
    ceiling = offer.rules.max_headline_apr_bp / 10_000.0  # of headlines: what is above it is shown as fees
    return min(mean_apr * (1.0 - fee_gap_share), ceiling), max(mean_apr * fee_gap_share, mean_apr - ceiling)
