"""A study's folder: whose it is, that nobody else writes into it, and its manifest."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from experiments.config import StudyConfig
from experiments.machine import deciding_versions, machine_class, versions
from experiments.parameters import register
from experiments.refusal import Refusal
from experiments.store import (
    CorruptResult,
    FileRecord,
    append_line,
    read_json,
    remove_folder,
    slug,
    sweep,
    write_bytes,
    write_json,
)
from experiments.study import study_document, study_identity, timeline
from sim.compiling import source_hash

MARKER = "study.json"  # written first: whose folder this is
MANIFEST = "manifest.json"  # written last: that the study is done, and what belongs to it
LOCK = ".lock"
FORMAT = 1


def folder_for(study: StudyConfig) -> Path:
    """Return the folder that the user named, or outputs/<study>-<date>-<time>."""
    if study.out is not None:
        return Path(study.out).expanduser()
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    return Path("outputs") / f"{slug(study.name)}-{stamp}"


@contextlib.contextmanager
def opened(folder: Path, study: StudyConfig) -> Iterator[Path]:
    """Take a folder for a study, new or begun earlier, and hold it; refuse what is not ours, not writable or in use."""
    _check_place(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        marker = _read_marker(folder)
        _check_owner(folder, marker, study)
        lock = (folder / LOCK).open("w")
    except OSError as problem:
        raise Refusal(f"out: {folder} cannot be written: {problem.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(
                f"out: {folder} is in use by another run of this study; wait for it, or name another folder"
            ) from None
        if marker is None:
            write_json(folder / MARKER, _marker(study))
        for place in (folder, folder / "runs", folder / "tables"):
            place.mkdir(exist_ok=True)
            sweep(place)
        write_bytes(folder / "config.yaml", _yaml(study))
        yield folder


def check_folder(folder: Path, study: StudyConfig) -> None:
    """Refuse a folder that could not be opened for a study, without making or changing anything."""
    _check_place(folder)
    if folder.exists():
        _check_owner(folder, _read_marker(folder), study)


def _check_place(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"out: must be a folder, and {folder} is a file")
    above = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not above.is_dir():
        raise Refusal(f"out: {folder} cannot be made: {above} is a file")
    if not os.access(above, os.W_OK | os.X_OK):
        raise Refusal(f"out: {folder} cannot be written: permission denied in {above}")


def _read_marker(folder: Path) -> dict[str, Any] | None:
    if not (folder / MARKER).exists():
        return None
    try:
        return read_json(folder / MARKER)
    except CorruptResult as problem:
        raise Refusal(f"out: {problem}; name another folder") from None


def _check_owner(folder: Path, marker: Mapping[str, Any] | None, study: StudyConfig) -> None:
    """Refuse a folder that holds something else, saying what differs."""
    if marker is None:
        if any(path.name != LOCK for path in folder.iterdir()):
            raise Refusal(f"out: {folder} is not empty and holds no study of Sluice; name another folder")
        return
    own = _marker(study)
    if marker.get("identity") == own["identity"]:
        return
    if marker.get("sources") != own["sources"]:
        reason = "the model's sources have changed since it was begun"
    elif marker.get("versions") != own["versions"]:
        reason = f"it was begun with other libraries ({marker.get('versions')})"
    elif marker.get("name") != own["name"]:
        reason = f"it holds the study {marker.get('name')}"
    else:
        reason = "it holds this study with other settings"
    raise Refusal(f"out: {folder} cannot be continued: {reason}; name another folder")


def _marker(study: StudyConfig) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": study.name,
        "identity": study_identity(study),
        "sources": source_hash(),
        "versions": deciding_versions(),
    }


def _yaml(study: StudyConfig) -> bytes:
    heading = b"# The study as it was understood; every parameter, for every scenario and arm.\n"
    return heading + yaml.safe_dump(study_document(study), sort_keys=False, allow_unicode=True).encode()


def log(folder: Path, event: str, **details: Any) -> None:
    """Append an event to the study's log."""
    append_line(folder / "log.jsonl", {"time": now(), "event": event, **details})


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_manifest(folder: Path, study: StudyConfig, done: Mapping[str, Any], files: Mapping[str, FileRecord]) -> None:
    """Write the manifest: the last file, whose presence means that the study is what it says."""
    document = study_document(study)
    settings = document.pop("study")
    write_json(
        folder / MANIFEST,
        {
            "format": FORMAT,
            "identity": study_identity(study),
            "finished": now(),
            **settings,
            "study": study.name,
            "arms": list(study.arms),
            "scenarios": list(study.scenarios),
            "overrides": {"arms": study.settings.arms, "scenarios": study.settings.scenarios},
            **document,
            "timeline": timeline(study),
            "parameters": register(study.markets),
            "source_hash": source_hash(),
            "versions": versions(),
            "machine": machine_class(),
            "files": {name: record._asdict() for name, record in sorted(files.items())},
            **done,
        },
    )


def discard_results(folder: Path) -> None:
    """Remove what was gathered from an earlier, shorter set of runs; the runs themselves stay."""
    (folder / MANIFEST).unlink(missing_ok=True)
    remove_folder(folder / "tables")
    (folder / "tables").mkdir()
