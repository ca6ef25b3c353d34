"""The dictionary as Arrow knows it: types of the tables that a study makes, and what each column means, in the file."""

from __future__ import annotations

import pyarrow as pa

from experiments.tables.dictionary import TABLES, Column

TYPES = {"int": pa.int64(), "float": pa.float64(), "str": pa.string(), "bool": pa.bool_()}


def schema_of(table: str) -> pa.Schema:
    """Return the schema of a table of a study; raises KeyError for a name that no table has."""
    return pa.schema([(column.name, TYPES[column.type]) for column in TABLES[table].columns])


def described(table: str, schema: pa.Schema) -> pa.Schema:
    """Return a schema in which every field says unit, meaning and what it is made of, and the table what a row is."""
    if table not in TABLES:
        return schema
    entries = {column.name: column for column in TABLES[table].columns}
    fields = [
        field.with_metadata(words_of(entries[field.name])) if field.name in entries else field for field in schema
    ]
    return pa.schema(fields, metadata={"row": TABLES[table].row})


def words_of(column: Column) -> dict[str, str]:
    """Return what the dictionary says of a column; a ratio says what it is made of."""
    words = {"unit": column.unit, "meaning": column.meaning}
    return words if column.made_of is None else {**words, "made_of": str(column.made_of)}
