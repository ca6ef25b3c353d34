"""A study is asked for by scripts, notebooks, apps and threads: it never runs them again, and leaves what they set."""

import contextlib
import multiprocessing
import os
import re
import sys
import threading
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.version import getbase
from omegaconf import OmegaConf

from experiments import run
from experiments.compose.overrides import _composed
from experiments.compose.study import compose
from experiments.execute.executors import clean_start
from experiments.execute.executors.base import NoWorker
from experiments.execute.executors.environment import environment_kept, environment_of
from experiments.execute.executors.processes import ProcessEngine, ended_at_once, processes
from tests.studies.commands import BASE, Sluice
from tests.studies.fake_study import run_study, study_in

ROOT = Path(__file__).resolve().parents[2]
ASKED = [*(text for text in BASE if text != "executor.workers=2"), "study.replicates=3", "executor.workers=2"]
UNGUARDED = """
import sys
print("the script runs")
from experiments.run import main
sys.exit(main(sys.argv[1:]))
"""
IN_A_THREAD = """
import sys, threading
print("the script runs")
from experiments.run import main
codes = []
thread = threading.Thread(target=lambda: codes.append(main(sys.argv[1:])))
thread.start(); thread.join()
sys.exit(codes[0])
"""


def documented_app() -> str:
    guide = (ROOT / "docs" / "guide" / "studies.md").read_text(encoding="utf-8")
    (app,) = (block for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "hydra.main" in block)
    return app


SLOW = [pytest.param(way, marks=pytest.mark.slow) for way in ("script", "text", "standard input")]


