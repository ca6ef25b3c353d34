"""Carries out many runs, serially or in processes, and survives what happens to workers.

A worker that is killed breaks its whole pool: the pool is made anew, and the runs that were under way are each done
again alone, so that the one that kills its worker is known for certain. It is tried again twice and then set aside;
the others go on. A run that raises is set aside at once, since it would raise again.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from experiments.config import ExecutorSettings
from experiments.machine import BYTES_A_BORROWER, BYTES_A_WORKER, available_bytes, processors
from experiments.refusal import Refusal
from experiments.single_run import Kept, Run, carry_out

THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
Done = Callable[[Run, Kept], None]
Failed = Callable[[Run, str], None]


def carry_out_all(runs: Sequence[Run], folder: Path, settings: ExecutorSettings, done: Done, failed: Failed) -> None:
    """Carry out runs and tell `done` or `failed` of each; KeyboardInterrupt leaves the finished ones kept."""
    workers = worker_count(runs, settings)
    if settings.kind == "serial" or not runs:
        for run in runs:
            _alone(run, folder, done, failed)
        return
    _Supervisor(folder, workers, settings.retries, done, failed).carry_out(runs)


def worker_count(runs: Sequence[Run], settings: ExecutorSettings) -> int:
    """Return how many runs may live side by side in this machine's processors and memory; refuse when none may."""
    wanted = 1 if settings.kind == "serial" else settings.workers or processors()
    wanted = max(1, min(wanted, len(runs)))
    largest = max((run.config.population.size for run in runs), default=0)
    need = BYTES_A_WORKER + BYTES_A_BORROWER * largest
    free = available_bytes()
    if free is None:
        return wanted
    if need > free:
        raise Refusal(
            f"population.size: a run needs about {need / 2**30:.1f} GiB of memory, "
            f"and {free / 2**30:.1f} GiB are free, was {largest}"
        )
    return min(wanted, free // need)


def _alone(run: Run, folder: Path, done: Done, failed: Failed) -> None:
    try:
        kept = carry_out(run, folder)
    except Exception:  # noqa: BLE001  (whatever a run raises, the others go on and it is listed as missing)
        failed(run, traceback.format_exc())
    else:
        done(run, kept)


class _Supervisor:
    """Keeps a pool busy, makes it anew when a worker dies, and finds out which run kills its worker."""

    def __init__(self, folder: Path, workers: int, retries: int, done: Done, failed: Failed) -> None:
        self.folder, self.workers, self.retries = folder, workers, retries
        self.done, self.failed = done, failed

    def carry_out(self, runs: Sequence[Run]) -> None:
        """Carry out all runs; those under way at a worker's death are repeated one by one."""
        waiting = deque(runs)
        suspects: deque[Run] = deque()
        deaths: Counter[str] = Counter()
        while waiting or suspects:
            if suspects:
                run = suspects.popleft()
                if self._rounds(deque([run]), 1):
                    deaths[run.identity] += 1
                    if deaths[run.identity] >= self.retries:
                        self.failed(run, f"its worker was killed {self.retries + 1} times")
                    else:
                        suspects.appendleft(run)
            else:
                suspects.extend(self._rounds(waiting, self.workers))
                if self.retries == 0:
                    while suspects:
                        self.failed(suspects.popleft(), "a worker was killed")

    def _rounds(self, queue: deque[Run], workers: int) -> list[Run]:
        """Empty the queue through one pool; return the runs that were under way when a worker died."""
        flying: dict[Future[Kept], Run] = {}
        with one_thread_each(), _pool(workers) as pool:
            while queue or flying:
                try:
                    while queue and len(flying) < workers:
                        with signals_held():  # a worker inherits the held signals: Ctrl-C is the parent's to answer
                            flying[pool.submit(carry_out, queue[0], self.folder)] = queue[0]
                        queue.popleft()
                except BrokenProcessPool:
                    return self._under_way(flying) or [queue.popleft()]
                finished, _ = wait(flying, return_when=FIRST_COMPLETED)
                if any(isinstance(future.exception(), BrokenProcessPool) for future in finished):
                    return self._under_way(flying)
                for future in finished:
                    self._settle(future, flying.pop(future))
        return []

    def _under_way(self, flying: dict[Future[Kept], Run]) -> list[Run]:
        """Settle what did finish before the pool broke, and return the rest."""
        broken = []
        wait(flying)
        for future, run in flying.items():
            if isinstance(future.exception(), BrokenProcessPool):
                broken.append(run)
            else:
                self._settle(future, run)
        return broken

    def _settle(self, future: Future[Kept], run: Run) -> None:
        error = future.exception()
        if error is None:
            self.done(run, future.result())
        else:
            self.failed(run, "".join(traceback.format_exception(error)))


@contextlib.contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool of fresh processes; whatever ends the block early ends the workers at once."""
    # Workers are forked from a clean server that has loaded the model: quick to start, and without our threads.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["experiments.execute", "sim.market"])
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_follow_parent)
    try:
        yield pool
    except BaseException:
        for child in multiprocessing.active_children():
            child.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


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
