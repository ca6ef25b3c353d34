"""Worker processes of this machine; each has a pool of its own, so that its death takes nobody along."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from experiments.execute.executors.base import Engine, NoWorker, Slot, signals_held
from experiments.execute.executors.clean_start import CONTEXT
from experiments.refusal import Refusal


class _OneProcess(Slot):
    """A pool of one process, made by the first run; when it has died while idle, the next future raises."""

    def __init__(self, given: set[_OneProcess]) -> None:
        self.pool: ProcessPoolExecutor | None = None
        self.given = given  # the slots of the engine, this one among them until it is left
        given.add(self)

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Let the process do something."""
        if self.pool is None:
            self.pool = processes(1)
        try:
            with signals_held(), started():  # a worker inherits the held signals: Ctrl-C is the parent's to answer
                return self.pool.submit(function, *arguments, **named)
        except BrokenProcessPool as death:
            future: Future[Any] = Future()
            future.set_exception(death)
            return future

    def leave(self) -> None:
        """End the process."""
        self.given.discard(self)
        if self.pool is not None:
            with contextlib.suppress(RuntimeError):  # it could not be started: there is nothing to wait for
                self.pool.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def started() -> Iterator[None]:
    """Raise NoWorker for whatever the system refuses to a process or thread that is started in the block."""
    try:
        yield
    except BrokenProcessPool:
        raise
    except FileNotFoundError as problem:
        raise NoWorker(f"executor: a worker cannot be started: {problem}") from None
    except (OSError, EOFError, RuntimeError, MemoryError) as problem:
        reason = str(problem) or "its server has ended"
        raise NoWorker(
            f"executor: a worker cannot be started: {reason}; give it more memory, or fewer workers: executor.workers=1"
        ) from None


class ProcessEngine(Engine):
    """Gives as many processes as it is asked for."""

    deaths = (BrokenProcessPool,)

    def __init__(self, slots: int, address: str) -> None:
        """Have given no slot yet."""
        super().__init__(slots, address)
        self.given: set[_OneProcess] = set()

    def slot(self) -> Slot:
        """Return a process that starts with its first run."""
        return _OneProcess(self.given)

    def kill(self) -> None:
        """Kill the processes; those of another study in this program go on."""
        for slot in list(self.given):
            if slot.pool is not None:
                kill_workers(slot.pool)


def make(slots: int, address: str) -> Engine:
    """Return the engine."""
    return ProcessEngine(slots, address)


def kill_workers(pool: ProcessPoolExecutor) -> None:
    """End the workers of a pool at once; what else this process started is not the pool's to end."""
    for worker in list((pool._processes or {}).values()):
        worker.kill()


@contextlib.contextmanager
def ended_at_once(pool: ProcessPoolExecutor) -> Iterator[None]:
    """End the workers of a pool when the block does not end well."""
    try:
        yield
    except BaseException:
        kill_workers(pool)
        raise


def processes(count: int) -> ProcessPoolExecutor:
    """Return a pool forked from a clean server that has loaded the model: quick to start, and without our threads.

    Raises Refusal in a process that may start none, as those of a pool of the standard library.
    """
    if multiprocessing.current_process().daemon:
        raise Refusal("executor: this process may start none of its own, as one of multiprocessing.Pool; use serial")
    return ProcessPoolExecutor(count, mp_context=CONTEXT, initializer=_settle_in)


def _settle_in() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whatever the server was forked with
    _follow_parent()


def _follow_parent() -> None:
    """End this worker when the process that started it is gone, even by a kill."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        multiprocessing.connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
