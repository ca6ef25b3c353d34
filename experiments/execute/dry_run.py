"""Before a study begins: the checks of memory and disk, and the dry run, its plan and estimates as a table."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.compose.contents import contents
from experiments.compose.plan import distinct, plan
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.execute.compilation import is_compiled
from experiments.execute.estimate import (
    COMPILING_SECONDS,
    ERROR,
    REFERENCE,
    Forecast,
    Rates,
    described,
    forecast,
    size_words,
    time_words,
)
from experiments.execute.pool import worker_count
from experiments.execute.timing import measured_rates
from experiments.keep.cache import Archive, archive_found
from experiments.keep.folder import check_folder, folder_for
from experiments.keep.runs import completed_run
from experiments.keep.study_folder import StudyOwner
from experiments.refusal import Refusal

BIG_STUDY_SECONDS = 300.0  # from here on it is printed beforehand what a study will need

Row = tuple[str, str, str]


def preflight(study: StudyConfig, waiting: Sequence[Run], all_runs: int, folder: Path) -> None:
    """Refuse runs for which there is too little memory or disk, and print before a long study what it will need.

    `all_runs` is how many runs will be gathered. Raises Refusal.
    """
    worker_count(waiting, study.executor)
    if not waiting:
        return
    needed = forecast(study, waiting, all_runs, REFERENCE)
    check_disk(study, needed, folder)
    if needed.seconds < BIG_STUDY_SECONDS:
        return
    needed = forecast(study, waiting, all_runs, rates_here(study, waiting, all_runs))
    most = "at most " if study.settings.stop.is_on else ""
    print(f"{study.name}: {len(waiting)} runs to do, {most}{described(needed)}", file=sys.stderr)


def rates_here(study: StudyConfig, waiting: Sequence[Run], all_runs: int) -> Rates:
    """Return the rates of this machine from a trial; those of the reference where nothing waits or is compiled yet."""
    if not waiting or not is_compiled():
        return REFERENCE
    return measured_rates(study, forecast(study, waiting, all_runs, REFERENCE).workers)


def not_completed(runs: Sequence[Run], archive: Archive, folder: Path) -> list[Run]:
    """Return the different runs that are complete neither in a folder nor in the archive."""
    return [
        run for run in distinct(runs).values() if not archive.has(run) and completed_run(run, folder / "runs") is None
    ]


def check_disk(study: StudyConfig, needed: Forecast, folder: Path) -> None:
    """Refuse a study whose results would not fit beside what is on the disk, unless it may begin nevertheless."""
    above = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(above).free
    if needed.disk_bytes > free and not study.executor.allow_above_limits:
        raise Refusal(
            f"out: the results need about {size_words(needed.disk_bytes)} on disk, and {size_words(free)} are free in "
            f"{above}; name a folder elsewhere, or set executor.allow_above_limits=true"
        )


def dry_run(study: StudyConfig) -> str:
    """Return the plan of a study with estimates; nothing is carried out and no folder is made."""
    folder = folder_for(study)
    if study.out is not None:
        check_folder(folder, StudyOwner(study))
    runs = plan(study)
    waiting = not_completed(runs, archive_found(study, folder), folder)
    rates = rates_here(study, waiting, len(runs))
    rows = [*_plan_rows(study, runs, len(waiting)), *_need_rows(study, runs, waiting, rates), *compiling_row(waiting)]
    plan_of_study = plan_text(f"plan of the study {study.name}: {study.settings.question.strip()}", rows)
    return "\n".join([plan_of_study, "", *contents(study)])


def compiling_row(waiting: Sequence[Run]) -> list[Row]:
    """Return what compiling adds before the first run, or nothing."""
    if not waiting or is_compiled():
        return []
    return [("compiling", f"about {time_words(COMPILING_SECONDS)} more, once for these sources", "")]


def plan_text(title: str, rows: Sequence[Row]) -> str:
    """Return a plan in columns under its title."""
    names = max(18, *(len(row[0]) + 2 for row in rows))
    width = max(len(row[1]) for row in rows if row[2])
    lines = [f"{name:<{names}}{first:<{width}}  {more}".rstrip() for name, first, more in rows]
    return "\n".join([title, *lines])


def _plan_rows(study: StudyConfig, runs: Sequence[Run], waiting: int) -> list[Row]:
    unique = len(distinct(runs))
    settings, stop = study.settings, study.settings.stop
    replicates: Row = ("replicates", str(settings.replicates), "")
    if stop.is_on:
        replicates = ("replicates", f"{stop.at_least} to {stop.at_most}", f"stop rule, looks every {stop.step}")
    warm_ups: dict[str, int] = {}
    for run in runs:
        warm_ups[run.shared_warm_up] = run.divergence_month + run.config.calendar.warm_up_months
    months = sorted(set(warm_ups.values()))
    return [
        ("arms", str(len(study.arms)), ", ".join(study.arms)),
        ("scenarios", str(len(study.scenarios)), ", ".join(study.scenarios)),
        replicates,
        ("runs", str(len(runs)), f"{unique} different ones, {unique - waiting} finished already"),
        (
            "shared warm-ups",
            str(len(warm_ups)),
            f"of {' or '.join(str(each) for each in months)} months, each run once",
        ),
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
