"""A finished run is never run twice, across studies too; and the archive is never trusted further than its bytes."""

import json
import os
import shutil
from pathlib import Path

import pytest

from experiments.compose.plan import plan
from experiments.compose.study import compose_study
from experiments.keep import cache as archive_module
from experiments.keep.cache import NAME, Archive, archive_of
from experiments.keep.files import host, sha256_of
from experiments.keep.runs import RECORD
from experiments.refusal import Refusal
from experiments.verify import verify
from tests.studies.fake_study import ASKED, RUNS, composed, flip, hashes, run_study, study_in
from tests.variants import fast_first

pytestmark = pytest.mark.usefixtures("fake")


def started(folder: Path) -> dict[str, int]:
    """Return what the last start of a study found."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return next(line for line in reversed(lines) if line["event"] == "start")


def ran(folder: Path) -> list[str]:
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [line["run"] for line in lines if line["event"] == "run"]


def test_second_study_finds_every_run_and_has_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0
    assert "completed before" not in capsys.readouterr().err
    assert run_study(study_in(tmp_path / "b")) == 0
    assert f"{RUNS} of {RUNS} runs were completed before, {RUNS} of them in other studies\n" in capsys.readouterr().err
    assert started(tmp_path / "b")["adopted"] == RUNS
    assert ran(tmp_path / "b") == []
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    assert verify(tmp_path / "b").is_well


@pytest.mark.slow
def test_wider_study_runs_only_what_is_new(tmp_path: Path) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0
    assert run_study(study_in(tmp_path / "b", replicates=3)) == 0
    assert started(tmp_path / "b")["adopted"] == RUNS
    assert len(ran(tmp_path / "b")) == 2
    alone = tmp_path / "elsewhere" / "b"
    assert run_study(study_in(alone, replicates=3, archive="none")) == 0
    assert len(ran(alone)) == 6
    assert hashes(alone) == hashes(tmp_path / "b")


@pytest.mark.slow
def test_run_has_the_name_that_the_adopting_study_gives_it(tmp_path: Path) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0
    markets = {(scenario, arm.replace("more", "richer")): one for (scenario, arm), one in composed().markets.items()}
    renamed = study_in(tmp_path / "b", arms={"baseline": [], "richer": []}, markets=markets)
    assert run_study(renamed) == 0
    assert started(tmp_path / "b")["adopted"] == RUNS
    assert {json.loads(path.read_text())["arm"] for path in tmp_path.glob(f"b/runs/*/{RECORD}")} == {
        "baseline",
        "richer",
    }


def test_files_are_shared_and_a_study_is_complete_without_the_archive(tmp_path: Path) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0
    table = next((tmp_path / "a" / "runs").glob("*/market.parquet"))
    assert table.stat().st_nlink == 2
    shutil.rmtree(tmp_path / NAME)
    assert verify(tmp_path / "a").is_well
    assert run_study(study_in(tmp_path / "a", replicates=2)) == 0
    assert table.stat().st_nlink == 2, "what the archive has lost is given back to it"


@pytest.mark.slow
def test_without_hard_links_files_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    for name in ("a", "b"):
        assert run_study(study_in(tmp_path / name)) == 0
    assert started(tmp_path / "b")["adopted"] == RUNS
    assert next((tmp_path / "b" / "runs").glob("*/market.parquet")).stat().st_nlink == 1
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")


@pytest.mark.parametrize("name", fast_first(("market.parquet", RECORD, "people.parquet"), 1))
def test_damaged_entry_is_ignored_run_again_and_replaced(tmp_path: Path, name: str) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0
    damaged = sorted((tmp_path / NAME).glob(f"*/{name}"))[0]
    flip(damaged)
    assert run_study(study_in(tmp_path / "b")) == 0
    assert started(tmp_path / "b")["adopted"] == RUNS - 1
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    assert run_study(study_in(tmp_path / "c")) == 0
    assert started(tmp_path / "c")["adopted"] == RUNS


@pytest.mark.slow
def test_entry_under_another_name_is_not_believed(tmp_path: Path) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0
    one, other = [path.parent for path in sorted((tmp_path / NAME).glob(f"*/{RECORD}"))][:2]
    shutil.rmtree(other)
    shutil.copytree(one, other)
    assert run_study(study_in(tmp_path / "b")) == 0
    assert started(tmp_path / "b")["adopted"] == RUNS - 1
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")


@pytest.mark.slow
def test_link_inside_an_entry_is_not_followed(tmp_path: Path) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0
    table = sorted((tmp_path / NAME).glob("*/market.parquet"))[0]
    shutil.move(table, tmp_path / "moved.parquet")
    table.symlink_to(tmp_path / "moved.parquet")
    assert run_study(study_in(tmp_path / "b")) == 0
    assert started(tmp_path / "b")["adopted"] == RUNS - 1
    assert not any(path.is_symlink() for path in (tmp_path / "b").rglob("*"))


@pytest.mark.slow
def test_run_of_another_kind_of_processor_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0
    machine = {**archive_module.machine_class(), "processor": "another"}
    monkeypatch.setattr(archive_module, "machine_class", lambda: machine)
    assert run_study(study_in(tmp_path / "b")) == 0
    assert started(tmp_path / "b")["adopted"] == 0


@pytest.mark.slow
def test_named_archive_is_used_and_none_keeps_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "elsewhere" / "runs"
    assert run_study(study_in(tmp_path / "a", archive=str(archive))) == 0
    assert run_study(study_in(tmp_path / "b", archive="none")) == 0
    assert started(tmp_path / "b")["adopted"] == 0
    assert not (tmp_path / NAME).exists()
    assert run_study(study_in(tmp_path / "c", archive=str(archive))) == 0
    assert started(tmp_path / "c")["adopted"] == RUNS


def test_archive_that_is_no_good_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years of work")
    for archive, rule in (
        (mine, "is not empty and holds no archive"),
        (mine / "thesis.tex", "cannot be written"),
        (tmp_path / "out" / "inside", "must lie outside the study's folder"),
        (Path("/proc/sluice"), "cannot be written"),
    ):
        with pytest.raises(Refusal, match=f"^archive: .*{rule}"):
            archive_of(study_in(tmp_path / "out", archive=str(archive)), tmp_path / "out")
    assert [path.name for path in mine.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("text", ["archive=3", "archive=''", "archive=[a]", "archive={a: 1}", "archive=${oc.env:HOME}"])
def test_archive_must_be_a_path(text: str) -> None:
    with pytest.raises(Refusal, match="archive"):
        compose_study([*ASKED, text])


def test_study_goes_on_where_nothing_can_be_kept_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / NAME).write_text("a file in its place")
    assert run_study(study_in(tmp_path / "a")) == 0
    assert "finished runs are not kept for other studies: archive: " in capsys.readouterr().err
    assert (tmp_path / NAME).read_text() == "a file in its place"


def test_leftovers_of_killed_writers_are_cleared_and_those_of_living_ones_are_not(tmp_path: Path) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0
    archive = tmp_path / NAME
    dead = archive / f".partial-abc-{host()}-999999999"
    living = archive / f".partial-abc-{host()}-{os.getpid()}"
    elsewhere = archive / ".partial-abc-0123456789ab-999999999"  # nobody here can tell whether it is alive
    for leftover in (dead, living, elsewhere):
        leftover.mkdir()
    archive_of(study_in(tmp_path / "b"), tmp_path / "b")
    assert not dead.exists()
    assert living.exists()
    assert elsewhere.exists()


def test_entry_kept_by_somebody_else_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    study = study_in(tmp_path / "a")
    assert run_study(study) == 0
    run = plan(study)[0]
    archive = Archive(tmp_path / NAME)
    table = tmp_path / NAME / run.identity / "market.parquet"
    before = table.stat().st_ino, sha256_of(table)
    archive.keep(run, tmp_path / "a" / "runs")
    assert archive.reason == ""
    assert (table.stat().st_ino, sha256_of(table)) == before
