"""The commands of a study, started in a folder of their own on a fake market, with faults to plant."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from experiments.execute.executors.worker_process import ARITHMETIC_THREADS
from experiments.keep.files import PARTIAL

FAKE = Path(__file__).with_name("fake")
BASE = ["study=baseline", "population.size=300", "months=30", "report.draw=false", "executor.workers=2"]


# A network of one's own, in which nobody but loopback answers: Ray would bind to every address of the machine.
ALONE = ("unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


class Sluice:
    """Starts the commands in a folder of their own, with faults to plant."""

    def __init__(self, folder: Path, sources: Path, inside: Sequence[str] = ()) -> None:
        self.folder, self.faults, self.out = folder, folder / "faults", folder / "out"
        self.inside = inside  # a command that starts commands, such as ALONE
        self.faults.mkdir(parents=True)
        as_users = {name: value for name, value in os.environ.items() if name not in ARITHMETIC_THREADS}
        self.environment = {
            **as_users,
            "PYTHONPATH": f"{FAKE}{os.pathsep}{sources}",
            "SLUICE_FAKE_FAULTS": str(self.faults),
            "SLUICE_CACHE": str(sources / "cache"),
        }

    def command(self, *texts: str) -> list[str]:
        return [*self.inside, sys.executable, "-m", "experiments.run", *BASE, f"out={self.out}", *texts]

    def run(self, *texts: str) -> subprocess.CompletedProcess[str]:
        return self.call(self.command(*texts))

    def call(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=180, check=False
        )

    def start(self, *texts: str) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        # In a group of its own, as a terminal starts it: what is typed there reaches all processes of the group.
        return subprocess.Popen(
            self.command(*texts), env=self.environment, cwd=self.folder, text=True, start_new_session=True, **pipes
        )

    def processes(self) -> set[int]:
        """Return the processes that were started from here, by whomever, and are still alive."""
        mark = f"SLUICE_FAKE_FAULTS={self.faults}".encode()
        found = set()
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    found.add(int(path.name))
        return found

    def await_silence(self, seconds: float = 60.0) -> None:
        """Wait until no process is left."""
        await_that(lambda: not self.processes(), "a process was left behind", seconds)

    def begun(self) -> set[str]:
        """Return the replicates that a worker has begun; in a study of one arm, each is one run."""
        log = self.faults / "warm-ups"
        return {line.split()[0] for line in log.read_text().splitlines()} if log.exists() else set()

    def manifest(self) -> dict[str, object]:
        return dict(json.loads((self.out / "manifest.json").read_text()))

    def finished(self) -> set[Path]:
        # Not those still being written under another name: what glob calls "*" begins with a dot too.
        return {path for path in self.out.glob("runs/*/run.json") if not path.parent.name.startswith(PARTIAL)}

    def await_finished(self, count: int, seconds: float = 60.0) -> set[Path]:
        await_that(lambda: len(self.finished()) >= count, f"fewer than {count} runs were finished", seconds)
        return self.finished()


def await_that(condition: Callable[[], bool], otherwise: str, seconds: float = 60.0) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"{otherwise} in {seconds:g} s"
        time.sleep(0.05)


def table_hashes(manifest: dict[str, object]) -> dict[str, str]:
    files = manifest["files"]
    assert isinstance(files, dict)
    return {name: record["sha256"] for name, record in files.items() if name.startswith("tables/")}
