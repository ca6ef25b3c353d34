"""Writes files that are either whole or absent, and reads tables only when every page still is what was written.

A file is written beside its final path, flushed to disk and renamed; then the folder is flushed. Parquet pages carry
checksums that are verified on reading; JSON that decides what is accepted carries a seal, the hash of all else in it.
Nothing here is a pickle, and nothing read here can run code.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.refusal import Trouble, printable

PARTIAL = ".partial-"  # what a killed writer leaves behind begins with this; it is never read, and swept on resume
SEAL = "seal"  # the key under which a sealed document holds its own hash
WRITTEN = {"compression": "zstd", "write_page_checksum": True}  # how every table is written
ROWS_A_GROUP = 32_768  # of tables that are written piece by piece


class CorruptResult(Trouble):
    """A file of results is missing, torn or altered; the text names it."""

    def __init__(self, text: str) -> None:
        """Keep the message, with letters that a terminal would obey written out: names may come from others."""
        super().__init__(printable(text))


class Unwritable(Trouble):
    """A file of results cannot be written, most likely for want of space or permission; the text names it."""


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


def write_sealed(path: Path, document: Mapping[str, Any]) -> FileRecord:
    """Write a document as JSON that holds its own hash, so that a change of one bit is noticed without a record."""
    return write_json(path, {**document, SEAL: _seal(document)})


def write_table(path: Path, table: pa.Table) -> FileRecord:
    """Write a table as Parquet with a checksum on every page, whole or not at all."""
    with _replacing(path) as partial:
        pq.write_table(table, partial, **WRITTEN)
    return record_of(path, table.num_rows)


def table_bytes(table: pa.Table) -> bytes:
    """Return the bytes of the file that a table would be written to."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **WRITTEN)
    return bytes(sink.getvalue().to_pybytes())


def write_pieces(path: Path, schema: pa.Schema, pieces: Iterator[pa.Table]) -> FileRecord:
    """Write tables one below the other into one file, holding a few of them at a time, whole or not at all.

    Rows are put into groups of one size however they come, so that the bytes hang on the rows and their order alone.
    Every piece has the columns of the schema.
    """
    rows = 0
    with _replacing(path) as partial, pq.ParquetWriter(partial, schema, **WRITTEN) as writer:
        held = schema.empty_table()
        for piece in pieces:
            rows += piece.num_rows
            held = pa.concat_tables([held, piece])
            while held.num_rows >= ROWS_A_GROUP:
                writer.write_table(held.slice(0, ROWS_A_GROUP).combine_chunks())
                held = held.slice(ROWS_A_GROUP)
        if held.num_rows or not rows:
            writer.write_table(held.combine_chunks())
    return record_of(path, rows)


def append_line(path: Path, document: Mapping[str, Any]) -> None:
    """Append one line of JSON to a log; a line that a killed writer left torn is ended first."""
    line = (json.dumps(document, sort_keys=True) + "\n").encode()  # in ASCII, in which nothing else ends a line
    with writing(path), path.open("a+b") as log:
        if log.tell() and (log.seek(-1, os.SEEK_END), log.read(1))[1] != b"\n":
            line = b"\n" + line
        log.write(line)


@cache
def host() -> str:
    """Return a name of where numbers of processes are each one process: this machine, or this container on it.

    Containers may share a folder and even the machine's name, while each counts its processes from 1.
    """
    with contextlib.suppress(OSError):
        return _short_hash(f"{socket.gethostname()} {Path('/proc/self/ns/pid').readlink()}")
    return _short_hash(socket.gethostname())


def partial_of(path: Path) -> Path:
    """Return where a file or folder is written before it takes its name: .partial-<name>-<host>-<process>."""
    return path.with_name(f"{PARTIAL}{path.name}-{host()}-{os.getpid()}")


def writer_of(partial: Path) -> int | None:
    """Return which process of this host writes, or wrote, something partial; None when it was one of another host."""
    stem, _, process = partial.name.rpartition("-")
    return int(process) if stem.endswith(f"-{host()}") and process.isdecimal() else None


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder that takes its name only when the block ends well; a folder of that name is replaced."""
    partial = partial_of(path)
    with writing(path):
        remove_folder(partial)
        partial.mkdir()  # never what it lies in: a folder that is removed meanwhile is not made again
    try:
        yield partial
    except BaseException:
        remove_folder(partial)
        raise
    with writing(path):
        flush_folder(partial)
        remove_folder(path)
        partial.rename(path)
        flush_folder(path.parent)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    partial = partial_of(path)
    with writing(path):
        try:
            yield partial
            with partial.open("rb") as written:
                os.fsync(written.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        flush_folder(path.parent)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise Unwritable, with the path and the reason, for whatever the system refuses in the block."""
    try:
        yield
    except OSError as problem:
        raise Unwritable(f"{path}: cannot be written: {reason_of(problem)}") from problem


