"""Plants one fault after another in a copy of the tree and runs the nearest tests; the tree stays as it is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tests.faults.planting import Fault
from tests.faults.runner import COULD_NOT_RUN, OUTPUT

RUNNER = Path(__file__).with_name("runner.py")
LEFT_BEHIND = (".git", ".venv", "outputs", "__pycache__", ".hypothesis", ".*_cache", "*.egg-info")
LIBRARIES = ("numpy", "numba", "pytest", "hypothesis", "mesa", "pyarrow", "pandas", "scipy.stats", "pydantic", "hydra")
KILLED, SURVIVED, TIMEOUT = "killed", "survived", "timeout"
LEAST_SECONDS, TIMES_AS_LONG = 10.0, 5.0  # of processor time, of what the tests take without a fault
LONGEST_SECONDS = 900.0
TESTS_PASSED = 0  # pytest's code; without a fault it was this, so any other is the fault's doing
ENDED_BY_LIMIT = (-signal.SIGXCPU, -signal.SIGKILL)
PURE_PYTHON = {
    "NUMBA_DISABLE_JIT": "1",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class Answer(NamedTuple):
    """What a run of tests came to: pytest's exit code, or minus the signal that ended it, and processor seconds."""

    code: int
    seconds: float


class Outcome(NamedTuple):
    """What became of one fault."""

    fault: str  # its key
    tests: str  # a hash of the tests it was tried on
    verdict: str
    seconds: float  # of processor time


class BrokenTestsError(Exception):
    """Tests that fail without any fault say nothing about faults."""


class Trials:
    """A copy of a tree in which faults are planted one by one."""

    def __init__(self, root: Path, copy: Path, runner: subprocess.Popen[str]) -> None:
        """Take a copy that is ready and a runner that listens."""
        self.root = root
        self.copy = copy
        self.runner = runner
        self.least_seconds, self.times_as_long = LEAST_SECONDS, TIMES_AS_LONG
        self.usual_seconds: dict[frozenset[str], float] = {}

    def run(self, tests: Sequence[str], seconds: float, keeps_bytecode: bool = False) -> Answer:
        """Run some tests in the copy as it stands."""
        assert self.runner.stdin is not None
        assert self.runner.stdout is not None
        asked = {"tests": list(tests), "seconds": seconds, "keeps_bytecode": keeps_bytecode}
        self.runner.stdin.write(json.dumps(asked) + "\n")
        self.runner.stdin.flush()
        line = self.runner.stdout.readline()
        if not line:
            raise RuntimeError(f"the runner of tests ended with code {self.runner.wait()}")
        return Answer(**json.loads(line))

    def usual(self, tests: tuple[str, ...]) -> float:
        """Return how long some tests take without a fault, in processor seconds; they must pass."""
        named = frozenset(tests)
        if named not in self.usual_seconds:
            answer = self.run(tests, LONGEST_SECONDS, keeps_bytecode=True)
            if answer.code != TESTS_PASSED:
                output = (self.copy / OUTPUT).read_text()[-3000:]
                raise BrokenTestsError(
                    f"these tests fail without a fault (code {answer.code}): {' '.join(tests)}\n{output}"
                )
            self.usual_seconds[named] = answer.seconds
        return self.usual_seconds[named]

    def tried(self, fault: Fault, tests: tuple[str, ...]) -> Outcome:
        """Plant one fault, run the tests, and take the fault out again."""
        limit = self.least_seconds + self.times_as_long * self.usual(tests)
        target, kept = self.copy / fault.path, self.copy / "kept.py"
        shutil.copy2(target, kept)  # from the copy: the tree may have gone on since
        target.write_text(fault.source)
        # As long a file written in the same second would pass for the one whose bytecode was kept.
        later = kept.stat().st_mtime + 2.0
        os.utime(target, (later, later))
        try:
            answer = self.run(tests, limit)
        finally:
            kept.replace(target)
            shutil.rmtree(self.copy / ".hypothesis", ignore_errors=True)
        return Outcome(fault.key, hash_of_tests(self.root, tests), verdict_of(answer.code), round(answer.seconds, 2))


def verdict_of(code: int) -> str:
    """Return what pytest's exit code says of a fault; a crash is noticed too."""
    if code == COULD_NOT_RUN:
        raise RuntimeError("pytest itself failed, which says nothing about the fault")
    if code == TESTS_PASSED:
        return SURVIVED
    return TIMEOUT if code in ENDED_BY_LIMIT else KILLED


def hash_of_tests(root: Path, tests: Sequence[str]) -> str:
    """Return a hash of the tests that were named and of the files beside them, from which they take what they share."""
    digest = hashlib.sha256("\0".join(tests).encode())
    folders = {(root / test.split("::")[0]) for test in tests if not test.startswith("-")}
    for folder in sorted({path if path.is_dir() else path.parent for path in folders}):
        for path in sorted(folder.glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def trials_in_a_copy(root: Path, libraries: Sequence[str] = LIBRARIES) -> Iterator[Trials]:
    """Copy a tree, start the runner in the copy, and clear both away, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    runner: subprocess.Popen[str] | None = None
    try:
        shutil.copytree(root, folder, ignore=shutil.ignore_patterns(*LEFT_BEHIND), dirs_exist_ok=True)
        runner = subprocess.Popen(
            [sys.executable, str(RUNNER), *libraries],
            cwd=folder,
            env=os.environ | PURE_PYTHON | {"PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        yield Trials(root, folder, runner)
    finally:
        if runner is not None:
            stop(runner)
        shutil.rmtree(folder, ignore_errors=True)


def stop(runner: subprocess.Popen[str]) -> None:
    """End the runner, which leads a group of its own, and with it the tests that it runs and whatever they started."""
    with suppress(ProcessLookupError):
        os.killpg(runner.pid, signal.SIGKILL)
    runner.communicate()
