"""What every command of analysis does around its own work: read, hold a folder, conclude, write, say what went wrong.

Exit codes are those of a study: 0 done, 1 runs missing, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import pyarrow as pa

from experiments.analysis.bench import Bench, MissingRuns
from experiments.analysis.folder import folder_for, opened, write_manifest
from experiments.analysis.page import PAGE, PICTURE, Drawing, drawn, reproduction, write_page
from experiments.analysis.request import Request, plain, read_request
from experiments.command_line import out_override, quoted
from experiments.market import document_of
from experiments.refusal import Refusal
from experiments.report.blocks import Block, Section, Text
from experiments.store import CorruptResult, FileRecord, sha256_of, write_table
from sim.compiling import source_hash

DONE, MISSING, REFUSED, INTERRUPTED = 0, 1, 2, 130
Settings = TypeVar("Settings", bound=tuple[Any, ...])


class Findings(NamedTuple):
    """What a tool has found: tables to keep, a figure, and what the page and the terminal say."""

    tables: Mapping[str, pa.Table]
    drawing: Drawing
    answer: tuple[Block, ...]  # before the figure
    details: tuple[Section, ...]  # after it
    lines: tuple[str, ...]  # for the terminal


class Tool(NamedTuple, Generic[Settings]):
    """A tool of analysis: its name, which is also that of its folder in configs/, its settings, and its work."""

    name: str
    title: str
    settings: type[Settings]
    usual: str  # the file taken when none is named
    change: str  # the setting that lists what makes its second market; empty = it has none
    check: Callable[[Request[Settings]], None]  # raises Refusal before anything is computed
    work: Callable[[Request[Settings], Bench], Findings]


def run_tool(tool: Tool[Settings], usage: str | None, arguments: Sequence[str] | None) -> int:
    """Carry out one command and return its exit code; nothing is computed before the request has been checked."""
    texts = list(sys.argv[1:] if arguments is None else arguments)
    if any(text in ("-h", "--help") for text in texts):
        print(usage)
        return DONE
    try:
        request = read_request(tool.name, tool.settings, texts, tool.usual, tool.change)
        tool.check(request)
        title = f"{tool.name}-{request.name}"
        document = document_of_request(request, title)
        place = folder_for(request.study.out, title)
        with opened(place, document) as folder, termination_interrupts():
            return _work(tool, request, folder, document)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    except (MissingRuns, CorruptResult) as problem:
        print(f"{problem}\nnothing is concluded; the same command with out= goes on from what is kept", file=sys.stderr)
        return MISSING
    except KeyboardInterrupt:
        print("stopped; finished runs are kept, and the same command with out= goes on from there", file=sys.stderr)
        return INTERRUPTED


def document_of_request(request: Request[Any], title: str) -> dict[str, Any]:
    """Return all that the request was understood to be, as plain values."""
    return {
        "study": title,
        "tool": request.tool,
        "settings": plain(request.settings),
        "seed": request.study.seed,
        "replicates": request.study.settings.replicates,
        "config": document_of(request.market),
        "changed_config": document_of(request.changed),
    }


def _work(tool: Tool[Settings], request: Request[Settings], folder: Path, document: dict[str, Any]) -> int:
    bench = Bench(folder, str(document["study"]), request.study)
    try:
        findings = tool.work(request, bench)
    except KeyboardInterrupt:
        again = " ".join(command_of(request, folder))
        print(f"stopped; {len(bench.kept)} runs are kept. To continue:\n  {again}", file=sys.stderr)
        return INTERRUPTED
    last = reproduction(
        " ".join(command_of(request)), request.study.seed, request.study.settings.replicates, source_hash()
    )
    question = str(getattr(request.settings, "question", "")).strip()
    files = write_findings(folder, f"{tool.title}: {request.name}", question, findings, last)
    for _, kept in bench.kept.values():
        path = folder / "runs" / kept.folder / "run.json"
        files[f"runs/{kept.folder}/run.json"] = FileRecord(sha256_of(path), path.stat().st_size, None)
    write_manifest(folder, document, bench.runs_document(), files)
    for line in findings.lines:
        print(line)
    print(f"results: {folder}")
    print(f"report: {folder / PAGE}")
    return DONE


def write_findings(folder: Path, title: str, question: str, findings: Findings, last: Section) -> dict[str, FileRecord]:
    """Write tables, figure and page into a folder; return their records by path."""
    files = {
        f"tables/{name}.parquet": write_table(folder / "tables" / f"{name}.parquet", table)
        for name, table in sorted(findings.tables.items())
    }
    figure = drawn(findings.drawing, folder)
    asked = (Text(question),) if question else ()
    first = Section("answer", "Question and answer", (*asked, *findings.answer, figure))
    files[PAGE] = write_page(folder, title, (first, *findings.details, last))
    picture = folder / PICTURE
    files[PICTURE] = FileRecord(sha256_of(picture), picture.stat().st_size, None)
    return files


def command_of(request: Request[Any], folder: Path | None = None) -> tuple[str, ...]:
    """Return the command that asks this again, by its texts."""
    texts = [text for text in request.texts if not text.startswith("out=")]
    place = [out_override(folder)] if folder is not None else []
    return ("python -m", f"experiments.{request.tool}", *(quoted(text) for text in (*texts, *place)))


@contextlib.contextmanager
def termination_interrupts() -> Iterator[None]:
    """Treat a polite request to end like Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
