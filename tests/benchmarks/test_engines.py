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

from experiments.store import read_json
from tests.studies.commands import ALONE

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, MONTHS = 20_000, 30
SHORT, LONG = 2, 10  # replicates, which are runs in a study of one arm

pytestmark = pytest.mark.benchmark


def command(out: Path, engine: str, workers: int, replicates: int) -> float:
    """Return the seconds of a whole command."""
    inside = ALONE if engine == "ray" else ()
    began = time.perf_counter()
    subprocess.run(
        [
            *(*inside, sys.executable, "-m", "experiments.run", "study=baseline", "report.draw=false", f"out={out}"),
            *(f"population.size={PEOPLE}", f"months={MONTHS}", f"study.replicates={replicates}"),
            *(f"executor={engine}", f"executor.workers={workers}"),
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - began


@cache
def seconds(place: Path, engine: str, workers: int, replicates: int) -> float:
    """The same, of a study that begins anew."""
    return command(place / f"{engine}-{workers}-{replicates}", engine, workers, replicates)


def marginal(place: Path, engine: str, workers: int) -> float:
    """Return the seconds that one more run costs."""
    return (seconds(place, engine, workers, LONG) - seconds(place, engine, workers, SHORT)) / (LONG - SHORT)


@cache
def lived() -> float:
    """Return the seconds of a run itself: a market that lives in a warm process, and nothing kept of it."""
    script = (
        "import time\n"
        "from experiments.config import compose_study\n"
        "from experiments.single_run import live\n"
        f"study = compose_study(['study=baseline', 'population.size={PEOPLE}', 'months={MONTHS}'])\n"
        "config = next(iter(study.markets.values()))\n"
        "live(config, 1, 0)\n"
        "began = time.perf_counter()\n"
        "for replicate in range(4):\n"
        "    live(config, 1, replicate)\n"
        "print((time.perf_counter() - began) / 4)\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def test_the_table_of_engines(tmp_path: Path) -> None:
    if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no network namespace can be made here, and Ray would answer to other machines")
    seconds(tmp_path, "processes", 2, 1)  # compiles, so that no measured study has to
    one, two = marginal(tmp_path, "processes", 1), marginal(tmp_path, "processes", 2)
    kept = tmp_path / f"processes-2-{LONG}"
    resumed = command(kept, "processes", 2, LONG)
    writing = [read_json(path)["seconds"] for path in (tmp_path / f"processes-1-{LONG}").glob("runs/*/run.json")]
    rows = [
        ("two processes beside one", f"{one / two:.2f} times as fast", "1.8", one / two >= 1.8),
        ("overhead of a run, one process", f"{one - lived():.2f} s", "0.3 s", one - lived() < 0.3),
        ("resume of a finished study", f"{resumed:.1f} s", "5 s", resumed < 5.0),
    ]
    for engine in ("dask", "ray"):
        found = marginal(tmp_path, engine, 2)
        starts = seconds(tmp_path, engine, 2, SHORT) - seconds(tmp_path, "processes", 2, SHORT)
        told = f"{found / two:.2f} times the time, {starts:+.1f} s of start-up"
        rows.append((f"{engine} beside processes", told, "1.15", found / two <= 1.15))
    print(f"\n{PEOPLE:,} people, {MONTHS} months; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()}")
    print(
        f"a run itself {lived():.2f} s, written by a worker {sum(writing) / len(writing):.2f} s, with all {one:.2f} s"
    )
    for name, measured, aim, is_reached in rows:
        print(f"{name:34}{measured:>44}   aim {aim:6} {'yes' if is_reached else 'no'}")
