"""Kills, crashes and Ctrl-C: what was finished stays, what was not is done again, and the bytes are the same.

The runs are those of a fake market (tests/studies/fake), so that only the machinery around it is tested.
"""

import json
import signal
import sys
import time
from pathlib import Path

import pytest

from experiments.run import main
from tests.studies.commands import BASE, Sluice, table_hashes


@pytest.mark.slow
def test_processes_and_serial_give_the_same_bytes(tmp_path: Path, sources: Path) -> None:
    found = []
    for executor in ("serial", "processes"):
        here = Sluice(tmp_path / executor, sources)
        ended = here.run("study.replicates=3", f"executor={executor}")
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.startswith("results: ")
        assert "baseline: 3 of 3 runs to do" in ended.stderr.splitlines()
        found.append(table_hashes(here.manifest()))
    assert found[0] == found[1]
    assert {"tables/market.parquet", "tables/effects.parquet", "tables/transitions.parquet"} <= set(found[0])


def test_killed_study_continues_and_gives_the_same_bytes(sluice: Sluice, tmp_path: Path, sources: Path) -> None:
    undisturbed = Sluice(tmp_path / "calm", sources)
    assert undisturbed.run("study.replicates=8", "executor=serial").returncode == 0
    (sluice.faults / "slow").write_text("0.4")
    process = sluice.start("study.replicates=8")
    kept = sluice.await_finished(2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(sluice.finished()) < 8
    assert not (sluice.out / "manifest.json").exists()
    written = {path: path.stat().st_mtime_ns for path in kept}
    (sluice.faults / "slow").unlink()
    time.sleep(1.0)  # workers end when they notice that their parent is gone
    again = sluice.run("study.replicates=8")
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in kept} == written
    assert table_hashes(sluice.manifest()) == table_hashes(undisturbed.manifest())
    assert list(sluice.out.glob("runs/.partial-*")) == []


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(sluice: Sluice) -> None:
    (sluice.faults / "slow").write_text("0.4")
    process = sluice.start("study.replicates=8")
    sluice.await_finished(2)
    process.send_signal(signal.SIGINT)
    _, output = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "Traceback" not in output
    assert "runs are kept" in output
    assert f"out={sluice.out}" in output
    assert 2 <= len(sluice.finished()) < 8
    (sluice.faults / "slow").unlink()
    assert sluice.run("study.replicates=8").returncode == 0
    assert len(sluice.finished()) == 8


@pytest.mark.slow
def test_worker_killed_once_is_replaced_and_its_run_done_again(sluice: Sluice) -> None:
    (sluice.faults / "kill-1").write_text("1")
    ended = sluice.run("study.replicates=4")
    assert ended.returncode == 0, ended.stderr
    assert sluice.manifest()["status"] == "complete"
    assert len(sluice.finished()) == 4


@pytest.mark.slow
def test_run_that_always_kills_its_worker_is_set_aside_and_listed(sluice: Sluice) -> None:
    (sluice.faults / "kill-1").write_text("99")
    ended = sluice.run("study.replicates=4")
    assert ended.returncode == 1
    assert "missing: calm / baseline / replicate 1" in ended.stderr
    manifest = sluice.manifest()
    assert manifest["status"] == "incomplete"
    assert manifest["missing"] == [{"run": "calm / baseline / replicate 1", "reason": "its worker was killed 3 times"}]
    assert (sluice.faults / "kill-1").read_text() == "96"
    assert len(sluice.finished()) == 3


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["serial", pytest.param("processes", marks=pytest.mark.slow)])
def test_run_that_raises_is_listed_with_its_reason_and_the_others_are_kept(sluice: Sluice, executor: str) -> None:
    (sluice.faults / "raise-2").touch()
    ended = sluice.run("study.replicates=4", f"executor={executor}")
    assert ended.returncode == 1
    assert "ArithmeticError: planted in replicate 2" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(sluice.finished()) == 3
    (sluice.faults / "raise-2").unlink()
    assert sluice.run("study.replicates=4", f"executor={executor}").returncode == 0
    assert sluice.manifest()["status"] == "complete"


