"""Checks a study's folder: every file is what the manifest says, and runs can be reproduced to the byte.

.venv/bin/sluice verify DIR                        hashes of all files, rows and page checksums of all tables
.venv/bin/sluice verify DIR --rerun 2              carries out two random runs again and compares all their tables
.venv/bin/sluice verify DIR --rerun 2 --seed 7     the same two runs once more

From Python: `experiments.open(DIR).verify(rerun=2)`. Nothing is written, so the folder may be read-only.
Exit codes: 0 all is well, 1 something differs, 2 the folder is no study. Files that are no part of the study are named
and change no exit code, since nothing reads them.
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.compose.market import read_market
from experiments.execute.single_run import run_market
from experiments.keep.drawn import report_problem
from experiments.keep.files import (
    CorruptResult,
    check_file,
    check_rows,
    read_json,
    read_sealed,
    read_table,
    table_bytes,
)
from experiments.keep.finished import read_manifest, run_folder
from experiments.keep.runs import PEOPLE, RECORD
from experiments.keep.study_files import CONFIG, DRAWN, LOCK, LOG, MANIFEST, MARKER, PAGE, REPORTS
from experiments.machine import deciding_versions, machine_class, minor_of
from experiments.refusal import Refusal, printable
from experiments.terminal.command_line import DONE, FAILED, command_here
from experiments.terminal.endings import exit_code_of
from experiments.terminal.progress import with_bar
from experiments.terminal.streams import as_command
from sim.compiling import source_hash

OWN = (MANIFEST, MARKER, CONFIG, LOG, LOCK, DRAWN, *REPORTS)


class Verification(NamedTuple):
    """What a check of a study's folder found."""

    problems: tuple[str, ...]  # what differs, each in one line
    unlike: tuple[str, ...]  # why runs here cannot be expected to give the study's bytes; then none was made
    foreign: tuple[str, ...]  # files and folders that are no part of the study, by path inside it
    files: int
    runs: int
    rerun: tuple[str, ...]  # the runs that were carried out again
    seed: int | None  # which chose them; the same seed chooses the same

    @property
    def is_well(self) -> bool:
        """Whether nothing differs, and all runs that were to be carried out again were."""
        return not self.problems and not self.unlike


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a study's folder and print what was found."""
    parser = argparse.ArgumentParser(prog=command_here("verify"), description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of a study")
    parser.add_argument("--rerun", type=int, default=0, metavar="N", help="how many random runs to carry out again")
    parser.add_argument("--seed", type=int, default=None, metavar="S", help="chooses the same runs as an earlier check")
    asked = parser.parse_args(arguments)
    for name in ("rerun", "seed"):
        if (getattr(asked, name) or 0) < 0:
            parser.error(f"--{name}: must be 0 or more, was {getattr(asked, name)}")
    return exit_code_of(
        lambda: _print_found(asked.folder, verify(asked.folder, asked.rerun, asked.seed)), refused=(CorruptResult,)
    )


def _print_found(folder: Path, found: Verification) -> int:
    """Print what was found in a study's folder and return the exit code."""
    for text in found.problems:
        print(printable(text), file=sys.stderr)
    for name in found.foreign:
        print(printable(f"{folder / name}: foreign, no part of the study"), file=sys.stderr)
    if found.seed is not None:
        print(f"chosen to be run again, by --seed {found.seed}: {', '.join(found.rerun)}")
    if found.problems:
        print(f"{folder}: {len(found.problems)} differ", file=sys.stderr)
        return FAILED
    again = f", {len(found.rerun)} runs reproduced" if found.rerun else ""
    print(f"{folder}: {found.files} files and {found.runs} runs are as written{again}")
    if found.unlike:
        print("no run was carried out again, since here it could give other bytes:", file=sys.stderr)
        for text in found.unlike:
            print(printable(f"  {text}"), file=sys.stderr)
    return DONE if found.is_well else FAILED


def verify(folder: Path, rerun: int = 0, seed: int | None = None) -> Verification:
    """Check every file of a study and carry out some of its runs again; raise Refusal where there is no study."""
    folder = Path(folder)
    manifest = read_manifest(folder)
    problems = list(file_problems(folder, manifest))
    chosen: list[Mapping[str, Any]] = []
    unlike = tuple(origin_differences(manifest)) if rerun else ()
    if rerun and manifest["runs"] and not unlike:
        seed = secrets.randbelow(2**32) if seed is None else seed
        chosen = random.Random(seed).sample(list(_by_folder(manifest).values()), min(rerun, len(_by_folder(manifest))))
        problems += rerun_problems(folder, chosen)
    return Verification(
        problems=tuple(problems),
        unlike=unlike,
        foreign=tuple(foreign_files(folder, manifest)),
        files=len(manifest["files"]),
        runs=len(manifest["runs"]),
        rerun=tuple(str(run["folder"]) for run in chosen),
        seed=seed if chosen else None,
    )


def file_problems(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the manifest, the study's mark, its files, its report and the files of its runs."""
    for name in (MANIFEST, MARKER):
        try:
            read_sealed(folder / name)
        except CorruptResult as problem:
            yield str(problem)
    if manifest.get("status") != "complete":
        missing = len(manifest.get("missing", []))
        yield f"{folder / MANIFEST}: the study is {manifest.get('status')}: {missing} runs are missing"
    for name, record in with_bar("checking files", manifest["files"].items()):
        yield from _problem(folder, str(name), record)
    if PAGE not in manifest["files"] and (problem_of_report := report_problem(folder)):
        yield problem_of_report
    for name in with_bar("checking runs", _by_folder(manifest)):
        run_path = run_folder(folder, name)
        try:
            files = dict(read_sealed(run_path / RECORD)["files"])
        except (CorruptResult, KeyError, TypeError, ValueError) as problem:
            yield str(problem) if isinstance(problem, CorruptResult) else f"{run_path / RECORD}: is no record of a run"
            continue
        for file, record in files.items():
            yield from _problem(run_path, Path(file).name, record)


def _by_folder(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the runs by folder; arms that are the same market share one."""
    return {str(run.get("folder")): run for run in manifest["runs"] if isinstance(run, Mapping)}


def _problem(folder: Path, name: str, record: object) -> Iterator[str]:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        yield f"{name}: lies outside the study's folder"
        return
    try:
        known = record if isinstance(record, Mapping) else {}
        check_file(path, known)
        if path.suffix == ".parquet":
            check_rows(path, known)
    except CorruptResult as problem:
        yield str(problem)


def foreign_files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield by path inside the folder what is no part of the study; of a folder that is none, only its name."""
    runs = {f"runs/{run_folder(folder, name).name}" for name in _by_folder(manifest)}
    known = {*OWN, *manifest["files"]}
    for run in runs:
        try:
            known |= {f"{run}/{Path(name).name}" for name in (*read_json(folder / run / RECORD)["files"], RECORD)}
        except (CorruptResult, KeyError, TypeError):
            known.add(f"{run}/{RECORD}")  # reported as altered already
    inside = {"runs", "tables", *runs}

    def look(inner: Path) -> Iterator[str]:
        for path in sorted(inner.iterdir()):
            name = path.relative_to(folder).as_posix()
            if name in inside and path.is_dir():
                yield from look(path)
            elif name not in known:
                yield f"{name}/" if path.is_dir() else name

    yield from look(folder)


def rerun_problems(folder: Path, chosen: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Carry out runs again and yield the tables whose bytes differ."""
    for run in with_bar("running again", chosen):
        run_path = run_folder(folder, run.get("folder"))
        try:
            document = read_sealed(run_path / RECORD)
            config = read_market(document["config"])
            record = run_market(config, int(document["seed"]), int(document["replicate"])).record
            yield from _differing(run_path, document, {**record.tables, PEOPLE: record.people()})
            found, recorded = str(record.hash()), str(run.get("record_hash"))
        except (CorruptResult, Refusal, OSError, KeyError, TypeError, ValueError) as problem:
            yield f"{run_path}: cannot be run again: {problem}"
            continue
        if found != recorded:
            yield f"{run['folder']}: run again it gave {found[:12]}, the study says {recorded[:12]}"


def _differing(folder: Path, document: Mapping[str, Any], tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tables of a run that are not, byte for byte, those of the run made again.

    Another version of the library that writes files may write the same values as other bytes; then values decide.
    """
    missing = {Path(name).stem for name in document["files"]} ^ set(tables)
    for name in sorted(missing):
        yield f"{folder / name}.parquet: the run and the run made again do not both have it"
    for name in sorted(set(tables) - missing):
        path, again = folder / f"{name}.parquet", table_bytes(tables[name])
        if path.read_bytes() != again and table_bytes(read_table(path).replace_schema_metadata()) != again:
            yield f"{path}: run again, it gave other bytes"


def origin_differences(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield why equal bytes cannot be expected here."""
    if manifest.get("source_hash") != source_hash():
        yield "the model's sources are not those of the study; check out its version to reproduce it"
    recorded = manifest.get("versions", {})
    for name, version in deciding_versions().items():
        was = minor_of(str(recorded.get(name))) if name == "python" else recorded.get(name)
        if was != version:
            yield f"{name} is {version} here and was {was}; make the environment of the study to reproduce it"
    if manifest.get("machine", {}).get("architecture") != machine_class()["architecture"]:
        yield "the study was run on another kind of processor; the last bits may differ"


if __name__ == "__main__":
    sys.exit(as_command(main))
