"""What a study will need before it is begun: time, memory and disk, from rates of this machine or of a reference one.

The runs that are left are handed to as many imagined workers as there will be, by the rule of the real ones: a worker
runs a shared warm-up once for all its runs, and one for which none is left joins another's and must run it again. Rates
are measured by `experiments.execute.timing`; without any, they are those of two cores at 2.3 GHz.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.execute.pool import by_shared_warm_up, worker_count

ERROR = 0.30  # how far either side of an estimate its range reaches
COMPILING_SECONDS = 25.0  # two processes, two cores of an AMD EPYC, with nothing beside them
# Measured as the resident memory of whole processes; a worker's holds a shared warm-up and one branch of it.
BYTES_OF_WORKER, BYTES_OF_WORKER_A_BORROWER = 310 * 2**20, 500
BYTES_OF_PARENT = 230 * 2**20
BYTES_OF_GATHERING, BYTES_OF_GATHERING_A_RUN = 70 * 2**20, 40 * 2**10  # run by run, whatever their number


class Rates(NamedTuple):
    """What this machine needs for the parts of a run, with as many workers side by side as there will be."""

    month_seconds: float  # of one market, whatever its size
    person_month_seconds: float
    run_seconds: float  # branching off, writing
    start_seconds: float  # until the first worker begins its first month
    table_bytes_a_month: float  # on disk, of one run
    people_bytes: float  # on disk, a person and run
    gather_seconds: float  # of all runs together, besides what hangs on their number and people
    gather_seconds_a_run: float
    gather_seconds_a_person: float  # and run: people are compared one by one
    report_seconds: float
    measured: bool


REFERENCE = Rates(
    month_seconds=0.008,
    person_month_seconds=0.45e-6,
    run_seconds=0.25,
    start_seconds=3.0,
    table_bytes_a_month=8_500.0,
    people_bytes=3.5,
    gather_seconds=2.0,
    gather_seconds_a_run=0.05,
    gather_seconds_a_person=1.0e-6,
    report_seconds=13.0,
    measured=False,
)


class Forecast(NamedTuple):
    """What the runs that are left will need; each is to be read as give or take ERROR."""

    seconds: float
    memory_bytes: float
    disk_bytes: float
    workers: int


def forecast(study: StudyConfig, waiting: Sequence[Run], all_runs: int, rates: Rates) -> Forecast:
    """Return what the waiting runs will need, and the tables and report of all runs after them."""
    workers = worker_count(waiting, study.executor) if waiting else 1
    market = next(iter(study.markets.values()))
    people, months = market.population.size, market.calendar.months
    run_bytes = rates.table_bytes_a_month * months + rates.people_bytes * people
    gathered_bytes = rates.table_bytes_a_month * months * all_runs
    a_run = rates.gather_seconds_a_run + rates.gather_seconds_a_person * people
    seconds = rates.gather_seconds + all_runs * a_run + rates.report_seconds * study.report.draw
    if waiting:
        seconds += rates.start_seconds + seconds_of(waiting, workers, rates)
    is_serial = study.executor.kind == "serial"
    worker_bytes = BYTES_OF_WORKER + BYTES_OF_WORKER_A_BORROWER * people
    running = worker_bytes if is_serial else workers * worker_bytes + BYTES_OF_PARENT
    if study.executor.address:  # workers lie elsewhere, and how many of them on one machine is not known here
        running = worker_bytes
    gathering = BYTES_OF_GATHERING + BYTES_OF_GATHERING_A_RUN * all_runs
    gathering += worker_bytes if is_serial else BYTES_OF_PARENT
    return Forecast(seconds, max(running, gathering), len(waiting) * run_bytes + gathered_bytes, workers)


def seconds_of(waiting: Sequence[Run], workers: int, rates: Rates) -> float:
    """Return when the last of so many workers ends the waiting runs, counted from when they begin."""
    left = {warm_up: len(runs) for warm_up, runs in by_shared_warm_up(waiting).items()}
    cost = {run.shared_warm_up: _warm_up_and_run_seconds(run, rates) for run in waiting}
    unbegun = list(reversed(left))
    free = [(0.0, worker, "") for worker in range(workers)]
    end = 0.0
    while free and any(left.values()):
        now, worker, held = heapq.heappop(free)
        warm_up_seconds = 0.0
        if not left.get(held):
            holders = Counter(warm_up for _, _, warm_up in free)
            held = unbegun.pop() if unbegun else max(left, key=lambda warm_up: left[warm_up] - holders[warm_up])
            if left[held] <= holders[held]:  # those who hold the warm-up can begin what is left of it sooner
                continue
            warm_up_seconds = cost[held][0]
        left[held] -= 1
        ends = now + warm_up_seconds + cost[held][1]
        end = max(end, ends)
        heapq.heappush(free, (ends, worker, held))
    return end


def _warm_up_and_run_seconds(run: Run, rates: Rates) -> tuple[float, float]:
    calendar = run.config.calendar
    month = rates.month_seconds + rates.person_month_seconds * run.config.population.size
    shared = calendar.warm_up_months + run.divergence_month
    own = calendar.warm_up_months + calendar.months - shared
    return shared * month, own * month + rates.run_seconds


def described(needed: Forecast) -> str:
    """Return an estimate in one line."""
    return (
        f"about {time_words(needed.seconds)}, {size_words(needed.memory_bytes)} of memory and "
        f"{size_words(needed.disk_bytes)} of disk with {needed.workers} workers"
    )


def time_words(seconds: float) -> str:
    """Return a time in the usual unit."""
    for unit, length in (("days", 86_400.0), ("hours", 3_600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def size_words(amount: float) -> str:
    """Return an amount of bytes in the usual unit."""
    for unit, length in (("GiB", 2**30), ("MiB", 2**20)):
        if amount >= length:
            return f"{amount / length:.1f} {unit}"
    return f"{amount / 2**10:.0f} KiB"
