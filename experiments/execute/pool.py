"""Carries out many runs in the worker slots of an engine, and continues when a run or a worker fails.

Runs that share a warm-up are given to one worker one after the other, so that it is run once; a worker with nothing
left to do joins another's warm-up when that ends the study sooner. The run whose worker dies is known, because every
worker has a slot of its own: it waits until the others are done, is tried again (alone, on one machine), and then set
aside. A run that raises is set aside at once, since it would raise again.
"""

from __future__ import annotations

import contextlib
import secrets
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from typing import NamedTuple

from experiments.compose.run import Run
from experiments.compose.study import ExecutorSettings
from experiments.execute.executors.base import Engine, engine, one_thread_each
from experiments.execute.executors.worker_process import Origin, Outcome, Raised, Unfit, facts, this_process
from experiments.execute.interruption import Interruption, asked_twice
from experiments.execute.scheduling import Worker, next_run, worker_pool
from experiments.keep.files import PARTIAL, Unwritable, writing
from experiments.keep.runs import CompletedRun
from experiments.machine import BYTES_A_BORROWER, BYTES_A_WORKER, available_bytes, processors
from experiments.refusal import Refusal
from experiments.terminal.memory_limit import address_limit

Done = Callable[[Run, CompletedRun], None]
Failed = Callable[[Run, str], None]
PrintLine = Callable[[str], None]

MOST_WORKERS = 1024  # of a cluster whose size is not given: it takes part with all that it has, up to this many
GLANCE_SECONDS = 1.0  # how long the loop sleeps at most before it looks whether a slot has come or an end is asked for
QUIET_SECONDS = 5.0  # of waiting for a worker before a message


def carry_out_all(
    runs: Sequence[Run],
    folder: Path,
    settings: ExecutorSettings,
    done: Done,
    failed: Failed,
    print_line: PrintLine = lambda text: print(text, file=sys.stderr),
) -> None:
    """Carry out runs and call `done` or `failed` for each; what is finished stays on KeyboardInterrupt.

    The first Ctrl-C begins nothing more and waits for what has begun; the second, and a request to terminate, do not
    wait. Raises Refusal when a worker would give other bytes than this process.
    """
    workers = worker_count(runs, settings)
    if not runs:
        return
    with (
        engine(settings.kind, workers, settings.address) as made,
        _origin(folder) as origin,
        asked_twice(print_line) as interruption,
    ):
        _Supervisor(folder.absolute(), settings, made, origin, done, failed, print_line, interruption).carry_out(
            runs, workers
        )
        if interruption.is_asked:  # all that had begun is finished; whatever would come next does not begin
            raise KeyboardInterrupt


