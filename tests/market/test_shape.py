"""The shape of a book: inequality and concentration by hand, against the state, and when risky customers are shed."""

import numpy as np
import pandas as pd
import pytest

from sim.codes import OPEN, QUINTILES, REGIONS, SECTORS
from sim.market import CreditMarket
from sim.observe.shape import gini, top_share
from sim.rules.sizes import SIZE_BOUNDS_FEN, size_class
from tests.market.small_market import completed, one_lender, small
from tests.people.side_by_side import people_of


def shape_of(market: CreditMarket, lender: str) -> pd.DataFrame:
    table = market.record.table("shape").to_pandas()
    return table[table["lender"] == lender].set_index("month")


def test_classes_end_below_their_bounds() -> None:
    for index, bound in enumerate(SIZE_BOUNDS_FEN):
        assert (size_class(bound - 1), size_class(bound)) == (index, index + 1)
    assert size_class(0) == 0


def test_inequality_by_hand() -> None:
    assert gini([4, 0], [400, 0]) == 0.0
    assert gini([3, 1], [0, 100]) == pytest.approx(0.75)
    assert gini([1, 1], [25, 75]) == pytest.approx(0.25)
    assert gini([0], [0]) is None
    assert top_share([98, 2], [98, 102], 0.01) == pytest.approx(51 / 200)
    assert top_share([99, 1], [99, 101], 0.02) == pytest.approx((101 + 1) / 200)
    assert top_share([0], [0], 0.01) is None


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_shape_is_that_of_the_state(index: int) -> None:
    market = completed(small())
    name = market.lenders[index].name
    row, state = shape_of(market, name).iloc[-1], people_of(market)
    here = (state.loans.status == OPEN) & (state.loans.lender == index)
    tickets, owed = state.loans.original[here].astype(int), state.loans.principal[here].astype(int)
    assert row["loans"] == len(tickets)
    assert row["mean_ticket_fen"] == tickets.sum() // len(tickets)
    assert row["mean_owed_fen"] == owed.sum() // len(owed)
    for bound in (1_000, 5_000, 10_000):
        small_ones = tickets < bound * 100
        assert row[f"loans_below_{bound}_share"] == pytest.approx(small_ones.mean())
        assert row[f"owed_below_{bound}_share"] == pytest.approx(owed[small_ones].sum() / owed.sum())
    debts = np.where(here, state.loans.principal, 0).sum(axis=1)
    assert row["debtors"] == (debts > 0).sum()
    by_sector = np.bincount(state.borrowers.sector, weights=debts, minlength=len(SECTORS)) / debts.sum()
    assert row["sector_hhi"] == pytest.approx((by_sector**2).sum())
    region = state.borrowers.group // (len(SECTORS) * 5) % len(REGIONS)
    assert region.max() < len(REGIONS) < len(QUINTILES)
    by_region = np.bincount(region, weights=debts, minlength=len(REGIONS)) / debts.sum()
    assert row["region_hhi"] == pytest.approx((by_region**2).sum())
    largest = np.sort(debts[debts > 0])[::-1]
    exact = 1.0 - 2.0 * (np.cumsum(largest[::-1]) / largest.sum() - largest[::-1] / largest.sum() / 2).mean()
    assert row["debt_gini"] == pytest.approx(exact, abs=0.06)
    assert row["debt_gini"] <= exact + 1e-9


def test_shedding_risky_customers_moves_the_share_of_small_loans() -> None:
    """The limit falls with the band, so that the risky borrow small: a lender that sheds them lends larger loans.

    Theory leaves the sign open (the risky are also poorer, and the poor shop smaller); this is what the market gives.
    """
    config = small(people=3_000, warm_up=18, months=18)
    shares = []
    for cutoff in (12, 5):
        strict = one_lender(config, "platform_a", new_cutoff_band=cutoff, line_cutoff_band=cutoff + 2)
        shares.append(shape_of(completed(strict), "platform_a")["loans_below_5000_share"].tail(4).mean())
    open_book, strict_book = shares
    assert abs(strict_book - open_book) > 0.005
    assert strict_book < open_book