def unwritable_in(text: str) -> str | None:
    """Return the message of Unwritable when a traceback ends with one, else None."""
    return next((message for name, _, message in [text.strip().rpartition("Unwritable: ")] if name), None)


def reason_of(problem: OSError) -> str:
    """Return in few words why the system refused something."""
    return os.strerror(problem.errno) if problem.errno else str(problem)


def link_file(source: Path, target: Path) -> None:
    """Give a file a second path: by a hard link where the file system can, else as a copy that is flushed to disk.

    Raises CorruptResult when the source is no plain file.
    """
    if source.is_symlink() or not source.is_file():
        raise CorruptResult(f"{source}: is missing")
    with writing(target):
        try:
            target.hardlink_to(source)
        except OSError:  # another file system, or one that has no links, or too many of this file
            shutil.copyfile(source, target)
            with target.open("rb") as copied:
                os.fsync(copied.fileno())


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


def read_sealed(path: Path) -> dict[str, Any]:
    """Return the object in a sealed JSON file, without its seal; raise CorruptResult when one bit of it has changed."""
    document = read_json(path)
    seal = document.pop(SEAL, None)
    if seal != _seal(document):
        raise CorruptResult(f"{path}: is torn or altered: it is not what it was sealed as")
    return document


def read_table(path: Path, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
    """Return a table, or some columns and rows of it, every page that is read verified by its checksum.

    Raises CorruptResult when the file is missing, torn or altered.
    """
    with _reading(path):
        return pq.read_table(
            path,
            columns=None if columns is None else list(columns),
            filters=filters,
            page_checksum_verification=True,
            use_threads=False,
            partitioning=None,
        )


def read_row_groups(path: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield some columns of a table in pieces, each verified and raising as in `read_table`."""
    with _reading(path):
        file = pq.ParquetFile(path, page_checksum_verification=True)
    with file:
        for group in range(file.num_row_groups):
            with _reading(path):
                piece = file.read_row_group(group, list(columns), use_threads=False)
            yield piece


def read_columns(path: Path) -> pa.Schema:
    """Return the columns of a table and their types; raise CorruptResult when its last bytes do not hold them."""
    with _reading(path):
        return pq.read_schema(path).remove_metadata()


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Raise CorruptResult, which names the table, for whatever its reader finds wrong with it."""
    try:
        yield
    except FileNotFoundError:
        raise CorruptResult(f"{path}: is missing") from None
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise CorruptResult(f"{path}: is torn or altered: {str(problem).splitlines()[0]}") from None


def check_file(path: Path, record: Mapping[str, Any]) -> None:
    """Raise CorruptResult when a file is not, byte for byte, what its record says."""
    try:
        found = sha256_of(path) if path.is_file() and not path.is_symlink() else None
    except OSError as problem:
        raise CorruptResult(f"{path}: cannot be read: {reason_of(problem)}") from None
    if found is None:
        raise CorruptResult(f"{path}: is missing")
    if found != record.get("sha256"):
        raise CorruptResult(
            f"{path}: is torn or altered: its hash is {found[:12]}, its record says {str(record.get('sha256'))[:12]}"
        )


def check_rows(path: Path, record: Mapping[str, Any]) -> None:
    """Read a whole table, and raise CorruptResult when a page or the number of rows is not what was written."""
    rows = read_table(path).num_rows
    if rows != record.get("rows"):
        raise CorruptResult(f"{path}: holds {rows} rows, its record says {record.get('rows')}")


def record_of(path: Path, rows: int | None = None) -> FileRecord:
    """Return what a manifest says of a file that has just been written."""
    return FileRecord(sha256_of(path), path.stat().st_size, rows)


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _seal(document: Mapping[str, Any]) -> str:
    """Return the hash of a document as it will be read back: keys are texts, sequences are lists."""
    plain = json.loads(json.dumps(document))
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _refuse_constant(text: str) -> Callable[[], None]:
    raise ValueError(f"{text} is no number")
