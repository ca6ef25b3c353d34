"""Where markets are lived through for an analysis: many points, each in every replicate, kept and never done twice.

All points share the seed and the replicates, so that two of them differ by what was set and not by luck.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.compose.plan import plan
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.execute.compilation import compile_model, is_compiled
from experiments.execute.compiling_shown import CompilingShown
from experiments.execute.dry_run import announce
from experiments.execute.pool import carry_out_all, worker_count
from experiments.keep.cache import Archive, lived_before
from experiments.keep.files import Unwritable, unwritable_in
from experiments.keep.folder import log
from experiments.keep.runs import Kept
from experiments.refusal import Trouble
from experiments.terminal.progress import Progress
from sim.compiling import telling
from sim.params import MarketConfig

SCENARIO = "analysis"
Pair = tuple[str, int]  # the label of a point, and a replicate


class MissingRuns(Trouble):
    """Some runs could not be carried out, so that nothing may be concluded; the text names them."""


class Bench:
    """Lives through the points of one analysis in its folder."""

    def __init__(self, folder: Path, name: str, study: StudyConfig, archive: Archive) -> None:
        """Work in a folder that is held; the study gives seed, replicates and execution."""
        self.folder, self.name, self.study, self.archive = folder, name, study, archive
        self.kept: dict[str, tuple[Run, Kept]] = {}  # by identity

    @property
    def replicates(self) -> range:
        """The replicates that every point is lived through in."""
        return range(self.study.settings.replicates)

    def live(
        self, stage: str, points: Mapping[str, MarketConfig], only: Collection[Pair] | None = None
    ) -> dict[Pair, Path]:
        """Live through points by label, in all replicates or in some pairs only; return the folder of each run.

        Raises MissingRuns when a run could not be carried out, and Unwritable when its results could not be written;
        what is finished is kept then. Raises Refusal when this machine has no room for them.
        """
        runs = [run for run in self.plan(points) if only is None or (run.arm, run.replicate) in only]
        unique = {run.identity: run for run in reversed(runs)}  # points that are the same market are lived through once
        unknown = {one: run for one, run in unique.items() if one not in self.kept}
        found, adopted = lived_before(unknown, self.folder / "runs", self.archive)
        self.kept |= {one: (unique[one], kept) for one, kept in found.items()}
        waiting = [run for one, run in reversed(unique.items()) if one not in self.kept]
        worker_count(waiting, self.study.executor)  # refuses before anything is computed
        announce(self._as_announced(stage), waiting, 0, self.folder)
        log(self.folder, "stage", stage=stage, runs=len(unique), kept=len(unique) - len(waiting), adopted=adopted)
        failures: dict[str, str] = {}
        with Progress(f"{self.name}, {stage}", len(unique), len(unique) - len(waiting)) as progress:
            self._carry_out(waiting, failures, progress)
        if failures:
            raise MissingRuns("\n".join(f"missing: {label}: {reason}" for label, reason in sorted(failures.items())))
        return {(run.arm, run.replicate): self.folder / "runs" / self.kept[run.identity][1].folder for run in runs}

    def plan(self, points: Mapping[str, MarketConfig]) -> Sequence[Run]:
        """Return the runs of points by label, in every replicate."""
        arms: dict[str, list[str]] = {label: [] for label in points}
        settings = self.study.settings._replace(
            name=self.name, arms=arms, baseline=next(iter(arms)), placebo="", scenarios={SCENARIO: []}
        )
        markets = {(SCENARIO, label): market for label, market in points.items()}
        return plan(self.study._replace(settings=settings, markets=markets))

    def _as_announced(self, stage: str) -> StudyConfig:
        """Return the study by which a stage is announced: it gathers no tables and draws no report of a study's."""
        settings = self.study.settings._replace(name=f"{self.name}, {stage}")
        return self.study._replace(settings=settings, report=self.study.report._replace(draw=False))

    def _carry_out(self, waiting: list[Run], failures: dict[str, str], progress: Progress) -> None:
        def keep(run: Run, found: Kept) -> None:
            self.kept[run.identity] = (run, found)
            self.archive.keep(run, self.folder / "runs")
            log(self.folder, "run", run=run.folder, seconds=round(found.seconds, 3), record_hash=found.record_hash)
            progress.advance()

        def fail(run: Run, reason: str) -> None:
            if (problem := unwritable_in(reason)) is not None:
                raise Unwritable(problem)  # every other run would be lived in vain
            failures[run.label] = reason.strip().splitlines()[-1]
            log(self.folder, "failed", run=run.folder, reason=reason)
            progress.say(f"{run.label} failed: {failures[run.label]}")

        if waiting and self.study.executor.kind != "serial" and not is_compiled():
            with CompilingShown(progress.say) as shown:
                compile_model(waiting[0].config, shown.show)
        with telling(progress.compiling):
            carry_out_all(waiting, self.folder / "runs", self.study.executor, keep, fail, progress.say)

    def runs_document(self) -> list[dict[str, Any]]:
        """Return all runs that were used, as a manifest lists them."""
        return [
            {
                **{key: getattr(run, key) for key in ("arm", "scenario", "replicate", "identity")},
                "folder": found.folder,
                "record_hash": found.record_hash,
            }
            for run, found in sorted(self.kept.values(), key=lambda pair: pair[1].folder)
        ]
