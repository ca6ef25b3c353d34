"""The dry run: a study's plan as a table, with estimates from a short trial on this machine; no run is carried out.

The trial lives two small markets of the study's own configuration, the one with the most in it, through its calendar:
in as many processes side by side as there will be workers, since they share memory and caches. Two sizes give the
seconds of a month that hang on the number of people and those that do not. What they write gives the bytes on disk.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import wait
from pathlib import Path
from typing import NamedTuple

from experiments.archive import archive_found
from experiments.compilation import is_compiled
from experiments.config import StudyConfig
from experiments.contents import contents
from experiments.executors.engine import one_thread_each, signals_held
from experiments.executors.processes import ended_at_once, processes
from experiments.folder import check_folder, folder_for
from experiments.forecast import COMPILING_SECONDS, ERROR, REFERENCE, Forecast, Rates, forecast, size_words, time_words
from experiments.machine import processors
from experiments.market import canonical, document_of
from experiments.single_run import Run, kept
from experiments.store import write_table
from experiments.study import plan
from sim.params import MarketConfig

SIZES = {"arrays": (2_000, 20_000), "objects": (100, 300)}  # people of the two markets of a trial
WARM_UP_MONTHS, MOST_MONTHS = 6, 72


Row = tuple[str, str, str]


class Trial(NamedTuple):
    """What one market of a trial took."""

    people: int
    months: int
    month_seconds: float  # the first months, in which compiled code is loaded, are left out
    run_seconds: float
    table_bytes: int
    people_bytes: int


def rehearse(study: StudyConfig, workers: int) -> Rates:
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
    sizes = sorted({min(size, largest) for size in SIZES[config.engine]})
    began = time.monotonic()
    if study.executor.kind == "serial":
        found = [[try_out(config, size) for size in sizes]]
        lived = 0.0
    else:
        with one_thread_each(), processes(workers) as pool, ended_at_once(pool):
            with signals_held():
                trials = [pool.submit(try_out_all, config, tuple(sizes)) for _ in range(workers)]
            wait(trials)
        found = [trial.result()[0] for trial in trials]
        lived = max(trial.result()[1] for trial in trials)
    start = max(0.0, time.monotonic() - began - lived) if lived else 0.0
    return rates_of(found, start)


def rates_of(found: Sequence[Sequence[Trial]], start_seconds: float) -> Rates:
    """Return the rates that trials of one or two sizes show; each worker's trials come in order of size."""
    small, large = ([trials[place] for trials in found] for place in (0, -1))
    months = [math.fsum(trial.month_seconds for trial in trials) / len(trials) for trials in (small, large)]
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
        run_seconds=math.fsum(trial.run_seconds for trial in large) / len(large),
        start_seconds=start_seconds,
        table_bytes_a_month=last.table_bytes / last.months,
        people_bytes=last.people_bytes / last.people,
        gather_seconds=REFERENCE.gather_seconds * slowness,
        gather_seconds_a_run=REFERENCE.gather_seconds_a_run * slowness,
        gather_seconds_a_person=REFERENCE.gather_seconds_a_person * slowness,
        report_seconds=REFERENCE.report_seconds * slowness,
        measured=True,
    )


def try_out_all(config: MarketConfig, sizes: Sequence[int]) -> tuple[list[Trial], float]:
    """Return the trials of all sizes, and the seconds they took; called in workers."""
    began = time.monotonic()
    found = [try_out(config, size) for size in sizes]
    return found, time.monotonic() - began


def try_out(config: MarketConfig, people: int) -> Trial:
    """Live a market of so many people through its calendar with a short warm-up, and write what it leaves."""
    from sim.market import CreditMarket  # here, so that the parent does not load the compiler

    calendar = config.calendar._replace(warm_up_months=min(WARM_UP_MONTHS, config.calendar.warm_up_months))
    small = config._replace(calendar=calendar, population=config.population._replace(size=people))
    market = CreditMarket(small, rng=0)
    market.live_until(1)
    months = max(1, min(calendar.months, MOST_MONTHS) - 1)
    began = time.monotonic()
    market.live_until(1 + months)
    lived = time.monotonic() - began
    began = time.monotonic()
    market.branch(small)
    with tempfile.TemporaryDirectory() as folder:
        tables = sum(
            write_table(Path(folder) / f"{name}.parquet", table).bytes for name, table in market.record.tables.items()
        )
        everybody = write_table(Path(folder) / "people.parquet", market.record.people()).bytes
    ended = time.monotonic()
    return Trial(people, months + 1, lived / months, ended - began, tables, everybody)


