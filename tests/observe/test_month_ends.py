"""What two pasts are compared by: sums over people, and the rows of tables up to a month."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.observe.month_ends import Difference, first_row_that_differs, memory_sum, months_of, sums_of, until
from tests.people.side_by_side import blank_side_by_side


@given(kind=st.sampled_from([np.int8, np.int16, np.int32]), size=st.integers(1, 40), data=st.data())
def test_any_one_change_shows_in_the_sum(kind: type[np.signedinteger], size: int, data: st.DataObject) -> None:
    whole = st.integers(int(np.iinfo(kind).min), int(np.iinfo(kind).max))
    column = np.array(data.draw(st.lists(whole, min_size=size, max_size=size)), dtype=kind)
    changed = column.copy()
    place = data.draw(st.integers(0, size - 1))
    changed[place] = data.draw(whole)
    assert (memory_sum(column) == memory_sum(changed)) == (column[place] == changed[place])


@given(
    kind=st.sampled_from([np.int8, np.int16, np.int32]),
    values=st.lists(st.integers(-99, 99), min_size=2),
    data=st.data(),
)
def test_two_values_that_change_places_show_in_the_sum(
    kind: type[np.signedinteger], values: list[int], data: st.DataObject
) -> None:
    column = np.array(values, dtype=kind)
    left, right = (data.draw(st.integers(0, len(values) - 1)) for _ in range(2))
    changed = column.copy()
    changed[[left, right]] = column[[right, left]]
    assert (memory_sum(column) == memory_sum(changed)) == (column[left] == column[right])


def test_bytes_beyond_the_last_whole_word_are_one_number() -> None:
    """1069 is the bytes 45 and 4; as numbers of their own with the weights 1 and 3 they gave the sum of 0 and 19."""
    left, right = (np.array([value], np.int16) for value in (1069, 4864))
    assert memory_sum(left) != memory_sum(right)


@pytest.mark.parametrize(
    ("place", "row"),
    [
        (("borrowers", "savings"), 8),
        (("loans", "principal"), (8, 1)),
        (("loans", "first"), 3),
        (("lines", "limit"), (8, 1)),
    ],
)
def test_sums_tell_columns_apart(place: tuple[str, str], row: Any) -> None:
    people, other = blank_side_by_side(9, 2), blank_side_by_side(9, 2)
    getattr(getattr(other, place[0]), place[1])[row] = 5
    sums, others = sums_of(people), sums_of(other)
    assert [name for name in sums if sums[name] != others[name]] == [place]


@pytest.mark.parametrize(
    ("here", "there", "place"),
    [
        ([1.0, 2.0], [1.0, 2.0], None),
        ([1.0, float("nan")], [1.0, float("nan")], None),
        ([1.0, None], [1.0, None], None),
        ([1.0, float("nan")], [1.0, 2.0], 1),
        ([1.0], [1.0, 2.0], 1),
        ([], [1.0], 0),
        ([0.5, 3.0, 1.0], [0.5, 2.0, 0.0], 1),
    ],
)
def test_the_first_row_that_differs_in_which_columns_differ(
    here: list[float | None], there: list[float | None], place: int | None
) -> None:
    columns = (pa.chunked_array([pa.array(values, pa.float64())]) for values in (here, there))
    assert first_row_that_differs(*columns) == place


def test_a_vintage_belongs_to_the_month_of_its_age() -> None:
    vintages = pa.table({"cohort": [0, 0, 1], "months_on_book": [0, 2, 1], "balance_fen": [5, 4, 3]})
    assert months_of(vintages).to_pylist() == [0, 2, 2]
    assert until(vintages, 1)["balance_fen"].to_pylist() == [5]
    assert until(pa.table({"month": [0, 1, 2]}), 1)["month"].to_pylist() == [0, 1]


def test_a_place_is_said_with_its_month() -> None:
    assert str(Difference(7, "lender", "loans_fen")) == "month 7, lender.loans_fen"
    assert str(Difference(-3, "borrowers", "savings")) == "month -3 of the warm-up, borrowers.savings"
