"""The loop that carries out runs, in slots that do in this process, and at once, what each test tells them."""

import gc
import signal
import weakref
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from experiments.compose import executor_libraries
from experiments.compose.run import Run
from experiments.compose.study import ExecutorSettings, compose, compose_study
from experiments.execute import pool, scheduling
from experiments.execute.executors import base as engines
from experiments.execute.executors import worker_process
from experiments.execute.executors.base import Engine, Slot
from experiments.execute.executors.worker_process import (
    Origin,
    Outcome,
    Raised,
    Unfit,
    carry_out_here,
    facts,
    this_process,
)
from experiments.execute.pool import carry_out_all, worker_count
from experiments.keep.runs import CompletedRun
from experiments.refusal import Refusal
from sim.params import MarketConfig

Answer = Callable[[Run], Outcome]


class Death(Exception):  # noqa: N818  (what an engine's library raises)
    pass


class PlannedSlot(Slot):
    def __init__(self, engine: "PlannedEngine") -> None:
        self.engine = engine

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        run = arguments[0]
        future: Future[Any] = Future()
        self.engine.note(run, future)
        try:
            future.set_result(self.engine.answer(run))
        except (Death, ImportError) as error:
            future.set_exception(error)
        return future

    def leave(self) -> None:
        self.engine.given -= 1


class PlannedEngine(Engine):
    deaths = (Death,)

    def __init__(self, answer: Answer, slots: int = 2, is_elsewhere: bool = False) -> None:
        super().__init__(slots, "")
        self.answer, self.is_elsewhere = answer, is_elsewhere
        self.given = self.most_unfinished = self.killed = 0
        self.futures: list[weakref.ref[Future[Any]]] = []
        self.most_alive = 0
        self.tries: Counter[str] = Counter()

    def note(self, run: Run, future: Future[Any]) -> None:
        self.futures = [each for each in self.futures if each() is not None] + [weakref.ref(future)]
        self.most_alive = max(self.most_alive, len(self.futures))
        self.tries[run.identity] += 1

    def slot(self) -> Slot | None:
        if self.given >= self.slots:
            return None
        self.given += 1
        return PlannedSlot(self)

    def kill(self) -> None:
        self.killed += 1


def completed(run: Run) -> CompletedRun:
    return CompletedRun(run.folder, f"hash of {run.identity}", 0.0)


@cache
def config() -> MarketConfig:
    return compose(["scale=smoke"])


def runs_of(count: int) -> list[Run]:
    return [
        Run("arm", "calm", number, 1, config(), f"run {number}", f"warm-up {number // 3}", 0) for number in range(count)
    ]


class Outcomes:
    """What the loop reported of each run."""

    def __init__(self) -> None:
        self.done: dict[str, str] = {}
        self.failed: dict[str, str] = {}
        self.output: list[str] = []

    def keep(self, run: Run, found: CompletedRun) -> None:
        assert run.identity not in self.done, "reported twice"
        self.done[run.identity] = found.record_hash

    def fail(self, run: Run, reason: str) -> None:
        assert run.identity not in self.failed, "reported twice"
        self.failed[run.identity] = reason


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "GLANCE_SECONDS", 0.01)


def carried_out(
    engine: PlannedEngine, runs: list[Run], folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any
) -> Outcomes:
    outcomes = Outcomes()
    monkeypatch.setattr(pool, "engine", lambda kind, count, address: engine)
    wanted = ExecutorSettings(workers=4, **settings)
    carry_out_all(runs, folder, wanted, outcomes.keep, outcomes.fail, outcomes.output.append)
    return outcomes


# --- what happens to runs ---------------------------------------------------------------------------------------------
def test_every_run_is_reported_once_and_no_more_are_under_way_than_there_are_slots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gc.collect()
    engine = PlannedEngine(completed, slots=3)
    outcomes = carried_out(engine, runs_of(600), tmp_path, monkeypatch)
    assert outcomes.done == {f"run {number}": f"hash of run {number}" for number in range(600)}
    assert outcomes.failed == {}
    assert set(engine.tries.values()) == {1}
    # What was answered is let go of: at any time as many futures exist as one look round finds, however many runs.
    assert engine.most_alive <= 2 * 4 + 1
    assert engine.given == 0
    assert list(tmp_path.iterdir()) == [], "the sign for workers is taken away"


