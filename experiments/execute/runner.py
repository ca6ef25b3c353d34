"""The runs of a study or an analysis in its folder: loads the completed ones, carries out the others, keeps them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.execute.compilation import compile_model, is_compiled
from experiments.execute.compiling_shown import CompilingShown
from experiments.execute.interruption import termination_interrupts
from experiments.execute.pool import carry_out_all
from experiments.keep.cache import Archive, archive_of, completed_before
from experiments.keep.files import Unwritable, unwritable_in
from experiments.keep.folder import Owner, check_folder, log, opened
from experiments.keep.runs import CompletedRun
from experiments.terminal.progress import Progress
from sim.compiling import reporting


class ExperimentRunner:
    """Completes runs in a folder that is locked; a study and an analysis decide which, and what they come to."""

    def __init__(self, study: StudyConfig, folder: Path, archive: Archive) -> None:
        """Take seed, executor and archive from a study; an analysis has one too."""
        self.study, self.folder, self.archive = study, folder, archive
        self.completed: dict[str, CompletedRun] = {}  # by identity
        self.failures: dict[str, str] = {}  # the reason by identity, whose last line is the error

    @property
    def runs_folder(self) -> Path:
        """Where the folders of the runs are."""
        return self.folder / "runs"

    def load_completed(self, runs: Mapping[str, Run]) -> tuple[int, int]:
        """Load what is complete of runs by identity, here or in the cache; return how many are, and were restored."""
        found, restored = completed_before(runs, self.runs_folder, self.archive)
        self.completed |= found
        return len(found), restored

    def carry_out(self, waiting: Sequence[Run], progress: Progress) -> None:
        """Carry out runs; what completes is kept even when the rest is interrupted.

        Raises Unwritable when results cannot be written, Refusal when a worker cannot be used, KeyboardInterrupt.
        """

        def keep(run: Run, completed: CompletedRun) -> None:
            self.completed[run.identity] = completed
            details = {"seconds": round(completed.seconds, 3), "record_hash": completed.record_hash}
            log(self.folder, "run", run=run.folder, **details)
            self.archive.keep(run, self.runs_folder)
            progress.advance()

        def fail(run: Run, reason: str) -> None:
            if (problem := unwritable_in(reason)) is not None:
                raise Unwritable(problem)  # every other run would be carried out in vain
            self.failures[run.identity] = reason
            log(self.folder, "failed", run=run.folder, reason=reason)
            progress.print_line(f"{run.label} failed: {self.why_missing(run)}")

        try:
            if waiting and self.study.executor.kind != "serial" and not is_compiled():
                with CompilingShown(progress.print_line) as shown:
                    compile_model(waiting[0].config, shown.show)
            with reporting(progress.compiling):
                carry_out_all(waiting, self.runs_folder, self.study.executor, keep, fail, progress.print_line)
        except KeyboardInterrupt:
            log(self.folder, "interrupted", kept=len(self.completed))
            raise

    def why_missing(self, run: Run) -> str:
        """Return in one line why a run is not complete."""
        return self.failures.get(run.identity, "not done").strip().splitlines()[-1]


@contextlib.contextmanager
def locked_folder(path: Path, owner: Owner, study: StudyConfig) -> Iterator[tuple[Path, Archive]]:
    """Give a folder, locked for its owner, and the archive of a study; a request to terminate counts as Ctrl-C.

    Raises Refusal when the folder is another's or in use, or the archive that was named cannot be used.
    """
    check_folder(path, owner)  # before anything is made beside it
    archive = archive_of(study, path)
    with opened(path, owner) as folder, termination_interrupts():
        yield folder, archive
        if archive.reason:
            print(f"finished runs are not kept for other studies: {archive.reason}", file=sys.stderr)
