"""Puts types and words together into one entry for every column of every table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from experiments.tables.dictionary.comparisons import COMPARISON_TABLES, COMPARISON_TYPES, KEYS
from experiments.tables.dictionary.formed import FORMED
from experiments.tables.dictionary.lenders import LENDER_TABLES
from experiments.tables.dictionary.loans import LOAN_TABLES, PEOPLE_TYPES, PEOPLE_WORDS
from experiments.tables.dictionary.market import MARKET_TABLES
from experiments.tables.dictionary.micro import MICRO_TABLES
from experiments.tables.dictionary.words import Described, Words, unit_and_meaning
from experiments.tables.ratios import MADE_OF, Made
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
    made_of: Made | None = None  # None for amounts, counts and names


class Table(NamedTuple):
    """One table: what a row of it stands for, its columns in order, and what readers form of them."""

    name: str
    row: str
    columns: tuple[Column, ...]
    formed: tuple[Column, ...] = ()  # ratios that outcomes can name and no run records


def _column(name: str, kind: str, words: Words | None, made: Made | None) -> Column:
    """Return the entry of a column; one without words is a gap that a test finds and no reason to stop a study."""
    return Column(name, kind, *(("", "") if words is None else unit_and_meaning(name, words)), made)


def _table(name: str, types: Mapping[str, str], described: Described, keys: tuple[Column, ...]) -> Table:
    declared, said = MADE_OF.get(name, {}), described.columns
    own = (_column(column, kind, said.get(column), declared.get(column)) for column, kind in types.items())
    formed = (
        _column(column, "float", FORMED.get(name, {}).get(column), made)
        for column, made in declared.items()
        if column not in types
    )
    return Table(name, described.row, (*keys, *own), tuple(formed))


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