@pytest.mark.parametrize("way", ["script in a thread", *SLOW])
@pytest.mark.slow
def test_a_program_without_a_guard_runs_once_and_gets_the_exit_code(sluice: Sluice, way: str) -> None:
    program = IN_A_THREAD if way == "script in a thread" else UNGUARDED
    (sluice.folder / "mine.py").write_text(program)
    start = {
        "text": [sys.executable, "-c", program],
        "standard input": ["sh", "-c", f'{sys.executable} - "$@" < mine.py', "sh"],
    }
    command = [*start.get(way, [sys.executable, "mine.py"]), *ASKED, f"out={sluice.out}"]
    done = sluice.call(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("the script runs") == 1
    assert len(sluice.finished()) == 3
    sluice.await_silence()


def test_the_documented_app_runs_every_study_and_ends_with_its_exit_code(sluice: Sluice) -> None:
    (sluice.folder / "studies.py").write_text(documented_app())
    quiet = ["hydra.sweep.dir=hydra", "hydra.output_subdir=null"]
    texts = [f"+{text}" for text in ASKED if not text.startswith("study.")]
    ended = sluice.call([sys.executable, "studies.py", "-m", *texts, "+study.replicates=2,0", *quiet])
    assert ended.returncode == 2, ended.stderr + ended.stdout  # the second study asks for no replicates
    assert len(list(sluice.folder.glob("results/0/runs/*/run.json"))) == 2
    assert "study.replicates: must lie in 1 to" in ended.stderr


@pytest.mark.slow
def test_workers_of_dask_do_not_run_the_program_again(sluice: Sluice) -> None:
    pytest.importorskip("distributed")
    (sluice.folder / "mine.py").write_text(UNGUARDED)
    done = sluice.call([sys.executable, "mine.py", *ASKED, f"out={sluice.out}", "executor=dask"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("the script runs") == 1
    sluice.await_silence()


@pytest.mark.slow
def test_a_process_that_may_start_none_is_refused(sluice: Sluice) -> None:
    (sluice.folder / "mine.py").write_text(
        "import multiprocessing, sys\nfrom experiments.run import main\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('fork').Pool(1) as pool: sys.exit(pool.apply(main, (sys.argv[1:],)))\n"
    )
    refused = sluice.call([sys.executable, "mine.py", *ASKED, f"out={sluice.out}"])
    assert refused.returncode == 2, refused.stderr
    assert "executor: this process may start none of its own" in refused.stderr


def test_composing_leaves_the_callers_hydra_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("answer: 42\n")
    with initialize_config_dir(str(tmp_path), version_base="1.2"):
        OmegaConf.register_new_resolver("now", lambda _: "mine", replace=True)
        mine, base = GlobalHydra.instance().hydra, getbase()
        _composed.cache_clear()
        compose(["scale=smoke"])
        assert GlobalHydra.instance().hydra is mine
        assert getbase() == base
        assert OmegaConf.create({"when": "${now:%Y}"}).when == "mine"
        assert hydra_compose("mine").answer == 42
    _composed.cache_clear()
    compose(["scale=smoke"])
    assert not GlobalHydra.instance().is_initialized()


def test_threads_compose_side_by_side() -> None:
    _composed.cache_clear()
    found: dict[str, int] = {}

    def ask(scale: str) -> None:
        found[scale] = compose([f"scale={scale}"]).population.size

    threads = [threading.Thread(target=ask, args=(scale,)) for scale in ("smoke", "laptop", "million")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"smoke": 2_000, "laptop": 100_000, "million": 1_000_000}


LEAVES = """
import gc, json, locale, logging, multiprocessing, os, signal, sys, warnings
import matplotlib, mesa, numba, pandas  # Mesa itself sets how processes are started
if "executor=dask" in sys.argv: import distributed
signal.signal(signal.SIGTERM, signal.SIG_IGN)
warnings.simplefilter("ignore", ResourceWarning)

def state():
    return {
        "environment": dict(os.environ),
        "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)],
        "warnings": [str(entry) for entry in warnings.filters],
        "loggers": [(logging.getLogger(one).level, str(logging.getLogger(one).handlers)) for one in ("", "ray")],
        "loggers of workers": logging.getLogger("distributed").level,
        "start method": multiprocessing.get_start_method(allow_none=True),
        "children": len(multiprocessing.active_children()),
        "locale": locale.setlocale(locale.LC_ALL),
        "figures": {key: str(value) for key, value in matplotlib.rcParams.items() if key != "backend"},
        "backend": matplotlib.rcParams._get("backend") if hasattr(matplotlib.rcParams, "_get") else "",
        "pandas": [pandas.get_option(name) for name in ("display.width", "display.precision", "display.max_rows")],
        "numba": [str(numba.config.OPT), numba.config.CACHE_DIR, numba.config.DISABLE_INTEL_SVML],
        "folder": os.getcwd(),
        "path": sys.path[:],
        "frozen": gc.get_freeze_count(),
        "collecting": gc.isenabled(),
        "recursion": sys.getrecursionlimit(),
        "hooks": [str(sys.excepthook), str(sys.unraisablehook)],
    }

before = state()
import sim.market
import sim.compiling
imported = state()
from experiments.run import main
code = main(sys.argv[1:])
after = state()
print(json.dumps({"code": code, "imported": {k: [before[k], imported[k]] for k in before if before[k] != imported[k]},
                  "ran": {k: [before[k], after[k]] for k in before if before[k] != after[k]}}))
"""


DRAWN = [pytest.param(executor, "true", marks=pytest.mark.slow) for executor in ("serial", "dask")]


@pytest.mark.parametrize(("executor", "draw"), [("processes", "false"), *DRAWN])
def test_a_study_leaves_what_the_program_has_set(sluice: Sluice, executor: str, draw: str) -> None:
    if executor == "dask":
        pytest.importorskip("distributed")
    asked = [*ASKED, f"out={sluice.out}", f"executor={executor}", f"report.draw={draw}"]
    done = sluice.call([sys.executable, "-c", LEAVES, *asked])
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == '{"code": 0, "imported": {}, "ran": {}}', done.stdout + done.stderr


def test_starting_workers_chooses_no_start_method_for_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.context._default_context, "_actual_context", None)
    server = clean_start._Server()
    server.set_forkserver_preload(["json"])
    server.ensure_running()
    try:
        assert multiprocessing.get_start_method(allow_none=True) is None
    finally:
        server._stop()


def test_a_study_in_a_thread_answers_no_signal_and_does_its_work(tmp_path: Path, fake: None) -> None:
    codes: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "compose_study", lambda _: study_in(tmp_path / "out", archive="none"))
        thread = threading.Thread(target=lambda: codes.append(run.main([])))
        thread.start()
        thread.join()
    assert codes == [0]
    assert run_study(study_in(tmp_path / "out", archive="none")) == 0


def test_a_working_folder_that_is_gone_is_named_as_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    slot = ProcessEngine(1, "").slot()
    with pytest.raises(NoWorker, match="the folder in which this was started is gone") as shown:
        slot.submit(os.getpid)
    assert "memory" not in str(shown.value)
    slot.leave()


def test_ending_the_workers_of_one_study_leaves_those_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_here = multiprocessing.get_context("spawn")
    monkeypatch.setattr("experiments.execute.executors.processes.CONTEXT", quick_here)
    first, second = ProcessEngine(1, ""), ProcessEngine(1, "")
    ended, left = first.slot(), second.slot()
    other = left.submit(os.getpid).result()
    assert ended.submit(os.getpid).result() != other
    pool = processes(1)
    pool.submit(os.getpid).result()
    with contextlib.suppress(KeyboardInterrupt), ended_at_once(pool):
        raise KeyboardInterrupt
    first.kill()
    for dead in (pool, ended):
        with pytest.raises(BrokenProcessPool):
            dead.submit(time.sleep, 10).result()
    assert left.submit(os.getpid).result() == other
    for each in (pool, ended, left):
        each.shutdown()
    assert first.given == second.given == set()


def test_variables_stay_set_until_the_last_who_wants_them_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLUICE_A", raising=False)
    monkeypatch.setenv("SLUICE_B", "before")

    def found() -> tuple[str | None, str | None]:
        return os.environ.get("SLUICE_A"), os.environ.get("SLUICE_B")

    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        first.enter_context(environment_of(SLUICE_A="1", SLUICE_B="1"))
        second.enter_context(environment_of(SLUICE_A="1", SLUICE_B="2"))
        assert found() == ("1", "2")
        first.close()
        assert found() == ("1", "2")
        second.close()
        assert found() == (None, "before")


def test_what_a_library_sets_is_given_back_when_the_last_that_lets_it_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLUICE_A", "mine")
    monkeypatch.delenv("SLUICE_B", raising=False)
    with environment_kept("SLUICE_A", "SLUICE_B"):
        with environment_kept("SLUICE_A"):
            os.environ["SLUICE_A"] = os.environ["SLUICE_B"] = "the library's"
        assert os.environ["SLUICE_A"] == "the library's"
    assert os.environ["SLUICE_A"] == "mine"
    assert "SLUICE_B" not in os.environ
