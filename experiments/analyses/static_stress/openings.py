"""The books with which a static exercise begins, read from the tables of a run: who holds what part of whose loans."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from experiments.analyses.static_stress.roll_rates import Stock, opening_stock
from experiments.analyses.static_stress.static_books import Opening
from sim.codes import OPERATING
from sim.params import LenderParameters, MarketConfig

BASE_MONTHS = 12  # whose mean income the exercise holds constant


def parts_of_loans(
    market: MarketConfig, owned: Mapping[str, float], managed: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """Return by holder and originator what part of the originator's loans the holder has, 0 to 1.

    `owned` and `managed` are loans in fen by lender. An originator with partner banks owns what its books say; the
    rest is its partners', by their weights.
    """
    parts: dict[str, dict[str, float]] = {name: {} for name, _ in market.lender}
    for name, lender in market.lender:
        partners = lender.partnerships
        own = min(1.0, owned[name] / managed[name]) if partners and managed[name] > 0 else 1.0
        parts[name][name] = own
        weights = math.fsum(partner.weight for partner in partners)
        for partner in partners:
            if weights > 0.0:
                parts[partner.bank][name] = (1.0 - own) * partner.weight / weights
    return parts


def opening_of(
    lender: LenderParameters, market: MarketConfig, exposures: Mapping[str, Stock], before: pd.DataFrame
) -> Opening:
    """Return a lender's opening books from its exposures and its rows of the months before, the last month last."""
    last, base = before.iloc[-1], before.tail(BASE_MONTHS)
    return Opening(
        exposures=exposures,
        equity=float(last["equity_fen"]),
        risk_weighted=float(last["risk_weighted_assets_fen"]),
        interest=float((base["interest_fen"] + base["service_fees_fen"]).mean()),
        funding_cost=float(base["funding_cost_fen"].mean()),
        opex=float(base["opex_fen"].mean()),
        wholesale=float(last["wholesale_fen"]),
        funding_term_months=lender.funding_term_months,
        tax_share=market.economy.profit_tax_share,
        dividend_share=lender.dividend_share,
        capital_target_share=lender.capital_target_share,
    )


def openings_of(market: MarketConfig, lenders: pd.DataFrame, rolls: pd.DataFrame, month: int) -> dict[str, Opening]:
    """Return the opening books of every lender that operates as a month begins, by name.

    `lenders` and `rolls` are the tables of one run. What a lender holds is scaled to what its books say it owns.
    """
    before = lenders[lenders["month"] < month]
    last = before[before["month"] == month - 1].set_index("lender")
    owned, managed = last["loans_fen"].astype(float).to_dict(), last["managed_loans_fen"].astype(float).to_dict()
    parts = parts_of_loans(market, owned, managed)
    whole = {name: opening_stock(rolls[(rolls["lender"] == name) & (rolls["month"] == month)]) for name in managed}
    found = {}
    for name, lender in market.lender:
        if last.loc[name, "status"] != OPERATING or owned[name] <= 0.0:
            continue
        exposures = {other: whole[other] * part for other, part in parts[name].items() if part > 0.0}
        held = math.fsum(float(stock.sum()) for stock in exposures.values())
        scaled = {other: stock * (owned[name] / held) for other, stock in exposures.items()} if held else exposures
        found[name] = opening_of(lender, market, scaled, before[before["lender"] == name].sort_values("month"))
    return found
