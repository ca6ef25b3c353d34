"""Runs the points of an analysis: many markets, each in every replicate.

All points share the seed and the replicates, so that two of them differ by what was set and not by chance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.compose.plan import distinct, plan
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.execute.dry_run import preflight
from experiments.execute.runner import ExperimentRunner
from experiments.keep.cache import Archive
from experiments.keep.files import FileRecord
from experiments.keep.folder import log
from experiments.keep.runs import manifest_entry, record_files
from experiments.refusal import Trouble
from experiments.terminal.progress import Progress
from sim.params import MarketConfig

SCENARIO = "analysis"
Pair = tuple[str, int]  # the label of a point, and a replicate


class MissingRuns(Trouble):
    """Some runs could not be carried out, so that nothing may be concluded; the text names them."""


class Stage(NamedTuple):
    """Points that are run together, each in every replicate."""

    name: str
    points: Mapping[str, MarketConfig]  # by label
    is_sure: bool = True  # all of them are run; else others like them, and no more runs than these would be


class AnalysisRunner(ExperimentRunner):
    """An analysis in its folder, with what has become of the runs of its points so far."""

    def __init__(self, name: str, study: StudyConfig, folder: Path, archive: Archive) -> None:
        """Work in a folder that is locked; the study gives seed, replicates and execution."""
        super().__init__(study, folder, archive)
        self.name = name
        self.runs: dict[str, Run] = {}  # asked for so far, by identity

    @property
    def replicates(self) -> range:
        """The replicates in which every point is run."""
        return range(self.study.settings.replicates)

    def complete(self, stage: Stage, only: Collection[Pair] | None = None) -> dict[Pair, Path]:
        """Complete the runs of a stage, in all replicates or in some pairs only; return the folder of each run.

        Raises MissingRuns when a run could not be carried out, and Unwritable when its results could not be written;
        what is finished is kept then. Raises Refusal when this machine has no room for them.
        """
        runs = [
            run for run in plan_of(self.name, self.study, stage) if only is None or (run.arm, run.replicate) in only
        ]
        unique = distinct(runs)
        new = {one: run for one, run in unique.items() if one not in self.completed}
        self.runs |= new
        _, restored = self.load_completed(new)
        waiting = [run for one, run in unique.items() if one not in self.completed]
        kept = len(unique) - len(waiting)
        title = f"{self.name}, {stage.name}"
        preflight(without_report(self.study, title), waiting, 0, self.folder)
        log(self.folder, "stage", stage=stage.name, runs=len(unique), kept=kept, adopted=restored)
        with Progress(title, len(unique), kept) as progress:
            self.carry_out(waiting, progress)
        missing = sorted((run.label, self.why_missing(run)) for run in waiting if run.identity not in self.completed)
        if missing:
            raise MissingRuns("\n".join(f"missing: {label}: {reason}" for label, reason in missing))
        return {(run.arm, run.replicate): self.runs_folder / self.completed[run.identity].folder for run in runs}

    def results(self) -> tuple[list[dict[str, Any]], dict[str, FileRecord]]:
        """Return what the manifest says of the runs that were used, and the records of their files."""
        used = [(run, self.completed[one]) for one, run in self.runs.items()]
        used.sort(key=lambda pair: pair[1].folder)
        entries = [manifest_entry(run, completed) for run, completed in used]
        return entries, record_files(self.folder, self.completed.values())


def plan_of(name: str, study: StudyConfig, stage: Stage) -> Sequence[Run]:
    """Return the runs of a stage's points, in every replicate."""
    arms: dict[str, list[str]] = {label: [] for label in stage.points}
    settings = study.settings._replace(
        name=name, arms=arms, baseline=next(iter(arms)), placebo="", scenarios={SCENARIO: []}
    )
    markets = {(SCENARIO, label): market for label, market in stage.points.items()}
    return plan(study._replace(settings=settings, markets=markets))


def without_report(study: StudyConfig, name: str) -> StudyConfig:
    """Return the study by which time and space are estimated: an analysis gathers no tables and draws no report."""
    settings = study.settings._replace(name=name)
    return study._replace(settings=settings, report=study.report._replace(draw=False))
