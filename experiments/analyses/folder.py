"""The folder of one analysis: whose it is, that nobody else writes into it, and its manifest.

It is laid out like a study's (`manifest.json`, `tables/`, `runs/`, `report.html`), so that `python -m
experiments.verify` checks it, and the same request continues it.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.compose.plan import identity
from experiments.keep.files import (
    PARTIAL,
    CorruptResult,
    FileRecord,
    read_sealed,
    reason_of,
    sweep,
    write_sealed,
    writing,
)
from experiments.keep.folder import FORMAT, check_links, check_place, now
from experiments.keep.study_files import LOCK, MANIFEST, MARKER
from experiments.machine import deciding_versions, machine_class, versions
from experiments.refusal import Refusal, shown
from sim.compiling import source_hash


@contextlib.contextmanager
def opened(folder: Path, document: Mapping[str, Any]) -> Iterator[Path]:
    """Take a folder for the analysis that a document describes, new or begun earlier, and hold it.

    Raises Refusal when it is not ours, holds another analysis, is not writable or in use.
    """
    try:
        check_place(folder)
        folder.mkdir(parents=True, exist_ok=True)
        _is_new(folder, document)
        check_links(folder)
        lock = (folder / LOCK).open("w")
    except (OSError, ValueError, RuntimeError) as problem:
        reason = reason_of(problem) if isinstance(problem, OSError) else problem
        raise Refusal(f"out: {shown(str(folder))} cannot be written: {reason}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(f"out: {folder} is in use by another run; wait for it, or name another folder") from None
        is_new = _is_new(folder, document)  # somebody may have begun and ended here since we looked
        with writing(folder):
            if is_new:
                write_sealed(folder / MARKER, _marker(document))
            for place in (folder, folder / "runs", folder / "tables"):
                place.mkdir(exist_ok=True)
                sweep(place)
            (folder / MANIFEST).unlink(missing_ok=True)
        yield folder


def _is_new(folder: Path, document: Mapping[str, Any]) -> bool:
    """Return whether nobody has begun here; refuse a folder that holds something else, saying what differs."""
    if not (folder / MARKER).exists():
        if any(path.name != LOCK and not path.name.startswith(PARTIAL) for path in folder.iterdir()):
            raise Refusal(f"out: {folder} is not empty and holds no analysis of Sluice; name another folder")
        return True
    try:
        found = read_sealed(folder / MARKER)
    except CorruptResult as problem:
        raise Refusal(f"out: {problem}; name another folder") from None
    own = _marker(document)
    if found.get("identity") == own["identity"]:
        return False
    reason = "it holds another study or analysis, or this one with other settings"
    if found.get("sources") != own["sources"]:
        reason = "the model's sources have changed since it was begun"
    elif found.get("versions") != own["versions"]:
        reason = f"it was begun with other libraries ({found.get('versions')})"
    raise Refusal(f"out: {folder} cannot be continued: {reason}; name another folder")


def _marker(document: Mapping[str, Any]) -> dict[str, Any]:
    origin = {"sources": source_hash(), "versions": deciding_versions()}
    return {"format": FORMAT, "name": document["study"], "identity": identity({**document, **origin}), **origin}


def write_manifest(
    folder: Path, document: Mapping[str, Any], runs: list[dict[str, Any]], files: Mapping[str, FileRecord]
) -> None:
    """Write the manifest: the last file, whose presence means that the analysis is what it says."""
    write_sealed(
        folder / MANIFEST,
        {
            "format": FORMAT,
            "identity": _marker(document)["identity"],
            "finished": now(),
            "status": "complete",
            "missing": [],
            **document,
            "runs": runs,
            "source_hash": source_hash(),
            "versions": versions(),
            "machine": machine_class(),
            "files": {name: record._asdict() for name, record in sorted(files.items())},
        },
    )
