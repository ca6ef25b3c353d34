"""The markup of a lender that knows its share of the market: worked examples, and what must hold of any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.competition import LARGEST_SHARE_PPM, PPM, markup_bp, share_ppm
from sim.books.offer_tests import Yields
from sim.counted import Flow
from sim.lenders.markup import set_markup
from sim.parameters.conduct import CompetitionParameters
from sim.params import LenderParameters
from sim.state import Tallies, blank_tallies
from tests.books.made_books import Town

WEIGHT = 25.0  # a point more costs a tiny lender a quarter of its applicants
NO_BOUND = 10_000


@pytest.mark.parametrize(("lenders", "markup"), [(2, 800), (4, 533), (6, 480), (10, 444), (100, 404)])
def test_markups_of_lenders_that_are_alike(lenders: int, markup: int) -> None:
    """1 / (25 x (1 - 1/n)): two ask 8 points each, ten hardly more than the 4 that tastes alone allow."""
    assert markup_bp(WEIGHT, PPM // lenders, None, NO_BOUND) == markup


def test_customers_who_would_rather_go_home_lower_the_markup_too() -> None:
    assert markup_bp(WEIGHT, PPM // 2, 1_200, NO_BOUND) == 480  # 12.5 and 8.33 for each unit of price
    assert markup_bp(WEIGHT, PPM // 2, 1, NO_BOUND) == 1
    assert markup_bp(0.0, 0, None, 3_000) == 3_000, "nobody goes: the bound holds"


def test_what_is_not_kept_of_a_rise_lowers_the_whole_markup() -> None:
    """With 25 x 5/6 and 1 / 14% lost for each unit of price, 1 / 27.98 = 357 basis points; 70% of that is 250."""
    assert markup_bp(WEIGHT, PPM // 6, 1_400, NO_BOUND) == 357
    assert markup_bp(WEIGHT, PPM // 6, 1_400, NO_BOUND, kept_bp=7_000) == 250
    assert markup_bp(WEIGHT, PPM // 6, 1_400, NO_BOUND, kept_bp=47_800) == 1_709, "beside a partner, on a tenth"
    assert markup_bp(0.0, 0, None, NO_BOUND, kept_bp=0) == 0, "a dearer price never pays, though nobody goes"


def test_a_share_is_of_those_whom_the_lender_reaches() -> None:
    assert share_ppm(100, 1_000, 1.0) == 100_000
    assert share_ppm(100, 1_000, 0.4) == 250_000
    assert share_ppm(0, 0, 1.0) == share_ppm(5, 0, 0.0) == 0
    assert share_ppm(1_000, 1_000, 0.5) == LARGEST_SHARE_PPM


@given(
    st.floats(0.1, 500.0),
    st.integers(0, LARGEST_SHARE_PPM),
    st.integers(0, LARGEST_SHARE_PPM),
    st.one_of(st.none(), st.integers(1, 5_000)),
    st.integers(0, 3_000),
)
def test_a_larger_share_never_lowers_the_markup_and_the_bound_holds(
    weight: float, share: int, other: int, margin: int | None, largest: int
) -> None:
    low, high = (markup_bp(weight, each, margin, largest) for each in sorted((share, other)))
    assert 0 <= low <= high <= largest
    assert markup_bp(weight, share, margin, largest) <= markup_bp(weight, share, None, largest)


def applied(own_new: int, own_lines: int, others: int) -> Tallies:
    """A month of applications to the first of two lenders and to the other."""
    tallies = blank_tallies(2, 1)
    tallies.flow[0, Flow.NEW_APPLICATIONS], tallies.flow[0, Flow.LINE_APPLICATIONS] = own_new, own_lines
    tallies.flow[1, Flow.LINE_APPLICATIONS] = others
    return tallies


def test_a_lender_sets_its_markup_each_quarter_by_the_applications_it_remembers() -> None:
    demand = CompetitionParameters(believed_price_weight=WEIGHT, review_months=3, memory_months=2)
    town = Town(("one", LenderParameters(id=1, competition=demand, reach_share=0.4)), ("two", LenderParameters(id=2)))
    lender, markups = town.lenders[0], []
    for month, tallies in enumerate((applied(900, 0, 0), applied(60, 40, 900), applied(10, 90, 900))):
        set_markup(lender, tallies, month)
        markups.append(lender.demand.markup_bp)
    # Of the last two months' 2,000 applications 200 were its own, of those it reaches 200 of 800: 1 / (25 x 3/4).
    assert markups == [None, None, 533]
    assert [(act.act, act.value) for act in lender.take_acts()] == [("sets_markup", 0.0533)]
    # Beside a partner it keeps half of the interest on a quarter of the loan: twice as much of a rise.
    lender.offer_test.yields = Yields(income_share_bp=5_000, part_share_bp=2_500, cost_bp=0, loss_bp=0)
    for month in range(3, 6):
        set_markup(lender, applied(10, 90, 900), month)
    assert lender.demand.markup_bp == 1_067
    lender.lending_frozen = True
    for month in range(6, 9):
        set_markup(lender, applied(500, 0, 0), month)
    assert lender.demand.markup_bp == 1_067, "who may not lend sets no price"


def test_a_lender_whose_markup_is_a_number_of_its_own_looks_at_nobody_s_applications() -> None:
    lender = Town(("one", LenderParameters())).lenders[0]
    set_markup(lender, applied(10, 90, 900), 2)
    assert (lender.demand.markup_bp, list(lender.demand.own)) == (None, [])
