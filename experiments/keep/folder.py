"""The folder of a study or an analysis: whose it is, its lock, its log and its manifest."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments.compose.any_script import slug
from experiments.compose.plan import origin
from experiments.compose.study import StudyConfig
from experiments.keep.files import (
    PARTIAL,
    CorruptResult,
    FileRecord,
    append_line,
    read_sealed,
    reason_of,
    sweep,
    write_sealed,
    writing,
)
from experiments.keep.study_files import DRAWN, LOCK, LOG, MANIFEST, MARKER, REPORTS
from experiments.machine import machine_class, versions
from experiments.refusal import Refusal, shown
from experiments.tables.dictionary import TABLES
from sim.compiling import source_hash

FORMAT = 3


class Owner:
    """The study or analysis to which a folder belongs; only the same one may continue it."""

    def __init__(self, kind: str, name: str, identity: str) -> None:
        """`kind` is `study` or `analysis`; `identity` is the hash of all that must not differ on continuing."""
        self.kind, self.name, self.identity = kind, name, identity
        self.mark: dict[str, Any] = {"format": FORMAT, "name": name, "identity": identity, **origin()}

    def check(self, folder: Path) -> None:
        """Refuse a folder that belongs to another owner, and state what differs; raises Refusal."""
        found = self.found_mark(folder)
        if found is None:
            if any(path.name != LOCK and not path.name.startswith(PARTIAL) for path in folder.iterdir()):
                raise Refusal(f"out: {folder} is not empty and holds no {self.kind} of Sluice; name another folder")
            return
        if found.get("identity") == self.identity:
            self.check_extent(folder, found)
            return
        if found.get("sources") != self.mark["sources"]:
            reason = "the model's sources have changed since it was begun"
        elif found.get("versions") != self.mark["versions"]:
            reason = f"it was begun with other libraries ({found.get('versions')})"
        elif found.get("name") != self.name:
            reason = f"it holds {found.get('name')}, another study or analysis"
        else:
            reason = f"it holds this {self.kind} with other settings{self.first_difference(folder, found)}"
        raise Refusal(f"out: {folder} cannot be continued: {reason}; name another folder")

    def check_extent(self, folder: Path, found: Mapping[str, Any]) -> None:
        """Refuse to continue with less than the folder holds; an analysis always asks for the same."""

    def first_difference(self, folder: Path, found: Mapping[str, Any]) -> str:  # noqa: ARG002  (a study reads both)
        """Return the first setting that differs, as a clause of a sentence; nothing where it is not known."""
        return ""

    def write_mark(self, folder: Path) -> None:
        """Write whose folder it is, unless that is written there already."""
        if self.found_mark(folder) is None:
            write_sealed(folder / MARKER, self.mark)

    @staticmethod
    def found_mark(folder: Path) -> dict[str, Any] | None:
        """Return what a folder says of its owner, None where nothing does; raise Refusal when that is altered."""
        if not (folder / MARKER).exists():
            return None
        try:
            return read_sealed(folder / MARKER)
        except CorruptResult as problem:
            raise Refusal(f"out: {problem}; name another folder") from None


def folder_for(study: StudyConfig) -> Path:
    """Return the folder that the user named, or a new one: outputs/<study>-<date>-<time>, numbered if that is there."""
    if study.out is not None:
        try:
            return Path(study.out).expanduser()
        except RuntimeError as problem:
            raise Refusal(f"out: {shown(study.out)} cannot be written: {problem}") from None
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    wanted = folder = Path("outputs") / f"{slug(study.name)}-{stamp}"
    number = 1
    while folder.exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder


@contextlib.contextmanager
def opened(folder: Path, owner: Owner) -> Iterator[Path]:
    """Lock a folder, new or begun earlier, for its owner; raise Refusal when it is another's, read-only or in use."""
    with _refusing(folder):
        _check_writable(folder)
        folder.mkdir(parents=True, exist_ok=True)
        owner.check(folder)
        _check_links(folder)
        lock = (folder / LOCK).open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(f"out: {folder} is in use by another run; wait for it, or name another folder") from None
        owner.check(folder)  # another process may have begun and ended here since the first check
        with writing(folder):
            owner.write_mark(folder)
            for inner in (folder, folder / "runs", folder / "tables"):
                inner.mkdir(exist_ok=True)
                sweep(inner)
        yield folder


def check_folder(folder: Path, owner: Owner) -> None:
    """Raise Refusal for a folder that could not be opened for its owner, without making or changing anything."""
    with _refusing(folder):
        _check_writable(folder)
        if folder.exists():
            owner.check(folder)


@contextlib.contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    """Refuse a folder for whatever the system refuses in the block."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as problem:
        reason = reason_of(problem) if isinstance(problem, OSError) else problem
        raise Refusal(f"out: {shown(str(folder))} cannot be written: {reason}") from None


def _check_writable(folder: Path) -> None:
    """Refuse a path where no folder could be made or written."""
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"out: must be a folder, and {folder} is a file")
    above = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not above.is_dir():
        raise Refusal(f"out: {folder} cannot be made: {above} is a file")
    if not os.access(above, os.W_OK | os.X_OK):
        reason = "read-only file system" if os.statvfs(above).f_flag & os.ST_RDONLY else "permission denied"
        raise Refusal(f"out: {folder} cannot be written: {reason} in {above}")


def _check_links(folder: Path) -> None:
    """Refuse a folder in which a link would lead what is written out of it."""
    for name in (LOCK, LOG, "runs", "tables"):
        if (folder / name).is_symlink():
            raise Refusal(f"out: {folder} cannot be continued: {name} in it is a link; name another folder")


def log(folder: Path, event: str, **details: Any) -> None:
    """Append an event to the study's log."""
    append_line(folder / LOG, {"time": now(), "event": event, **details})


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_manifest(folder: Path, owner: Owner, content: Mapping[str, Any], files: Mapping[str, FileRecord]) -> None:
    """Write the manifest: the last file, whose presence means that the folder is complete.

    `content` is what the owner says of itself and of its runs, `files` are the records of all files by path.
    """
    write_sealed(
        folder / MANIFEST,
        {
            "format": FORMAT,
            "identity": owner.identity,
            "finished": now(),
            "source_hash": source_hash(),
            "versions": versions(),
            "machine": machine_class(),
            **content,
            "files": {name: record._asdict() for name, record in sorted(files.items())},
        },
    )


def discard_results(folder: Path, owner: Owner) -> None:
    """Remove the results of an earlier set of runs before new ones are written; runs and foreign files stay.

    The manifest goes first, so that a kill in between leaves no manifest beside other tables.
    """
    with writing(folder):
        for name in (MANIFEST, DRAWN, *REPORTS):
            if (folder / name).is_file():
                (folder / name).unlink()
        for path in (folder / "tables").glob("*.parquet"):
            if path.stem in TABLES:
                path.unlink()
        owner.write_mark(folder)
