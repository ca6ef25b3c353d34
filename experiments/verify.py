"""Checks a study's folder: every file is what the manifest says, and runs can be reproduced to the byte.

python -m experiments.verify DIR              hashes, row counts and page checksums of every file
python -m experiments.verify DIR --rerun 2    lives through two of its runs again and compares all their tables

Exit codes: 0 all is well, 1 something differs, 2 the folder is no study.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.folder import MANIFEST
from experiments.machine import deciding_versions, machine_class
from experiments.market import read_market
from experiments.refusal import Refusal, printable
from experiments.single_run import RECORD, live
from experiments.store import CorruptResult, check_file, read_json
from sim.compiling import source_hash


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a study's folder and say what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.verify", description=__doc__.partition("\n")[0] if __doc__ else ""
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of a study")
    parser.add_argument("--rerun", type=int, default=0, metavar="N", help="how many of its runs to live through again")
    asked = parser.parse_args(arguments)
    if asked.rerun < 0:
        parser.error(f"--rerun: must be 0 or more, was {asked.rerun}")
    try:
        manifest = read_json(asked.folder / MANIFEST)
        if not isinstance(manifest.get("files"), dict) or not isinstance(manifest.get("runs"), list):
            raise CorruptResult(f"{asked.folder / MANIFEST}: is no manifest of a study")
    except CorruptResult as problem:
        print(f"{problem}; give the folder of a finished study", file=sys.stderr)
        return 2
    problems = [*file_problems(asked.folder, manifest), *rerun_problems(asked.folder, manifest, asked.rerun)]
    for text in problems:
        print(printable(text), file=sys.stderr)
    if problems:
        print(f"{asked.folder}: {len(problems)} differ", file=sys.stderr)
        return 1
    again = f", {min(asked.rerun, len(manifest['runs']))} runs reproduced" if asked.rerun else ""
    print(f"{asked.folder}: {len(manifest['files'])} files and {len(manifest['runs'])} runs are as written{again}")
    return 0


def file_problems(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the files of the manifest and with those of its runs."""
    if manifest.get("status") != "complete":
        missing = len(manifest.get("missing", []))
        yield f"{folder / MANIFEST}: the study is {manifest.get('status')}: {missing} runs are missing"
    for name, record in manifest["files"].items():
        yield from _problem(folder, name, record)
    for name in dict.fromkeys(str(run["folder"]) for run in manifest["runs"]):
        try:
            files = read_json(folder / "runs" / Path(name).name / RECORD)["files"]
        except (CorruptResult, KeyError) as problem:
            yield str(problem)
            continue
        for file, record in files.items():
            yield from _problem(folder / "runs" / Path(name).name, Path(file).name, record)


def _problem(folder: Path, name: str, record: Mapping[str, Any]) -> Iterator[str]:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        yield f"{name}: lies outside the study's folder"
        return
    try:
        check_file(path, record)
    except CorruptResult as problem:
        yield str(problem)


def rerun_problems(folder: Path, manifest: Mapping[str, Any], count: int) -> Iterator[str]:
    """Live through `count` runs again, spread over the study, and yield those whose tables differ."""
    runs = manifest["runs"]
    if not count or not runs:
        return
    for problem in _origin_problems(manifest):
        yield problem
        return
    step = max(1, len(runs) // count)
    for run in runs[::step][:count]:
        try:
            document = read_json(folder / "runs" / Path(str(run["folder"])).name / RECORD)
            config = read_market(document["config"])
        except (CorruptResult, Refusal, KeyError) as problem:
            yield str(problem)
            continue
        found = live(config, int(document["seed"]), int(document["replicate"])).record.hash()
        if found != run["record_hash"]:
            said = str(run["record_hash"])
            yield f"{run['folder']}: lived through again it gave {str(found)[:12]}, the study says {said[:12]}"


def _origin_problems(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield why equal bytes cannot be expected here."""
    if manifest.get("source_hash") != source_hash():
        yield "the model's sources are not those of the study; check out its version to reproduce it"
    wanted, here = manifest.get("versions", {}), deciding_versions()
    for name, version in here.items():
        if wanted.get(name) != version:
            yield f"{name} is {version} here and was {wanted.get(name)}; make the environment from the study's lock"
    if manifest.get("machine", {}).get("architecture") != machine_class()["architecture"]:
        yield "the study was run on another kind of processor; the last bits may differ"


if __name__ == "__main__":
    sys.exit(main())