def test_a_run_that_raises_is_set_aside_at_once_and_one_that_kills_after_its_retries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(run: Run) -> Outcome:
        if run.identity == "run 2":
            return Raised("ArithmeticError: planted")
        if run.identity == "run 4":
            raise Death
        return completed(run)

    engine = PlannedEngine(answer)
    outcomes = carried_out(engine, runs_of(9), tmp_path, monkeypatch, retries=3)
    assert outcomes.failed == {"run 2": "ArithmeticError: planted", "run 4": "its worker was killed 4 times"}
    assert len(outcomes.done) == 7
    assert engine.tries["run 2"] == 1
    assert engine.tries["run 4"] == 4


@pytest.mark.parametrize(("is_elsewhere", "at_most"), [(False, 1), (True, 4)])
def test_lost_runs_are_tried_again_alone_on_one_machine_and_side_by_side_on_a_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_elsewhere: bool, at_most: int
) -> None:
    met: set[str] = set()
    sizes: list[int] = []
    worker_pool = scheduling.worker_pool
    monkeypatch.setattr(pool, "worker_pool", lambda engine, size: sizes.append(size) or worker_pool(engine, size))

    def answer(run: Run) -> Outcome:
        if run.identity not in met:
            met.add(run.identity)
            raise Death
        return completed(run)

    outcomes = carried_out(PlannedEngine(answer, 4, is_elsewhere), runs_of(9), tmp_path, monkeypatch)
    assert len(outcomes.done) == 9
    assert sizes[:2] == [4, at_most]


def test_a_cluster_that_shrinks_to_one_place_still_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    engine = PlannedEngine(lambda run: completed(run), 4, is_elsewhere=True)

    def answer(run: Run) -> Outcome:
        if engine.slots > 1:
            engine.slots -= 1
            raise Death
        return completed(run)

    engine.answer = answer
    outcomes = carried_out(engine, runs_of(12), tmp_path, monkeypatch)
    assert len(outcomes.done) == 12


def test_without_any_place_the_rest_is_given_up_after_the_timeout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    monkeypatch.setattr(pool, "QUIET_SECONDS", 0.0)
    outcomes = carried_out(PlannedEngine(completed, 0), runs_of(5), tmp_path, monkeypatch, patience_minutes=0.001)
    assert outcomes.done == {}
    assert set(outcomes.failed.values()) == {"no worker was there for 0.001 minutes"}
    assert len(outcomes.failed) == 5
    assert outcomes.output == ["waiting for a worker"]


