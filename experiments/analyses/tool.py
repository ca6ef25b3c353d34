"""What every command of analysis does around its own work: read, hold a folder, conclude, write, say what went wrong.

Exit codes are those of a study: 0 done, 1 runs missing or a file not writable, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import pyarrow as pa

from experiments.analyses.folder import opened, write_manifest
from experiments.analyses.page import PICTURE, Drawing, drawn, reproduction
from experiments.analyses.request import Request, plain, read_request
from experiments.analyses.runner import Bench
from experiments.analyses.stages import Stage, dry_run
from experiments.compose.market import document_of
from experiments.compose.overrides import names_out, out_override
from experiments.execute.interruption import termination_interrupts
from experiments.keep.cache import archive_of
from experiments.keep.files import FileRecord, record_of, write_table
from experiments.keep.folder import folder_for, log
from experiments.keep.runs import RECORD
from experiments.keep.study_files import PAGE
from experiments.refusal import Trouble
from experiments.report.blocks import Block, Section, Text
from experiments.report.page import page_html, write_page
from experiments.terminal.command_line import DONE, FAILED, INTERRUPTED, command_here, command_of, usage
from experiments.terminal.endings import exit_code_of, said_of
from experiments.terminal.flags import DRY_RUN, overrides_and_flags
from sim.compiling import source_hash

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
    stages: Callable[[Request[Settings]], Sequence[Stage]]  # what will be lived through, for the dry run


def run_tool(tool: Tool[Settings], about: str | None, arguments: Sequence[str] | None) -> int:
    """Carry out one command and return its exit code; nothing is computed before the request has been checked."""
    texts = list(sys.argv[1:] if arguments is None else arguments)
    if any(text in ("-h", "--help") for text in texts):
        print(usage(about))
        return DONE
    return exit_code_of(lambda: _asked(tool, texts), "stopped before anything was computed")


def _asked(tool: Tool[Settings], texts: Sequence[str]) -> int:
    """Read the request, refuse what could not be done, and hold the folder while it is done."""
    overrides, flags = overrides_and_flags(texts, (DRY_RUN,))
    request = read_request(tool.name, tool.settings, overrides, tool.usual, tool.change)
    tool.check(request)
    title = f"{tool.name}-{request.name}"
    document = document_of_request(request, title)
    place = folder_for(request.study._replace(settings=request.study.settings._replace(name=title)))
    if DRY_RUN in flags:
        print(dry_run(title, request, tool.stages(request), place))
        return DONE
    archive = archive_of(request.study, place)
    with opened(place, document) as folder, termination_interrupts():
        return _work(tool, request, Bench(folder, title, request.study, archive), document)


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


def _work(tool: Tool[Settings], request: Request[Settings], bench: Bench, document: dict[str, Any]) -> int:
    """Live, conclude and write; when that is cut short, say what is kept and which command goes on from there."""
    again = command_here(tool.name, *_asked_again(request), out_override(bench.folder))
    try:
        findings = tool.work(request, bench)
        _keep(tool, request, bench, document, findings)
    except KeyboardInterrupt:
        log(bench.folder, "interrupted", kept=len(bench.kept))
        print(f"stopped; {len(bench.kept)} runs are kept. To continue:\n  {again}", file=sys.stderr)
        return INTERRUPTED
    except (Trouble, MemoryError) as problem:
        kept = f"nothing is concluded; {len(bench.kept)} runs are kept. When that is put right, to continue:"
        print(f"{said_of(problem)}\n{kept}\n  {again}", file=sys.stderr)
        return FAILED
    if bench.archive.reason:
        print(f"finished runs are not kept for other studies: {bench.archive.reason}", file=sys.stderr)
    for line in findings.lines:
        print(line)
    print(f"results: {bench.folder}")
    print(f"report: {bench.folder / PAGE}")
    return DONE


def _keep(
    tool: Tool[Settings], request: Request[Settings], bench: Bench, document: dict[str, Any], findings: Findings
) -> None:
    """Write what was found, then the manifest."""
    study, command = request.study, command_of(tool.name, *_asked_again(request))
    last = reproduction(command, study.seed, study.settings.replicates, source_hash())
    question = str(getattr(request.settings, "question", "")).strip()
    files = write_findings(bench.folder, f"{tool.title}: {request.name}", question, findings, last)
    for _, kept in bench.kept.values():
        name = f"runs/{kept.folder}/{RECORD}"
        files[name] = record_of(bench.folder / name)
    write_manifest(bench.folder, document, bench.runs_document(), files)


def write_findings(folder: Path, title: str, question: str, findings: Findings, last: Section) -> dict[str, FileRecord]:
    """Write tables, figure and page into a folder; return their records by path."""
    files = {
        f"tables/{name}.parquet": write_table(folder / "tables" / f"{name}.parquet", table)
        for name, table in sorted(findings.tables.items())
    }
    figure, files[PICTURE] = drawn(findings.drawing, folder)
    asked = (Text(question),) if question else ()
    first = Section("answer", "Question and answer", (*asked, *findings.answer, figure))
    files[PAGE] = write_page(folder / PAGE, page_html(title, (first, *findings.details, last)))
    return files


def _asked_again(request: Request[Any]) -> list[str]:
    """Return the texts that ask this again, wherever its results go."""
    return [text for text in request.texts if not names_out(text)]
