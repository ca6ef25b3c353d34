"""The dry run of an analysis: its stages, their points and runs, and estimates from a short trial; no run is lived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.analyses.request import Request
from experiments.analyses.runner import Bench
from experiments.compose.run import Run
from experiments.execute.compilation import is_compiled
from experiments.execute.dry_run import Row, compiling_row, need_rows, plan_text
from experiments.execute.estimate import REFERENCE, forecast
from experiments.execute.trial import rehearse
from experiments.keep.cache import archive_found
from experiments.keep.runs import kept
from sim.params import MarketConfig


class Stage(NamedTuple):
    """Points that are lived through together, each in every replicate."""

    name: str
    points: Mapping[str, MarketConfig]  # by label
    is_sure: bool = True  # all of them are lived through; else others like them, and no more runs than these would be


def dry_run(title: str, request: Request[Any], stages: Sequence[Stage], folder: Path) -> str:
    """Return the plan of an analysis with estimates; no folder is made."""
    study = request.study
    archive = archive_found(study, folder)
    bench = Bench(folder, title, study, archive)
    unique: dict[str, Run] = {}
    sure: set[str] = set()
    rows: list[Row] = [("replicates", str(study.settings.replicates), "")]
    for stage in stages:
        runs = bench.plan(stage.points)
        for run in runs:
            unique.setdefault(run.identity, run)
        sure |= {run.identity for run in runs} if stage.is_sure else set()
        points = f"{len(stage.points)} points" if stage.is_sure else "points that hang on what the stages before find"
        rows.append((f"stage {stage.name}", f"{'' if stage.is_sure else 'at most '}{len(runs)} runs", points))
    done = {one for one, run in unique.items() if archive.has(run) or kept(run, folder / "runs") is not None}
    rows.append(("runs", _span(len(sure), len(unique)), f"different ones; {len(done)} are finished already"))
    waiting = [run for one, run in unique.items() if one not in done]
    surely = [run for run in waiting if run.identity in sure]
    undrawn = study._replace(report=study.report._replace(draw=False))
    rates = REFERENCE
    if waiting and is_compiled():
        rates = rehearse(undrawn, forecast(undrawn, waiting, 0, REFERENCE).workers)
    found = [forecast(undrawn, some, 0, rates) for some in ([surely, waiting] if surely != waiting else [waiting])]
    rows += [*need_rows(undrawn, found, rates), *compiling_row(waiting)]
    question = str(getattr(request.settings, "question", "")).strip()
    return plan_text(f"plan of {title}: {question}", rows)


def _span(least: int, most: int) -> str:
    return str(most) if least == most else f"{least} to {most}"
