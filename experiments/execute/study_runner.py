"""Runs one study: loads completed runs, carries out the others, compares the arms, writes the manifest last."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.compare.declared import confidence_each
from experiments.compare.stopping import Look, stopped
from experiments.compose.plan import distinct, plan
from experiments.compose.run import Run
from experiments.compose.warnings import unusual_settings
from experiments.compose.warnings.warning import Flag, notice
from experiments.execute.dry_run import preflight
from experiments.execute.runner import ExperimentRunner
from experiments.keep.cache import Archive
from experiments.keep.drawn import report_problem
from experiments.keep.files import CorruptResult, read_sealed, record_of
from experiments.keep.folder import discard_results, log, write_manifest
from experiments.keep.runs import manifest_entry, record_files
from experiments.keep.study_files import CONFIG, LOG, MANIFEST, PAGE
from experiments.keep.study_folder import StudyOwner
from experiments.terminal.command_line import command_here
from experiments.terminal.progress import Progress


class StudyRunner(ExperimentRunner):
    """A study in its folder, with what has become of its runs so far."""

    def __init__(self, owner: StudyOwner, folder: Path, archive: Archive) -> None:
        """Plan the runs; two arms that are the same market are carried out once."""
        super().__init__(owner.study, folder, archive)
        self.owner = owner
        self.plan = plan(owner.study)
        self.unique = distinct(self.plan)
        self.loaded_replicates = 0  # of which completed runs have been loaded
        self.unusual: tuple[Flag, ...] = ()

    def run_study(self, overrides: Sequence[str]) -> bool:
        """Bring the study to its end; return whether every run is complete and the report is drawn.

        Raises KeyboardInterrupt when it is stopped; what is finished is kept then.
        """
        self._load_first(max(self._looks()[0], finished_replicates(self.folder)), overrides)
        if self.owner.is_finished(self.folder, self.completed):
            return self._skip_finished()
        waiting = [run for one, run in self.unique.items() if one not in self.completed]
        preflight(self.study, waiting, len(self.plan), self.folder)
        self.unusual = unusual_settings(self.study)
        notice(self.unusual)
        with Progress(self.study.name, len(self.unique), len(self.completed)) as progress:
            looks = self._complete(progress)
        return self._conclude(looks)

    # --- the runs -----------------------------------------------------------------------------------------------------
    def _looks(self) -> tuple[int, ...]:
        """Return after how many replicates the study may end."""
        stop = self.study.settings.stop
        return stop.looks() if stop.is_on else (self.study.settings.replicates,)

    def _within(self, replicates: int) -> dict[str, Run]:
        """Return the different runs of the first so many replicates, by identity."""
        return {one: run for one, run in self.unique.items() if run.replicate < replicates}

    def _load_first(self, replicates: int, overrides: Sequence[str]) -> None:
        """Load the completed runs of the first so many replicates, and print how many there are."""
        self.loaded_replicates = replicates
        kept, restored = self.load_completed(self._within(replicates))
        counts = {"runs": len(self.unique), "kept": kept, "adopted": restored}
        log(self.folder, "start", overrides=list(overrides), **counts)
        if kept:
            elsewhere = f", {restored} of them in other studies" if restored else ""
            print(f"{kept} of {len(self.unique)} runs were completed before{elsewhere}", file=sys.stderr)

    def _complete(self, progress: Progress) -> list[Look]:
        """Complete the runs, all or until the stop rule has enough; return what its looks found, none without one."""
        if not self.study.settings.stop.is_on:
            self._complete_within(self.study.settings.replicates, progress)
            return []
        from experiments.compare.precision import Precision  # here, so that the first run does not wait for pandas

        precision, looks = Precision(self.study, self.runs_folder), []
        for replicates in self._looks():
            self._complete_within(replicates, progress)
            batch = [run for run in self.plan if run.replicate < replicates]
            looks.append(precision.look(batch, self.completed, replicates))
            log(self.folder, "look", replicates=replicates, narrow=looks[-1].narrow, effects=looks[-1].effects)
            if looks[-1].is_enough:
                break
        return looks

    def _complete_within(self, replicates: int, progress: Progress) -> None:
        """Complete what is neither complete nor failed among the first so many replicates."""
        known = self.completed.keys() | self.failures.keys()
        left = {one: run for one, run in self._within(replicates).items() if one not in known}
        kept, restored = self.load_completed(
            {one: run for one, run in left.items() if run.replicate >= self.loaded_replicates}
        )
        if kept:
            log(self.folder, "found", kept=kept, adopted=restored)
        for _ in range(kept):
            progress.advance()
        self.carry_out([run for one, run in left.items() if one not in self.completed], progress)

    # --- what they come to --------------------------------------------------------------------------------------------
    def _skip_finished(self) -> bool:
        """Leave a finished study as it is; draw its report where that is wanted and missing or altered."""
        log(self.folder, "already done")
        print(f"results: {self.folder}")
        if not self.study.report.draw:
            return True
        path = self.folder / PAGE
        problem = report_problem(self.folder) if path.exists() else f"{path}: is missing"
        if problem:
            print(f"the report is drawn again: {problem.partition(';')[0]}", file=sys.stderr)
            return self._report()
        print(f"report: {path}")
        return True

    def _conclude(self, looks: Sequence[Look]) -> bool:
        """Gather, compare, write the manifest, draw the report; list what is missing.

        The stop rule may have ended a study before the most replicates that it allows: those that were run are
        compared, while the folder and its manifest belong to the study as it was asked for, so that the same command
        finds them.
        """
        try:
            from experiments.compare.gather import gather  # here, so that the first run does not wait for pandas
        except ImportError as problem:
            if "map segment" not in str(problem):
                raise
            raise MemoryError(str(problem)) from None  # the library is there, and there is no room for it
        from experiments.compare.identical_arms import nested_arms

        study, folder = self.study, self.folder
        compared = study.of(looks[-1].replicates) if looks else study
        runs = [run for run in self.plan if run.replicate < compared.settings.replicates]
        missing = [run for run in runs if run.identity not in self.completed]
        completed = {run.identity: self.completed[run.identity] for run in runs if run.identity in self.completed}
        discard_results(folder, self.owner)
        print(f"gathering and comparing {len(completed)} runs", file=sys.stderr)
        files = gather(folder, compared, runs, completed)
        files |= record_files(folder, completed.values())
        files[CONFIG] = record_of(folder / CONFIG)
        from experiments.compare.never_bound import idle_instruments  # here, so that a refusal does not wait for Arrow

        idle = idle_instruments(study, folder / "tables", nested_arms(study, folder, runs, completed))
        notice(idle)
        status = "incomplete" if missing else "complete"
        content = {
            **self.owner.description(),
            "flags": [flag._asdict() for flag in (*self.unusual, *idle)],
            "status": status,
            "runs": [manifest_entry(run, completed[run.identity]) for run in runs if run.identity in completed],
            "missing": [{"run": run.label, "reason": self.why_missing(run)} for run in missing],
            "replicates": compared.settings.replicates,
            "versions_swept": [version._asdict() for version in study.versions],
            "asked": [{"text": asked.text, "where": [list(cell) for cell in asked.where]} for asked in study.asked],
            **self._why_it_stopped(looks),
        }
        write_manifest(folder, self.owner, content, files)
        log(folder, "manifest", status=status)
        for run in missing:
            print(f"missing: {run.label}", file=sys.stderr)
        print(f"results: {folder}")
        is_drawn = self._report() if study.report.draw and completed else True
        return is_drawn and not missing

    def _why_it_stopped(self, looks: Sequence[Look]) -> dict[str, Any]:
        if not looks:
            return {}
        why = stopped(looks, confidence_each(self.study))
        print(f"{self.study.name}: {why['words']}", file=sys.stderr)
        return {"stopped": why}

    def _report(self) -> bool:
        """Draw the report; when that fails, print that nothing but the report is missing and how to draw it again."""
        from experiments.report import build

        print("drawing the report", file=sys.stderr)
        try:
            print(f"report: {build(self.folder)}")
        except Exception as problem:  # noqa: BLE001  (whatever it was, the results are kept, and that is what matters)
            log(self.folder, "report failed", reason=traceback.format_exc())
            print(
                f"the report could not be written: {type(problem).__name__}: {problem}\n"
                f"the results are kept in {self.folder}, the details in {self.folder / LOG}. "
                f"To write the report again:\n  {command_here('report', str(self.folder))}",
                file=sys.stderr,
            )
            return False
        return True


def finished_replicates(folder: Path) -> int:
    """Return how many replicates a study that was finished here had; 0 where none was."""
    try:
        return int(read_sealed(folder / MANIFEST)["replicates"])
    except (CorruptResult, KeyError, TypeError, ValueError):
        return 0
