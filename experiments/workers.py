"""Workers: each is one process with a pool of its own, so that its death takes nobody along and names its run."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from experiments.single_run import Kept, Run, Trunk, carry_out

THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
TRUNK = Trunk()  # of this process, which is a worker when it is used


class Worker:
    """One process that carries out one run at a time and holds on to the trunk of the last."""

    def __init__(self) -> None:
        """Start without a process; the first run makes one."""
        self.pool: ProcessPoolExecutor | None = None
        self.trunk = ""  # whose runs it was given last
        self.has_warmed_up = False  # it has finished a run of that trunk, so another one is quick
        self.run: Run | None = None

    @property
    def held(self) -> str:
        """The trunk that is surely held, or nothing."""
        return self.trunk if self.has_warmed_up else ""

    def begin(self, run: Run, folder: Path) -> Future[Kept]:
        """Let the process carry out a run; when it has died in its sleep, the future says so."""
        if run.trunk != self.trunk:
            self.trunk, self.has_warmed_up = run.trunk, False
        self.run = run
        if self.pool is None:
            self.pool = processes(1)
        try:
            with signals_held():  # a worker inherits the held signals: Ctrl-C is the parent's to answer
                return self.pool.submit(_in_worker, run, folder)
        except BrokenProcessPool as death:
            future: Future[Kept] = Future()
            future.set_exception(death)
            return future

    def end(self, future: Future[Kept]) -> Run:
        """Return the run that was carried out; a dead process is cleared away, and the next run makes a new one."""
        run, self.run = self.run, None
        assert run is not None, "a worker ends what it began"
        self.has_warmed_up = future.exception() is None
        if has_died(future):
            self.dismiss()
        return run

    def dismiss(self) -> None:
        """End the process and wait until it is gone."""
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)
        self.pool, self.trunk, self.has_warmed_up = None, "", False


def has_died(future: Future[Kept]) -> bool:
    """Return whether the run ended with the death of its worker."""
    return isinstance(future.exception(), BrokenProcessPool)


@contextlib.contextmanager
def crew(size: int) -> Iterator[list[Worker]]:
    """Give workers; whatever ends the block early ends them at once."""
    workers = [Worker() for _ in range(size)]
    try:
        with one_thread_each(), ended_at_once():
            yield workers
    finally:
        for worker in workers:
            worker.dismiss()


@contextlib.contextmanager
def ended_at_once() -> Iterator[None]:
    """End all processes that this one started when the block does not end well."""
    try:
        yield
    except BaseException:
        for child in multiprocessing.active_children():
            child.kill()
        raise


def processes(count: int) -> ProcessPoolExecutor:
    """Return a pool forked from a clean server that has loaded the model: quick to start, and without our threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["experiments.workers", "sim.market"])
    return ProcessPoolExecutor(count, mp_context=context, initializer=_settle_in)


def _in_worker(run: Run, folder: Path) -> Kept:
    return carry_out(run, folder, TRUNK)


def _settle_in() -> None:
    gc.freeze()  # what is loaded stays, so that looking for markets to let go of is quick
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


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Hold back Ctrl-C for a moment; processes started meanwhile never see it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def one_thread_each() -> Iterator[None]:
    """Let processes started meanwhile use one thread each for arithmetic: more give no speed and other bits."""
    before = {name: os.environ.get(name) for name in THREAD_SETTINGS}
    os.environ.update(dict.fromkeys(THREAD_SETTINGS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
