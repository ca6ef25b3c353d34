"""Full disks, read-only folders, damaged, foreign and missing files: one message, and nothing wrong is kept."""

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import experiments
from experiments import run
from experiments.compose.study import ReportSettings
from experiments.keep import folder as folder_module
from experiments.keep import study_folder
from experiments.keep.cache import NAME
from experiments.keep.drawn import keep_record
from experiments.keep.files import PARTIAL, SEAL, read_json, sha256_of, write_bytes, write_sealed, write_table
from experiments.keep.folder import folder_for
from experiments.keep.runs import RECORD
from experiments.keep.study_files import DRAWN, MANIFEST, PAGE
from experiments.refusal import Refusal
from experiments.terminal.command_line import command_here
from experiments.terminal.progress import Progress
from experiments.verify import verify
from tests.studies.commands import Sluice, table_hashes
from tests.studies.fake_study import fake_market, flip, hashes, run_study, study_in
from tests.variants import fast_first

ROOT = Path(__file__).resolve().parents[2]


class FullDisk:
    """Refuses the flush of the file that is due, and all later ones, like a disk that is full."""

    def __init__(self, after: int) -> None:
        self.left, self.refused_at = after, 0.0

    def __call__(self, handle: int) -> None:
        self.left -= 1
        if self.left < 0:
            self.refused_at = self.refused_at or time.monotonic()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study, run once; tests copy it before they harm it. `flushes` beside it holds how often it wrote."""
    folder = tmp_path_factory.mktemp("finished") / "out"
    disk = FullDisk(10**9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "sim.market", fake_market())
        patch.setattr("experiments.keep.files.os.fsync", disk)
        assert run_study(study_in(folder, archive="none")) == 0
    folder.with_name("flushes").write_text(str(10**9 - disk.left))
    return folder


@pytest.fixture
def copied(finished: Path, tmp_path: Path, fake: None) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "out"))


def command(monkeypatch: pytest.MonkeyPatch, folder: Path, **changes: object) -> int:
    """Run the command on the small study and return its exit code."""
    monkeypatch.setattr(run, "compose_study", lambda _: study_in(folder, **changes))
    return run.main([])


# --- no room ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", fast_first((0.1, 0.0, 0.95, 0.02, 0.06, 0.4, 0.8, 1.0), 1))
def test_full_disk_is_one_message_at_once_and_the_study_resumes_when_there_is_room(
    tmp_path: Path,
    finished: Path,
    fake: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    part: float,
) -> None:
    flushes = int(finished.with_name("flushes").read_text())
    full = FullDisk(min(int(part * flushes), flushes - 1))
    with monkeypatch.context() as patch:
        patch.setattr("experiments.keep.files.os.fsync", full)
        code = command(patch, tmp_path / "out", archive="none")
    output = capsys.readouterr().err
    assert code == 1
    assert time.monotonic() - full.refused_at < 2.0
    assert output.count("No space left on device") == 1
    assert output.splitlines()[-1].endswith("the same command with out= set to its folder continues")
    assert "Traceback" not in output
    assert not (tmp_path / "out" / MANIFEST).exists() or verify(tmp_path / "out").is_well
    assert command(monkeypatch, tmp_path / "out", archive="none") == 0
    assert hashes(tmp_path / "out") == hashes(finished)
    assert verify(tmp_path / "out") == verify(finished)


def test_full_disk_of_the_archive_costs_nothing_but_the_archive(
    tmp_path: Path, finished: Path, fake: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    monkeypatch.setattr("experiments.keep.files.shutil.copyfile", refuse)
    assert command(monkeypatch, tmp_path / "out") == 0
    output = capsys.readouterr().err
    assert "finished runs are not kept for other studies: " in output
    assert "No space left on device" in output
    assert hashes(tmp_path / "out") == hashes(finished)


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["serial", pytest.param("processes", marks=pytest.mark.slow)])
def test_file_that_may_not_grow_ends_the_command_at_once(sluice: Sluice, executor: str) -> None:
    """The system itself refuses here: no file may exceed 150 or 300 kB, and that of the people would."""
    limited = ["sh", "-c", 'ulimit -f 300; exec "$@"', "sh"]
    asked = sluice.command("study.replicates=3", "population.size=300000", f"executor={executor}")
    ended = sluice.call([*limited, *asked])
    assert ended.returncode == 1, ended.stderr
    assert "people.parquet: cannot be written: File too large" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stderr.count("cannot be written") == 1
    assert [path.name for path in sluice.out.glob("runs/*") if not path.name.startswith(PARTIAL)] == []


def in_own_mounts(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a script of the shell that may mount, unseen by anybody else; skip where that is not allowed."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0:
        pytest.skip("needs the right to mount")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    asked = ["unshare", "--mount", "sh", "-ec", script, "sh", *map(str, arguments)]
    return subprocess.run(asked, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_moved_read_only_folder_is_verified_opened_and_drawn_elsewhere_and_refused_for_writing(copied: Path) -> None:
    program = (
        "import sys, experiments; from pathlib import Path; from tests.studies.fake_study import *; use_fake_market();"
        "from experiments import run, verify; from experiments.report.__main__ import main as report\n"
        "folder = Path(sys.argv[1]); assert verify.main([str(folder), '--rerun', '1']) == 0;"
        "assert experiments.open(folder).table('market').num_rows > 0;"
        "run.compose_study = lambda _: study_in(folder);"
        "print('run', run.main([])); print('report', report([str(folder)]));"
        "print('report', report([str(folder), '--out', sys.argv[2]]))"
    )
    moved = copied.rename(copied.with_name("moved elsewhere"))
    ended = in_own_mounts(
        'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; exec "$2" -c "$3" "$1" "$4"',
        moved,
        sys.executable,
        program,
        moved.with_name("report.html"),
    )
    assert ended.returncode == 0, ended.stderr
    assert "1 runs reproduced" in ended.stdout
    drawn = str(moved.with_name("report.html"))
    assert ended.stdout.splitlines()[-4:] == ["run 2", "report 2", drawn, "report 0"]
    assert f"out: {moved} cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_disk_that_is_really_full(sluice: Sluice) -> None:
    """A file system of 400 kB: the study stops with one message, and goes on where there is more room."""
    texts = ("study.replicates=6", "executor=serial", "archive=none", "executor.allow_above_limits=true")
    asked = sluice.command(*texts, f"out={sluice.folder}/disk/out")  # which would be refused beforehand
    twice = '"$@"; echo "code $?"; "$@"; echo "code $?"'
    script = f"mkdir disk; mount -t tmpfs -o size=400k tmpfs disk; {twice}; cp -r disk/out kept"
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0:
        pytest.skip("needs the right to mount")
    ended = sluice.call(["unshare", "--mount", "sh", "-c", script, "sh", *asked])
    assert ended.stdout.count("code 1") == 2, ended.stdout + ended.stderr
    assert ended.stderr.count("No space left on device") == 2
    assert "Traceback" not in ended.stderr
    kept = sluice.folder / "kept"
    assert sluice.run("study.replicates=6", "executor=serial", "archive=none", f"out={kept}").returncode == 0
    assert sluice.run("study.replicates=6", "executor=serial", "archive=none").returncode == 0
    assert table_hashes(json.loads((kept / MANIFEST).read_text())) == table_hashes(sluice.manifest())


# --- damage ----------------------------------------------------------------------------------------------------------
def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def other(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7 something else entirely\n" * 40)


HARMS: tuple[Callable[[Path], None], ...] = (flip, cut, empty, other, Path.unlink)
FILES = (
    "config.yaml",
    "manifest.json",
    "tables/market.parquet",
    "tables/effects.parquet",
    f"runs/*/{RECORD}",
    "runs/*/lender.parquet",
    "runs/*/people.parquet",
)
HARMED = [
    ("manifest.json", cut),
    ("tables/effects.parquet", flip),
    (f"runs/*/{RECORD}", other),
    ("runs/*/people.parquet", Path.unlink),
    *((name, harm) for name in FILES for harm in (flip, cut)),
    ("manifest.json", empty),
    ("manifest.json", Path.unlink),
    ("tables/effects.parquet", empty),
    ("runs/*/people.parquet", other),
]


def is_noticed(folder: Path) -> bool:
    """Return whether a check of the folder finds something, or finds no study any more."""
    try:
        return not verify(folder).is_well
    except Refusal:
        return True


@pytest.mark.parametrize(
    ("name", "harm"), fast_first(dict.fromkeys(HARMED), 3), ids=lambda one: getattr(one, "__name__", one)
)
def test_damaged_file_is_found_and_made_again(
    copied: Path, finished: Path, name: str, harm: Callable[[Path], None]
) -> None:
    harm(sorted(copied.glob(name))[0])
    assert is_noticed(copied)
    assert run_study(study_in(copied, archive="none")) == 0
    assert hashes(copied) == hashes(finished)
    assert verify(copied) == verify(finished)


@pytest.mark.parametrize("harm", HARMS[:-1], ids=lambda harm: harm.__name__)
def test_damaged_mark_is_found_and_the_folder_left_alone(copied: Path, harm: Callable[[Path], None]) -> None:
    harm(copied / "study.json")
    before = hashes(copied)
    assert [problem for problem in verify(copied).problems if "study.json" in problem]
    with pytest.raises(Refusal, match=r"study\.json.*name another folder"):
        run_study(study_in(copied, archive="none"))
    assert hashes(copied) == before


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def drawn_in(folder: Path) -> Path:
    """Draw a report of two lines, as the real one is drawn: the page, then its record."""
    keep_record(folder, write_bytes(folder / PAGE, b"<title>a study</title>\n<p>what it found</p>\n"))
    return folder / PAGE


@pytest.mark.parametrize("harm", [half, flip, empty, Path.unlink], ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("name", fast_first((PAGE, DRAWN), 1))
def test_damaged_report_is_found_and_drawn_again_without_gathering(
    copied: Path, monkeypatch: pytest.MonkeyPatch, name: str, harm: Callable[[Path], None]
) -> None:
    monkeypatch.setattr("experiments.report.build", drawn_in)
    monkeypatch.setattr("experiments.compare.gather.gather", None)
    drawn_in(copied)
    before, shown = verify(copied), (copied / PAGE).read_bytes()
    assert before.is_well
    assert before.foreign == ()
    harm(copied / name)
    (problem,) = verify(copied).problems
    assert problem.startswith(f"{copied / name}: is ")
    assert problem.endswith(f"to draw it again: {command_here('report', str(copied))}")
    assert run_study(study_in(copied, archive="none", report=ReportSettings(draw=True))) == 0
    assert (copied / PAGE).read_bytes() == shown
    assert verify(copied) == before


def test_report_of_other_results_is_noticed(copied: Path) -> None:
    drawn_in(copied)
    document = {key: value for key, value in read_json(copied / MANIFEST).items() if key != SEAL}
    write_sealed(copied / MANIFEST, {**document, "finished": "another time"})
    (problem,) = verify(copied).problems
    assert "report.html: shows other results than those of manifest.json" in problem


def test_torn_log_is_continued_on_a_line_of_its_own(copied: Path) -> None:
    (copied / "log.jsonl").write_text('{"event": "sta')
    assert run_study(study_in(copied, archive="none")) == 0
    lines = (copied / "log.jsonl").read_text().splitlines()
    assert lines[0] == '{"event": "sta'
    assert [json.loads(line)["event"] for line in lines[1:]] == ["start", "already done"]


def test_run_with_other_columns_is_named_and_not_gathered(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    record = sorted(copied.glob(f"runs/*/{RECORD}"))[1]
    document = {key: value for key, value in read_json(record).items() if key != SEAL}
    written = write_table(record.parent / "market.parquet", pa.table({"month": [1, 2], "debt": [1.5, 2.5]}))
    document["files"]["market.parquet"] = written._asdict()
    write_sealed(record, document)
    assert command(monkeypatch, copied, archive="none") == 1
    output = capsys.readouterr().err
    assert f"{record.parent / 'market.parquet'}: has other columns" in output
    assert "Traceback" not in output
    assert not (copied / MANIFEST).exists()
    shutil.rmtree(record.parent)
    assert command(monkeypatch, copied, archive="none") == 0
    assert verify(copied).is_well


# --- what is not ours ------------------------------------------------------------------------------------------------
def test_foreign_files_are_named_left_alone_and_never_read(copied: Path, finished: Path) -> None:
    run_folder = sorted(copied.glob("runs/*"))[0]
    mine = [
        copied / "notes.txt",
        copied / "tables" / "mine.csv",
        run_folder / "mine.parquet",
        copied / "runs" / "mine" / "a",
    ]
    (copied / "runs" / "mine").mkdir()
    for path in mine:
        path.write_text("years of work")
    found = verify(copied)
    assert found.is_well
    assert set(found.foreign) == {"notes.txt", "tables/mine.csv", f"runs/{run_folder.name}/mine.parquet", "runs/mine/"}
    (copied / MANIFEST).unlink()
    assert run_study(study_in(copied, archive="none")) == 0
    assert all(path.read_text() == "years of work" for path in mine)
    assert table_hashes(read_json(copied / MANIFEST)) == table_hashes(read_json(finished / MANIFEST))
    assert set(experiments.open(copied).tables) == set(experiments.open(finished).tables)


def test_manifest_cannot_point_outside_its_folder(copied: Path) -> None:
    document = {key: value for key, value in read_json(copied / MANIFEST).items() if key != SEAL}
    (copied.parent / "secret").write_text("x")
    document["files"]["../secret"] = {"sha256": sha256_of(copied.parent / "secret"), "bytes": 1, "rows": None}
    write_sealed(copied / MANIFEST, document)
    assert verify(copied).problems == ("../secret: lies outside the study's folder",)


# --- time, code, company ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("year", [0, 4_000_000_000])
def test_dates_of_files_and_jumps_of_the_clock_do_not_matter(
    copied: Path, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    for path in copied.rglob("*"):
        os.utime(path, (year, year))
    monkeypatch.setattr(folder_module, "now", lambda: "1970-01-01T00:00:00+00:00")
    assert run_study(study_in(copied, archive="none")) == 0
    assert json.loads((copied / "log.jsonl").read_text().splitlines()[-1])["event"] == "already done"


def test_folder_of_a_second_that_has_been_before_is_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(folder_module.datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Stopped":
            return cls(2025, 1, 1, 12, 0, 0)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(folder_module, "datetime", Stopped)
    study = study_in(tmp_path)._replace(out=None)
    first = folder_for(study)
    first.mkdir(parents=True)
    second = folder_for(study)
    assert (first.name, second.name) == ("baseline-20250101-120000", "baseline-20250101-120000-2")


def test_changed_model_is_refused_and_a_changed_program_gathers_anew(
    copied: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("experiments.compose.plan.source_hash", lambda: "0" * 64)
        with pytest.raises(Refusal, match="the model's sources have changed since it was begun"):
            run_study(study_in(copied, archive="none"))
    assert verify(copied).is_well
    monkeypatch.setattr(study_folder, "program_hash", lambda: "0" * 64)
    assert run_study(study_in(copied, archive="none")) == 0
    assert read_json(copied / MANIFEST)["program_hash"] == "0" * 64
    assert hashes(copied) == hashes(finished)


def test_folder_that_vanishes_is_one_message(
    tmp_path: Path, fake: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(Progress, "advance", lambda _: shutil.rmtree(tmp_path / "out"))
    assert command(monkeypatch, tmp_path / "out", archive="none") == 1
    output = capsys.readouterr().err
    assert "Traceback" not in output
    assert str(tmp_path / "out") in output


@pytest.mark.slow
def test_two_studies_with_one_archive_both_end_with_the_same_bytes(sluice: Sluice) -> None:
    folders = [sluice.folder / name for name in ("a", "b")]
    studies = [sluice.start("study.replicates=4", "executor=serial", f"out={folder}") for folder in folders]
    for study in studies:
        _, output = study.communicate(timeout=240)
        assert study.returncode == 0, output
    first, second = (table_hashes(json.loads((folder / MANIFEST).read_text())) for folder in folders)
    assert first == second
    assert len(list((sluice.folder / NAME).glob(f"*/{RECORD}"))) == 4
    assert list((sluice.folder / NAME).glob(f"{PARTIAL}*")) == []


def killed(folder: Path, kills: int) -> dict[str, object]:
    asked = [sys.executable, "-m", "tests.studies.killing", str(folder), str(kills), "20250101"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=7200, check=False)
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout.splitlines()[-1]))


@pytest.mark.slow
@pytest.mark.parametrize("kills", [3, pytest.param(300, marks=pytest.mark.slow)])
def test_kills_at_random_moments_leave_nothing_torn_and_the_same_bytes(tmp_path: Path, kills: int) -> None:
    seen = killed(tmp_path, kills)
    assert seen["kills"] == kills
    assert (seen["torn"], seen["failed"], seen["problems"]) == (0, 0, [])
    assert seen["finished"] == seen.get("ended", 0), "every study that ended has the bytes of an undisturbed one"
    assert (seen["last_code"], seen["same"], seen["left"]) == (0, True, [])


# --- what goes while a study is carried out --------------------------------------------------------------------------
@pytest.mark.parametrize("executor", ["serial", "processes"])
@pytest.mark.slow
def test_folder_removed_in_mid_study_is_one_message_and_the_same_command_begins_anew(
    sluice: Sluice, executor: str
) -> None:
    asked = ["study.replicates=40", f"executor={executor}", "archive=none"]
    study = sluice.start(*asked)
    sluice.await_finished(2)
    shutil.rmtree(sluice.out.rename(sluice.folder / "going"), ignore_errors=True)
    _, output = study.communicate(timeout=120)
    assert study.returncode == 1, output
    assert "Traceback" not in output
    assert len([line for line in output.splitlines() if "cannot be written" in line or "no longer there" in line]) == 1
    assert not sluice.out.exists()
    assert sluice.run("study.replicates=2", *asked[1:]).returncode == 0
    assert verify(sluice.out).is_well


@pytest.mark.slow
@pytest.mark.parametrize(
    "problem",
    [
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
        pytest.param(RuntimeError("can't start new thread"), marks=pytest.mark.slow),
        pytest.param(EOFError(), marks=pytest.mark.slow),
    ],
)
def test_worker_that_cannot_be_started_is_one_message(
    tmp_path: Path, fake: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, problem: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise problem

    monkeypatch.setattr("experiments.execute.runner.is_compiled", lambda: True)
    monkeypatch.setattr("experiments.execute.executors.processes.ProcessPoolExecutor.submit", refuse)
    executor = study_in(tmp_path).executor._replace(kind="processes")
    assert command(monkeypatch, tmp_path / "out", archive="none", executor=executor) == 1
    output = capsys.readouterr().err
    assert output.count("executor: a worker cannot be started: ") == 1
    assert "the same command with out= set to its folder continues" in output
    monkeypatch.undo()
    assert run_study(study_in(tmp_path / "out", archive="none")) == 0


def test_memory_that_ends_is_one_message(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise pa.ArrowMemoryError("malloc of size 4096 failed")

    with monkeypatch.context() as patch:
        patch.setattr("experiments.compare.gather.gather", refuse)
        (copied / MANIFEST).unlink()
        assert command(patch, copied, archive="none") == 1
    assert "memory: not enough is left: malloc of size 4096 failed" in capsys.readouterr().err
    assert run_study(study_in(copied, archive="none")) == 0
    assert verify(copied).is_well


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [2_000_000, 1_499_999, 700_000, 150_000])
def test_limit_on_memory_is_reported_without_a_traceback(sluice: Sluice, kilobytes: int) -> None:
    limited = ["sh", "-c", f'ulimit -v {kilobytes}; exec "$@"', "sh"]
    ended = sluice.call([*limited, *sluice.command("study.replicates=3")])
    assert ended.returncode in (0, 1), ended.stderr
    assert "Traceback" not in ended.stderr
    assert sluice.run("study.replicates=3").returncode == 0
    assert verify(sluice.out).is_well
