"""Claims sold in a living market: to whom debtors pay, and what a rush of sellers does to the price."""

import pandas as pd

from sim.counted import Flow
from sim.market import CreditMarket
from sim.parameters.books import DisposalParameters
from tests.market.made_markets import selling
from tests.market.small_market import SEED, completed, every_lender, one_lender, small

SELLING = DisposalParameters(sell_after_months=3)
PEOPLE, WARM_UP, MONTHS = 1_500, 30, 9


def lender_rows(market: CreditMarket) -> pd.DataFrame:
    return market.record.table("lender").to_pandas()


def alone() -> CreditMarket:
    return completed(one_lender(small(PEOPLE, WARM_UP, MONTHS), "platform_a", disposal=SELLING))


def together() -> CreditMarket:
    return completed(every_lender(small(PEOPLE, WARM_UP, MONTHS), disposal=SELLING))


def test_sold_claims_leave_their_lender_and_are_collected_by_buyers() -> None:
    market, plain = alone(), completed(small(PEOPLE, WARM_UP, MONTHS))
    rows = lender_rows(market)
    platform, others = rows[rows["lender"] == "platform_a"].set_index("month"), rows[rows["lender"] == "bank_b"]
    first = int(platform.index[platform["sale_price_share"] > 0][0])
    assert first == 0
    partner = rows[(rows["lender"] == "bank_a") & (rows["month"] == first)]
    sold = platform["claims_sold_fen"][first] + partner["claims_sold_fen"].item()
    before = lender_rows(plain).set_index(["lender", "month"])["claims_fen"]
    assert 0 < sold <= before["platform_a", first]
    assert platform["buyers_claims_fen"][first] == 0, "the sale comes at the month's end"
    assert 0 < platform["buyers_claims_fen"][first + 1] <= sold
    assert (
        platform["claims_fen"][first + 1] + platform["buyers_claims_fen"][first + 1] == before["platform_a", first + 1]
    )
    assert (others["buyers_claims_fen"] == 0).all()
    assert int(market.ledger.balance("investors", "cash")) < 0, "they have paid more than they got back so far"


def test_debtors_pay_what_they_would_have_paid() -> None:
    months = []
    for disposal in (DisposalParameters(), SELLING):
        config = one_lender(small(PEOPLE, WARM_UP, MONTHS), "platform_a", disposal=disposal)
        market = CreditMarket(config, rng=SEED)
        for _ in range(2):  # in the second month debtors pay buyers; what sales do to lending comes later
            market.step()
        assert market.last_month is not None
        flow = market.last_month.flow
        months.append((flow[:, Flow.RECOVERIES] + flow[:, Flow.BUYERS_RECOVERIES]).sum())
    assert months[0] == months[1] > 0


def test_a_rush_of_sellers_lowers_the_price() -> None:
    """The fire sale: the same lot fetches less when others sell too."""
    one, many = (
        lender_rows(market).set_index(["month", "lender"])["sale_price_share"] for market in (alone(), together())
    )
    assert 0.0 < many[0, "platform_a"] < one[0, "platform_a"]


def test_a_sale_has_a_price_and_a_month_without_one_has_none() -> None:
    rows = lender_rows(completed(selling()))
    assert (rows["sale_price_share"].notna() == (rows["lots_sold_fen"] > 0)).all()
    sold = rows[rows["lots_sold_fen"] > 0]
    assert sold["sale_price_share"].between(0.0, 1.0, inclusive="neither").all()
