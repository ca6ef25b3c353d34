"""Writes the dictionary as a page of the guide."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.tables.dictionary import KEY_COLUMNS, PEOPLE_TABLE, TABLES, Column, Table
from experiments.tables.ratios import Single

OPENING = """# Tables

Every column of every table of a study, `tables/*.parquet`. This page is written by
`.venv/bin/sluice dictionary` from `sim/observe/columns` and `experiments/tables/columns`; how to read
them: [results](results.md). A file carries its part of it: `pyarrow.parquet.read_schema(FILE).field(COLUMN).metadata`.

Whole numbers and floats have 64 bits. Names say units: `_fen` is whole fen (1/100 yuan), `_share` a share of 0 to 1
unless said otherwise, `_apr` a yearly rate (0.24 is 24%), charges and fees included.

A ratio says what it is made of. Of several rows - lenders, groups, months - it is the sum of
the part above over the sum of the part below; a mean is weighted by what it is a mean over; what is "of one row alone"
has no such number. Where the part below is not positive there is no value: null, not 0.
"""


def page() -> str:
    """Return the page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield OPENING
    yield "Before the columns of every table of a run stand the keys of a study:"
    yield ""
    yield from _columns(KEY_COLUMNS)
    for name in sorted(TABLES):
        has_keys = TABLES[name].columns[: len(KEY_COLUMNS)] == KEY_COLUMNS
        own = TABLES[name].columns[len(KEY_COLUMNS) if has_keys else 0 :]
        yield from _section(TABLES[name], own, " Keys of the study, then:" if has_keys else "")
        if TABLES[name].formed:
            yield "Formed of these by outcomes and reports, and not recorded:"
            yield ""
            yield from _columns(TABLES[name].formed)
    yield from _section(PEOPLE_TABLE, PEOPLE_TABLE.columns, " Not gathered: `runs/*/people.parquet`, one file a run.")


def _section(table: Table, columns: tuple[Column, ...], more: str) -> Iterator[str]:
    yield f"## {table.name}"
    yield ""
    yield f"A row is {table.row}.{more}"
    yield ""
    yield from _columns(columns)


def _columns(columns: tuple[Column, ...]) -> Iterator[str]:
    yield "| column | type | unit | meaning |"
    yield "|---|---|---|---|"
    for column in columns:
        yield f"| `{column.name}` | {column.type} | {column.unit} | {_meaning(column)} |"
    yield ""


def _meaning(column: Column) -> str:
    """Return what a column means, and what it is made of where it is a ratio."""
    if column.made_of is None:
        return column.meaning
    made = str(column.made_of)
    return (
        f"{column.meaning} {made[:1].upper()}{made[1:]}."
        if isinstance(column.made_of, Single)
        else (f"{column.meaning} `{made}`")
    )