@pytest.mark.slow
def test_folder_of_another_study_is_refused(sluice: Sluice) -> None:
    assert sluice.run("study.replicates=2", "executor=serial").returncode == 0
    other = sluice.run("study.replicates=2", "seed=9", "executor=serial")
    assert other.returncode == 2
    assert "cannot be continued: it holds this study with other settings" in other.stderr


def test_a_place_where_no_results_can_be_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    thesis = tmp_path / "mine" / "thesis.tex"
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    for out, output in (
        (thesis.parent, "is not empty and holds no study"),
        (thesis, "must be a folder"),
        (Path("/proc/sluice"), "out: '/proc/sluice' cannot be written"),
    ):
        assert main([*BASE, f"out={out}"]) == 2
        shown = capsys.readouterr().err
        assert output in shown
        assert "Traceback" not in shown
    assert [path.name for path in thesis.parent.iterdir()] == ["thesis.tex"]


@pytest.mark.slow
def test_folder_in_use_is_refused(sluice: Sluice) -> None:
    (sluice.faults / "slow").write_text("0.4")
    process = sluice.start("study.replicates=30", "executor=serial")
    sluice.await_finished(1)
    second = sluice.run("study.replicates=30", "executor=serial")
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert second.returncode == 2
    assert "is in use by another run" in second.stderr


def test_bad_input_ends_with_code_2_one_message_and_no_folder(sluice: Sluice) -> None:
    ended = sluice.run("populaton.size=4")
    assert ended.returncode == 2
    assert ended.stderr == "populaton: unknown key; the nearest valid name is population; was {'size': 4}\n"
    assert ended.stdout == ""
    assert not sluice.out.exists()


@pytest.mark.slow
def test_verify_notices_an_altered_file_and_a_run_that_is_not_reproduced(sluice: Sluice) -> None:
    verify = [sys.executable, "-m", "experiments.verify", str(sluice.out)]
    assert sluice.call(verify).returncode == 2
    assert sluice.run("study.replicates=2", "executor=serial").returncode == 0
    well = sluice.call([*verify, "--rerun", "2"])
    assert well.returncode == 0, well.stderr
    assert "2 runs reproduced" in well.stdout
    manifest = sluice.manifest()
    runs = manifest["runs"]
    assert isinstance(runs, list)
    runs[0]["record_hash"] = "0" * 64
    (sluice.out / "manifest.json").write_text(json.dumps(manifest))
    wrong = sluice.call([*verify, "--rerun", "2"])
    assert wrong.returncode == 1
    assert "run again it gave" in wrong.stderr
    table = sluice.out / "tables" / "market.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"x")
    altered = sluice.call(verify)
    assert altered.returncode == 1
    assert "market.parquet: is torn or altered" in altered.stderr


@pytest.mark.slow
def test_altered_run_is_done_again_on_resume(sluice: Sluice) -> None:
    assert sluice.run("study.replicates=2", "executor=serial").returncode == 0
    before = table_hashes(sluice.manifest())
    market = next(sluice.out.glob("runs/*-000-*/market.parquet"))
    market.write_bytes(market.read_bytes()[:-100])
    again = sluice.run("study.replicates=2", "executor=serial")
    assert again.returncode == 0
    assert "baseline: 1 of 2 runs to do" in again.stderr
    assert table_hashes(sluice.manifest()) == before


@pytest.mark.slow
def test_report_that_cannot_be_written_is_one_message_and_the_results_are_kept(sluice: Sluice) -> None:
    assert sluice.run("study.replicates=2", "executor=serial").returncode == 0
    (sluice.out / "report.html" / "mine").mkdir(parents=True)  # a folder in its place
    ended = sluice.run("study.replicates=2", "executor=serial", "report.draw=true")
    assert ended.returncode == 1
    assert "2 of 2 runs were completed before" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "the report could not be written: " in ended.stderr
    assert f"the results are kept in {sluice.out}" in ended.stderr
    printed = ended.stderr.splitlines()[-1]
    assert printed.endswith(f"sluice report {sluice.out}")
    assert sluice.call(["sh", "-c", printed]).returncode == 2, "there is still a folder in its place"
    assert sluice.manifest()["status"] == "complete"
    last = json.loads((sluice.out / "log.jsonl").read_text().splitlines()[-1])
    assert last["event"] == "report failed"
    assert "Traceback" in last["reason"]