def dry_run(study: StudyConfig) -> str:
    """Return the plan of a study with estimates; nothing is carried out and no folder is made."""
    folder = folder_for(study)
    if study.out is not None:
        check_folder(folder, study)
    archive = archive_found(study, folder)
    runs = plan(study)
    unique = {run.identity: run for run in reversed(runs)}
    done = {one for one, run in unique.items() if archive.has(run) or kept(run, folder / "runs") is not None}
    waiting = [run for run in unique.values() if run.identity not in done][::-1]
    is_ready = is_compiled(runs[0].config)
    rates = REFERENCE
    if waiting and is_ready:
        rates = rehearse(study, forecast(study, waiting, len(runs), REFERENCE).workers)
    rows = [*_plan_rows(study, runs, len(unique), len(done)), *_need_rows(study, runs, waiting, rates)]
    rows += compiling_row(waiting)
    plan_of_study = plan_text(f"plan of the study {study.name}: {study.settings.question.strip()}", rows)
    return "\n".join([plan_of_study, "", *contents(study)])


def compiling_row(waiting: Sequence[Run]) -> list[Row]:
    """Return what compiling adds before the first run, or nothing."""
    if not waiting or is_compiled(waiting[0].config):
        return []
    return [("compiling", f"about {time_words(COMPILING_SECONDS)} more, once for these sources", "")]


def plan_text(title: str, rows: Sequence[Row]) -> str:
    """Return a plan in columns under its title."""
    names = max(18, *(len(row[0]) + 2 for row in rows))
    width = max(len(row[1]) for row in rows if row[2])
    lines = [f"{name:<{names}}{first:<{width}}  {more}".rstrip() for name, first, more in rows]
    return "\n".join([title, *lines])


def _plan_rows(study: StudyConfig, runs: Sequence[Run], unique: int, done: int) -> list[Row]:
    settings, stop = study.settings, study.settings.stop
    replicates: Row = ("replicates", str(settings.replicates), "")
    if stop.is_on:
        replicates = ("replicates", f"{stop.at_least} to {stop.at_most}", f"stop rule, looks every {stop.step}")
    trunks: dict[str, int] = {}
    for run in runs:
        trunks[run.trunk] = run.trunk_month + run.config.calendar.warm_up_months
    months = sorted(set(trunks.values()))
    return [
        ("arms", str(len(study.arms)), ", ".join(study.arms)),
        ("scenarios", str(len(study.scenarios)), ", ".join(study.scenarios)),
        replicates,
        ("runs", str(len(runs)), f"{unique} different ones, {done} finished already"),
        ("shared pasts", str(len(trunks)), f"of {' or '.join(str(each) for each in months)} months, each lived once"),
    ]


def _need_rows(study: StudyConfig, runs: Sequence[Run], waiting: Sequence[Run], rates: Rates) -> list[Row]:
    """Return the estimates; with a stop rule from its first look to its last."""
    counts = (
        dict.fromkeys(study.settings.stop.looks()[:: len(study.settings.stop.looks()) - 1 or 1])
        if (study.settings.stop.is_on)
        else {study.settings.replicates: None}
    )
    found = [
        forecast(
            study,
            [run for run in waiting if run.replicate < count],
            sum(run.replicate < count for run in runs),
            rates,
        )
        for count in counts
    ]
    return need_rows(study, found, rates)


def need_rows(study: StudyConfig, found: Sequence[Forecast], rates: Rates) -> list[Row]:
    """Return the rows of the estimates, from the least that is needed to the most."""
    source = "a trial just now" if rates.measured else "a reference machine with two cores at 2.3 GHz"
    how = f"{study.executor.kind}, {found[-1].workers} at a time"
    rows: list[Row] = [("executor", how, f"estimates from {source}")]
    for name, words, pick in (
        ("time", time_words, "seconds"),
        ("memory", size_words, "memory_bytes"),
        ("disk", size_words, "disk_bytes"),
    ):
        values = [getattr(each, pick) for each in found]
        low, high = values[0] * (1 - ERROR), values[-1] * (1 + ERROR)
        rows.append(
            (name, " to ".join(dict.fromkeys(words(value) for value in values)), f"{words(low)} to {words(high)}")
        )
    return rows
