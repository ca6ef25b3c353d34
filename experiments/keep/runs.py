"""Runs that are on disk: the names in a run's folder, and whether a run is finished and as it was written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from experiments.compose.run import Run
from experiments.keep.files import CorruptResult, check_file, read_sealed

RECORD = "run.json"
RUN_FOLDER = re.compile(
    r"-(\d{3,})-[0-9a-f]{12}$"
)  # the end of the name of a run's folder: its replicate, its identity
PEOPLE = "people"


class Kept(NamedTuple):
    """A run that is on disk: where, and the hash of all its tables."""

    folder: str
    record_hash: str
    seconds: float


def kept(run: Run, runs: Path) -> Kept | None:
    """Return the run if it is finished and every byte of it as written; otherwise None: it must be done again."""
    folder = runs / run.folder
    try:
        document = read_sealed(folder / RECORD)
        if document["identity"] != run.identity:
            return None
        for name, record in document["files"].items():
            check_file(folder / Path(name).name, record)
        return Kept(run.folder, str(document["record_hash"]), float(document["seconds"]))
    except (CorruptResult, KeyError, TypeError, ValueError, AttributeError):
        return None
