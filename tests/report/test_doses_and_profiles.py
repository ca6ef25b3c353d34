"""Dose and response, effects by month, and how well effects are known, drawn from the tables alone."""

from pathlib import Path

import pytest

from experiments.report.effects import Effect, read_effects
from experiments.report.reading import Study
from experiments.report.sections.doses import Version, doses_section, read_versions, responses_of
from experiments.report.sections.effects import effects_section
from experiments.report.sections.profiles import profiles_section
from experiments.report.sections.winners import winners_section
from tests.report.made_study import write_study


def effect(arm: str, scenario: str, mean: float) -> Effect:
    numbers = {"mean": mean, "low": mean - 1.0, "high": mean + 1.0, "replicates": 3, "baseline": 1.0}
    words = {"method": "t", "warning": "", "precise": None, "dots": (mean,), "p_holm": 0.1, "important": 0.0}
    return Effect(
        outcome="market.debt_fen",
        primary=True,
        expected=0,
        arm=arm,
        scenario=scenario,
        horizon="1-12",
        **numbers,
        **words,
    )


def test_points_stand_at_their_values_in_order() -> None:
    versions = [Version("arm", name, {"a.cap": value}) for name, value in (("x", 0.36), ("y", 0.24))]
    (response,) = responses_of(versions, [effect("x", "calm", 1.0), effect("y", "calm", 2.0), effect("z", "calm", 9.0)])
    (curve,) = response.curves
    assert (curve.name, response.ticks) == ("calm", ())
    assert [(point.position, point.mean) for point in curve.points] == [(0.24, 2.0), (0.36, 1.0)]


def test_a_grid_is_drawn_along_its_first_parameter_with_a_curve_for_each_other_value() -> None:
    versions = [Version("arm", f"{a}{b}", {"a.cap": a, "b.floor": b}) for a in (1, 2) for b in (5, 6)]
    (response,) = responses_of(versions, [effect(version.name, "calm", 1.0) for version in versions])
    assert [curve.name for curve in response.curves] == ["floor 5, calm", "floor 6, calm"]
    assert [point.position for point in response.curves[0].points] == [1.0, 2.0]


def test_values_that_are_no_numbers_stand_side_by_side_and_scenarios_are_named_by_arm() -> None:
    versions = [Version("scenario", name, {"economy": name}) for name in ("steady", "feedback")]
    (response,) = responses_of(versions, [effect("capped", version.name, 1.0) for version in versions])
    assert response.ticks == ("steady", "feedback")
    assert [curve.name for curve in response.curves] == ["capped"]
    assert [point.position for point in response.curves[0].points] == [0.0, 1.0]


def test_one_factor_at_a_time_has_a_panel_for_each_parameter() -> None:
    versions = [Version("arm", "x", {"a.cap": 1}), Version("arm", "y", {"b.floor": True})]
    found = responses_of(versions, [effect("x", "calm", 1.0), effect("y", "calm", 1.0)])
    assert [(response.varied, response.ticks) for response in found] == [("a.cap", ()), ("b.floor", ("yes",))]


def test_the_sections_of_a_made_study(study_folder: Path) -> None:
    study = Study(study_folder)
    assert [version.name for version in read_versions(study)] == ["tightening"]
    doses, profiles = doses_section(study), profiles_section(study)
    assert doses is not None
    assert profiles is not None
    assert [block.kind for block in doses.blocks] == ["text", "figure", "table"]
    assert [block.kind for block in profiles.blocks] == ["text", "figure"]
    table = doses.blocks[2]
    assert table.kind == "table"
    primary = [found for found in read_effects(study) if found.primary and found.arm == "tightening"]
    assert len(table.rows) == len(primary)


def test_the_table_of_primary_effects_says_once_what_all_rows_share(study_folder: Path) -> None:
    section = effects_section(Study(study_folder))
    tables = [block for block in section.blocks if block.kind == "table"]
    table = next(block for block in tables if block.caption.startswith("Primary"))
    primary = [found for found in read_effects(Study(study_folder)) if found.primary and found.arm != "placebo"]
    for column, values in (("arm", {found.arm for found in primary}), ("when", {found.horizon for found in primary})):
        assert (column in table.head) == (len(values) > 1)
    assert table.caption.endswith("tightening")
    assert table.head.index("result") < table.head.index("effect"), "what matters most is not scrolled for"
    assert all(any(row[at] for row in table.rows) for at in range(len(table.head))), "no column is empty"


def test_how_well_effects_are_known_and_why_the_study_stopped_are_said(study_folder: Path) -> None:
    message = [block.text for block in effects_section(Study(study_folder)).blocks if block.kind == "text"]
    assert any("are known to the smallest that matters" in text and "By its stop rule" in text for text in message)


def test_who_took_whose_customers_is_listed(study_folder: Path) -> None:
    tables = [block for block in winners_section(Study(study_folder)).blocks if block.kind == "table"]
    moved = next(table for table in tables if table.caption.startswith("Who took"))
    assert moved.rows[0][:3] == ("platform a", "bank a", "calm")


def test_without_profiles_the_section_says_so(tmp_path: Path) -> None:
    study = Study(write_study(tmp_path / "study", replicates=2, months=24, leave_out=("profiles",)))
    section = profiles_section(study)
    assert section is not None
    assert "the table “profiles” is not in the folder" in section.blocks[0].text


@pytest.mark.parametrize("message", [None, "x", [1, {"values": 3}]])
def test_a_manifest_without_a_sweep_has_no_such_section(small_folder: Path, message: object) -> None:
    study = Study(small_folder)
    study.manifest["versions_swept"] = message
    assert doses_section(study) is None
