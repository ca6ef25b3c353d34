"""Whether a market that is run again is the one on record: sums over people at each month's end, and the tables.

A person's month is known by running the market again. That is true only while nobody has changed it by hand and its
class still does the same, so what is run again is compared with what was written down when it happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.observe.recorder import Record
from sim.state import Borrowers, People

# What people have, owe, may draw and go through, by table.
SUMMED = {
    "borrowers": (
        "employed",
        "months_unemployed",
        "savings",
        "unused_lines",
        "inventory",
        "informal_debt",
        "aware_of",
        "immune_to",
        "cash",
        "essentials",
        "consumption",
    ),
    "loans": ("first", "principal", "lender"),
    "lines": ("first", "limit"),
}
FIXED_AT_BIRTH = Borrowers._fields[: Borrowers._fields.index("employed")]
WORD_BYTES = 8
NOTHING = object()  # where one column has a row and the other has none

Sums = dict[tuple[str, str], int]  # by table and column


class Difference(NamedTuple):
    """Where two pasts first differ: the month, and what differs in it."""

    month: int
    table: str
    column: str

    def __str__(self) -> str:
        """Return where, in words."""
        when = f"month {self.month}" + (" of the warm-up" if self.month < 0 else "")
        return f"{when}, {self.table}.{self.column}"


def sums_of(people: People) -> Sums:
    """Return the sum over everybody of each column in SUMMED, whole words of memory at a time."""
    return {
        (table, name): memory_sum(getattr(getattr(people, table), name))
        for table, names in SUMMED.items()
        for name in names
    }


def memory_sum(column: NDArray[Any]) -> int:
    """Return the sum of a column's memory read as whole numbers of eight bytes, each mixed with a number of its own.

    Any one change of a value shows in it, since a word is mixed one to one; what is exchanged shows because no two
    words are mixed with the same number.
    """
    memory = np.ascontiguousarray(column).reshape(-1).view(np.uint8)
    words = np.zeros(-(-memory.size // WORD_BYTES), np.uint64)
    words.view(np.uint8)[: memory.size] = memory
    words *= np.arange(1, 2 * words.size, 2, dtype=np.uint64)
    words ^= words >> np.uint64(29)  # the upper bits count in the lower ones, which alone survive even differences
    return int(words.sum(dtype=np.uint64))


def first_difference(
    record: Record, again: Record, sums: Mapping[int, Sums], sums_again: Mapping[int, Sums], last: int
) -> Difference | None:
    """Return the first difference in the months up to `last`, or None; sums come before tables in the same month."""
    found = [*sum_differences(sums, sums_again, last), *table_differences(record, again, last)]
    return min(found, key=lambda difference: difference.month, default=None)


def sum_differences(sums: Mapping[int, Sums], again: Mapping[int, Sums], last: int) -> Iterator[Difference]:
    """Yield the first column of people's state that differs in the first month in which one does."""
    for month in sorted(month for month in sums.keys() | again.keys() if month <= last):
        here, there = sums.get(month, {}), again.get(month, {})
        for column in dict.fromkeys([*here, *there]):
            if here.get(column) != there.get(column):
                yield Difference(month, *column)
                return


def table_differences(record: Record, again: Record, last: int) -> Iterator[Difference]:
    """Yield for every column of every table the first month in which it differs."""
    tables, others = record.tables, again.tables
    for name in sorted(tables.keys() | others.keys()):
        here = until(tables[name], last) if name in tables else None
        there = until(others[name], last) if name in others else None
        model = here if here is not None else there
        assert model is not None
        for column in model.column_names:
            row = first_row_that_differs(column_of(here, column), column_of(there, column))
            if row is not None:
                longer = max((part for part in (here, there) if part is not None), key=len)
                yield Difference(int(months_of(longer)[row].as_py()), name, column)


def column_of(table: pa.Table | None, column: str) -> pa.ChunkedArray:
    """Return a column, empty where there is no table."""
    return pa.chunked_array([], type=pa.int64()) if table is None else table[column]


def months_of(table: pa.Table) -> pa.ChunkedArray:
    """Return the month of each row: a vintage's is the one in which it has that age."""
    if "month" in table.column_names:
        return table["month"]
    return pc.add(table["cohort"], table["months_on_book"])


def until(table: pa.Table, last: int) -> pa.Table:
    """Return the rows of the months up to `last`."""
    return table.filter(pc.less_equal(months_of(table), last))


def first_row_that_differs(here: pa.ChunkedArray, there: pa.ChunkedArray) -> int | None:
    """Return the first row in which two columns differ, or None; no number equals no number."""
    if here.equals(there):
        return None
    pairs = zip_longest(here.to_pylist(), there.to_pylist(), fillvalue=NOTHING)
    for row, (left, right) in enumerate(pairs):
        if left != right and not (left != left and right != right):
            return row
    return None


def changed_since(now: People, recorded: People, all_columns: bool) -> str | None:
    """Return the first column in which one person differs from the record, as table.column, or None.

    Without `all_columns` only what is fixed at birth is compared: the rest has moved on since then.
    """
    for group in People._fields if all_columns else ("borrowers",):
        left, right = getattr(now, group), getattr(recorded, group)
        for column in left._fields if all_columns else FIXED_AT_BIRTH:
            if not np.array_equal(getattr(left, column), getattr(right, column)):
                return f"{group}.{column}"
    return None
