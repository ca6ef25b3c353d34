"""The folder of one analysis: whose it is, that nobody else writes into it, and its manifest.

It is laid out like a study's (`manifest.json`, `tables/`, `runs/`, `report.html`), so that `python -m
experiments.verify` checks it, and the same request continues it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from experiments.folder import FORMAT, LOCK, MANIFEST, MARKER, now
from experiments.machine import deciding_versions, machine_class, versions
from experiments.refusal import Refusal
from experiments.store import CorruptResult, FileRecord, read_json, slug, sweep, write_json
from experiments.study import identity
from sim.compiling import source_hash


def folder_for(out: str | None, title: str) -> Path:
    """Return the folder that the user named, or outputs/<title>-<date>-<time>."""
    if out is not None:
        return Path(out).expanduser()
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    return Path("outputs") / f"{slug(title)}-{stamp}"


@contextlib.contextmanager
def opened(folder: Path, document: Mapping[str, Any]) -> Iterator[Path]:
    """Take a folder for the analysis that a document describes, new or begun earlier, and hold it.

    Raises Refusal when it is not ours, holds another analysis, is not writable or in use.
    """
    _check_place(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_new = _is_new(folder, document)
        lock = (folder / LOCK).open("w")
    except OSError as problem:
        raise Refusal(f"out: {folder} cannot be written: {problem.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(f"out: {folder} is in use by another run; wait for it, or name another folder") from None
        if is_new:
            write_json(folder / MARKER, _marker(document))
        for place in (folder, folder / "runs", folder / "tables"):
            place.mkdir(exist_ok=True)
            sweep(place)
        (folder / MANIFEST).unlink(missing_ok=True)
        yield folder


def _check_place(folder: Path) -> None:
    above = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not above.is_dir():
        raise Refusal(f"out: must be a folder, and {above} is a file")
    if not os.access(above, os.W_OK | os.X_OK):
        raise Refusal(f"out: {folder} cannot be written: permission denied in {above}")


def _is_new(folder: Path, document: Mapping[str, Any]) -> bool:
    """Return whether nobody has begun here; refuse a folder that holds something else, saying what differs."""
    if not (folder / MARKER).exists():
        if any(path.name != LOCK for path in folder.iterdir()):
            raise Refusal(f"out: {folder} is not empty and holds no analysis of Sluice; name another folder")
        return True
    try:
        found = read_json(folder / MARKER)
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
    write_json(
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
