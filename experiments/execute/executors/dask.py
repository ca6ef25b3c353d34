"""Dask: worker processes of a cluster, each tied to the runs it is given; a cluster of our own on this machine if none.

Only this file knows `distributed`, the extra `dask`. A worker process carries out one run at a time, whatever its
number of threads.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import dask
from distributed import Client, KilledWorker, LocalCluster

from experiments.execute.executors.base import Engine, Slot, silenced
from experiments.execute.executors.clean_start import METHOD, offer_by_name
from experiments.execute.executors.environment import environment_kept
from experiments.execute.executors.worker_process import ARITHMETIC_THREADS, let_go
from experiments.refusal import Refusal

GLANCE_SECONDS = 0.5  # how long a death may go unnoticed
CONNECTION_SECONDS = 20
# What Dask sets in the program that starts its workers, so that they find it.
SET_FOR_WORKERS = ("PYTHONHASHSEED", "__DASK_PARENT_PID", "MALLOC_TRIM_THRESHOLD_", *ARITHMETIC_THREADS)


class WorkerGone(Exception):  # noqa: N818  (as Dask's own exceptions are named)
    """The scheduler no longer knows the worker that a run was given to."""


class DaskEngine(Engine):
    """Gives one slot for each worker process that the scheduler knows."""

    deaths = (WorkerGone, KilledWorker)

    def __init__(self, slots: int, address: str) -> None:
        """Know no worker yet."""
        super().__init__(slots, address)
        self.is_elsewhere = bool(address)
        self.cluster: Any = None
        self.client: Any = None
        self.alive: frozenset[str] = frozenset()  # the addresses of workers
        self.given: dict[str, _OneWorker] = {}
        self.settings = contextlib.ExitStack()  # of the library, as long as we are connected
        self.closing = threading.Event()
        self.watch = threading.Thread(target=self._keep_watch, daemon=True)

    def open(self) -> None:
        """Start a cluster that answers to this machine only, or find the one at the address."""
        self.settings.enter_context(silenced("distributed"))  # a death is reported by us, once, with its run
        if self.address:
            try:
                self.client = Client(self.address, timeout=CONNECTION_SECONDS, set_as_default=False)
            except (OSError, ValueError, TypeError) as problem:
                raise Refusal(
                    f"executor.address: no Dask scheduler answers there: {problem}, was {self.address}"
                ) from None
        else:
            offer_by_name()
            self.settings.enter_context(environment_kept(*SET_FOR_WORKERS))
            # Until the end, since a worker that has died is started again whenever that is.
            self.settings.enter_context(dask.config.set({"distributed.worker.multiprocessing-method": METHOD}))
            self.cluster = LocalCluster(
                n_workers=self.slots,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                memory_limit=0,  # how many fit into memory was counted before
                silence_logs=logging.CRITICAL,
            )
            self.client = Client(self.cluster, set_as_default=False)
        self._look()
        self.watch.start()

    def slot(self) -> Slot | None:
        """Return a worker that has none of our runs, or None."""
        free = sorted(self.alive - self.given.keys())
        if not free:
            return None
        self.given[free[0]] = _OneWorker(self, free[0])
        return self.given[free[0]]

    def kill(self) -> None:
        """Kill the workers of our own; others lose what they have not begun, and finish what they have for nothing."""
        if self.cluster is not None:
            for nanny in self.cluster.workers.values():
                nanny.auto_restart = False
                if nanny.pid is not None:  # else it is dead already
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(nanny.pid, signal.SIGKILL)
        elif self.client is not None:
            for slot in self.given.values():
                slot.cancel()

    def close(self) -> None:
        """End what was started here; a cluster at an address goes on without us."""
        self.closing.set()
        for part in (self.client, self.cluster):
            if part is not None:
                part.close(timeout=CONNECTION_SECONDS)
        self.settings.close()

    def _keep_watch(self) -> None:
        while not self.closing.wait(GLANCE_SECONDS):
            self._look()
            for address, slot in list(self.given.items()):
                if address not in self.alive:
                    slot.declare_gone()

    def _look(self) -> None:
        """Ask the scheduler who is there; while it does not answer, nobody is declared gone."""
        with contextlib.suppress(OSError, RuntimeError):
            self.alive = frozenset(self.client.nthreads())


class _OneWorker(Slot):
    """One worker process, to which everything submitted is tied."""

    def __init__(self, engine: DaskEngine, address: str) -> None:
        self.engine, self.address = engine, address
        self.executor = engine.client.get_executor(pure=False, retries=0, workers=[address], allow_other_workers=False)
        self.task: Future[Any] | None = None
        self.answer: Future[Any] = Future()
        self.lock = threading.Lock()

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Let the worker do something; the future raises when the worker is gone."""
        answer: Future[Any] = Future()
        self.answer = answer
        # As one closed object: in open arguments Dask would look for futures, and make lists of our tuples.
        self.task = self.executor.submit(functools.partial(function, *arguments, **named))
        self.task.add_done_callback(lambda task: self._pass_on(task, answer))
        return answer

    def _pass_on(self, task: Future[Any], answer: Future[Any]) -> None:
        with self.lock:
            if answer.done():
                return
            if task.cancelled():
                answer.set_exception(WorkerGone(self.address))
            elif (error := task.exception()) is not None:
                answer.set_exception(error)
            else:
                answer.set_result(task.result())

    def declare_gone(self) -> None:
        """Let the pending future raise that the worker is gone, and ask nobody else to do its work."""
        with self.lock:
            if not self.answer.done():
                self.answer.set_exception(WorkerGone(self.address))
        self.cancel()

    def cancel(self) -> None:
        """Take back what the worker has not begun."""
        if self.task is not None and not self.task.done():
            self.task.cancel()

    def leave(self) -> None:
        """Give the worker back; it keeps nothing of ours."""
        self.engine.given.pop(self.address, None)
        self.cancel()
        if self.engine.address and self.address in self.engine.alive:
            self.executor.submit(let_go)


def make(slots: int, address: str) -> Engine:
    """Return the engine."""
    return DaskEngine(slots, address)
