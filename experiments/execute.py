"""Carries out many runs, serially or in processes, and survives what happens to workers.

Runs that share a warm-up are given to one worker after the other run, so that it is lived once; a worker with nothing
left to do joins another's trunk when that ends the study sooner. The run whose worker is killed is known, because
every worker has a pool of its own: it waits until the others are done, is tried again alone, and then set aside. A run
that raises is set aside at once, since it would raise again.
"""

from __future__ import annotations

import traceback
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path

from experiments.config import ExecutorSettings
from experiments.machine import BYTES_A_BORROWER, BYTES_A_WORKER, available_bytes, processors
from experiments.refusal import Refusal
from experiments.single_run import Kept, Run, Trunk, carry_out
from experiments.workers import Worker, crew, has_died

Done = Callable[[Run, Kept], None]
Failed = Callable[[Run, str], None]


def carry_out_all(runs: Sequence[Run], folder: Path, settings: ExecutorSettings, done: Done, failed: Failed) -> None:
    """Carry out runs and tell `done` or `failed` of each; KeyboardInterrupt leaves the finished ones kept."""
    workers = worker_count(runs, settings)
    if settings.kind == "serial":
        _carry_out_here(runs, folder, done, failed)
    elif runs:
        _Supervisor(folder, settings.retries, done, failed).carry_out(runs, workers)


def worker_count(runs: Sequence[Run], settings: ExecutorSettings) -> int:
    """Return how many runs may live side by side in this machine's processors and memory; refuse when none may."""
    wanted = 1 if settings.kind == "serial" else settings.workers or processors()
    wanted = max(1, min(wanted, len(runs)))
    largest = max((run.config.population.size for run in runs), default=0)
    need = BYTES_A_WORKER + BYTES_A_BORROWER * largest
    free = available_bytes()
    if free is None:
        return wanted
    if need > free and not settings.allow_above_limits:
        raise Refusal(
            f"population.size: a run needs about {need / 2**30:.1f} GiB of memory, "
            f"and {free / 2**30:.1f} GiB are free; executor.allow_above_limits=true begins nevertheless, was {largest}"
        )
    return max(1, min(wanted, free // need))


def _carry_out_here(runs: Sequence[Run], folder: Path, done: Done, failed: Failed) -> None:
    trunk = Trunk()
    for run in (run for together in by_trunk(runs).values() for run in together):
        try:
            kept = carry_out(run, folder, trunk)
        except Exception:  # noqa: BLE001  (whatever a run raises, the others go on and it is listed as missing)
            failed(run, traceback.format_exc())
        else:
            done(run, kept)
    trunk.let_go()


def by_trunk(runs: Sequence[Run]) -> dict[str, deque[Run]]:
    """Return the runs by what they share until month 0, in the order in which each trunk first comes up."""
    together: dict[str, deque[Run]] = {}
    for run in runs:
        together.setdefault(run.trunk, deque()).append(run)
    return together


class _Supervisor:
    """Keeps workers busy, notices which run kills its worker, and tries that run again alone."""

    def __init__(self, folder: Path, retries: int, done: Done, failed: Failed) -> None:
        self.folder, self.retries = folder, retries
        self.done, self.failed = done, failed

    def carry_out(self, runs: Sequence[Run], workers: int) -> None:
        """Carry out all runs side by side, then those that killed their worker one by one."""
        for run in self._side_by_side(runs, workers):
            killed_again = all(self._side_by_side([run], 1) for _ in range(self.retries))
            if killed_again:
                self.failed(run, f"its worker was killed {self.retries + 1} times")

    def _side_by_side(self, runs: Sequence[Run], workers: int) -> list[Run]:
        """Carry out runs, each once; return those whose worker died."""
        waiting = by_trunk(runs)
        flying: dict[Future[Kept], Worker] = {}
        killers: list[Run] = []
        with crew(workers) as everybody:
            while True:
                for worker in everybody:
                    run = next_run(waiting, worker, everybody) if worker.run is None else None
                    if run is not None:
                        flying[worker.begin(run, self.folder)] = worker
                if not flying:
                    return killers
                finished, _ = wait(flying, return_when=FIRST_COMPLETED)
                for future in finished:
                    run = flying.pop(future).end(future)
                    if has_died(future):
                        killers.append(run)
                    else:
                        self._settle(future, run)

    def _settle(self, future: Future[Kept], run: Run) -> None:
        error = future.exception()
        if error is None:
            self.done(run, future.result())
        else:
            self.failed(run, "".join(traceback.format_exception(error)))


def next_run(waiting: dict[str, deque[Run]], worker: Worker, everybody: Sequence[Worker]) -> Run | None:
    """Take and return the run that an idle worker should do, or None when it would end nothing sooner.

    It stays with the trunk it holds, else begins one that nobody has begun, else joins where most runs wait. There the
    newcomer must live the warm-up first: it takes no run that those who hold the trunk can begin sooner.
    """
    holders = Counter(each.held for each in everybody)
    begun = {each.trunk for each in everybody if each.run is not None} | holders.keys()
    trunk = worker.held
    if trunk not in waiting:
        trunk = next((each for each in waiting if each not in begun), "")
    if trunk not in waiting:
        trunk = max(waiting, key=lambda each: len(waiting[each]) - holders[each], default="")
        if trunk and len(waiting[trunk]) <= holders[trunk]:
            return None
    return _take(waiting, trunk) if trunk else None


def _take(waiting: dict[str, deque[Run]], trunk: str) -> Run:
    run = waiting[trunk].popleft()
    if not waiting[trunk]:
        del waiting[trunk]
    return run
