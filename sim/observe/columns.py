"""A table in the making: rows are added month by month, and come out as an Arrow table with declared types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

NO_WHOLE_NUMBER = np.iinfo(np.int64).min  # in a hash: what no amount and no count can be
TYPES = {"int": pa.int64(), "float": pa.float64(), "str": pa.string()}


class Columns:
    """Columns by name; every row must bring a value for each."""

    def __init__(self, schema: Mapping[str, str]) -> None:
        """Start empty; `schema` maps a column to int, float or str."""
        self.schema = dict(schema)
        self.values: dict[str, list[Any]] = {name: [] for name in self.schema}

    def add(self, row: Mapping[str, Any]) -> None:
        """Append one row; raises KeyError when a column is missing and ValueError when one is not declared."""
        if len(row) != len(self.schema):
            raise ValueError(f"columns not declared: {sorted(set(row) - set(self.schema))}")
        for name, column in self.values.items():
            column.append(row[name])

    def extend(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Append many rows given as columns of equal length."""
        for name, column in self.values.items():
            column.extend(columns[name])

    def canonical(self, name: str) -> bytes:
        """Return a column's values as the bytes that a hash is taken of; no value has the same bytes wherever."""
        kind, values = self.schema[name], self.values[name]
        if kind == "str":
            return "\x1f".join(values).encode()
        if kind == "int":
            return np.array([NO_WHOLE_NUMBER if value is None else value for value in values], dtype="<i8").tobytes()
        found = np.array(values, dtype="<f8")
        found[np.isnan(found)] = np.nan  # of the many that are not a number, one
        return found.tobytes()

    def table(self) -> pa.Table:
        """Return the rows so far: money is int64 fen, shares and rates are float64, null is where there is no value."""
        return pa.table(
            {
                name: pa.array(self.values[name], type=TYPES[kind], from_pandas=True)
                for name, kind in self.schema.items()
            }
        )
