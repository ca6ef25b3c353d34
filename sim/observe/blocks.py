"""A table in the making whose rows come many at a time, as arrays; for tables too long to be written row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.observe.columns import TYPES


class Texts(NamedTuple):
    """A column of texts of which there are few: for every row the place of its text."""

    places: NDArray[np.int64]
    texts: Sequence[str]


Block = Mapping[str, "NDArray[np.generic] | Texts"]


def values_of(column: NDArray[np.generic] | Texts) -> pa.Array:
    """Return a column of a block as Arrow has it."""
    if isinstance(column, Texts):
        return pa.DictionaryArray.from_arrays(pa.array(column.places, pa.int32()), list(column.texts))
    return pa.array(column)


class Blocks:
    """Columns by name, a block of rows at a time; every block brings every column, and all of them as long."""

    def __init__(self, schema: Mapping[str, str]) -> None:
        """Start empty; `schema` maps a column to int, float or str."""
        self.schema = dict(schema)
        self.parts: dict[str, list[pa.Array]] = {name: [] for name in self.schema}

    def add(self, block: Block) -> None:
        """Append the rows of a block; raises ValueError when its columns are not those declared."""
        if block.keys() != self.schema.keys():
            raise ValueError(f"columns not declared or missing: {sorted(block.keys() ^ self.schema.keys())}")
        for name, kind in self.schema.items():
            self.parts[name].append(values_of(block[name]).cast(TYPES[kind]))

    def table(self) -> pa.Table:
        """Return the rows so far, with the types declared."""
        columns = {name: pa.chunked_array(self.parts[name], type=TYPES[kind]) for name, kind in self.schema.items()}
        return pa.table(columns).combine_chunks()

    def canonical(self, name: str) -> bytes:
        """Return a column's values as the bytes that a hash is taken of."""
        column, kind = self.table().column(name), self.schema[name]
        if kind == "str":
            return "\x1f".join(column.to_pylist()).encode()
        return np.asarray(column.to_numpy()).astype("<i8" if kind == "int" else "<f8").tobytes()
