"""A study's folder: whose it is, that nobody else writes into it, its manifest, and whether all of it is there."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from experiments.compose.any_script import slug
from experiments.compose.parameters import register
from experiments.compose.plan import study_document, study_identity, timeline
from experiments.compose.study import StudyConfig
from experiments.keep.files import (
    PARTIAL,
    CorruptResult,
    FileRecord,
    append_line,
    check_file,
    read_sealed,
    reason_of,
    sha256_of,
    sweep,
    write_bytes,
    write_sealed,
    writing,
)
from experiments.keep.runs import RECORD, RUN_FOLDER, Kept
from experiments.keep.study_files import CONFIG, DRAWN, LOCK, LOG, MANIFEST, MARKER, REPORTS
from experiments.machine import deciding_versions, machine_class, versions
from experiments.refusal import Refusal, shown
from experiments.tables.dictionary import TABLES
from sim.compiling import source_hash

FORMAT = 3


def folder_for(study: StudyConfig) -> Path:
    """Return the folder that the user named, or a new one: outputs/<study>-<date>-<time>, whatever the clock says."""
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
def opened(folder: Path, study: StudyConfig) -> Iterator[Path]:
    """Take a folder for a study, new or begun earlier, and hold it; refuse what is not ours, not writable or in use."""
    with _refusing(folder):
        check_place(folder)
        folder.mkdir(parents=True, exist_ok=True)
        _check_owner(folder, _read_marker(folder), study)
        check_links(folder)
        lock = (folder / LOCK).open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(
                f"out: {folder} is in use by another run of this study; wait for it, or name another folder"
            ) from None
        marker = _read_marker(folder)
        _check_owner(folder, marker, study)  # somebody may have begun and ended here since we looked
        with writing(folder):
            _prepare(folder, marker, study)
        yield folder


def check_folder(folder: Path, study: StudyConfig) -> None:
    """Refuse a folder that could not be opened for a study, without making or changing anything."""
    with _refusing(folder):
        check_place(folder)
        if folder.exists():
            _check_owner(folder, _read_marker(folder), study)


@contextlib.contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    """Refuse a folder for whatever the system says against it meanwhile."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as problem:
        reason = reason_of(problem) if isinstance(problem, OSError) else problem
        raise Refusal(f"out: {shown(str(folder))} cannot be written: {reason}") from None


def _prepare(folder: Path, marker: Mapping[str, Any] | None, study: StudyConfig) -> None:
    """Write whose folder it is, what it holds unless results show another, and clear away what killed writers left."""
    if _config_of_results(folder) in (None, _config_hash(study)):
        _write_study(folder, marker, study)
    for place in (folder, folder / "runs", folder / "tables"):
        place.mkdir(exist_ok=True)
        sweep(place)


def _write_study(folder: Path, marker: Mapping[str, Any] | None, study: StudyConfig) -> None:
    """Write the study as it was understood, and the mark that names it."""
    config, wanted = folder / CONFIG, {**_marker(study), "config": _config_hash(study)}
    if marker != wanted or not config.is_file() or sha256_of(config) != wanted["config"]:
        write_sealed(folder / MARKER, wanted)
        write_bytes(config, _yaml(study))


def _config_of_results(folder: Path) -> str | None:
    """Return the hash of the configuration whose results a folder holds, or None where it holds none.

    They stay those of that configuration, whole, until they are replaced by those of more replicates.
    """
    try:
        return str(read_sealed(folder / MANIFEST)["files"][CONFIG]["sha256"])
    except (CorruptResult, KeyError, TypeError):
        return None


def _config_hash(study: StudyConfig) -> str:
    return hashlib.sha256(_yaml(study)).hexdigest()


def check_place(folder: Path) -> None:
    """Refuse a place where no folder could be made or written."""
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"out: must be a folder, and {folder} is a file")
    above = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not above.is_dir():
        raise Refusal(f"out: {folder} cannot be made: {above} is a file")
    if not os.access(above, os.W_OK | os.X_OK):
        reason = "read-only file system" if os.statvfs(above).f_flag & os.ST_RDONLY else "permission denied"
        raise Refusal(f"out: {folder} cannot be written: {reason} in {above}")


