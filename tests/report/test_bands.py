"""Closed bands in the report: only where one was closed, with the people who asked in it."""

from pathlib import Path

from experiments.report.reading import Study
from experiments.report.sections.bands import closed_bands
from tests.report.made_study import write_study


def test_closed_bands_are_shown_with_the_people_in_them(study_folder: Path) -> None:
    study = Study(study_folder)
    table = closed_bands(study)
    assert table.kind == "table"
    assert {row[2] for row in table.rows} == {"tightening"}, "nothing was closed without the rule"
    assert {row[3] for row in table.rows} == {"rate cap"}
    assert all(0.0 < float(row[4].split()[0]) <= 1.0 for row in table.rows)
    assert all(float(row[5].split()[0]) > 10 * float(row[4].split()[0]) for row in table.rows), "twelve people a band"


def test_without_the_table_or_without_closed_bands_the_report_says_so(tmp_path: Path) -> None:
    absent = closed_bands(Study(write_study(tmp_path / "absent", replicates=1, months=16, leave_out=("bands",))))
    assert absent.kind == "note"
    assert "bands" in absent.text
    early = closed_bands(Study(write_study(tmp_path / "early", replicates=1, months=16)))
    assert early.kind == "note"
    assert early.text.startswith("No lender closed a band")
