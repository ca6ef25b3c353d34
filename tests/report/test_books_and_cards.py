"""The shape of books, their allowances, and the cards of lenders that learn, as the report shows them."""

from pathlib import Path

import pytest

from experiments.report.reading import Study
from experiments.report.sections.books import SHAPES, books_section, rows_of
from experiments.report.sections.calibration import calibration_tables
from experiments.report.sections.learning import QUALITIES, learning_section
from tests.report.made_study import write_study


@pytest.mark.slow
def test_every_property_of_the_books_is_drawn(study_folder: Path) -> None:
    section = books_section(Study(study_folder))
    assert [block.kind for block in section.blocks] == ["figure"] * len(SHAPES)


def test_an_allowance_is_shown_over_the_loans_it_is_for(study_folder: Path) -> None:
    study = Study(study_folder)
    for shape in SHAPES:
        rows, table = rows_of(study, shape), study.table("lender")
        assert rows is not None
        assert table is not None
        if shape.column.startswith("allowance"):
            keys = ["arm", "scenario", "replicate", "lender", "month"]
            of_loans = (
                table.set_index(keys)[shape.column.replace("_share", "_fen")] / table.set_index(keys)["loans_fen"]
            )
            again = rows.set_index(keys)["value"]
            assert again.to_numpy() == pytest.approx(of_loans.reindex(again.index).to_numpy())


@pytest.mark.slow
def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    section = books_section(Study(write_study(tmp_path / "some", replicates=1, months=16, leave_out=("shape",))))
    notes = [block.text for block in section.blocks if block.kind == "note"]
    assert len(notes) == sum(shape.table == "shape" for shape in SHAPES)
    assert all("shape" in text for text in notes)


def test_the_card_that_was_in_force_is_judged_and_not_the_new_one(study_folder: Path) -> None:
    section = learning_section(Study(study_folder))
    assert section is not None
    *figures, table, _calibration = section.blocks
    assert len(figures) == sum(quality.is_drawn for quality in QUALITIES)
    names = [quality.title for quality in QUALITIES]
    surprise = 3 + names.index("bad beyond what was predicted, own loans")
    assert {row[surprise].split()[0] for row in table.rows} == {"0.010"}, "the refitted card would have shown 0.000"
    assert len({row[0] for row in table.rows}) == 1, "one lender learns"


def test_calibration_by_band_sets_what_was_predicted_beside_what_came(study_folder: Path) -> None:
    (table,) = calibration_tables(Study(study_folder))
    found = {row[2]: row[3:] for row in table.rows}
    assert found["4"][1:3] == ("1.0%", "4.0%"), "of the card in force; the refitted one has 1.0% bad"
    assert found["4"][6:] == ("0", "-", "-"), "nobody of that band was refused"
    assert found["12"][7:] == ("10.0%", "25.0%")


def test_without_anybody_who_learns_there_is_no_such_section(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "none", replicates=1, months=16, leave_out=("scorecards",))
    assert learning_section(Study(folder)) is None
