"""A trial on this machine before a study: two small markets of its own configuration, and what they took.

The market with the most in it is run through its calendar, in as many processes side by side as there will be workers,
since they share memory and caches. Two sizes give the seconds of a month that depend on the number of people and those
that do not. What is written gives the bytes on disk.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import wait
from pathlib import Path
from typing import NamedTuple

from experiments.compose.market import canonical, document_of
from experiments.compose.study import StudyConfig
from experiments.execute.estimate import REFERENCE, Rates
from experiments.execute.executors.base import one_thread_each, signals_held
from experiments.execute.executors.processes import ended_at_once, processes
from experiments.keep.files import write_table
from experiments.machine import processors
from sim.params import MarketConfig

SIZES = (2_000, 20_000)  # people of the two markets of a trial
WARM_UP_MONTHS, MOST_MONTHS = 6, 72


class TimedMarket(NamedTuple):
    """What one market of a trial took."""

    people: int
    months: int
    month_seconds: float  # the first months, in which compiled code is loaded, are left out
    run_seconds: float
    table_bytes: int
    people_bytes: int


def measured_rates(study: StudyConfig, workers: int) -> Rates:
    """Return the rates of this machine for a study, from a trial of seconds; the reference's where none ends well.

    Workers of a cluster are imagined to be as quick as this machine's, of which no more are tried than it has.
    """
    try:
        return _measured(study, min(workers, processors()))
    except Exception:  # noqa: BLE001  (what a trial meets, the runs will meet and name; an estimate ends no study)
        return REFERENCE


def _measured(study: StudyConfig, workers: int) -> Rates:
    config = max(study.markets.values(), key=lambda market: len(canonical(document_of(market))))
    largest = config.population.size
    sizes = sorted({min(size, largest) for size in SIZES})
    began = time.monotonic()
    if study.executor.kind == "serial":
        found = [[time_market(config, size) for size in sizes]]
        running = 0.0
    else:
        with one_thread_each(), processes(workers) as pool, ended_at_once(pool):
            with signals_held():
                timings = [pool.submit(time_markets, config, tuple(sizes)) for _ in range(workers)]
            wait(timings)
        found = [timed.result()[0] for timed in timings]
        running = max(timed.result()[1] for timed in timings)
    start = max(0.0, time.monotonic() - began - running) if running else 0.0
    return rates_of(found, start)


def rates_of(found: Sequence[Sequence[TimedMarket]], start_seconds: float) -> Rates:
    """Return the rates that trials of one or two sizes show; each worker's trials come in order of size."""
    small, large = ([timings[index] for timings in found] for index in (0, -1))
    months = [math.fsum(timed.month_seconds for timed in timings) / len(timings) for timings in (small, large)]
    grown = large[0].people - small[0].people
    slope = max(0.0, months[1] - months[0]) / grown if grown else 0.0
    fixed = months[0] - slope * small[0].people
    if not grown:  # a market as small as this is its own trial
        fixed, slope = months[0], 0.0
    slowness = months[0] / (REFERENCE.month_seconds + REFERENCE.person_month_seconds * small[0].people)
    last = large[0]
    return Rates(
        month_seconds=max(fixed, 0.0),
        person_month_seconds=slope,
        run_seconds=math.fsum(timed.run_seconds for timed in large) / len(large),
        start_seconds=start_seconds,
        table_bytes_a_month=last.table_bytes / last.months,
        people_bytes=last.people_bytes / last.people,
        gather_seconds=REFERENCE.gather_seconds * slowness,
        gather_seconds_a_run=REFERENCE.gather_seconds_a_run * slowness,
        gather_seconds_a_person=REFERENCE.gather_seconds_a_person * slowness,
        report_seconds=REFERENCE.report_seconds * slowness,
        measured=True,
    )


def time_markets(config: MarketConfig, sizes: Sequence[int]) -> tuple[list[TimedMarket], float]:
    """Return the trials of all sizes, and the seconds they took; called in workers."""
    began = time.monotonic()
    found = [time_market(config, size) for size in sizes]
    return found, time.monotonic() - began


def time_market(config: MarketConfig, people: int) -> TimedMarket:
    """Run a market of so many people through its calendar with a short warm-up, and write what it leaves."""
    from sim.market import CreditMarket  # here, so that the parent does not load the compiler

    calendar = config.calendar._replace(warm_up_months=min(WARM_UP_MONTHS, config.calendar.warm_up_months))
    small = config._replace(calendar=calendar, population=config.population._replace(size=people))
    market = CreditMarket(small, rng=0)
    market.run_until(1)
    months = max(1, min(calendar.months, MOST_MONTHS) - 1)
    began = time.monotonic()
    market.run_until(1 + months)
    seconds = time.monotonic() - began
    began = time.monotonic()
    market.branch(small)
    with tempfile.TemporaryDirectory() as folder:
        tables = sum(
            write_table(Path(folder) / f"{name}.parquet", table).bytes for name, table in market.record.tables.items()
        )
        people_bytes = write_table(Path(folder) / "people.parquet", market.record.people()).bytes
    ended = time.monotonic()
    return TimedMarket(people, months + 1, seconds / months, ended - began, tables, people_bytes)
