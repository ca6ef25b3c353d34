"""The data dictionary: every column of every published table, with its type, its unit and what it means.

Types of the tables of a run are those of the model's own `sim/observe/schemas.py`; the words are here, so that a better
word makes no other run. `docs/guide/tables.md` is written from this: `.venv/bin/sluice dictionary`.
"""

from experiments.tables.dictionary.entries import KEY_COLUMNS, PEOPLE_TABLE, TABLES, Column, Table

__all__ = ["KEY_COLUMNS", "PEOPLE_TABLE", "TABLES", "Column", "Table"]