def test_the_first_ctrl_c_begins_nothing_more_and_the_second_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(run: Run) -> Outcome:
        if run.identity == "run 4":
            signal.raise_signal(signal.SIGINT)
        return completed(run)

    def twice(run: Run) -> Outcome:
        if run.identity == "run 4":
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return completed(run)

    before = signal.getsignal(signal.SIGINT)
    for answer, is_killed in ((once, False), (twice, True)):
        engine = PlannedEngine(answer, 1)
        outcomes = Outcomes()
        monkeypatch.setattr(pool, "engine", lambda *_, made=engine: made)
        with pytest.raises(KeyboardInterrupt):
            carry_out_all(
                runs_of(9), tmp_path, ExecutorSettings(workers=1), outcomes.keep, outcomes.fail, outcomes.output.append
            )
        assert ("run 4" in outcomes.done) is not is_killed
        assert "run 5" not in engine.tries
        assert outcomes.output == ["stopping when the runs that have begun are finished; Ctrl-C again gives them up"]
        assert engine.killed == 1
        assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_is_not_forgotten_when_all_runs_have_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a study with a stop rule would begin its next batch, and a tool of analysis its next stage."""

    def answer(run: Run) -> Outcome:
        if run.identity == "run 2":
            signal.raise_signal(signal.SIGINT)
        return completed(run)

    engine, outcomes = PlannedEngine(answer, 4), Outcomes()
    monkeypatch.setattr(pool, "engine", lambda *_: engine)
    with pytest.raises(KeyboardInterrupt):
        carry_out_all(
            runs_of(3), tmp_path, ExecutorSettings(workers=4), outcomes.keep, outcomes.fail, outcomes.output.append
        )
    assert len(outcomes.done) == 3, "what had begun is kept"


def test_threads_are_looked_at_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A serial study in the same process before this one has left them as they were."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    before = facts()["OMP_NUM_THREADS"]
    with engines.one_thread_each():
        assert (before, facts()["OMP_NUM_THREADS"]) == ("not set", "1")


# --- which slots may be used ------------------------------------------------------------------------------------------
def test_a_place_that_would_give_other_bytes_ends_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = PlannedEngine(lambda run: Unfit("the worker on far cannot be used: numpy: 2.4 here, 2.5 there"))
    with pytest.raises(Refusal, match="executor: the worker on far cannot be used: numpy"):
        carried_out(engine, runs_of(3), tmp_path, monkeypatch)
    assert engine.killed == 1


def test_a_place_that_cannot_load_the_model_ends_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(run: Run) -> Outcome:
        raise ModuleNotFoundError("No module named 'sim'")

    engine = PlannedEngine(answer)
    with pytest.raises(Refusal, match=r"a worker cannot load the model, .*: No module named 'sim'"):
        carried_out(engine, runs_of(3), tmp_path, monkeypatch)
    assert engine.killed == 1


@pytest.mark.parametrize("fact", sorted(facts()))
def test_a_worker_compares_what_decides_bytes(tmp_path: Path, fact: str) -> None:
    (tmp_path / "sign").touch()
    run = runs_of(1)[0]
    outcomes = carry_out_here(run, tmp_path, Origin({**facts(), fact: "another"}, "sign", this_process()))
    assert isinstance(outcomes, Unfit)
    assert f"cannot be used: {fact}: another where the study was started, {facts()[fact]} there" in outcomes.reason


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path: Path) -> None:
    outcomes = carry_out_here(runs_of(1)[0], tmp_path, Origin(facts(), "sign", this_process()))
    assert isinstance(outcomes, Unfit)
    assert f"it does not see the study's folder {tmp_path}" in outcomes.reason


def test_a_run_that_somebody_finished_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sign").touch()
    run = runs_of(1)[0]
    monkeypatch.setattr(worker_process, "completed_run", lambda run, runs: completed(run))
    monkeypatch.setattr(worker_process, "carry_out", lambda *_: pytest.fail("run again"))
    assert carry_out_here(run, tmp_path, Origin(facts(), "sign", this_process())) == completed(run)


# --- which engines there are ------------------------------------------------------------------------------------------
def test_an_engine_that_is_not_installed_is_refused_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor_libraries, "find_spec", lambda name: None)
    for kind, library in (("dask", "distributed"), ("ray", "ray")):
        with pytest.raises(Refusal, match=rf"executor: {kind} needs the library {library}; .*'\.\[{kind}\]'"):
            compose_study(["study=baseline", f"executor={kind}"])
    assert compose_study(["study=baseline", "executor=serial"]).executor.kind == "serial"


@pytest.mark.parametrize("kind", ["serial", "processes"])
def test_an_address_without_a_cluster_is_refused(kind: str) -> None:
    with pytest.raises(Refusal, match=f"executor.address: belongs to dask and ray only, and executor is {kind}"):
        compose_study(["study=baseline", f"executor={kind}", "executor.address=tcp://127.0.0.1:1"])


def test_the_memory_of_this_machine_limits_its_own_workers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "available_bytes", lambda: 2**30)
    runs = runs_of(30)
    assert worker_count(runs, ExecutorSettings("processes", workers=8)) == 2
    assert worker_count(runs, ExecutorSettings("dask", workers=8)) == 2
    assert worker_count(runs, ExecutorSettings("dask", workers=8, address="tcp://far:1")) == 8
    assert worker_count(runs, ExecutorSettings("ray", address="far:1")) == 30, "all that is there"
    assert worker_count(runs, ExecutorSettings("serial", workers=8)) == 1
