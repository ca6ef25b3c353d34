"""The auction of charged-off claims, worked by hand; the level of prices: personal bad loans sold at 4.1% in 2025Q1."""

from hypothesis import given
from hypothesis import strategies as st

from sim.books.disposal import Lot, cleared, post_buyers, proceeds_of
from sim.books.ledger import HOUSEHOLDS, INVESTORS
from sim.codes import NOTHING_SOLD
from sim.counted import Flow
from sim.lenders.auction import sell_claims
from sim.parameters.books import AuctionParameters, DisposalParameters
from sim.params import LenderParameters
from tests.books.made_books import Contract, Town, tallies_of

# 100 people, 10 yuan each: 1,000 yuan on offer halve the price.
HALF = AuctionParameters(price_share=0.08, depth_yuan=10.0, age_discount_share=0.1, reference_age_months=12)


def test_prices_worked_by_hand() -> None:
    assert cleared([Lot(0, 12, 0.0)], HALF, 100) == [0], "nothing is offered"
    assert cleared([Lot(100_000, 12, 0.0)], HALF, 100) == [40_000], "1,000 yuan halve 8%"
    assert cleared([Lot(100_000, 13, 0.0)], HALF, 100) == [36_000], "a month older, a tenth less"
    # Two lots of 1,000 yuan: a third of 8% for each; the second asks for more and stays, yet weighs on the first.
    assert cleared([Lot(100_000, 12, 0.0), Lot(100_000, 12, 0.03)], HALF, 100) == [26_666, 0]
    assert cleared([Lot(100_000, 12, 0.04)], HALF, 100) == [40_000], "a price at the reserve is taken"
    assert cleared([Lot(100_000, 12, 0.0400001)], HALF, 100) == [0]
    assert proceeds_of(100_001, 26_666) == 2_666


lots = st.lists(st.builds(Lot, st.integers(0, 10**11), st.integers(1, 60), st.just(0.0)), min_size=1, max_size=6)


@given(lots, st.integers(1, 10**11), st.integers(1, 10**6))
def test_more_for_sale_never_raises_a_price_and_age_never_helps(offered: list[Lot], more: int, people: int) -> None:
    auction = AuctionParameters()
    before = cleared(offered, auction, people)
    crowded = cleared([*offered, Lot(more, 12, 0.0)], auction, people)
    assert all(0 <= price <= 1_000_000 for price in before)
    assert all(after <= price for after, price in zip(crowded, before, strict=False))
    older = cleared([lot._replace(age_months=lot.age_months + 1) for lot in offered], auction, people)
    assert all(after <= price for after, price in zip(older, before, strict=True))


def sellers() -> Town:
    """A bank, its platform that sells claims of six months, and a third that never sells."""
    town = Town(
        ("bank", LenderParameters(id=1, kind="bank")),
        (
            "platform",
            LenderParameters(id=2, partner="bank", partner_share=0.7, disposal=DisposalParameters(sell_after_months=6)),
        ),
        ("third", LenderParameters(id=3)),
        people=100,
    )
    town.month(-1, *[Contract(lender, lent=1_000_000) for lender in range(3)])
    return town


def test_a_sale_is_split_with_the_partner_and_refills_the_allowance() -> None:
    town = sellers()
    bank, platform, third = town.lenders
    contracts = [Contract(lender, opening=1_000_000) for lender in range(3)]
    tallies = tallies_of(3, contracts)
    tallies.flow[1, Flow.CLAIMS_FOR_SALE] = 100_000
    tallies.claims[1] = 150_000
    tallies.partner_claims_for_sale[1, 0] = 70_000
    before = [town.ledger.balance(name, "allowance") for name in ("bank", "platform", "third")]
    sell_claims(town.lenders, tallies, HALF, 3, 20)
    # 1,000 yuan halve the price of 8%, and six months younger than twelve they are worth 0.9 to the power of -6.
    price_ppm = int(0.04 * 0.9**-6 * 1_000_000)
    assert platform.sale_price_share == price_ppm / 1_000_000
    assert (platform.sale.face, bank.sale.face, third.sale.face) == (30_000, 70_000, 0)
    assert bank.sale.proceeds == 70_000 * price_ppm // 1_000_000
    paid = [before[place] - town.ledger.balance(name, "allowance") for place, name in enumerate(("bank", "platform"))]
    assert paid == [bank.sale.proceeds, platform.sale.proceeds]
    assert town.ledger.balance(INVESTORS, "claims_on_others") == sum(paid)
    assert platform.sold_before == 23 - 6 + 1, "what was charged off six months ago or earlier"
    assert (bank.sold_before, third.sold_before) == (NOTHING_SOLD, NOTHING_SOLD)
    assert [act.act for act in platform.take_acts()] == ["sells_claims"]

    sell_claims(town.lenders, tallies, HALF, 4, 20)
    assert (platform.sale.face, platform.sale_price_share) == (0, 0.0), "one auction a quarter"


def test_buyers_get_back_their_price_before_they_earn() -> None:
    town = sellers()
    town.ledger.pay(INVESTORS, "claims_on_others", "platform", "allowance", 400)
    tallies = tallies_of(3, [])
    for collected, cost, income in ((300, 100, 0), (300, 0, 200), (50, 0, 250)):
        tallies.flow[1, Flow.BUYERS_RECOVERIES] = collected
        before = town.ledger.balance(HOUSEHOLDS, "cash")
        post_buyers(town.ledger, tallies)
        assert town.ledger.balance(INVESTORS, "claims_on_others") == cost
        assert town.ledger.balance(INVESTORS, "income") == income
        assert before - town.ledger.balance(HOUSEHOLDS, "cash") == collected
