"""Notes on a pool of loans: one deal worked by hand, and a waterfall that loses nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.ledger import FUNDERS
from sim.books.securitisation import Pool, issued, pool_after
from sim.observe.audit import AuditError, audit
from sim.parameters.books import SecuritiesParameters
from sim.params import LenderParameters
from tests.books.made_books import LOST, Contract, Town


def test_a_deal_worked_by_hand() -> None:
    # Of a pool of 1,000,000 the first 100,000 of losses are kept, and 5% of the notes over the other 900,000.
    pool = issued(1_000_000, 1_000, 500, 480)
    assert (pool.notes, pool.sold) == (900_000, 855_000)

    # Of the book of 4,000,000 a tenth is repaid and 1% lost: the pool collects 100,000, all for the notes, and 10,000
    # of the first loss are used up. Interest is a twelfth of 4.8% on what others held.
    month = pool_after(pool, 4_000_000, 400_000, 40_000)
    assert month.pool == Pool(1_000_000, 890_000, 800_000, 9_500, 480)
    assert (month.interest, month.repaid, month.lost) == (3_420, 95_000, 0)

    # Then a fifth is lost and nothing repaid: 178,000 of the pool. 712,000 are left and 800,000 of notes: 88,000 too
    # few, of which others bear 95%.
    month = pool_after(month.pool, 1_000, 0, 200)
    assert (month.pool.principal, month.pool.notes) == (712_000, 712_000)
    assert (month.repaid, month.lost) == (0, 83_600)

    # Below a tenth of what it was, the lender repays the rest.
    month = pool_after(month.pool, 1_000, 900, 0)
    assert month.pool.principal == 0
    assert (month.repaid, month.lost) == (712_000 * 95 // 100, 0)


books = st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9)).map(
    lambda book: (sum(book), book[0], book[1])
)


@given(
    st.integers(0, 10**11),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.integers(0, 2_000),
    st.lists(books, max_size=20),
)
def test_every_fen_of_the_notes_is_repaid_or_lost_or_still_owed(
    principal: int, first_loss_bp: int, vertical_bp: int, rate_bp: int, months: list[tuple[int, int, int]]
) -> None:
    pool = issued(principal, first_loss_bp, vertical_bp, rate_bp)
    for opening, repaid, charged_off in months:
        after = pool_after(pool, opening, repaid, charged_off)
        assert pool.sold == after.repaid + after.lost + after.pool.sold
        assert min(after.interest, after.repaid, after.lost) >= 0
        assert 0 <= after.pool.notes <= after.pool.principal <= pool.principal
        pool = after.pool


@given(st.integers(1, 10**11), st.integers(0, 5_000), st.lists(st.integers(0, 1_000), max_size=12))
def test_holders_lose_nothing_while_losses_stay_within_the_first_loss(
    principal: int, first_loss_bp: int, collected: list[int]
) -> None:
    pool = issued(principal, first_loss_bp, 500, 0)
    for share in collected:
        after = pool_after(pool, 10_000, share, 0)
        assert after.lost == 0
        pool = after.pool


NOTES = SecuritiesParameters(
    pool_share=0.5, first_loss_share=0.1, vertical_share=0.05, price_share=0.99, spread_apr=0.0
)
ISSUER = LenderParameters(kind="platform", securities=NOTES, opex_apr=0.0, founding_plan_yuan=0.0, dividend_share=0.0)


def test_notes_fund_the_lender_and_the_books_close() -> None:
    town, plain = (Town(("one", p)) for p in (ISSUER, ISSUER._replace(securities=SecuritiesParameters())))
    for each in (town, plain):
        each.month(-1, Contract(0, lent=10_000_000))
        each.month(0, Contract(0, opening=10_000_000, repaid=1_000_000))
    lender, other = town.lenders[0], plain.lenders[0]
    # Half of the 9,000,000 that are current; 90% of it are notes, of which 95% are sold, at 99.
    assert lender.report()["securities_fen"] == 3_847_500
    assert lender.balance("loans") == other.balance("loans"), "the loans stay on the books"
    assert [act.act for act in lender.take_acts()] == ["sells_notes"]
    assert lender.report()["funding_cost_fen"] == other.report()["funding_cost_fen"]
    assert lender.report()["profit_fen"] == other.report()["profit_fen"] - 38_475, "the discount is an expense"
    less_debt = other.report()["wholesale_fen"] - lender.report()["wholesale_fen"]
    assert less_debt + lender.cash_fen() - other.cash_fen() == 3_809_025, "what notes bring, other debt need not"

    town.month(1, Contract(0, opening=9_000_000, repaid=900_000))
    assert lender.report()["securities_fen"] == (4_050_000 - 450_000) * 95 // 100
    town.month(2, Contract(0, opening=6_100_000), Contract(0, opening=2_000_000, next_bucket=LOST))
    lost = town.ledger.balance(FUNDERS, "write_off")
    # The pool of 4,050,000 loses 1,000,000; the notes over 3,600,000 keep 3,050,000, and others bear 95% of the rest.
    assert lost == 3_420_000 - 3_050_000 * 95 // 100 > 0


def test_notes_that_no_pool_knows_are_found() -> None:
    town = Town(("one", ISSUER))
    town.month(-1, Contract(0, lent=10_000_000))
    before = town.opening_stock
    tallies = town.month(0, Contract(0, opening=10_000_000))
    pool = town.lenders[0].pools[0]
    town.lenders[0].pools = (pool._replace(notes=pool.notes + 2),)
    with pytest.raises(AuditError, match="notes on its pools"):
        audit(town.ledger, town.lenders, tallies, before, 0)


def test_notes_that_are_collected_to_the_last_fen_are_gone() -> None:
    """Of a pool of 1,000,000 its 900,000 of notes are collected; the 100,000 left are the lender's own."""
    month = pool_after(issued(1_000_000, 1_000, 0, 0), 1_000_000, 900_000, 0, may_call=False)
    assert (month.pool.principal, month.pool.notes) == (100_000, 0)
    assert (month.repaid, month.lost) == (900_000, 0)
