"""A lender that fails in a living market: no new loans, a run-off, losses to funders, and books that close."""

import pandas as pd
import pytest

from sim.market import CreditMarket
from sim.params import MarketConfig
from sim.shocks.funding_freeze import FundingFreeze
from tests.market.known_values import assert_known_values_are_finite
from tests.market.small_market import completed, one_lender, small

STARTS = 3


def short_funded(config: MarketConfig, lenders: tuple[str, ...]) -> MarketConfig:
    for name in lenders:
        config = one_lender(config, name, funding_term_months=2, deposit_share=0.0, cash_target_share=0.0)
    return config


def unfrozen_market(*lenders: str) -> CreditMarket:
    return completed(short_funded(small(), lenders))


def frozen_market(*lenders: str, months: int = 18) -> CreditMarket:
    """All short funding of these lenders falls due and nothing is renewed."""
    freeze = FundingFreeze(STARTS, months=12, lenders=lenders, rollover_cut_share=1.0)
    return completed(short_funded(small(months=months, shock=(("freeze", freeze),)), lenders))


def rows_of(market: CreditMarket, name: str) -> pd.DataFrame:
    lender = market.record.table("lender").to_pandas()
    return lender[lender["lender"] == name].set_index("month")


@pytest.mark.parametrize("name", ["consumer_finance_a", "bank_a", "platform_a"])
def test_a_lender_without_funders_fails_and_stays_closed(name: str) -> None:
    rows = rows_of(frozen_market(name), name)
    failed = rows.index[rows["status"] == "resolution"]
    assert len(failed) > 0
    assert failed[0] >= STARTS
    assert (rows.loc[failed[0] :, "status"] == "resolution").all()
    assert (rows.loc[failed[0] + 1 :, "originations_fen"] == 0).all()
    assert (rows.loc[: STARTS - 1, "status"] == "open").all()
    book = rows.loc[failed[0] :, "managed_loans_fen"]
    assert book.is_monotonic_decreasing
    assert book.iloc[-1] < book.iloc[0]


def test_nobody_lends_to_a_closed_lender_for_ever() -> None:
    rows = rows_of(frozen_market("bank_a"), "bank_a")
    failed = rows.index[rows["status"] == "resolution"][0]
    assert (rows.loc[failed + 1 :, "cash_fen"] >= 0).all(), "funders advance running costs, and bear them"
    assert (rows.loc[failed + 1 :, "dividends_fen"] == 0).all()


def test_every_number_stays_finite_and_the_books_close() -> None:
    market = frozen_market("bank_a", "consumer_finance_a", "platform_a")
    assert_known_values_are_finite(market)
    assert market.month == market.config.calendar.months, "the audit passed every month"


def test_the_log_says_who_failed_why_and_who_paid() -> None:
    market = frozen_market("consumer_finance_a", months=72)  # long enough for the run-off to end
    acts = market.record.table("actions").to_pandas()
    entered = acts[(acts["act"] == "enters_resolution") & (acts["actor"] == "consumer_finance_a")]
    assert len(entered) == 1
    assert "yuan at month end" in entered["reason"].item()
    lost = acts[acts["act"] == "funders_lose"]["value"].sum()
    assert lost == market.ledger.balance("funders", "write_off")
    assert rows_of(market, "consumer_finance_a")["loans_fen"].iloc[-1] == 0
    assert market.lenders[4].funding.wholesale == market.lenders[4].funding.deposits == 0, "paid, or lost and logged"


def test_an_originator_whose_partner_fails_lends_its_own_money() -> None:
    market = frozen_market("bank_a")
    bank, platform = rows_of(market, "bank_a"), rows_of(market, "platform_a")
    failed = bank.index[bank["status"] == "resolution"][0]
    later = platform.loc[failed + 1 : failed + 4]
    calm = rows_of(unfrozen_market("bank_a"), "platform_a").loc[failed + 1 : failed + 4]
    assert (later["status"] == "open").all()
    assert later["originations_fen"].sum() > 0
    assert later["originations_fen"].sum() < calm["originations_fen"].sum()
    offer = market.offers[0]
    assert (offer.partners, offer.partner_share_bp) == ((), 0)
