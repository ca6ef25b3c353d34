"""Studies that lack something: the section says so in a sentence and the rest stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.report.reading import Study
from experiments.report.sections.answer import answer_section
from experiments.report.sections.constraints import constraints_section
from experiments.report.sections.effects import effects_section
from experiments.report.sections.loans import loans_section
from experiments.report.sections.log import log_section
from experiments.report.sections.market import market_section
from experiments.report.sections.methods import origin, parameters_section, reproduce_section
from experiments.report.sections.people import people_section
from experiments.report.sections.winners import winners_section
from experiments.report.study_page import render
from tests.report.made_study import write_study
from tests.variants import fast_first


@pytest.mark.slow
def test_one_arm_one_replicate_is_drawn_without_comparison(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study", arms=("baseline",), scenarios=("calm",), replicates=1, months=24)
    page = render(Study(folder))
    assert "a single arm cannot be compared" in page
    assert "a single arm has no other" in page
    assert "One replicate: lines without a band." in page
    assert "nan" not in page.lower().replace("finan", "")


@pytest.mark.parametrize(
    ("table", "section"),
    fast_first(
        [
            ("effects", answer_section),
            ("segment", people_section),
            ("actions", log_section),
            ("effects", effects_section),
            ("transitions", winners_section),
            ("vintage", loans_section),
            ("roll", loans_section),
            ("refused", constraints_section),
        ],
        3,
    ),
)
def test_missing_table_is_named(tmp_path: Path, table: str, section) -> None:  # type: ignore[no-untyped-def]
    folder = write_study(tmp_path / "study", replicates=2, months=24, leave_out=(table,))
    blocks = section(Study(folder)).blocks
    assert any(f"the table “{table}” is not in the folder" in block.text for block in blocks if block.kind == "note")


def test_missing_market_leaves_arrears_of_lenders(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study", arms=("baseline",), replicates=1, months=12, leave_out=("market",))
    kinds = [block.kind for block in market_section(Study(folder)).blocks]
    assert kinds == ["figure", "figure"]


def test_missing_column_is_named(tmp_path: Path) -> None:
    study = Study(write_study(tmp_path / "study", arms=("baseline",), replicates=1, months=6))
    assert study.table("market", "month", "moon_phase") is None
    assert study.why_absent("market") == "the table “market” has no column moon_phase"


def test_missing_runs_are_listed(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study", replicates=1, months=6, leave_out=("effects",))
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["missing"] = [{"run": "calm / tightening / replicate 0", "reason": "killed"}]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    blocks = reproduce_section(Study(folder)).blocks
    assert any("1 run failed" in block.text for block in blocks if block.kind == "note")
    assert any("calm / tightening / replicate 0: killed" in block.items for block in blocks if block.kind == "points")


def test_parameters_are_counted_by_origin(study_folder: Path) -> None:
    first = parameters_section(Study(study_folder)).blocks[0]
    assert first.kind == "text"
    assert first.text == "3 parameters: 1 published, 1 fitted, 1 assumed."


@pytest.mark.parametrize(
    ("source", "as_default", "expected"),
    [
        ("no field magnitude was found: assumed, always swept", True, "assumed"),
        ("fitted to the five quintile means; National Bureau of Statistics", True, "fitted"),
        ("total capital 8%", True, "published"),
        ("total capital 8%", False, "chosen"),
        ("the study's choice", True, "chosen"),
        ("immutable; draws key on it", True, "chosen"),
        ("", True, "assumed"),
    ],
)
def test_origin_is_read_from_the_source(source: str, as_default: bool, expected: str) -> None:
    assert origin(source, as_default) == expected
