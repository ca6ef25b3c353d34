"""The commands of a study, started in a folder of their own on a fake market, with faults to plant."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

FAKE = Path(__file__).with_name("fake")
BASE = ["study=baseline", "population.size=300", "months=30", "report.draw=false", "executor.workers=2"]


class Sluice:
    """Starts the commands in a folder of their own, with faults to plant."""

    def __init__(self, place: Path, sources: Path) -> None:
        self.place, self.faults, self.out = place, place / "faults", place / "out"
        self.faults.mkdir(parents=True)
        self.environment = {
            **os.environ,
            "PYTHONPATH": f"{FAKE}{os.pathsep}{sources}",
            "SLUICE_FAKE_FAULTS": str(self.faults),
            "SLUICE_CACHE": str(sources / "cache"),
        }

    def command(self, *texts: str) -> list[str]:
        return [sys.executable, "-m", "experiments.run", *BASE, f"out={self.out}", *texts]

    def run(self, *texts: str) -> subprocess.CompletedProcess[str]:
        return self.call(self.command(*texts))

    def call(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.environment, cwd=self.place, capture_output=True, text=True, timeout=120, check=False
        )

    def start(self, *texts: str) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(self.command(*texts), env=self.environment, cwd=self.place, text=True, **pipes)

    def manifest(self) -> dict[str, object]:
        return dict(json.loads((self.out / "manifest.json").read_text()))

    def finished(self) -> set[Path]:
        return set(self.out.glob("runs/*/run.json"))

    def await_finished(self, count: int, seconds: int = 30) -> set[Path]:
        for _ in range(20 * seconds):
            if len(self.finished()) >= count:
                return self.finished()
            time.sleep(0.05)
        raise AssertionError(f"fewer than {count} runs in {seconds} s")


def table_hashes(manifest: dict[str, object]) -> dict[str, str]:
    files = manifest["files"]
    assert isinstance(files, dict)
    return {name: record["sha256"] for name, record in files.items() if name.startswith("tables/")}
