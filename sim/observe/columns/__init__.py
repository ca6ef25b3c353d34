"""Every column of every recorded table, declared once: one TOML file a table, a line a column.

A line says type, unit and meaning; of a ratio what it is made of, of a column that reports draw its label. A column
whose name ends in a unit (`_fen`, `_share`, `_apr`, `_yuan`) needs neither type nor unit, and one that is written `{}`
is as in common.toml. Schemas, the dictionary, the weights of ratios and the labels of reports are read from here.
Words are no part of the hash of the sources, so that a better one makes no other run.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sim.observe.ratios import Made, Mean, Single, read_ratio

# By the ending of a name, as everywhere in the program: type and unit.
ENDINGS = {
    "_fen": ("int", "fen"),
    "_share": ("float", "share, 0-1"),
    "_apr": ("float", "rate a year"),
    "_yuan": ("float", "yuan"),
}
PEOPLE = "people"  # one file beside the tables of every run, in which a row is a person


class Column(NamedTuple):
    """One column of a table."""

    name: str
    type: str  # int (64 bits), float (64 bits), str or bool
    unit: str
    meaning: str
    made_of: Made | None = None  # None for amounts, counts and names
    label: str = ""  # in figures and tables of a report
    short: str = ""  # the same in a few letters, for the edge of a figure
    if_none: str = ""  # why a ratio over it has no value, when it is nothing


class Table(NamedTuple):
    """One table: what a row of it stands for, its columns in order, and what readers form of them."""

    name: str
    row: str
    columns: tuple[Column, ...]
    formed: tuple[Column, ...] = ()  # ratios that outcomes can name and no run records
    on_request: bool = False  # written only when a study follows people

    @property
    def named(self) -> tuple[Column, ...]:
        """All columns that can be named, formed ones included."""
        return (*self.columns, *self.formed)

    def column(self, name: str) -> Column | None:
        """Return a column by name; None when there is none."""
        return next((column for column in self.named if column.name == name), None)


def read_column(name: str, declared: str | Mapping[str, Any], common: Mapping[str, Any]) -> Column:
    """Return a column as a file declares it; raises KeyError or TypeError where the file is wrong."""
    entry = {"meaning": declared} if isinstance(declared, str) else dict(declared or common[name])
    kind, unit = next((found for ending, found in ENDINGS.items() if name.endswith(ending)), (None, None))
    kind, unit = entry.pop("type", kind), entry.pop("unit", unit)
    if kind is None or unit is None:
        raise KeyError(f"{name}: its name ends in no unit, so its line says type and unit")
    made: Made | None = None
    if "ratio" in entry:
        made = read_ratio(entry.pop("ratio"), is_whole=kind == "int")
    elif "mean_over" in entry:
        made = Mean(entry.pop("mean_over"))
    elif "one_row" in entry:
        made = Single(entry.pop("one_row"))
    return Column(name, kind, unit, made_of=made, **entry)


def read_tables(folder: Path) -> dict[str, Table]:
    """Return the tables that the TOML files of a folder declare, by name in alphabetical order."""
    documents = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}
    common = documents.pop("common")["columns"]
    return {
        name: Table(
            name,
            document["row"],
            tuple(read_column(column, line, common) for column, line in document["columns"].items()),
            tuple(read_column(column, line, common) for column, line in document.get("formed", {}).items()),
            document.get("on_request", False),
        )
        for name, document in documents.items()
    }


def schema_of(table: Table) -> dict[str, str]:
    """Return the type of every column of a table by name."""
    return {column.name: column.type for column in table.columns}


TABLES = read_tables(Path(__file__).parent)
PEOPLE_TABLE = TABLES.pop(PEOPLE)
SCHEMAS = {name: schema_of(table) for name, table in TABLES.items() if not table.on_request}
MICRO_SCHEMAS = {name: schema_of(table) for name, table in TABLES.items() if table.on_request}
# By table, every column that is no amount and no count, and the ratios that readers form.
MADE_OF: dict[str, dict[str, Made]] = {
    name: {column.name: column.made_of for column in table.named if column.made_of is not None}
    for name, table in TABLES.items()
}
