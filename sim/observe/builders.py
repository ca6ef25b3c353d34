"""Tables in the making: rows come one by one or a block at a time, and leave as Arrow tables with declared types.

A calendar date is never written: a table that declares one has it from its months when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

MONTH, DATE = "month", "date"
NO_WHOLE_NUMBER = np.iinfo(np.int64).min  # in a hash: what no amount and no count can be
TYPES = {"int": pa.int64(), "float": pa.float64(), "str": pa.string()}
DateOf = Callable[[int], str]


class Texts(NamedTuple):
    """A column of texts of which there are few: for every row the code of its text, its index in `texts`."""

    codes: NDArray[np.int64]
    texts: Sequence[str]


Block = Mapping[str, "NDArray[np.generic] | Texts"]


class RowTable:
    """Columns by name; every row must bring a value for each that is written."""

    def __init__(self, schema: Mapping[str, str], date_of: DateOf) -> None:
        """Start empty; `schema` maps a column to int, float or str, `date_of` a month to its first day."""
        self.schema, self.date_of = dict(schema), date_of
        self.written = written(schema)
        self.rows: list[tuple[Any, ...]] = []  # values in the order of `written`

    def add(self, row: Mapping[str, Any]) -> None:
        """Append one row; raises KeyError when a column is missing and ValueError when one is not declared."""
        if len(row) != len(self.written):
            raise ValueError(f"columns not declared: {sorted(set(row) - set(self.written))}")
        self.rows.append(tuple(map(row.__getitem__, self.written)))

    def extend(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Append many rows given as columns of equal length."""
        self.rows.extend(zip(*map(columns.__getitem__, self.written), strict=True))

    def values(self, name: str) -> list[Any]:
        """Return one column so far."""
        place = list(self.written).index(name)
        return [row[place] for row in self.rows]

    def canonical(self, name: str) -> bytes:
        """Return a column's values as the bytes that a hash is taken of; no value has the same bytes wherever."""
        kind, values = self.written[name], self.values(name)
        if kind == "str":
            return "\x1f".join(values).encode()
        if kind == "int":
            return np.array([NO_WHOLE_NUMBER if value is None else value for value in values], dtype="<i8").tobytes()
        found = np.array(values, dtype="<f8")
        found[np.isnan(found)] = np.nan  # of the many that are not a number, one
        return found.tobytes()

    def table(self) -> pa.Table:
        """Return the rows so far: money is int64 fen, shares and rates are float64, null is where there is no value."""
        values = zip(*self.rows, strict=True) if self.rows else ([] for _ in self.written)
        columns = {
            name: pa.array(column, type=TYPES[kind], from_pandas=True)
            for (name, kind), column in zip(self.written.items(), values, strict=True)
        }
        return dated(columns, self.schema, self.date_of)


class BlockTable:
    """Columns by name, a block of rows at a time; every block brings every column that is written, all as long."""

    def __init__(self, schema: Mapping[str, str], date_of: DateOf) -> None:
        """Start empty; `schema` maps a column to int, float or str, `date_of` a month to its first day."""
        self.schema, self.date_of = dict(schema), date_of
        self.written = written(schema)
        self.parts: dict[str, list[pa.Array]] = {name: [] for name in self.written}

    def add(self, block: Block) -> None:
        """Append the rows of a block; raises ValueError when its columns are not those declared."""
        if block.keys() != self.written.keys():
            raise ValueError(f"columns not declared or missing: {sorted(block.keys() ^ self.written.keys())}")
        for name, kind in self.written.items():
            self.parts[name].append(values_of(block[name]).cast(TYPES[kind]))

    def column(self, name: str) -> pa.Array:
        """Return a column that is written, in one piece."""
        return pa.chunked_array(self.parts[name], type=TYPES[self.written[name]]).combine_chunks()

    def canonical(self, name: str) -> bytes:
        """Return a column's values as the bytes that a hash is taken of."""
        column, kind = self.column(name), self.written[name]
        if kind == "str":
            return "\x1f".join(column.to_pylist()).encode()
        return np.asarray(column.to_numpy(zero_copy_only=False)).astype("<i8" if kind == "int" else "<f8").tobytes()

    def table(self) -> pa.Table:
        """Return the rows so far, with the types declared."""
        return dated({name: self.column(name) for name in self.written}, self.schema, self.date_of)


def written(schema: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of a schema without the calendar date, which follows from the month."""
    return {name: kind for name, kind in schema.items() if name != DATE}


def values_of(column: NDArray[np.generic] | Texts) -> pa.Array:
    """Return a column of a block as Arrow has it."""
    if isinstance(column, Texts):
        return pa.DictionaryArray.from_arrays(pa.array(column.codes, pa.int32()), list(column.texts))
    return pa.array(column)


def dated(columns: dict[str, pa.Array], schema: Mapping[str, str], date_of: DateOf) -> pa.Table:
    """Return the columns in the order of the schema, with the calendar date where it declares one."""
    if DATE in schema:
        months = np.asarray(columns[MONTH].to_numpy(zero_copy_only=False), dtype=np.int64)
        columns = {**columns, DATE: dates_of(months, date_of)}
    return pa.table({name: columns[name] for name in schema})


def dates_of(months: NDArray[np.int64], date_of: DateOf) -> pa.Array:
    """Return the first day of every month, ISO 8601."""
    different, codes = np.unique(months, return_inverse=True)
    names = pa.array([date_of(int(month)) for month in different], pa.string())
    return names.take(pa.array(codes.ravel()))
