"""Workers: each has one slot of an engine, carries out one run at a time, and holds one shared warm-up."""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

from experiments.compose.run import Run
from experiments.execute.executors.base import Engine, Slot, one_thread_each
from experiments.execute.executors.worker_process import Origin, Outcome, carry_out_here


class Worker:
    """Carries out one run at a time in a slot of its own, which keeps the warm-up of the last."""

    def __init__(self) -> None:
        """Start without a slot."""
        self.slot: Slot | None = None
        self.shared_warm_up = ""  # whose runs it was given last
        self.has_warmed_up = False  # it has finished a run of that warm-up, so another one is quick
        self.run: Run | None = None

    @property
    def held(self) -> str:
        """The shared warm-up that is surely held, or nothing."""
        return self.shared_warm_up if self.has_warmed_up else ""

    def has_slot(self, engine: Engine) -> bool:
        """Return whether it has a slot, after asking for one if it has none."""
        if self.slot is None:
            self.slot = engine.slot()
        return self.slot is not None

    def begin(self, run: Run, runs: Path, origin: Origin) -> Future[Outcome]:
        """Let the slot carry out a run."""
        assert self.slot is not None, "a worker has a slot before it begins"
        if run.shared_warm_up != self.shared_warm_up:
            self.shared_warm_up, self.has_warmed_up = run.shared_warm_up, False
        self.run = run
        return self.slot.submit(carry_out_here, run, runs, origin)

    def end(self, is_kept: bool) -> Run:
        """Return the run that was carried out; when it is kept, its warm-up is held."""
        run, self.run = self.run, None
        assert run is not None, "a worker ends what it began"
        self.has_warmed_up = is_kept
        return run

    def dismiss(self) -> None:
        """Give up the slot and wait until it is gone."""
        if self.slot is not None:
            self.slot.leave()
        self.slot, self.shared_warm_up, self.has_warmed_up = None, "", False


@contextlib.contextmanager
def worker_pool(engine: Engine, size: int) -> Iterator[list[Worker]]:
    """Give workers; an exception in the block ends them at once."""
    workers = [Worker() for _ in range(size)]
    try:
        with one_thread_each():
            yield workers
    except BaseException:
        engine.kill()
        raise
    finally:
        for worker in workers:
            worker.dismiss()


def next_run(waiting: dict[str, deque[Run]], worker: Worker, workers: Sequence[Worker]) -> Run | None:
    """Take and return the run that an idle worker should do, or None when it would end nothing sooner.

    It stays with the warm-up it holds, else begins one that no worker has begun, else joins where most runs wait. There
    it must run the warm-up first: it takes no run that the workers that hold that warm-up can begin sooner.
    """
    holders = Counter(each.held for each in workers)
    begun = {each.shared_warm_up for each in workers if each.run is not None} | holders.keys()
    shared_warm_up = worker.held
    if shared_warm_up not in waiting:
        shared_warm_up = next((each for each in waiting if each not in begun), "")
    if shared_warm_up not in waiting:
        shared_warm_up = max(waiting, key=lambda each: len(waiting[each]) - holders[each], default="")
        if shared_warm_up and len(waiting[shared_warm_up]) <= holders[shared_warm_up]:
            return None
    return _take(waiting, shared_warm_up) if shared_warm_up else None


def _take(waiting: dict[str, deque[Run]], shared_warm_up: str) -> Run:
    run = waiting[shared_warm_up].popleft()
    if not waiting[shared_warm_up]:
        del waiting[shared_warm_up]
    return run
