"""Runs tests in one copy of the tree, a child process for each planted fault, with the libraries already loaded.

Loading NumPy, Numba, Mesa and Hypothesis takes longer than most tests. This process loads those that its arguments name
once, and nothing of the project; each child then imports the project with the fault in it. It reads one request a line,
{"tests", "seconds", "keeps_bytecode"}, and writes one answer, {"code", "seconds"}: the code is pytest's own, or
negative, the signal that ended it. The limit is on processor time, so that a busy machine ends nobody early; twenty
times as much may pass on the clock.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path

CLOCK_FACTOR = 20
LOOK_SECONDS = 0.02
COULD_NOT_RUN = 70  # pytest itself failed
OUTPUT = "last_output.txt"  # what pytest said last


def run_tests(tests: list[str]) -> int:
    """Run some tests in this process until one fails; return pytest's exit code."""
    import pytest
    from hypothesis import Phase, settings

    # A failing example is enough: to look for the simplest one takes longer than all other tests together.
    settings.register_profile("faults", phases=(Phase.explicit, Phase.generate), database=None)
    settings.load_profile("faults")
    quiet = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    chosen = ["-m", "not slow and not benchmark", "--hypothesis-seed=0"]
    plain = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line"]
    loaded = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # libraries are in memory before pytest begins
    return int(pytest.main([*plain, *loaded, *chosen, *tests]))


def in_a_child(tests: list[str], seconds: float, keeps_bytecode: bool) -> int:
    """Run some tests in a child with a limit of processor time; return its exit code, or minus the signal."""
    child = os.fork()
    if child == 0:
        sys.dont_write_bytecode = not keeps_bytecode
        limit = max(1, int(seconds + 1))
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        code = COULD_NOT_RUN
        try:
            code = run_tests(tests)
        except BaseException:  # noqa: BLE001  (whatever it is, it ends the child, and is told)
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    until = time.monotonic() + CLOCK_FACTOR * seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(LOOK_SECONDS)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGXCPU


def main() -> None:
    """Answer requests until there are no more; who ends this process ends its group, and so the tests that run."""
    for name in sys.argv[1:]:
        importlib.import_module(name)
    sys.path[0] = str(Path.cwd())
    for line in sys.stdin:
        asked = json.loads(line)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        code = in_a_child(asked["tests"], asked["seconds"], asked["keeps_bytecode"])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(json.dumps({"code": code, "seconds": used}), flush=True)


if __name__ == "__main__":
    main()
