"""Puts types and words together into one entry for every column of every table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from experiments.dictionary.comparisons import COMPARISON_TABLES, COMPARISON_TYPES, KEYS
from experiments.dictionary.lenders import LENDER_TABLES
from experiments.dictionary.loans import LOAN_TABLES, PEOPLE_TYPES, PEOPLE_WORDS
from experiments.dictionary.market import MARKET_TABLES
from experiments.dictionary.micro import MICRO_TABLES
from experiments.dictionary.words import Described, unit_and_meaning
from sim.observe.micro_schemas import MICRO_SCHEMAS
from sim.observe.schemas import SCHEMAS

WORDS_OF_RUNS = {**MARKET_TABLES, **LENDER_TABLES, **LOAN_TABLES}
UNKNOWN = Described("", {})


class Column(NamedTuple):
    """One column of a table, as a reader needs it."""

    name: str
    type: str  # int (64 bits), float (64 bits), str or bool
    unit: str
    meaning: str


class Table(NamedTuple):
    """One table: what a row of it stands for, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]


def _column(name: str, kind: str, described: Described) -> Column:
    """Return the entry of a column; one without words is a gap that a test finds and no reason to stop a study."""
    words = described.columns.get(name)
    return Column(name, kind, "", "") if words is None else Column(name, kind, *unit_and_meaning(name, words))


def _table(name: str, types: Mapping[str, str], described: Described, keys: tuple[Column, ...]) -> Table:
    return Table(name, described.row, (*keys, *(_column(column, kind, described) for column, kind in types.items())))


KEY_COLUMNS = tuple(
    Column(name, kind, *(words if isinstance(words, tuple) else unit_and_meaning(name, words)))
    for name, (kind, words) in KEYS.items()
)
# All tables of a study's folder, by name; those of its runs carry the study's keys before their own columns.
TABLES: dict[str, Table] = {
    **{name: _table(name, SCHEMAS[name], WORDS_OF_RUNS.get(name, UNKNOWN), KEY_COLUMNS) for name in SCHEMAS},
    **{name: _table(name, MICRO_SCHEMAS[name], MICRO_TABLES.get(name, UNKNOWN), KEY_COLUMNS) for name in MICRO_SCHEMAS},
    **{name: _table(name, COMPARISON_TYPES[name], COMPARISON_TABLES[name], ()) for name in COMPARISON_TABLES},
}
PEOPLE_TABLE = _table("people", PEOPLE_TYPES, PEOPLE_WORDS, ())