def check_links(folder: Path) -> None:
    """Refuse a folder, perhaps somebody else's, in which a link would lead what is written out of it."""
    for name in (LOCK, LOG, "runs", "tables"):
        if (folder / name).is_symlink():
            raise Refusal(f"out: {folder} cannot be continued: {name} in it is a link; name another folder")


def _read_marker(folder: Path) -> dict[str, Any] | None:
    if not (folder / MARKER).exists():
        return None
    try:
        return read_sealed(folder / MARKER)
    except CorruptResult as problem:
        raise Refusal(f"out: {problem}; name another folder") from None


def _check_owner(folder: Path, marker: Mapping[str, Any] | None, study: StudyConfig) -> None:
    """Refuse a folder that holds something else, saying what differs."""
    if marker is None:
        if any(path.name != LOCK and not path.name.startswith(PARTIAL) for path in folder.iterdir()):
            raise Refusal(f"out: {folder} is not empty and holds no study of Sluice; name another folder")
        return
    own = _marker(study)
    if marker.get("identity") == own["identity"]:
        _check_replicates(folder, marker, study)
        return
    if marker.get("sources") != own["sources"]:
        reason = "the model's sources have changed since it was begun"
    elif marker.get("versions") != own["versions"]:
        reason = f"it was begun with other libraries ({marker.get('versions')})"
    elif marker.get("name") != own["name"]:
        reason = f"it holds the study {marker.get('name')}"
    else:
        reason = f"it holds this study with other settings{_first_difference(folder, marker, study)}"
    raise Refusal(f"out: {folder} cannot be continued: {reason}; name another folder")


def _check_replicates(folder: Path, marker: Mapping[str, Any], study: StudyConfig) -> None:
    """Refuse fewer replicates than a folder holds, and a stop rule made up, changed or dropped after the first runs.

    More are added to those that are there.
    """
    settings, lived = study.settings, replicates_in(folder)
    before, after = (dict(rule or {}) for rule in (marker.get("stop"), settings.stop._asdict()))
    key, asked = "study.replicates", settings.replicates
    if lived and before.get("at_most") and not settings.stop.is_on:
        rule = ", ".join(f"{part}: {before.get(part)}" for part in ("at_least", "at_most", "step"))
        raise Refusal(
            f"study.stop: stays what it was before the first run of {folder}, {{{rule}}}; a larger at_most allows "
            f"more replicates, was none"
        )
    if settings.stop.is_on:
        key, asked = "study.stop.at_most", settings.stop.at_most
        if lived and not before.get("at_most"):
            raise Refusal(
                f"study.stop: a stop rule is chosen before the first run, and {folder} holds {lived} replicates "
                f"without one; set study.replicates for more of them, or name another folder"
            )
        for part in ("at_least", "step"):
            if lived and before.get(part) != after[part]:
                raise Refusal(
                    f"study.stop.{part}: stays what it was before the first run of {folder}, {before.get(part)}; "
                    f"was {after[part]}"
                )
    if asked < lived:
        raise Refusal(
            f"{key}: must be at least {lived}, the replicates in {folder}; for fewer name another folder, was {asked}"
        )


def replicates_in(folder: Path) -> int:
    """Return how many replicates a study's folder holds runs of, counted up to the last one."""
    found = [RUN_FOLDER.search(path.parent.name) for path in (folder / "runs").glob(f"*/{RECORD}")]
    return max((int(name[1]) + 1 for name in found if name), default=0)


def _first_difference(folder: Path, marker: Mapping[str, Any], study: StudyConfig) -> str:
    """Return the first setting in which a folder's study differs from the one asked for, in words."""
    config = folder / CONFIG
    if not config.is_file() or sha256_of(config) != marker.get("config"):
        return ""
    found = _differing(yaml.safe_load(config.read_text(encoding="utf-8")), yaml.safe_load(_yaml(study)), "")
    if found is None:
        return ""
    key, before, after = found
    return f": {key} was {shown(before)} and is {shown(after)}"


