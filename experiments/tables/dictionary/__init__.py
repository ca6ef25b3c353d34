"""The data dictionary: every column of every published table, with its type, its unit and what it means.

Columns of a run's tables are declared in `sim/observe/columns`, those that a study makes by comparing its runs in
`experiments/tables/columns`. `docs/guide/tables.md` is written from this (`.venv/bin/sluice dictionary`), and the
tables of a study carry their part of it.
"""

from __future__ import annotations

from pathlib import Path

from sim.observe import columns
from sim.observe.columns import PEOPLE_TABLE, Column, Table, read_tables

__all__ = ["KEY_COLUMNS", "PEOPLE_TABLE", "STUDY_TABLES", "TABLES", "Column", "Table", "label"]

KEYS = ("arm", "scenario", "replicate")
STUDY_TABLES = read_tables(Path(__file__).parents[1] / "columns")
# Before the columns of every table of a run.
KEY_COLUMNS = tuple(column for column in STUDY_TABLES["differences"].columns if column.name in KEYS)
# All tables of a study's folder, by name; those of its runs carry the study's keys before their own columns.
TABLES: dict[str, Table] = {
    name: table._replace(columns=(*KEY_COLUMNS, *table.columns)) for name, table in columns.TABLES.items()
} | STUDY_TABLES
LABELS = {column.name: column.label for table in TABLES.values() for column in table.named if column.label}


def label(name: str, table: str) -> str:
    """Return how reports name a column: as its table declares, or as another that has it does; "" where none does."""
    column = TABLES[table].column(name) if table in TABLES else None
    return column.label if column is not None and column.label else LABELS.get(name, "")
