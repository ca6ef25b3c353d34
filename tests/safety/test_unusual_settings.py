"""What is legal and implausible runs, and is reported; what is sound raises no flag."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from experiments.compare import never_bound as bindings
from experiments.compare.never_bound import idle_instruments
from experiments.compose.registry import kinds, member_class
from experiments.compose.study import StudyConfig, compose_study
from experiments.compose.warnings import unusual_settings
from experiments.compose.warnings.contradictions import contradictions
from experiments.compose.warnings.ranges import usual_range, usual_ranges
from experiments.compose.warnings.warning import CONTRADICTION, NAMELESS, OUTSIDE, Flag, merged
from experiments.keep.files import read_table, write_table
from experiments.report.reading import Study
from experiments.report.sections.unusual import unusual_section
from sim.params import LenderParameters, MarketConfig, Quantity, quantities
from tests.report.made_study import write_study

STUDIES = Path(__file__).parents[2] / "configs" / "study"
SOUND = ("study=baseline", "months=60", "study.chosen_policy.place=in_every_arm")


@cache
def study(*texts: str) -> StudyConfig:
    return compose_study([*SOUND, *texts])


def flags(*texts: str) -> tuple[Flag, ...]:
    return unusual_settings(study(*texts))


def documented(parameter: str) -> Quantity:
    """Return what the model says of the parameter that a row of the table names."""
    group, _, field = parameter.partition(".")
    section: type = LenderParameters if group == "lender" else MarketConfig
    path = field.split(".") if group == "lender" else parameter.split(".")
    if group in ("policy", "shock"):
        kind, field = field.split(".")
        names = kinds(group) if kind == "*" else [kind]
        section = next(found for name in names if field in quantities(found := member_class(group, name, parameter)))
        path = [field]
    for part in path[:-1]:
        section = type(getattr(section, "_field_defaults")[part])  # noqa: B009
    return quantities(section)[path[-1]]


@pytest.mark.parametrize("parameter", usual_ranges())
def test_row_of_the_table_names_a_parameter_lies_in_its_bounds_and_says_why(parameter: str) -> None:
    usual, quantity = usual_ranges()[parameter], documented(parameter)
    assert quantity.low <= usual.low < usual.high <= quantity.high
    cites = any(letter.isdigit() for letter in usual.why)
    assert cites or "assumed" in usual.why or usual.why.startswith(("as ", "it ", "from "))


@pytest.mark.parametrize("group", ["policy", "shock"])
def test_usual_ranges_of_instruments_and_shocks_hold_their_defaults(group: str) -> None:
    """A new instrument needs no range; without one its numbers raise no flag."""
    found = 0
    for kind in kinds(group):
        section = member_class(group, kind, kind)
        for field in quantities(section):
            usual = usual_range(f"{group}.{kind}.{field}")
            if usual is not None:
                found += 1
                assert usual.low <= getattr(section(), field) <= usual.high, f"{group}.{kind}.{field}"
    assert found >= len(kinds(group))


def test_the_market_as_it_ships_is_not_unusual() -> None:
    assert flags() == ()
    assert unusual_settings(compose_study(["study=tightening"])) == ()


OUTSIDE_VALUES = [
    (("policy=[rate_cap]", "policy.rate_cap.max_apr=0.02"), "policy.rate_cap.max_apr", "0.02", "0.08 to 0.36"),
    (("policy=[rate_cap]", "policy.rate_cap.max_apr=9.5"), "policy.rate_cap.max_apr", "9.5", "0.08 to 0.36"),
    (("shock=[unemployment]", "shock.unemployment.add_share=0.4"), "shock.unemployment.add_share", "0.4", "0 to 0.08"),
    (("lender.bank_a.target_roe=0.9",), "lender.bank_a.target_roe", "0.9", "0.05 to 0.3"),
    (("behaviour.demand.purchase_share=0.9",), "behaviour.demand.purchase_share", "0.9", "0.02 to 0.25"),
    (("economy.unemployment_path=[0.05,0.3]",), "economy.unemployment_path", "0.3", "0.03 to 0.12"),
    (("population.size=50",), "population.size", "50", "1000 to 20000000"),
]


SHIPPED = sorted(path.stem for path in STUDIES.glob("*.yaml"))


@pytest.mark.parametrize(
    "name", ["history", *(pytest.param(name, marks=pytest.mark.slow) for name in SHIPPED if name != "history")]
)
def test_no_study_that_ships_contradicts_itself(name: str) -> None:
    """In the dated rulebook some rules change nothing, since others of their time ask for more; that is no mistake."""
    found = [flag.setting for flag in contradictions(compose_study([f"study={name}"]))]
    assert [setting for setting in found if not setting.startswith("policy.r")] == []


@pytest.mark.parametrize(("texts", "setting", "value", "usual"), OUTSIDE_VALUES, ids=[row[1] for row in OUTSIDE_VALUES])
def test_legal_value_outside_its_usual_range_runs_and_is_flagged(
    texts: tuple[str, ...], setting: str, value: str, usual: str
) -> None:
    (found,) = (flag for flag in flags(*texts) if flag.kind == OUTSIDE)
    assert (found.setting, found.value) == (setting, value)
    assert usual in found.usual
    assert found.why
    assert setting in found.sentence
    assert value in found.sentence


def test_an_instrument_is_known_by_its_kind_whatever_its_name() -> None:
    found = flags("policy=[china_2016_2025]", "policy.r12_rate_cap.max_apr=0.05", "calendar.start='2025-01'")
    assert "policy.r12_rate_cap.max_apr" in {flag.setting for flag in found if flag.kind == OUTSIDE}


CAP, FLOOR, UNEMPLOYED = "policy.rate_cap", "policy.joint_lending_floor", "shock.unemployment"
OTHER = "+study.arms.other=['economy.policy_rate_apr=0.03']"
CONTRADICTIONS = [
    (("policy=[rate_cap]", f"{CAP}.effective_month=59", "observe.outcome_until=50"), f"{CAP}.effective_month"),
    (
        ("policy=[joint_lending_floor]", f"{FLOOR}.phase_in_months=25", "observe.outcome_until=50"),
        f"{FLOOR}.phase_in_months",
    ),
    (("policy=[borrower_cap]", "policy.borrower_cap.max_yuan=900000"), "policy.borrower_cap"),
    (("policy=[rate_cap]", f"{CAP}.max_apr=0.1", "lender=[micro_lender_a]"), "lender.micro_lender_a.price_floor_apr"),
    (("shock=[unemployment]", f"{UNEMPLOYED}.start_month=50"), f"{UNEMPLOYED}.months"),
    (("shock=[unemployment]", f"{UNEMPLOYED}.add_share=0.0"), UNEMPLOYED),
    (("study.horizons=['1-48']",), "study.horizons"),
    (("+study.arms.same=[]",), "study.arms.same"),
    (("+study.arms.same=[]", "study.placebo=same"), "study.arms.same"),
    (("+study.scenarios.also_calm=[]",), "study.scenarios.also_calm"),
    ((OTHER, "observe.outcome_until=70"), "observe.outcome_until"),
    ((OTHER, "observe.baseline_until=30"), "observe.baseline_until"),
]


@pytest.mark.parametrize(("texts", "setting"), CONTRADICTIONS, ids=[" ".join(texts) for texts, _ in CONTRADICTIONS])
def test_settings_that_leave_something_without_effect_are_flagged(texts: tuple[str, ...], setting: str) -> None:
    (found,) = (flag for flag in flags(*texts) if flag.kind == CONTRADICTION)
    assert found.setting == setting
    assert found.why


def test_what_is_sound_beside_it_is_not_flagged() -> None:
    assert flags("policy=[rate_cap]", "policy.rate_cap.effective_month=49", "observe.outcome_until=50") == ()
    assert flags("shock=[unemployment]", "shock.unemployment.start_month=36") == ()
    assert flags("shock=[unemployment]", "shock.unemployment.start_month=50", "shock.unemployment.shape=step") == ()
    assert flags("study.horizons=['1-35']") == ()


def tables(folder: Path, refused: list[tuple[str, str, int]]) -> Path:
    """Write what refused whom: arm, constraint, applications."""
    rows = {
        "arm": [arm for arm, _, _ in refused],
        "scenario": ["calm"] * len(refused),
        "constraint": [name for _, name, _ in refused],
        "applications": [count for _, _, count in refused],
    }
    write_table(folder / "refused.parquet", pa.table(rows))
    return folder


def test_instrument_that_refused_nobody_in_any_replicate_is_flagged(tmp_path: Path) -> None:
    one = study("policy=[rate_cap,disclosure]", "+study.arms.other=['policy.rate_cap.max_apr=0.35']")
    idle = idle_instruments(
        one, tables(tmp_path, [("baseline", "rate_cap", 3), ("other", "rate_cap", 0), ("other", "limit", 9)])
    )
    (flag,) = idle
    assert (flag.setting, flag.kind, flag.where) == ("policy.rate_cap", NAMELESS, ("calm / other",))
    assert "prices lowered to the cap" in flag.usual, "so that nobody is refused, and the cap is at work"
    assert idle_instruments(one, tables(tmp_path, [("baseline", "rate_cap", 3), ("other", "rate_cap", 1)])) == ()


def test_each_table_of_traces_is_read_once_for_all_arms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = study("policy=[rate_cap]", "+study.arms.other=['policy.rate_cap.max_apr=0.35']")
    read: list[tuple[str, tuple[str, ...]]] = []

    def counted(path: Path, columns: tuple[str, ...], filters: object) -> pa.Table:
        read.append((path.stem, columns))
        return read_table(path, columns, filters)

    monkeypatch.setattr(bindings, "read_table", counted)
    acts = {"arm": ["other"], "scenario": ["calm"], "act": ["rate_cap"]}
    write_table(tmp_path / "actions.parquet", pa.table(acts))
    found = idle_instruments(one, tables(tmp_path, [("baseline", "limit", 2), ("other", "limit", 2)]))
    assert [flag.where for flag in found] == [("calm / baseline",)], "the other arm's row counts without a number"
    assert read == [("refused", ("scenario", "arm", "constraint")), ("actions", ("scenario", "arm", "act"))]


def test_concentration_cap_may_refuse_under_either_of_its_names(tmp_path: Path) -> None:
    one = study("policy=[concentration_cap]")
    for name, count in (("sector_rule", 0), ("region_rule", 0), ("limit", 1)):
        assert len(idle_instruments(one, tables(tmp_path, [("baseline", name, 5)]))) == count


def test_flag_found_everywhere_names_no_place() -> None:
    flag = Flag(OUTSIDE, "a", "1", "", "", ("calm / baseline",))
    elsewhere = flag._replace(where=("calm / other",))
    assert merged([flag, elsewhere], 2) == (flag._replace(where=()),)
    assert merged([flag, elsewhere], 3) == (flag._replace(where=("calm / baseline", "calm / other")),)


def test_report_lists_the_flags_of_the_manifest(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "made", arms=("baseline",), scenarios=("calm",), replicates=1, months=6)
    made = Study(folder)
    section = unusual_section(made)
    assert section is not None
    assert [block.kind for block in section.blocks] == ["text"]
    found = flags("policy=[rate_cap]", "policy.rate_cap.max_apr=0.02")
    made.manifest["flags"] = [flag._asdict() for flag in found]
    section = unusual_section(made)
    assert section is not None
    note, table = section.blocks
    assert note.kind == "note"
    assert table.kind == "table"
    assert table.rows[0][:3] == ("policy.rate_cap.max_apr", "0.02", OUTSIDE)
    assert table.rows[0][-1] == "everywhere"
    del made.manifest["flags"]
    assert unusual_section(made) is None
