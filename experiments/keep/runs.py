"""Runs on disk: the names in a run's folder, whether a run is complete, and what a manifest says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from experiments.compose.run import KEYS, Run
from experiments.keep.files import CorruptResult, FileRecord, check_file, read_sealed, record_of

RECORD = "run.json"
RUN_FOLDER = re.compile(
    r"-(\d{3,})-[0-9a-f]{12}$"
)  # the end of the name of a run's folder: its replicate, its identity
PEOPLE = "people"


class CompletedRun(NamedTuple):
    """A run that is on disk: where, the hash of all its tables, and the seconds it took."""

    folder: str
    record_hash: str
    seconds: float


def checked_record(folder: Path) -> dict[str, Any]:
    """Return the record of a run whose files are as it says; raises CorruptResult, or KeyError where it is none."""
    document = read_sealed(folder / RECORD)
    for name, record in document["files"].items():
        check_file(folder / Path(name).name, record)
    return document


def completed_run(run: Run, runs: Path) -> CompletedRun | None:
    """Return the run if it is complete and every byte is as written; otherwise None: it must be carried out again."""
    try:
        document = checked_record(runs / run.folder)
        if document["identity"] != run.identity:
            return None
        return CompletedRun(run.folder, str(document["record_hash"]), float(document["seconds"]))
    except (CorruptResult, KeyError, TypeError, ValueError, AttributeError):
        return None


def manifest_entry(run: Run, completed: CompletedRun) -> dict[str, Any]:
    """Return what a manifest says of one run."""
    where = {"folder": completed.folder, "record_hash": completed.record_hash}
    return {**{key: getattr(run, key) for key in (*KEYS, "identity")}, **where}


def record_files(folder: Path, completed: Iterable[CompletedRun]) -> dict[str, FileRecord]:
    """Return the manifest's records, by path, of the files in which runs are described."""
    names = [f"runs/{run.folder}/{RECORD}" for run in completed]
    return {name: record_of(folder / name) for name in names}
