"""Serial, processes, Dask and Ray: the same bytes, whoever dies; each engine real, on the fake market.

Ray runs in a network of its own, since it would answer at every address of this machine.
"""

import functools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.studies.commands import ALONE, Sluice, await_that, table_hashes

ROOT = Path(__file__).resolve().parents[2]
# Ray's own agents outlive a killed head by the 60 seconds for which they seek it; what carries out runs does not.
LONGEST_FAREWELL_SECONDS = 180.0
POOLS = ["processes", "dask", "ray"]
ARMS = [
    "study=tightening",
    "months=40",
    "study.horizons=[1-12]",
    "study.primary=[]",
    "study.secondary=[market.debt_fen]",
]
ARMS += [f"policy.{rule}.effective_month=25" for rule in ("joint_lending_floor", "capital_adequacy", "rate_cap")]
ARMS += ["policy.credit_registry.effective_month=25", "shock.unemployment.start_month=5"]


@functools.cache
def may_be_alone() -> bool:
    """Return whether this machine lets a test have a network of its own."""
    try:
        return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def sluice_for(engine: str, folder: Path, sources: Path) -> Sluice:
    """Return the commands, for Ray in a network of their own."""
    if engine == "ray" and not may_be_alone():
        pytest.skip("no network namespace can be made here, and Ray would answer to other machines")
    return Sluice(folder, sources, ALONE if engine == "ray" else ())


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, sources: Path) -> dict[str, str]:
    """The tables of three replicates that nothing disturbed, one run after the other."""
    here = Sluice(tmp_path_factory.mktemp("calm"), sources)
    assert here.run("study.replicates=3", "executor=serial").returncode == 0
    return table_hashes(here.manifest())


# --- the same bytes ---------------------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_an_engine_finishes_a_study_with_the_same_bytes_and_leaves_no_process(
    tmp_path: Path, sources: Path, calm: dict[str, str], engine: str
) -> None:
    here = sluice_for(engine, tmp_path, sources)
    (here.faults / "kill-1").write_text("1")  # on the way one worker is killed
    ended = here.run("study.replicates=3", f"executor={engine}")
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout.splitlines()[-1] == f"results: {here.out}"
    assert table_hashes(here.manifest()) == calm
    assert (here.faults / "kill-1").read_text() == "0"
    here.await_silence()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("engine", POOLS)
def test_neither_workers_nor_order_nor_engine_change_a_byte(
    tmp_path: Path, sources: Path, hashes: dict[str, str], engine: str, workers: int
) -> None:
    here = sluice_for(engine, tmp_path, sources)
    assert shuffled(here, random.Random(workers).randrange(1000), engine, workers) == hashes


@pytest.fixture(scope="module")
def hashes(tmp_path_factory: pytest.TempPathFactory, sources: Path) -> dict[str, str]:
    """The hash of every run of a study with arms and scenarios, in the order of its plan, one after the other."""
    found = shuffled(Sluice(tmp_path_factory.mktemp("ordered"), sources), 0, "serial", 1)
    assert len(set(found.values())) == len(found) == 12
    return found


def shuffled(here: Sluice, seed: int, engine: str, workers: int) -> dict[str, str]:
    here.environment["PYTHONPATH"] += os.pathsep + str(ROOT)  # the sources' copy comes first
    own = [f"executor={engine}", f"executor.workers={workers}", "population.size=300", "study.replicates=2"]
    script = [*here.inside, sys.executable, "-m", "tests.studies.shuffled_runs"]
    ended = here.call([*script, str(seed), str(here.folder / "runs"), *ARMS, *own])
    assert ended.returncode == 0, ended.stderr
    shown = json.loads(ended.stdout.splitlines()[-1])
    assert shown["failed"] == {}
    return dict(shown["found"])


# --- poison, interruption, death --------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_poison_is_set_aside_and_listed_and_a_run_that_raises_too(tmp_path: Path, sources: Path, engine: str) -> None:
    here = sluice_for(engine, tmp_path, sources)
    (here.faults / "kill-1").write_text("99")
    (here.faults / "raise-2").touch()
    ended = here.run("study.replicates=5", f"executor={engine}")
    assert ended.returncode == 1
    assert here.manifest()["missing"] == [
        {"run": "calm / baseline / replicate 1", "reason": "its worker was killed 3 times"},
        {"run": "calm / baseline / replicate 2", "reason": "ArithmeticError: planted in replicate 2"},
    ]
    assert (here.faults / "kill-1").read_text() == "96"
    assert len(here.finished()) == 3
    here.await_silence()


@pytest.mark.parametrize(
    "engine", ["processes", *(pytest.param(engine, marks=pytest.mark.slow) for engine in ("serial", "dask", "ray"))]
)
def test_ctrl_c_once_finishes_what_has_begun(tmp_path: Path, sources: Path, engine: str) -> None:
    here = sluice_for(engine, tmp_path, sources)
    (here.faults / "slow").write_text("1")
    process = here.start("study.replicates=40", f"executor={engine}")
    here.await_finished(1)
    os.killpg(process.pid, signal.SIGINT)
    _, output = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert "stopping when the runs that have begun are finished; Ctrl-C again gives them up" in output
    assert f"{len(here.finished())} of 40 runs are kept" in output
    assert f"out={here.out}" in output
    assert len(here.finished()) == len(here.begun()) < 40
    here.await_silence()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["processes", "serial", "dask", "ray"])
