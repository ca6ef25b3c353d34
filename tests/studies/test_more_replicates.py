"""Replicates are added to a finished folder; fewer than it holds, and a stop rule made up afterwards, are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from experiments.compose.stop_settings import StopSettings
from experiments.compose.study import StudyConfig, compose_study
from experiments.keep.files import read_json
from experiments.keep.folder import check_folder, opened
from experiments.keep.study_files import CONFIG, MANIFEST
from experiments.keep.study_folder import StudyOwner, replicates_in
from experiments.refusal import Refusal
from experiments.verify import verify
from tests.studies.fake_study import hashes, run_study, study_in


def test_four_replicates_are_asked_of_a_folder_that_has_two(
    tmp_path: Path, fake: None, capsys: pytest.CaptureFixture[str]
) -> None:
    grown, fresh = tmp_path / "grown", tmp_path / "fresh"
    assert run_study(study_in(grown, archive="none", replicates=2)) == 0
    first = {path: path.stat().st_ino for path in grown.glob("runs/*/*")}
    assert run_study(study_in(grown, archive="none", replicates=4)) == 0
    assert "4 of 8 runs were completed before" in capsys.readouterr().err
    assert {path: path.stat().st_ino for path in first} == first
    assert run_study(study_in(fresh, archive="none", replicates=4)) == 0
    assert hashes(grown) == hashes(fresh)
    assert verify(grown).is_well
    assert verify(grown).foreign == ()
    assert read_json(grown / MANIFEST)["replicates"] == 4
    assert yaml.safe_load((grown / CONFIG).read_text())["study"]["replicates"] == 4
    with pytest.raises(
        Refusal, match=r"study\.replicates: must be at least 4, the replicates in .* name another folder, was 3"
    ):
        run_study(study_in(grown, archive="none", replicates=3))
    assert run_study(study_in(grown, archive="none", replicates=4)) == 0
    assert hashes(grown) == hashes(fresh)


@pytest.mark.slow
def test_a_folder_stays_whole_while_replicates_are_added(
    tmp_path: Path, fake: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C, or too little memory, ends an extension before its results take the place of the former ones."""
    out = tmp_path / "out"
    assert run_study(study_in(out, archive="none", replicates=2)) == 0
    before = hashes(out)
    for problem in (KeyboardInterrupt, Refusal("population.size: a run needs more memory")):
        with monkeypatch.context() as patch:
            patch.setattr("experiments.execute.dry_run.worker_count", raising(problem))
            with pytest.raises((KeyboardInterrupt, Refusal)):
                run_study(study_in(out, archive="none", replicates=4))
        assert verify(out).is_well
        assert hashes(out) == before
    assert run_study(study_in(out, archive="none", replicates=4)) == 0
    assert verify(out).is_well
    assert yaml.safe_load((out / CONFIG).read_text())["study"]["replicates"] == 4


def raising(problem: type[BaseException] | BaseException) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise problem

    return refuse


@pytest.mark.slow
def test_another_setting_is_named(tmp_path: Path, fake: None) -> None:
    out = tmp_path / "out"
    assert run_study(study_in(out, archive="none")) == 0
    with pytest.raises(
        Refusal, match=r"other settings: study\.question was 'What .*' and is 'Another\?'; name another"
    ):
        run_study(study_in(out, archive="none", question="Another?"))
    market = study_in(out).markets["calm", "more"]
    changed = {("calm", "baseline"): market, ("calm", "more"): market}
    with pytest.raises(
        Refusal, match=r"configs\.calm/baseline\.lender\.platform_a\.budget_extra_fen was 0 and is 1000000"
    ):
        run_study(study_in(out, archive="none", markets=changed))


def begun(out: Path, replicates: int, **settings: object) -> StudyConfig:
    """Begin a folder, in which so many replicates have been run."""
    study = study_in(out, archive="none", **settings)
    with opened(out, StudyOwner(study)):
        pass
    for replicate in range(replicates):
        run = out / "runs" / f"calm-more-{replicate:03d}-{'0' * 12}"
        run.mkdir()
        (run / "run.json").touch()
    assert replicates_in(out) == replicates
    return study


RULE = StopSettings(at_least=4, at_most=20, step=2)


def test_a_stop_rule_may_allow_more_but_stays_what_it_was(tmp_path: Path) -> None:
    study = begun(tmp_path / "out", 12, stop=RULE)

    def ask(rule: StopSettings, replicates: int = 2) -> None:
        asked = study._replace(settings=study.settings._replace(stop=rule, replicates=replicates))
        check_folder(tmp_path / "out", StudyOwner(asked))

    ask(RULE._replace(at_most=40))
    ask(RULE._replace(at_most=12))
    with pytest.raises(Refusal, match=r"study\.stop\.at_most: must be at least 12, .* was 11"):
        ask(RULE._replace(at_most=11))
    with pytest.raises(Refusal, match=r"study\.stop\.step: stays what it was before the first run .*, 2; was 1"):
        ask(RULE._replace(step=1))
    with pytest.raises(Refusal, match=r"study\.stop\.at_least: stays what it was"):
        ask(RULE._replace(at_least=2))
    for replicates in (11, 12, 20):
        with pytest.raises(Refusal, match=r"study\.stop: stays .*\{at_least: 4, at_most: 20, step: 2\}; .* none"):
            ask(StopSettings(), replicates)


def test_a_stop_rule_may_be_dropped_before_the_first_run(tmp_path: Path) -> None:
    study = begun(tmp_path / "out", 0, stop=RULE)
    check_folder(tmp_path / "out", StudyOwner(study._replace(settings=study.settings._replace(stop=StopSettings()))))


def test_no_stop_rule_is_made_up_after_the_first_run(tmp_path: Path) -> None:
    study = begun(tmp_path / "out", 0)
    ruled = study._replace(settings=study.settings._replace(stop=RULE))
    check_folder(tmp_path / "out", StudyOwner(ruled))
    begun(tmp_path / "other", 1)
    with pytest.raises(Refusal, match=r"study\.stop: a stop rule is chosen before the first run, and .* 1 replicates"):
        check_folder(tmp_path / "other", StudyOwner(ruled))


OWN = """
population: {size: 5000}
calendar: {months: 48}
observe: {baseline_until: 24, outcome_from: 24, outcome_until: 48}
study: {name: x, question: "What?", announce_month: 24, replicates: 7, arms: {baseline: []}, horizons: [end]}
"""


@pytest.mark.parametrize(
    ("texts", "replicates", "people", "overruled"),
    [
        ([], 7, 5_000, []),
        (["scale=smoke"], 2, 2_000, ["population.size", "study.replicates"]),
        (["scale=laptop", "population.size=400"], 10, 400, ["study.replicates"]),
        (["study.replicates=3"], 3, 5_000, []),
        (["scale=smoke", "study.replicates=3", "population.size=400"], 3, 400, []),
    ],
)
def test_a_study_s_own_numbers_stand_above_the_usual_scale_and_below_the_command_line(
    tmp_path: Path, texts: list[str], replicates: int, people: int, overruled: list[str]
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    study = compose_study([f"study_file={path}", *texts])
    assert study.settings.replicates == replicates
    assert study.markets["calm", "baseline"].population.size == people
    assert [text.split(": ")[1].split(" is ")[0] for text in study.overruled] == overruled
    assert all("overrules the study's file" in text for text in study.overruled)


def test_a_study_of_the_tree_that_names_no_numbers_takes_those_of_the_scale() -> None:
    study = compose_study(["study=baseline"])
    assert (study.settings.replicates, study.markets["calm", "baseline"].population.size) == (10, 100_000)
    assert study.overruled == ()
