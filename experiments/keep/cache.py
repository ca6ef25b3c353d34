"""The cache of runs, which users call the archive: finished runs by identity, so that no run is carried out twice.

It lies beside the folders of the studies and holds hard links to their files (copies where the file system has no
links), so that a run takes its space once and every study's folder stays complete without it. What it holds stays when
a study's folder is deleted; it may be removed at any time.
An entry is used only when it is sealed, describes the very run that is asked for, was made on this kind of processor,
and every byte of its tables is what was written. Whatever is wrong with the archive costs a run, never a study.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.compose.plan import identity
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.keep.files import (
    PARTIAL,
    CorruptResult,
    Unwritable,
    check_file,
    link_file,
    new_folder,
    read_json,
    read_sealed,
    reason_of,
    remove_folder,
    write_json,
    write_sealed,
    writer_of,
)
from experiments.keep.runs import RECORD, CompletedRun, checked_record, completed_run
from experiments.machine import machine_class
from experiments.refusal import Refusal
from experiments.terminal.progress import with_bar

NAME = ".runs"  # beside the study's folder, unless the user names another
NONE = "none"
MARKER = "archive.json"
ABOUT = {"format": 1, "holds": "finished runs of Sluice by identity; it may be removed, and is filled again"}
LABELS = ("arm", "scenario")  # of a run's record: how one study calls it, which another need not
SAME_BITS = ("architecture", "processor")  # of the machine: elsewhere the last bits of a run may differ


class Archive:
    """Finished runs of many studies; without a folder it finds nothing and keeps nothing."""

    def __init__(self, folder: Path | None, reason: str = "") -> None:
        """Use the archive in a folder that exists; `reason` says why there is none where one was to be."""
        self.folder, self.reason = folder, reason

    def restore(self, run: Run, runs: Path) -> CompletedRun | None:
        """Link the files of a run into a study's folder and return it; None where it is not here and whole."""
        if self.folder is None:
            return None
        entry = self.folder / run.identity
        try:
            document = read_sealed(entry / RECORD)
            if not _is_of(document, run):
                return None
            found = CompletedRun(run.folder, str(document["record_hash"]), float(document["seconds"]))
            with new_folder(runs / run.folder) as folder:
                for name, record in document["files"].items():
                    link_file(entry / Path(name).name, folder / Path(name).name)
                    check_file(folder / Path(name).name, record)
                write_sealed(folder / RECORD, {**document, **{key: getattr(run, key) for key in LABELS}})
        except (CorruptResult, KeyError, TypeError, ValueError, AttributeError):
            return None
        return found

    def holds(self, run: Run) -> bool:
        """Return whether there is an entry of this name, whole or not; true where nothing can be kept."""
        return self.folder is None or (self.folder / run.identity / RECORD).exists()

    def has(self, run: Run) -> bool:
        """Return whether the run is here and whole."""
        return self.folder is not None and self._is_whole(self.folder / run.identity, run)

    def keep(self, run: Run, runs: Path) -> None:
        """Give the archive a finished run of a study; an archive that cannot be written is left, with the reason."""
        if self.folder is None or self._is_whole(self.folder / run.identity, run):
            return
        folder, entry = runs / run.folder, self.folder / run.identity
        try:
            document = read_sealed(folder / RECORD)
            with new_folder(entry) as partial:
                for name in document["files"]:
                    link_file(folder / Path(name).name, partial / Path(name).name)
                write_sealed(partial / RECORD, {key: value for key, value in document.items() if key not in LABELS})
        except (CorruptResult, Unwritable) as problem:
            if not self._is_whole(entry, run):  # else another study has kept the same run meanwhile
                self.folder, self.reason = None, str(problem)

    @staticmethod
    def _is_whole(entry: Path, run: Run) -> bool:
        try:
            return _is_of(checked_record(entry), run)
        except (CorruptResult, KeyError, TypeError, AttributeError):
            return False


