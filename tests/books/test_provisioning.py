"""Five-category provisions, worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.provisioning import CLASSES, Floors, allowance_required, by_class, floored, tier_2
from sim.codes import BUCKETS
from sim.observe.columns import MADE_OF
from sim.params import LenderParameters
from tests.books.made_books import Contract, Town


def test_every_bucket_is_in_exactly_one_class() -> None:
    found = [bucket for c in CLASSES for bucket in range(c.first_bucket, c.last_bucket + 1)]
    assert found == list(range(BUCKETS))


def test_a_book_worked_by_hand() -> None:
    # bucket      0        1      2      3    4..9 (one in 4, one in 9)  10..12
    stock = [1_000_000, 30_000, 20_000, 5_000, 8_000, 0, 0, 0, 0, 4_000, 600, 0, 1_001]
    assert by_class(stock) == [1_000_000, 55_000, 12_000, 1_601]
    # 1% of 1,000,000; 2% of 55,000; 25% of 12,000; 50% of 1,601 = 800.5, half up
    assert allowance_required(stock) == 10_000 + 1_100 + 3_000 + 801


@pytest.mark.parametrize(("amount", "allowance"), [(0, 0), (49, 0), (50, 1), (149, 1), (150, 2)])
def test_half_a_fen_is_rounded_up(amount: int, allowance: int) -> None:
    assert allowance_required([amount] + [0] * (BUCKETS - 1)) == allowance


def test_a_book_with_another_number_of_buckets_is_refused() -> None:
    with pytest.raises(ValueError, match="13 buckets, was 3"):
        allowance_required([1, 2, 3])


# --- floors and tier 2 ----------------------------------------------------------------------------------------------
STOCK = [980_000, 0, 0, 0, 20_000, *[0] * 8]  # asks for 1% of 980,000 and 25% of 20,000: 14,800


@pytest.mark.parametrize(
    ("coverage", "loans", "expected"),
    [
        (0.0, 0.0, 14_800),
        (1.5, 0.025, 30_000),  # 150% of 20,000; 2.5% of 1,000,000 is 25,000
        (1.2, 0.025, 25_000),
        (0.7, 0.014, 14_800),  # neither reaches what the classes ask for
        (0.0, 1.0, 1_000_000),
    ],
)
def test_the_higher_floor_counts_and_only_upwards(coverage: float, loans: float, expected: int) -> None:
    assert floored(allowance_required(STOCK), STOCK, Floors(coverage, loans)) == expected


def test_a_floor_is_met_to_the_fen() -> None:
    assert floored(0, [0] * 4 + [1] + [0] * 8, Floors(0.5, 0.0)) == 1, "half a fen is rounded up"
    assert floored(0, [0] * 4 + [7] + [0] * 8, Floors(1.5, 0.0)) == 7, "never more than the book"


def test_tier_2_is_the_excess_over_the_minimum_up_to_the_cap() -> None:
    assert tier_2(14_800, STOCK, 985_200) == 0, "less than all bad loans"
    assert tier_2(30_000, STOCK, 970_000) == 10_000
    assert tier_2(40_000, STOCK, 960_000) == 12_000, "1.25% of 960,000"
    special = [0, 1_000_000, *[0] * 11]  # no bad loan, but 2% of special mention are its own
    assert tier_2(25_000, special, 975_000) == 5_000


@given(
    st.lists(st.integers(0, 10**12), min_size=BUCKETS, max_size=BUCKETS),
    st.integers(0, 10**12),
    st.floats(0.0, 3.0),
    st.floats(0.0, 0.1),
)
def test_floors_never_lower_an_allowance_and_tier_2_never_exceeds_it(
    stock: list[int], required: int, coverage: float, loans: float
) -> None:
    required = min(required, sum(stock))
    found = floored(required, stock, Floors(coverage, loans))
    assert required <= found <= sum(stock)
    assert floored(required, stock, Floors()) == required
    assert 0 <= tier_2(found, stock, 10**15) <= found


def test_a_rule_raises_the_allowance_in_the_accounts_and_lifting_it_gives_it_back() -> None:
    town = Town(("one", LenderParameters(kind="bank", risk_weight=1.0)))
    lender = town.lenders[0]
    town.month(-1, Contract(0, lent=1_000_000))
    town.month(0, Contract(0, opening=1_000_000), rules={"loan_provision_floor_share": 0.025})
    found = lender.report()
    assert found["allowance_fen"] == found["provisions_fen"] + 10_000 == 25_000
    ratios = {name: MADE_OF["lender"][name].value(found) for name in ("provision_loan_share", "total_capital_share")}
    assert ratios["provision_loan_share"] == pytest.approx(0.025)
    assert found["tier2_fen"] == 975_000 * 125 // 10_000
    assert ratios["total_capital_share"] == pytest.approx((found["equity_fen"] + 12_187) / 975_000)
    assert found["allowance_five_category_fen"] == 10_000
    town.month(1, Contract(0, opening=1_000_000))
    assert lender.report()["provisions_fen"] == -15_000
