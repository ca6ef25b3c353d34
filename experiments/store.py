"""Writes files that are either whole or absent, and reads tables only when every page still is what was written.

A file is written beside its place, flushed to disk and renamed; then the folder is flushed. Parquet pages carry
checksums that are verified on reading. Nothing here is a pickle, and nothing read here can run code.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.refusal import printable

PARTIAL = ".partial-"  # what a killed writer leaves behind begins with this; it is never read, and swept on resume


class CorruptResult(Exception):  # noqa: N818  (said to a user)
    """A file of results is missing, torn or altered; the text names it."""

    def __init__(self, text: str) -> None:
        """Keep the message, with letters that a terminal would obey written out: names may be somebody else's."""
        super().__init__(printable(text))


class FileRecord(NamedTuple):
    """What the manifest says of one file."""

    sha256: str
    bytes: int
    rows: int | None


def write_bytes(path: Path, content: bytes) -> FileRecord:
    """Write a file so that a kill at any moment leaves the old one or the new one."""
    with _replacing(path) as partial:
        partial.write_bytes(content)
    return FileRecord(hashlib.sha256(content).hexdigest(), len(content), None)


def write_json(path: Path, document: object) -> FileRecord:
    """Write a document as readable JSON with sorted keys, whole or not at all."""
    return write_bytes(path, (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode())


def write_table(path: Path, table: pa.Table) -> FileRecord:
    """Write a table as Parquet with a checksum on every page, whole or not at all."""
    with _replacing(path) as partial:
        pq.write_table(table, partial, compression="zstd", write_page_checksum=True)
    return FileRecord(sha256_of(path), path.stat().st_size, table.num_rows)


def append_line(path: Path, document: Mapping[str, Any]) -> None:
    """Append one line of JSON to a log."""
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(document, sort_keys=True) + "\n")  # in ASCII, in which nothing else ends a line


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder that takes its name only when the block ends well; a folder of that name is replaced."""
    partial = path.with_name(f"{PARTIAL}{path.name}-{os.getpid()}")
    remove_folder(partial)
    partial.mkdir(parents=True)
    try:
        yield partial
    except BaseException:
        remove_folder(partial)
        raise
    flush_folder(partial)
    remove_folder(path)
    partial.rename(path)
    flush_folder(path.parent)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    partial = path.with_name(f"{PARTIAL}{path.name}-{os.getpid()}")
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_folder(folder: Path) -> None:
    """Remove a folder if it is there."""
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)


def sweep(folder: Path) -> None:
    """Remove what killed writers left in a folder."""
    for leftover in folder.glob(f"{PARTIAL}*"):
        if leftover.is_dir():
            remove_folder(leftover)
        else:
            leftover.unlink()


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; raise CorruptResult when it is missing or is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except FileNotFoundError:
        raise CorruptResult(f"{path}: is missing") from None
    except (OSError, ValueError, RecursionError) as problem:
        raise CorruptResult(f"{path}: is not readable as JSON: {problem}") from None
    if not isinstance(document, dict):
        raise CorruptResult(f"{path}: must hold one JSON object")
    return document


def read_table(path: Path) -> pa.Table:
    """Return a table, every page verified by its checksum; raise CorruptResult when it is missing, torn or altered."""
    try:
        return pq.read_table(path, page_checksum_verification=True, use_threads=False, partitioning=None)
    except FileNotFoundError:
        raise CorruptResult(f"{path}: is missing") from None
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise CorruptResult(f"{path}: is torn or altered: {str(problem).splitlines()[0]}") from None


def check_file(path: Path, record: Mapping[str, Any]) -> None:
    """Raise CorruptResult when a file is not, byte for byte, what its record says."""
    if not path.is_file():
        raise CorruptResult(f"{path}: is missing")
    found = sha256_of(path)
    if found != record.get("sha256"):
        raise CorruptResult(
            f"{path}: is torn or altered: its hash is {found[:12]}, its record says {str(record.get('sha256'))[:12]}"
        )
    if path.suffix == ".parquet":
        rows = read_table(path).num_rows
        if rows != record.get("rows"):
            raise CorruptResult(f"{path}: holds {rows} rows, its record says {record.get('rows')}")


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def slug(name: str) -> str:
    """Return a name as it may be part of a folder's name: lower case letters, digits and dashes only."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "unnamed"


def _refuse_constant(text: str) -> Callable[[], None]:
    raise ValueError(f"{text} is no number")
