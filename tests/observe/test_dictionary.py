"""Every column of every published table has a type, a unit and a sentence, and the page of the guide tells them all."""

from pathlib import Path

import pyarrow as pa
import pytest

from experiments.compare.by_group import GROUP_EFFECTS
from experiments.compare.by_month import PROFILES
from experiments.compare.by_person import TRANSITIONS
from experiments.compare.effects import DIFFERENCES, EFFECTS
from experiments.compare.moves import MOVES_TABLE
from experiments.compose.run import KEYS
from experiments.tables.dictionary import KEY_COLUMNS, PEOPLE_TABLE, TABLES, Table
from experiments.tables.dictionary.comparisons import COMPARISON_TABLES
from experiments.tables.dictionary.entries import WORDS_OF_RUNS
from experiments.tables.dictionary.micro import MICRO_TABLES
from experiments.tables.dictionary.page import page
from experiments.tables.dictionary.words import ENDINGS
from sim.observe.micro_schemas import MICRO_SCHEMAS
from sim.observe.schemas import SCHEMAS
from tests.market.small_market import lived, small

TYPES = {"int": (pa.int64(),), "float": (pa.float64(),), "str": (pa.string(),), "bool": (pa.bool_(),)}
EVERY = [*TABLES.values(), PEOPLE_TABLE]


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_every_column_has_type_unit_and_one_sentence(table: Table) -> None:
    assert table.row
    for column in table.columns:
        assert column.type in TYPES, column
        assert column.unit, f"{table.name}.{column.name} has no unit: add it to experiments/tables/dictionary"
        assert column.meaning.endswith("."), f"{table.name}.{column.name} has no sentence: add it there"
        for ending, unit in ENDINGS.items():
            if column.name.endswith(ending):
                assert column.unit == unit, column


def test_words_describe_the_tables_there_are_and_no_others() -> None:
    for name, described in WORDS_OF_RUNS.items():
        assert set(described.columns) == set(SCHEMAS[name]), name
    assert set(WORDS_OF_RUNS) == set(SCHEMAS)
    for name, described in MICRO_TABLES.items():
        assert set(described.columns) == set(MICRO_SCHEMAS[name]), name
    assert set(TABLES) == set(SCHEMAS) | set(MICRO_SCHEMAS) | set(COMPARISON_TABLES)


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("effects", EFFECTS),
        ("differences", DIFFERENCES),
        ("profiles", PROFILES),
        ("group_effects", GROUP_EFFECTS),
        ("transitions", TRANSITIONS),
        ("moves", MOVES_TABLE),
    ],
)
def test_tables_of_comparisons_are_described_as_they_are_made(name: str, schema: pa.Schema) -> None:
    assert [column.name for column in TABLES[name].columns] == schema.names
    for column in TABLES[name].columns:
        assert schema.field(column.name).type in TYPES[column.type], column


def test_columns_of_a_run_are_the_columns_described() -> None:
    record = lived(small()).record
    assert tuple(column.name for column in KEY_COLUMNS) == KEYS
    for name, table in record.tables.items():
        described = TABLES[name].columns[len(KEY_COLUMNS) :]
        assert [column.name for column in described] == table.column_names
        assert all(table.schema.field(column.name).type in TYPES[column.type] for column in described)
    assert [column.name for column in PEOPLE_TABLE.columns] == record.people().column_names


def test_page_of_the_guide_is_up_to_date() -> None:
    written = Path(__file__).resolve().parents[2] / "docs" / "guide" / "tables.md"
    assert written.read_text() == page(), ".venv/bin/sluice dictionary > docs/guide/tables.md"