def worker_count(runs: Sequence[Run], settings: ExecutorSettings) -> int:
    """Return how many runs may go side by side: in this machine's processors and memory, or on a cluster.

    Raises Refusal when this machine's memory allows none.
    """
    wanted = 1 if settings.kind == "serial" else settings.workers or processors()
    if settings.address:
        wanted = settings.workers or MOST_WORKERS
    wanted = max(1, min(wanted, len(runs)))
    largest = max((run.config.population.size for run in runs), default=0)
    need = BYTES_A_WORKER + BYTES_A_BORROWER * largest
    free = None if settings.address else available_bytes()  # what other machines have is theirs to know
    if free is None:
        return wanted
    most = min(free, address_limit() or free)  # of one process
    if need > most and not settings.allow_above_limits:
        raise Refusal(
            f"population.size: a run needs about {need / 2**30:.1f} GiB of memory, "
            f"and {most / 2**30:.1f} GiB are free; executor.allow_above_limits=true begins nevertheless, was {largest}"
        )
    return max(1, min(wanted, free // need))


@contextlib.contextmanager
def _origin(folder: Path) -> Iterator[Origin]:
    """Give what workers compare themselves with, and leave a sign in the folder by which they know that they see it."""
    token = f"{PARTIAL}{secrets.token_hex(8)}"  # swept with the rest when this process is killed
    with one_thread_each():  # as every worker is started, this process itself included
        found = facts()
    with writing(folder):
        folder.mkdir(exist_ok=True)
        (folder / token).touch()
    try:
        yield Origin(found, token, this_process())
    finally:
        (folder / token).unlink(missing_ok=True)


def by_shared_warm_up(runs: Sequence[Run]) -> dict[str, deque[Run]]:
    """Return the runs by the warm-up that they share, in the order in which each warm-up first occurs."""
    together: dict[str, deque[Run]] = {}
    for run in runs:
        together.setdefault(run.shared_warm_up, deque()).append(run)
    return together


class _Supervisor(NamedTuple):
    """Keeps workers busy, notices which run lost its worker, and tries that run again."""

    folder: Path
    settings: ExecutorSettings
    engine: Engine
    origin: Origin
    done: Done
    failed: Failed
    print_line: PrintLine
    interruption: Interruption

    def carry_out(self, runs: Sequence[Run], workers: int) -> None:
        """Carry out all runs side by side, then again those that lost their worker: on one machine one by one."""
        lost = self._side_by_side(runs, workers)
        for _ in range(self.settings.retries):
            lost = self._side_by_side(lost, min(len(lost), workers) if self.engine.is_elsewhere else 1)
        for run in lost:
            self.failed(run, f"its worker was killed {self.settings.retries + 1} times")

    def _side_by_side(self, runs: Sequence[Run], count: int) -> list[Run]:
        """Carry out runs, each once; return those whose worker died."""
        waiting = by_shared_warm_up(runs)
        flying: dict[Future[Outcome], Worker] = {}
        lost: list[Run] = []
        with worker_pool(self.engine, count) as workers:
            timeout = _Timeout(self.settings.patience_minutes, self.print_line)
            while waiting or flying:
                if not self.interruption.is_asked:
                    flying.update(self._begin(waiting, workers))
                if flying:
                    timeout.restart()
                elif self.interruption.is_asked:
                    raise KeyboardInterrupt
                elif timeout.is_over():
                    self._give_up(waiting)
                for future in _finished(flying):
                    worker = flying.pop(future)
                    error = future.exception()
                    run = worker.end(is_kept=error is None and isinstance(future.result(), CompletedRun))
                    if error is not None and (reason := self.engine.misfit(error)):
                        raise Refusal(
                            f"executor: a worker cannot load the model, install the same Sluice there: {reason}"
                        )
                    if isinstance(error, self.engine.deaths):
                        worker.dismiss()
                        lost.append(run)
                    else:
                        self._settle(future, run)
        return lost

    def _begin(
        self, waiting: dict[str, deque[Run]], workers: Sequence[Worker]
    ) -> Iterator[tuple[Future[Outcome], Worker]]:
        """Give every idle worker that has a slot, or finds one, its run."""
        is_full = False
        for worker in workers:
            if worker.run is not None or not waiting:
                continue
            if worker.slot is None:
                is_full = is_full or not worker.has_slot(self.engine)
            run = next_run(waiting, worker, workers) if worker.slot is not None else None
            if run is not None:
                yield worker.begin(run, self.folder, self.origin), worker

    def _settle(self, future: Future[Outcome], run: Run) -> None:
        error = future.exception()
        if error is not None:
            self.failed(run, "".join(traceback.format_exception(error)))
            return
        outcome = future.result()
        if isinstance(outcome, Unfit) and not self.folder.is_dir():
            raise Unwritable(f"{self.folder}: is no longer there")
        if isinstance(outcome, Unfit):
            raise Refusal(f"executor: {outcome.reason}")
        if isinstance(outcome, Raised):
            self.failed(run, outcome.reason)
        else:
            self.done(run, outcome)

    def _give_up(self, waiting: dict[str, deque[Run]]) -> None:
        for run in (run for together in waiting.values() for run in together):
            self.failed(run, f"no worker was there for {self.settings.patience_minutes:g} minutes")
        waiting.clear()


def _finished(flying: Collection[Future[Outcome]]) -> set[Future[Outcome]]:
    """Wait until a run is finished, or until it is time to look round again."""
    if not flying:
        time.sleep(GLANCE_SECONDS)
    return wait(flying, timeout=GLANCE_SECONDS, return_when=FIRST_COMPLETED).done


class _Timeout:
    """Counts the minutes during which no worker is there at all."""

    def __init__(self, minutes: float, print_line: PrintLine) -> None:
        self.seconds, self.print_line = 60.0 * minutes, print_line
        self.restart()

    def restart(self) -> None:
        """Note that a worker is there."""
        self.since, self.has_reported = time.monotonic(), False

    def is_over(self) -> bool:
        """Return whether the wait has been too long; print once that there is one."""
        waited = time.monotonic() - self.since
        if waited > QUIET_SECONDS and not self.has_reported:
            self.print_line("waiting for a worker")
            self.has_reported = True
        return waited > self.seconds
