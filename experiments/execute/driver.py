"""Drives one study: takes over what is finished, lives the rest, compares the arms, writes the manifest last."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.compare.declared import confidence_each
from experiments.compare.stopping import Look, stopped
from experiments.compose.plan import plan
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.compose.warnings import unusual_settings
from experiments.compose.warnings.warning import Flag, notice
from experiments.execute.compilation import compile_model, is_compiled
from experiments.execute.compiling_shown import CompilingShown
from experiments.execute.dry_run import announce
from experiments.execute.pool import carry_out_all, worker_count
from experiments.keep.cache import Archive, lived_before
from experiments.keep.drawn import report_problem
from experiments.keep.files import CorruptResult, Unwritable, read_sealed, record_of, unwritable_in
from experiments.keep.folder import discard_results, is_whole, log, write_manifest
from experiments.keep.runs import Kept
from experiments.keep.study_files import LOG, MANIFEST, REPORTS
from experiments.terminal.command_line import command_here
from experiments.terminal.progress import Progress
from sim.compiling import telling


class Driver:
    """A study in its folder, with what has become of its runs so far."""

    def __init__(self, study: StudyConfig, folder: Path, archive: Archive) -> None:
        """Plan the runs; two arms that are the same market are lived through once."""
        self.study, self.folder, self.archive = study, folder, archive
        self.plan = plan(study)
        self.unique: dict[str, Run] = {}
        for run in self.plan:
            self.unique.setdefault(run.identity, run)
        self.looked_for = 0  # replicates of which runs lived before have been taken over
        self.done: dict[str, Kept] = {}
        self.failures: dict[str, str] = {}
        self.unusual: tuple[Flag, ...] = ()

    def drive(self, overrides: Sequence[str]) -> bool:
        """Bring the study to its end; return whether every run is there and the report is drawn.

        Raises KeyboardInterrupt when it is stopped; what is finished is kept then.
        """
        self._take_over(max(self._looks()[0], replicates_lived(self.folder)), overrides)
        if is_whole(self.folder, self.study, self.done):
            return self._leave_as_it_is()
        waiting = [run for one, run in self.unique.items() if one not in self.done]
        worker_count(waiting, self.study.executor)  # refuses before anything is computed
        announce(self.study, waiting, len(self.plan), self.folder)
        self.unusual = unusual_settings(self.study)
        notice(self.unusual)
        try:
            with Progress(self.study.name, len(self.unique), len(self.done)) as progress:
                looks = self._carry_out(progress)
        except KeyboardInterrupt:
            log(self.folder, "interrupted", kept=len(self.done))
            raise
        if self.archive.reason:
            print(f"finished runs are not kept for other studies: {self.archive.reason}", file=sys.stderr)
        return self._conclude(looks)

    # --- the runs -----------------------------------------------------------------------------------------------------
    def _looks(self) -> tuple[int, ...]:
        """Return after how many replicates the study may end."""
        stop = self.study.settings.stop
        return stop.looks() if stop.is_on else (self.study.settings.replicates,)

    def _within(self, replicates: int) -> dict[str, Run]:
        """Return the different runs of the first so many replicates, by identity."""
        return {one: run for one, run in self.unique.items() if run.replicate < replicates}

    def _take_over(self, replicates: int, overrides: Sequence[str]) -> None:
        """Find what was lived before of the first so many replicates, here or in other studies, and say so."""
        self.looked_for = replicates
        self.done, adopted = lived_before(self._within(replicates), self.folder / "runs", self.archive)
        counts = {"runs": len(self.unique), "kept": len(self.done), "adopted": adopted}
        log(self.folder, "start", overrides=list(overrides), **counts)
        if self.done:
            elsewhere = f", {adopted} of them in other studies" if adopted else ""
            print(f"{len(self.done)} of {len(self.unique)} runs were lived before{elsewhere}", file=sys.stderr)

    def _carry_out(self, progress: Progress) -> list[Look]:
        """Carry out the runs, all or until the stop rule has enough; return what its looks found, none without one."""
        if not self.study.settings.stop.is_on:
            self._carry_out_within(self.study.settings.replicates, progress)
            return []
        from experiments.compare.precision import Precision  # here, so that the first run does not wait for pandas

        precision, looks = Precision(self.study, self.folder / "runs"), []
        for replicates in self._looks():
            self._carry_out_within(replicates, progress)
            batch = [run for run in self.plan if run.replicate < replicates]
            looks.append(precision.look(batch, self.done, replicates))
            log(self.folder, "look", replicates=replicates, narrow=looks[-1].narrow, effects=looks[-1].effects)
            if looks[-1].is_enough:
                break
        return looks

    def _carry_out_within(self, replicates: int, progress: Progress) -> None:
        """Carry out what is neither done nor given up among the first so many replicates."""
        left = {
            one: run
            for one, run in self._within(replicates).items()
            if one not in self.done and one not in self.failures
        }
        unseen = {one: run for one, run in left.items() if run.replicate >= self.looked_for}
        found, adopted = lived_before(unseen, self.folder / "runs", self.archive)
        if found:
            log(self.folder, "found", kept=len(found), adopted=adopted)
        for one, kept in found.items():
            self.done[one] = kept
            progress.advance()
        waiting = [run for one, run in left.items() if one not in found]
        if waiting and self.study.executor.kind != "serial" and not is_compiled():
            with CompilingShown(progress.say) as shown:
                compile_model(waiting[0].config, shown.show)

        def keep(run: Run, kept: Kept) -> None:
            self.done[run.identity] = kept
            log(self.folder, "run", run=run.folder, seconds=round(kept.seconds, 3), record_hash=kept.record_hash)
            self.archive.keep(run, self.folder / "runs")
            progress.advance()

        def fail(run: Run, reason: str) -> None:
            if (problem := unwritable_in(reason)) is not None:
                raise Unwritable(problem)  # every other run would be lived in vain
            self.failures[run.identity] = reason
            log(self.folder, "failed", run=run.folder, reason=reason)
            progress.say(f"{run.label} failed: {reason.strip().splitlines()[-1]}")

        with telling(progress.compiling):
            carry_out_all(waiting, self.folder / "runs", self.study.executor, keep, fail, progress.say)

    # --- what they come to --------------------------------------------------------------------------------------------
    def _leave_as_it_is(self) -> bool:
        log(self.folder, "already done")
        print(f"results: {self.folder}")
        if not self.study.report.draw:
            return True
        path = self.folder / REPORTS[0]
        problem = report_problem(self.folder) if path.exists() else f"{path}: is missing"
        if problem:
            print(f"the report is drawn again: {problem.partition(';')[0]}", file=sys.stderr)
            return self._report()
        print(f"report: {path}")
        return True

    def _conclude(self, looks: Sequence[Look]) -> bool:
        """Gather, compare, write the manifest, draw the report; list what is missing.

        The stop rule may have ended a study before the most replicates that it allows: those lived are compared, while
        the folder and its manifest belong to the study as it was asked for, so that the same command finds them.
        """
        try:
            from experiments.compare.gather import gather  # here, so that the first run does not wait for pandas
        except ImportError as problem:
            if "map segment" not in str(problem):
                raise
            raise MemoryError(str(problem)) from None  # the library is there, and there is no room for it
        from experiments.compare.identical_arms import twins_of

        study, folder = self.study, self.folder
        lived = study.of(looks[-1].replicates) if looks else study
        runs = [run for run in self.plan if run.replicate < lived.settings.replicates]
        done = {run.identity: self.done[run.identity] for run in runs if run.identity in self.done}
        discard_results(folder, study)
        print(f"gathering and comparing {len(done)} runs", file=sys.stderr)
        files = gather(folder, lived, runs, done)
        for kept in done.values():
            files[f"runs/{kept.folder}/run.json"] = record_of(folder / "runs" / kept.folder / "run.json")
        files["config.yaml"] = record_of(folder / "config.yaml")
        from experiments.compare.never_bound import idle_instruments  # here, so that a refusal does not wait for Arrow

        idle = idle_instruments(study, folder / "tables", twins_of(study, folder, runs, done))
        notice(idle)
        missing = [run for run in runs if run.identity not in done]
        summary = {
            "flags": [flag._asdict() for flag in (*self.unusual, *idle)],
            "status": "incomplete" if missing else "complete",
            "runs": [entry(run, done[run.identity]) for run in runs if run.identity in done],
            "missing": [
                {"run": run.label, "reason": self.failures.get(run.identity, "not done").strip().splitlines()[-1]}
                for run in missing
            ],
            "replicates": lived.settings.replicates,
            "versions_swept": [version._asdict() for version in study.versions],
            "asked": [{"text": asked.text, "where": [list(place) for place in asked.where]} for asked in study.asked],
            **self._why_it_stopped(looks),
        }
        write_manifest(folder, study, summary, files)
        log(folder, "manifest", status=summary["status"])
        for run in missing:
            print(f"missing: {run.label}", file=sys.stderr)
        print(f"results: {folder}")
        is_told = self._report() if study.report.draw and done else True
        return is_told and not missing

    def _why_it_stopped(self, looks: Sequence[Look]) -> dict[str, Any]:
        if not looks:
            return {}
        why = stopped(looks, confidence_each(self.study))
        print(f"{self.study.name}: {why['words']}", file=sys.stderr)
        return {"stopped": why}

    def _report(self) -> bool:
        """Draw the report; when that fails, say that nothing but the report is missing and how to draw it again."""
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


def replicates_lived(folder: Path) -> int:
    """Return how many replicates a study that was finished here had; 0 where none was."""
    try:
        return int(read_sealed(folder / MANIFEST)["replicates"])
    except (CorruptResult, KeyError, TypeError, ValueError):
        return 0


def entry(run: Run, kept: Kept) -> dict[str, Any]:
    """Return what the manifest says of one run."""
    where = {"folder": kept.folder, "record_hash": kept.record_hash}
    return {**{key: getattr(run, key) for key in ("arm", "scenario", "replicate", "identity")}, **where}
