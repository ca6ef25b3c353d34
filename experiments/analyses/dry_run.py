"""The dry run of an analysis: its stages, their points and runs, and estimates from a short trial."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.analyses.request import Request
from experiments.analyses.runner import Stage, plan_of, without_report
from experiments.compose.plan import distinct
from experiments.compose.run import Run
from experiments.execute.dry_run import Row, compiling_row, need_rows, not_completed, plan_text, rates_here
from experiments.execute.estimate import forecast
from experiments.keep.cache import archive_found


def dry_run(title: str, request: Request[Any], stages: Sequence[Stage], folder: Path) -> str:
    """Return the plan of an analysis with estimates; nothing is carried out and no folder is made."""
    study = without_report(request.study, title)
    rows: list[Row] = [("replicates", str(study.settings.replicates), "")]
    planned: list[Run] = []
    sure: set[str] = set()
    for stage in stages:
        runs = plan_of(title, study, stage)
        planned += runs
        sure |= {run.identity for run in runs} if stage.is_sure else set()
        points = f"{len(stage.points)} points" if stage.is_sure else "points that hang on what the stages before find"
        rows.append((f"stage {stage.name}", f"{'' if stage.is_sure else 'at most '}{len(runs)} runs", points))
    waiting, all_runs = not_completed(planned, archive_found(study, folder), folder), len(distinct(planned))
    counts = " to ".join(dict.fromkeys((str(len(sure)), str(all_runs))))
    rows.append(("runs", counts, f"different ones; {all_runs - len(waiting)} are finished already"))
    rates = rates_here(study, waiting, 0)
    least = [run for run in waiting if run.identity in sure]
    found = [forecast(study, some, 0, rates) for some in ([least, waiting] if least != waiting else [waiting])]
    rows += [*need_rows(study, found, rates), *compiling_row(waiting)]
    question = str(getattr(request.settings, "question", "")).strip()
    return plan_text(f"plan of {title}: {question}", rows)