def _is_of(document: dict[str, Any], run: Run) -> bool:
    """Return whether a record is that of the run: what it holds gives the run's identity, and so its bytes."""
    own = {
        "sources": document["source_hash"],
        "versions": document["versions"],
        "seed": document["seed"],
        "config": document["config"],
        "replicate": document["replicate"],
    }
    here = machine_class()
    return identity(own) == run.identity and all(document["machine"][key] == here[key] for key in SAME_BITS)


def completed_before(
    runs: Mapping[str, Run], runs_folder: Path, archive: Archive
) -> tuple[dict[str, CompletedRun], int]:
    """Return by identity the runs that are complete in a folder of runs or in the archive, and how many were restored.

    A run that the folder holds and the archive has lost is stored there again.
    """
    completed: dict[str, CompletedRun] = {}
    restored = 0
    for one, run in with_bar("looking for finished runs", runs.items()):
        found = completed_run(run, runs_folder)
        if found is None:
            found = archive.restore(run, runs_folder)
            restored += found is not None
        elif not archive.holds(run):
            archive.keep(run, runs_folder)
        if found is not None:
            completed[one] = found
    return completed, restored


def archive_found(study: StudyConfig, folder: Path) -> Archive:
    """Return the archive that a study would use as far as it is there already; nothing is made or refused."""
    path = _archive_path(study, folder)
    return Archive(path if path is not None and (path / MARKER).exists() else None)


def archive_of(study: StudyConfig, folder: Path) -> Archive:
    """Return the archive that a study uses, made ready; raise Refusal when the one that the user named is no good.

    Where nothing can be written beside the study's folder, a study that named no archive does without.
    """
    path = _archive_path(study, folder)
    if path is None:
        return Archive(None)
    if study.archive is not None and (path == folder.absolute() or folder.absolute() in path.parents):
        raise Refusal(f"archive: must lie outside the study's folder {folder}, was {study.archive}")
    try:
        return _ready(path)
    except Refusal as refusal:
        if study.archive is not None:
            raise
        return Archive(None, str(refusal))


def _archive_path(study: StudyConfig, folder: Path) -> Path | None:
    """Return where a study's archive is, beside its folder unless the user named another; None for none."""
    if study.archive == NONE:
        return None
    return folder.absolute().parent / NAME if study.archive is None else Path(study.archive).expanduser().absolute()


def _ready(root: Path) -> Archive:
    """Make the folder of an archive if there is none, and clear away what killed writers have left in it."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not (root / MARKER).exists():
            if any(not path.name.startswith(PARTIAL) for path in root.iterdir()):
                raise Refusal(f"archive: {root} is not empty and holds no archive of runs; name another folder")
            write_json(root / MARKER, ABOUT)
        if read_json(root / MARKER) != ABOUT:
            raise Refusal(f"archive: {root} is of another version of Sluice; name another folder")
        for leftover in _abandoned(root.glob(f"{PARTIAL}*")):
            remove_folder(leftover) if leftover.is_dir() else leftover.unlink(missing_ok=True)
    except (OSError, Unwritable) as problem:
        reason = reason_of(problem) if isinstance(problem, OSError) else problem
        raise Refusal(f"archive: {root} cannot be written: {reason}") from None
    except CorruptResult as problem:
        raise Refusal(f"archive: {problem}; name another folder") from None
    return Archive(root)


def _abandoned(leftovers: Iterable[Path]) -> Iterator[Path]:
    """Yield the unfinished entries whose writers are gone; several studies may be writing at this moment.

    Whether a process of another host still runs cannot be known here, so what it left is left.
    """
    for path in leftovers:
        writer = writer_of(path)
        if writer is None:
            continue
        with contextlib.suppress(PermissionError):  # of another user, and alive
            try:
                os.kill(writer, 0)
            except (ProcessLookupError, OverflowError):
                yield path
