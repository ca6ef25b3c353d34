"""Five-category provisions, worked by hand."""

import pytest

from sim.books.provisioning import CLASSES, allowance_required, by_class
from sim.values import BUCKETS


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