def test_ctrl_c_twice_ends_at_once(tmp_path: Path, sources: Path, engine: str) -> None:
    here = sluice_for(engine, tmp_path, sources)
    (here.faults / "slow").write_text("300")
    process = here.start("study.replicates=4", f"executor={engine}")
    await_that(lambda: len(here.begun()) == (1 if engine == "serial" else 2), "nothing began")
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None, "it waits for what has begun"
    os.killpg(process.pid, signal.SIGINT)
    _, output = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert "0 of 4 runs are kept" in output
    here.await_silence()
    assert list(here.out.glob("runs/*/run.json")) == []


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["serial", *POOLS])
def test_resuming_after_kill_9_gives_the_same_bytes_and_no_worker_is_left(
    tmp_path: Path, sources: Path, calm: dict[str, str], engine: str
) -> None:
    here = sluice_for(engine, tmp_path, sources)
    (here.faults / "slow").write_text("1")
    process = here.start("study.replicates=3", f"executor={engine}", "executor.workers=1")
    here.await_finished(1)
    process.kill()
    process.communicate()
    here.await_silence(LONGEST_FAREWELL_SECONDS)
    assert len(here.finished()) < 3
    (here.faults / "slow").unlink()
    written = {path: path.stat().st_mtime_ns for path in here.finished()}
    again = here.run("study.replicates=3", f"executor={engine}")
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in written} == written
    assert table_hashes(here.manifest()) == calm
    assert list(here.out.glob("runs/.partial-*")) == []


# --- clusters that run already ----------------------------------------------------------------------------------------
class Dask:
    """A scheduler and workers, each a process, started by the commands that users start them with."""

    def __init__(self, here: Sluice) -> None:
        self.here, self.started = here, []
        self.file = here.folder / "scheduler.json"
        self.start("scheduler", "--port", "0", "--no-dashboard")
        await_that(self.file.exists, "no scheduler")
        await_that(lambda: bool(self.file.read_text()), "no scheduler")
        self.address = json.loads(self.file.read_text())["address"]

    def start(self, part: str, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", part, "--scheduler-file", str(self.file), "--host", "127.0.0.1"]
        made = subprocess.Popen(
            [*command, *options],
            env={**self.here.environment, **environment},
            cwd=self.here.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started.append(made)
        return made

    def worker(self, **environment: str) -> subprocess.Popen[bytes]:
        one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        return self.start("worker", "--nthreads", "1", "--no-dashboard", "--no-nanny", **{**one, **environment})

    def end(self) -> None:
        for process in self.started:
            process.kill()
            process.wait()


@pytest.fixture
def dask(sluice: Sluice) -> Iterator[Dask]:
    made = Dask(sluice)
    yield made
    made.end()


@pytest.mark.slow
def test_a_worker_of_a_dask_cluster_is_killed_and_the_study_finishes(
    sluice: Sluice, dask: Dask, calm: dict[str, str]
) -> None:
    workers = [dask.worker(), dask.worker()]
    (sluice.faults / "slow").write_text("2")
    process = sluice.start("study.replicates=3", "executor=dask", f"executor.address={dask.address}")
    sluice.await_finished(1)
    workers[0].kill()
    _, output = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert table_hashes(sluice.manifest()) == calm
    assert workers[1].poll() is None, "the cluster goes on without us"


@pytest.mark.slow
def test_a_dask_worker_with_other_sources_is_refused(sluice: Sluice, dask: Dask, sources: Path) -> None:
    other = sluice.folder / "other"
    subprocess.run(["cp", "-r", str(sources), str(other)], check=True)
    with (other / "sim" / "money.py").open("a") as edited:
        edited.write("EDITED = True\n")
    first = sluice.environment["PYTHONPATH"].split(os.pathsep)[0]
    dask.worker(PYTHONPATH=f"{first}{os.pathsep}{other}")
    ended = sluice.run("study.replicates=2", "executor=dask", f"executor.address={dask.address}")
    assert ended.returncode == 2, ended.stderr
    assert "cannot be used: the hash of the model's sources" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert sluice.finished() == set()


@pytest.mark.slow
def test_an_address_at_which_nobody_answers_is_refused(sluice: Sluice) -> None:
    ended = sluice.run("study.replicates=2", "executor=dask", "executor.address=tcp://127.0.0.1:9")
    assert ended.returncode == 2
    assert "executor.address: no Dask scheduler answers there" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_a_node_of_a_ray_cluster_is_killed_and_the_study_finishes(
    tmp_path: Path, sources: Path, calm: dict[str, str]
) -> None:
    here = sluice_for("ray", tmp_path, sources)
    (here.faults / "slow").write_text("2")
    here.environment["PYTHONPATH"] += os.pathsep + str(ROOT)
    here.inside = ()  # the whole cluster is alone, so the study in it is not again
    script = [*ALONE, sys.executable, "-m", "tests.studies.ray_cluster", str(here.out)]
    ended = here.call([*script, *here.command("study.replicates=3", "executor=ray")])
    assert ended.returncode == 0, ended.stderr
    shown = [line for line in ended.stdout.splitlines() if line.startswith("{")]  # Ray may say more, and later
    assert [json.loads(line) for line in shown] == [{"code": 0, "nodes_before": 3, "nodes_after": 2}]
    assert table_hashes(here.manifest()) == calm
    here.await_silence(LONGEST_FAREWELL_SECONDS)
