"""Every column of every published table has a type, a unit and a sentence, and the page of the guide tells them all."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from experiments.compare.by_group import GROUP_EFFECTS
from experiments.compare.by_month import PROFILES
from experiments.compare.by_person import TRANSITIONS
from experiments.compare.effects import DIFFERENCES, EFFECTS
from experiments.compare.moves import MOVES_TABLE
from experiments.compose.run import KEYS
from experiments.tables.arrow import described, schema_of
from experiments.tables.dictionary import KEY_COLUMNS, PEOPLE_TABLE, STUDY_TABLES, TABLES, Table, label
from experiments.tables.dictionary.page import page
from sim.observe.columns import ENDINGS, read_column, read_tables
from sim.observe.ratios import Mean, Ratio
from sim.sources import declared_in
from tests.market.small_market import completed, small

TYPES = {"int": (pa.int64(),), "float": (pa.float64(),), "str": (pa.string(),), "bool": (pa.bool_(),)}
EVERY = [*TABLES.values(), PEOPLE_TABLE]


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_every_column_has_type_unit_and_one_sentence(table: Table) -> None:
    assert table.row
    for column in table.columns:
        assert column.type in TYPES, column
        assert column.unit, f"{table.name}.{column.name} has no unit: add it to the TOML file of its table"
        assert column.meaning.endswith("."), f"{table.name}.{column.name} has no sentence: add it there"
        for ending, (_, unit) in ENDINGS.items():
            if column.name.endswith(ending):
                assert column.unit == unit, column


def test_a_file_of_columns_is_read_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "common.toml").write_text('[columns]\nmonth = { type = "int", unit = "month", meaning = "Month." }\n')
    (tmp_path / "branch.toml").write_text(
        'row = "one month of one branch"\n[columns]\nmonth = {}\nlent_fen = "New money."\nloans_fen = "Loans."\n'
        'late_share = { ratio = "12 * lent_fen / (100 * loans_fen)", label = "late", meaning = "Late." }\n'
        'price_apr = { mean_over = "lent_fen", meaning = "Price." }\n'
        '[formed]\nticket_fen = { ratio = "(lent_fen - loans_fen) / lent_fen", meaning = "Ticket." }\n'
    )
    (branch,) = read_tables(tmp_path).values()
    assert (branch.name, branch.row, branch.on_request) == ("branch", "one month of one branch", False)
    assert [column.name for column in branch.columns] == ["month", "lent_fen", "loans_fen", "late_share", "price_apr"]
    month, lent, _, late, price = branch.columns
    assert (month.type, month.unit) == ("int", "month")
    assert (lent.type, lent.unit, lent.meaning, lent.made_of) == ("int", "fen", "New money.", None)
    assert (late.type, late.label, late.made_of) == ("float", "late", Ratio("lent_fen", "loans_fen", 12, 100))
    assert price.made_of == Mean("lent_fen")
    assert branch.formed[0].made_of == Ratio("lent_fen - loans_fen", "lent_fen", is_whole=True)


@pytest.mark.parametrize("formula", ["a", "a / b / c", "a + b / c", "a * 12 / b", "a / (b * 100)", "", "a / 0x1"])
def test_what_is_no_formula_of_a_ratio_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="a ratio is written a / b"):
        read_column("x_share", {"ratio": formula, "meaning": "Wrong."}, {})


def test_a_column_whose_name_ends_in_no_unit_says_its_own() -> None:
    with pytest.raises(KeyError, match="loans: its name ends in no unit"):
        read_column("loans", "Loans.", {})


def test_words_are_no_part_of_what_is_declared_and_all_else_is() -> None:
    text = 'row = "a month"\n[columns]\na_fen = "A."\nb_share = { ratio = "a_fen / c", label = "b", meaning = "B." }\n'
    assert declared_in(text) == declared_in(
        text.replace("A.", "Better.").replace('"b"', '"bee"').replace("a month", "x")
    )
    for changed in (
        text.replace("/ c", "/ d"),
        text.replace("a_fen =", "e_fen ="),
        text.replace("row", "on_request = true\nrow"),
    ):
        assert declared_in(text) != declared_in(changed)


def test_labels_are_those_of_the_table_and_else_of_any_that_has_the_column() -> None:
    assert label("approval_share", "market") == "people who got credit of those who wanted it"
    assert label("approval_share", "lender") == "approval of applications"
    assert label("ever90_share", "lender") == label("ever90_share", "vintage") == "ever 90+ days late"
    assert label("cash_fen", "lender") == ""


def test_a_file_of_a_study_carries_the_dictionary() -> None:
    schema = described("lender", pa.schema([*schema_of("lender"), ("unheard_of", pa.int64())]))
    assert schema.metadata[b"row"].decode() == TABLES["lender"].row
    assert schema.field("roe_share").metadata == {
        b"unit": b"share, 0-1",
        b"meaning": b"Profit of twelve months over mean equity; a rate a year, may be negative.",
        b"made_of": b"12 * profit_12m_fen / equity_12m_fen",
    }
    assert schema.field("unheard_of").metadata is None
    assert described("of_no_study", pa.schema([("x", pa.int64())])).metadata is None


def test_every_monthly_table_has_the_calendar_date_beside_the_month() -> None:
    for name, table in completed(small()).record.tables.items():
        names = table.column_names
        assert ("month" in names) == ("date" in names), name
        if "month" in names:
            assert names.index("date") == names.index("month") + 1
            pairs = set(zip(table["month"].to_pylist(), table["date"].to_pylist(), strict=True))
            start = dt.date.fromisoformat(small().calendar.start + "-01")
            assert all(
                date == start.replace(year=start.year + month // 12, month=month % 12 + 1).isoformat()
                for month, date in pairs
            )
    assert all(
        "date" in {column.name for column in table.columns}
        for table in STUDY_TABLES.values()
        if "month" in {column.name for column in table.columns}
    )


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
    record = completed(small()).record
    assert tuple(column.name for column in KEY_COLUMNS) == KEYS
    for name, table in record.tables.items():
        described = TABLES[name].columns[len(KEY_COLUMNS) :]
        assert [column.name for column in described] == table.column_names
        assert all(table.schema.field(column.name).type in TYPES[column.type] for column in described)
    assert [column.name for column in PEOPLE_TABLE.columns] == record.people().column_names


def test_page_of_the_guide_is_up_to_date() -> None:
    written = Path(__file__).resolve().parents[2] / "docs" / "guide" / "tables.md"
    assert written.read_text() == page(), ".venv/bin/sluice dictionary > docs/guide/tables.md"
