"""One lender's row of a month, and what is remembered between months to form its ratios over time."""

from __future__ import annotations

from typing import Any

from sim.codes import LAG_MONTHS
from sim.counted import FLOW
from sim.observe.metrics import past_due, return_on_equity, share, yearly_share
from sim.observe.offering import offered_apr
from sim.observe.schemas import SCHEMAS
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
    flow = tallies.flow[offer.lender]
    stock = [int(amount) for amount in tallies.stock[offer.lender]]
    book = sum(stock)
    history.books.append(book)
    history.charge_offs.append(int(flow[FLOW["charge_offs"]]))
    history.profits.append(int(report["profit_fen"]))
    history.equities.append(int(report["equity_fen"]))
    history.assets.append(int(report["cash_fen"]) + int(report["loans_fen"]) - int(report["allowance_fen"]))
    history.incomes.append(
        int(report["interest_fen"]) + int(report["service_fees_fen"]) - int(report["funding_cost_fen"])
    )
    history.opex.append(int(report["opex_fen"]))
    lagged = history.books[-1 - LAG_MONTHS] if len(history.books) > LAG_MONTHS else book
    lost = sum(history.charge_offs[-12:])
    applications = int(flow[FLOW["new_applications"]] + flow[FLOW["line_applications"]])
    approvals = int(flow[FLOW["new_approvals"]] + flow[FLOW["line_approvals"]])
    lent = int(flow[FLOW["originations"]])
    new_money = lent - int(flow[FLOW["refinanced"]])
    count = int(flow[FLOW["originations_count"]])
    limits = int(flow[FLOW["line_limits"]])
    mean_apr = share(int(flow[FLOW["originations_apr"]]), lent)
    ceiling = offer.rules.max_headline_apr_bp / 10_000.0  # of headlines: what is above it is shown as fees
    row: dict[str, Any] = {
        "month": month,
        "managed_loans_fen": book,
        "claims_fen": int(tallies.claims[offer.lender]),
        "buyers_claims_fen": int(flow[FLOW["buyers_claims"]]),
        "customers": int(flow[FLOW["customers"]]),
        "open_lines": int(flow[FLOW["open_lines"]]),
        "line_limits_fen": limits,
        "unused_lines_fen": int(flow[FLOW["unused_lines"]]),
        "lines_cut": int(flow[FLOW["lines_cut"]]),
        "limits_cut_fen": int(flow[FLOW["limits_cut"]]),
        "lines_frozen": int(flow[FLOW["lines_frozen"]]),
        "utilisation_share": share(limits - int(flow[FLOW["unused_lines"]]), limits),
        "new_applications": int(flow[FLOW["new_applications"]]),
        "new_approvals": int(flow[FLOW["new_approvals"]]),
        "line_applications": int(flow[FLOW["line_applications"]]),
        "line_approvals": int(flow[FLOW["line_approvals"]]),
        "applications": applications,
        "approvals": approvals,
        "approval_share": share(approvals, applications),
        "originations_fen": new_money,
        "refinanced_fen": lent - new_money,
        "originations_count": count,
        "mean_ticket_fen": new_money // count if count else 0,
        "mean_apr": mean_apr,
        "offered_apr": offered_apr(offer, tallies),
        "headline_apr": min(mean_apr * (1.0 - report["fee_gap_share"]), ceiling),
        "fee_apr": max(mean_apr * report["fee_gap_share"], mean_apr - ceiling),
        "dpd30_share": share(past_due(stock, 2), book),
        "dpd60_share": share(past_due(stock, 3), book),
        "dpd90_share": share(past_due(stock, 4), book),
        "dpd30_lagged_share": share(past_due(stock, 2), lagged),
        "dpd90_lagged_share": share(past_due(stock, 4), lagged),
        "npl_with_charge_offs_share": share(past_due(stock, 4) + lost, book + lost),
        "managed_charge_offs_fen": int(flow[FLOW["charge_offs"]]),
        "defaults": int(flow[FLOW["defaults"]]),
        "defaults_by_choice": int(flow[FLOW["defaults_by_choice"]]),
        "roe_share": return_on_equity(history.profits[-12:], history.equities[-12:]),
        "roa_share": yearly_share(history.profits[-12:], history.assets[-12:]),
        "take_rate_share": yearly_share(history.incomes[-12:], history.books[-12:]),
        "cost_income_share": share(sum(history.opex[-12:]), sum(history.incomes[-12:])),
        "binding": binding,
    }
    for column in SCHEMAS["lender"]:
        if column not in (*row, "lender", "kind"):
            row[column] = report[column]
    return row
