"""Starts worker processes that know nothing of the program that asked for them.

Processes of the standard library import the caller's main module once more before they do anything. A script without
`if __name__ == "__main__"` would run again in every worker, and the main module of a Hydra app, of a notebook or of
`python -c` cannot be imported at all. Workers here get the search path and their task alone. They are forked from a
server of their own, which has loaded the model: a server that the caller may use for other work has other libraries
loaded, and was started with another number of threads for arithmetic.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from multiprocessing import context, forkserver, popen_forkserver, process, reduction, util
from pathlib import Path
from typing import Any

from experiments.execute.executors.base import NoWorker
from experiments.execute.executors.environment import environment_of

METHOD = "sluice"  # under which this way to start processes is known to libraries that ask for one by name
PRELOADED = ("experiments.execute.executors.processes", "experiments.execute.executors.worker_process", "sim.market")


class _Server(forkserver.ForkServer):
    """Forks processes; it looks for modules where this process does, and never in the folder it happens to be in."""

    def ensure_running(self) -> None:
        """Start if it is not running."""
        with environment_of(PYTHONPATH=os.pathsep.join(_search_path()), PYTHONSAFEPATH="1"), _start_method_kept():
            super().ensure_running()


@contextlib.contextmanager
def _start_method_kept() -> Iterator[None]:
    """Leave it to the program how its own processes are started: to ask for the method, as is done within, sets it."""
    default: Any = context._default_context
    chosen = default._actual_context
    try:
        yield
    finally:
        default._actual_context = chosen


_SERVER = _Server()
_SERVER.set_forkserver_preload(list(PRELOADED))


def _search_path() -> list[str]:
    """Return where modules are looked for; the empty entry stands for the folder in which this process was started."""
    return [path or getattr(process, "ORIGINAL_DIR", None) or os.curdir for path in sys.path]


class _CleanPopen(popen_forkserver.Popen):
    """Starts one process, as the standard library's does, but without the caller's main module."""

    def _launch(self, process_obj: Any) -> None:
        prepared = {
            "name": process_obj.name,
            "authkey": process.current_process().authkey,
            "sys_path": _search_path(),
            "dir": _working_folder(),
        }
        sent = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump(prepared, sent)
            reduction.dump(process_obj, sent)
        finally:
            context.set_spawning_popen(None)
        self.sentinel, written = _SERVER.connect_to_new_process(self._fds)  # type: ignore[attr-defined]
        held_open = os.dup(written)  # the process knows by its end that this one is gone
        self.finalizer = util.Finalize(self, _close, (held_open, self.sentinel))
        with os.fdopen(written, "wb") as pipe:
            pipe.write(sent.getbuffer())
        self.pid = forkserver.read_signed(self.sentinel)


def _working_folder() -> str:
    """Return the folder that this process works in, from which a relative path leads for its workers too."""
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        raise NoWorker(
            "executor: a worker cannot be started: the folder in which this was started is gone; start it from another"
        ) from None


def _close(*handles: int) -> None:
    for handle in handles:
        os.close(handle)


class CleanProcess(context.ForkServerProcess):
    """A process that does not import the caller's main module."""

    @staticmethod
    def _Popen(process_obj: Any) -> _CleanPopen:  # noqa: N802  (the standard library's name)
        return _CleanPopen(process_obj)


class CleanContext(context.ForkServerContext):
    """Makes such processes, and queues and locks that they share."""

    Process = CleanProcess


CONTEXT = CleanContext()


def offer_by_name() -> None:
    """Let `multiprocessing.get_context(METHOD)` find this way to start processes; no other name is changed."""
    context._concrete_contexts[METHOD] = CONTEXT  # type: ignore[attr-defined]
