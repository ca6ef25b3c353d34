"""What carrying out a study costs beside its runs: one worker and two, four engines, an empty resume.

Times hang on the machine and on who else uses it, so they are printed beside what is aimed at and none is asserted.
Seconds a run are marginal: the difference between a long and a short study, without what every start costs.
"""

import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest

from tests.studies.commands import ALONE

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, MONTHS = 20_000, 30
SHORT, LONG = 2, 18  # replicates, which are runs in a study of one arm; fewer tell little, starts differ by seconds
TURNS = 9

pytestmark = pytest.mark.benchmark


def command(out: Path, engine: str, workers: int, replicates: int) -> float:
    """Return the seconds of a whole command."""
    inside = ALONE if engine == "ray" else ()
    began = time.perf_counter()
    subprocess.run(
        [
            *(*inside, sys.executable, "-m", "experiments.run", "study=baseline", "report.draw=false"),
            *(f"out={out}", f"archive={out}-archive"),  # of its own, or a study would find the runs of the one before
            *(f"population.size={PEOPLE}", f"months={MONTHS}", f"study.replicates={replicates}"),
            *(f"executor={engine}", f"executor.workers={workers}"),
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - began


@cache
def seconds(folder: Path, engine: str, workers: int, replicates: int) -> float:
    """The same, of a study that begins anew."""
    return command(folder / f"{engine}-{workers}-{replicates}", engine, workers, replicates)


def marginal(folder: Path, engine: str, workers: int) -> float:
    """Return the seconds that one more run costs."""
    return (seconds(folder, engine, workers, LONG) - seconds(folder, engine, workers, SHORT)) / (LONG - SHORT)


@cache
def run_and_kept() -> tuple[float, float]:
    """Return the seconds of a run itself, and of the same run carried out, kept and archived; medians, by turns.

    By turns in one process, since two commands differ by more than what is looked for.
    """
    script = (
        "import statistics, tempfile, time\n"
        "from pathlib import Path\n"
        "from experiments.keep.cache import Archive\n"
        "from experiments.compose.study import ExecutorSettings, compose_study\n"
        "from experiments.execute.pool import carry_out_all\n"
        "from experiments.execute.single_run import run_market\n"
        "from experiments.compose.plan import plan\n"
        f"texts = ['study=baseline', 'population.size={PEOPLE}', 'months={MONTHS}', 'study.replicates={TURNS}']\n"
        "runs = plan(compose_study(texts))\n"
        "folder, archive = Path(tempfile.mkdtemp()), Archive(Path(tempfile.mkdtemp()))\n"
        "def one(work):\n"
        "    began = time.perf_counter()\n"
        "    work()\n"
        "    return time.perf_counter() - began\n"
        "def carry_out(run):\n"
        "    keep = lambda run, kept: archive.keep(run, folder)\n"
        "    carry_out_all([run], folder, ExecutorSettings(kind='serial'), keep, print)\n"
        "run_market(runs[0].config, runs[0].seed, 0)\n"
        "alone = lambda run: run_market(run.config, run.seed, run.replicate)\n"
        "pairs = [(one(lambda: alone(run)), one(lambda: carry_out(run))) for run in runs]\n"
        "print(*(statistics.median(column) for column in zip(*pairs)))\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    alone, kept = done.stdout.split()
    return float(alone), float(kept)


def test_the_table_of_engines(tmp_path: Path) -> None:
    if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no network namespace can be made here, and Ray would answer to other machines")
    seconds(tmp_path, "processes", 2, 1)  # compiles, so that no measured study has to
    one, two = marginal(tmp_path, "processes", 1), marginal(tmp_path, "processes", 2)
    kept = tmp_path / f"processes-2-{LONG}"
    resumed = command(kept, "processes", 2, LONG)
    alone, with_all = run_and_kept()
    rows = [
        ("two processes beside one", f"{one / two:.2f} times as fast", "1.8", one / two >= 1.8),
        ("overhead of a run", f"{with_all - alone:.2f} s", "0.3 s", with_all - alone < 0.3),
        ("resume of a finished study", f"{resumed:.1f} s", "5 s", resumed < 5.0),
    ]
    for engine in ("dask", "ray"):
        found = marginal(tmp_path, engine, 2)
        starts = seconds(tmp_path, engine, 2, SHORT) - seconds(tmp_path, "processes", 2, SHORT)
        shown = f"{found / two:.2f} times the time, {starts:+.1f} s of start-up"
        rows.append((f"{engine} beside processes", shown, "1.15", found / two <= 1.15))
    print(f"\n{PEOPLE:,} people, {MONTHS} months; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()}")
    print(f"a run itself {alone:.2f} s, with all {with_all:.2f} s; one more in a study of one worker {one:.2f} s")
    for name, measured, aim, is_reached in rows:
        print(f"{name:34}{measured:>44}   aim {aim:6} {'yes' if is_reached else 'no'}")