def _differing(before: Any, after: Any, path: str) -> tuple[str, Any, Any] | None:
    """Return the path of the first value that differs, with both; an absent one is None."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return None if before == after else (path, before, after)
    for key in (*before, *(key for key in after if key not in before)):
        here = f"{path}.{key}" if path else str(key)
        if here not in ("study.replicates", "study.stop"):
            found = _differing(before.get(key), after.get(key), here)
            if found is not None:
                return found
    return None


def _marker(study: StudyConfig) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": study.name,
        "identity": study_identity(study),
        "sources": source_hash(),
        "versions": deciding_versions(),
        "stop": study.settings.stop._asdict() if study.settings.stop.is_on else None,
    }


def _yaml(study: StudyConfig) -> bytes:
    return _yaml_of(json.dumps(study_document(study)))


@lru_cache(maxsize=4)
def _yaml_of(document: str) -> bytes:
    """Return a document, given as JSON, as YAML; kept, since writing YAML takes longest of all that opens a folder."""
    heading = b"# The study as it was understood; every parameter, for every scenario and arm.\n"
    return heading + yaml.safe_dump(json.loads(document), sort_keys=False, allow_unicode=True).encode()


def log(folder: Path, event: str, **details: Any) -> None:
    """Append an event to the study's log."""
    append_line(folder / LOG, {"time": now(), "event": event, **details})


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_manifest(folder: Path, study: StudyConfig, done: Mapping[str, Any], files: Mapping[str, FileRecord]) -> None:
    """Write the manifest: the last file, whose presence means that the study is what it says."""
    document = study_document(study)
    settings = document.pop("study")
    write_sealed(
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
            "program_hash": program_hash(),
            "versions": versions(),
            "machine": machine_class(),
            "files": {name: record._asdict() for name, record in sorted(files.items())},
            **done,
        },
    )


def is_whole(folder: Path, study: StudyConfig, done: Mapping[str, Kept]) -> bool:
    """Return whether an earlier start has finished this study with this program, and every byte is as it was written.

    Then nothing needs to be gathered or compared again; the report is looked at by `experiments.keep.drawn`. `done`
    holds the runs that have just been verified.
    """
    try:
        manifest = read_sealed(folder / MANIFEST)
        if (manifest["status"], manifest["program_hash"], manifest["versions"]) != (
            "complete",
            program_hash(),
            versions(),
        ):
            return False
        stop = study.settings.stop
        if manifest["files"][CONFIG]["sha256"] != _config_hash(study):
            return False
        if manifest["stop"] != stop._asdict() or not (
            stop.is_on or manifest["replicates"] == study.settings.replicates
        ):
            return False
        if {run["identity"]: run["record_hash"] for run in manifest["runs"]} != {
            one: found.record_hash for one, found in done.items()
        }:
            return False
        for name, record in manifest["files"].items():
            check_file(folder / name, record)
    except (CorruptResult, KeyError, TypeError, AttributeError):
        return False
    return True


def program_hash() -> str:
    """Return the hash of everything that gathers, compares and draws: all files of this package."""
    here = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(here.rglob("*"), key=lambda found: found.relative_to(here).as_posix()):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def discard_results(folder: Path, study: StudyConfig) -> None:
    """Remove what was gathered and drawn from an earlier set of runs, and write the study that replaces it.

    The runs stay, and so does what is not ours. The manifest goes first, so that a kill in between leaves no manifest
    beside other tables.
    """
    with writing(folder):
        for name in (MANIFEST, DRAWN, *REPORTS):
            if (folder / name).is_file():
                (folder / name).unlink()
        for path in (folder / "tables").glob("*.parquet"):
            if path.stem in TABLES:
                path.unlink()
        _write_study(folder, _read_marker(folder), study)
