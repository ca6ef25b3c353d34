"""Keeps the hash of a study's report, and that of the manifest whose results it shows.

The report is drawn after the manifest is written, and may be drawn again at any time: its record is a file beside it.
"""

from __future__ import annotations

from pathlib import Path

from experiments.keep.files import CorruptResult, FileRecord, check_file, read_sealed, sha256_of, write_sealed
from experiments.keep.study_files import DRAWN, MANIFEST, PAGE
from experiments.terminal.command_line import command_here


def keep_record(folder: Path, record: FileRecord) -> None:
    """Write what the report in a study's folder is, byte for byte, and which results it shows."""
    write_sealed(folder / DRAWN, {"files": {PAGE: record._asdict()}, "manifest": sha256_of(folder / MANIFEST)})


def report_problem(folder: Path) -> str:
    """Return why the report in a study's folder is not the one that was drawn of its results, or nothing.

    Where neither a report nor its record is, none was asked for.
    """
    path = folder / PAGE
    if not path.exists() and not (folder / DRAWN).exists():
        return ""
    again = f"to draw it again: {command_here('report', str(folder))}"
    try:
        record = read_sealed(folder / DRAWN)
        check_file(path, record["files"][PAGE])
        if record["manifest"] != sha256_of(folder / MANIFEST):
            return f"{path}: shows other results than those of {MANIFEST}; {again}"
    except CorruptResult as problem:
        return f"{problem}; {again}"
    except (KeyError, TypeError, AttributeError):
        return f"{folder / DRAWN}: is no record of a report; {again}"
    except OSError as problem:
        return f"{folder / MANIFEST}: cannot be read: {problem.strerror}"
    return ""
