"""The markup of a lender that knows its share of the market: worked examples, and what must hold of any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.competition import LARGEST_SHARE_PPM, PPM, markup_bp, share_ppm

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
