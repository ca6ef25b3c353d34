"""What a study was estimated to need beside what it needed: time, memory and disk, as ratios that are printed.

Times hang on what else the machine does, so only that every ratio is a number is asserted; docs/guide/studies.md says
what is aimed at.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.compose.plan import plan
from experiments.compose.study import compose_study
from experiments.execute.estimate import REFERENCE, forecast
from experiments.execute.timing import measured_rates

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.benchmark


def living(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    found, parents = [root], {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    for process in found:
        found += parents.get(process, [])
    return found


def resident_bytes(processes: list[int]) -> int:
    """Return the memory of processes, what several share counted in each."""
    total = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/status").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
    return total


@pytest.mark.parametrize("people", [2_000, 50_000])
def test_a_forecast_beside_what_was_needed(people: int, tmp_path: Path) -> None:
    asked = ["study=tightening", f"population.size={people}", "study.replicates=3", "executor.workers=2"]
    study, out = compose_study(asked), tmp_path / "out"
    runs = plan(study)
    rates = measured_rates(study, forecast(study, runs, len(runs), REFERENCE).workers)
    needed = forecast(study, runs, len(runs), rates)
    began, peak = time.monotonic(), 0
    with subprocess.Popen([sys.executable, "-m", "experiments.run", *asked, f"out={out}"], cwd=ROOT) as process:
        while process.poll() is None:
            peak = max(peak, resident_bytes(living(process.pid)))
            time.sleep(0.2)
    assert process.returncode == 0
    seconds = time.monotonic() - began
    on_disk = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"\n{people:,} people, {len(runs)} runs; {rates}")
    for name, output, found in (
        ("seconds", needed.seconds, seconds),
        ("MiB of memory", needed.memory_bytes / 2**20, peak / 2**20),
        ("MiB on disk", needed.disk_bytes / 2**20, on_disk / 2**20),
    ):
        print(f"{name:16} said {output:10,.1f}   needed {found:10,.1f}   said / needed {output / found:.2f}")
        assert output > 0
        assert found > 0
