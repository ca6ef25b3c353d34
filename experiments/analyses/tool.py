"""What every command of analysis does around its own work: read, lock a folder, conclude, write, print what failed.

Exit codes are those of a study: 0 done, 1 runs missing or a file not writable, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import pyarrow as pa

from experiments.analyses.dry_run import dry_run
from experiments.analyses.page import PICTURE, Drawing, drawn, reproduction
from experiments.analyses.request import Request, plain, read_request
from experiments.analyses.runner import AnalysisRunner, Stage
from experiments.compose.market import document_of
from experiments.compose.overrides import names_out, out_override
from experiments.compose.plan import identity, origin
from experiments.execute.runner import locked_folder
from experiments.keep.files import FileRecord, write_table
from experiments.keep.folder import Owner, discard_results, folder_for, write_manifest
from experiments.keep.study_files import PAGE
from experiments.refusal import Trouble
from experiments.report.blocks import Block, Section, Text
from experiments.report.page import page_html, write_page
from experiments.terminal.command_line import DONE, FAILED, INTERRUPTED, command_here, command_of
from experiments.terminal.endings import described, run_command
from experiments.terminal.flags import DRY_RUN, overrides_and_flags
from sim.compiling import source_hash

Settings = TypeVar("Settings", bound=tuple[Any, ...])


class Findings(NamedTuple):
    """What a tool has found: tables to keep, a figure, and the words of the page and the terminal."""

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
    work: Callable[[Request[Settings], AnalysisRunner], Findings]
    stages: Callable[[Request[Settings]], Sequence[Stage]]  # what will be run, for the dry run


def run_tool(tool: Tool[Settings], about: str | None, arguments: Sequence[str] | None) -> int:
    """Carry out one command and return its exit code; nothing is computed before the request has been checked."""
    return run_command(about, arguments, lambda texts: _asked(tool, texts), "stopped before anything was computed")


def _asked(tool: Tool[Settings], texts: Sequence[str]) -> int:
    """Read the request, refuse what could not be done, and lock the folder while it is done."""
    overrides, flags = overrides_and_flags(texts, (DRY_RUN,))
    request = read_request(tool.name, tool.settings, overrides, tool.usual, tool.change)
    tool.check(request)
    title = f"{tool.name}-{request.name}"
    document = document_of_request(request, title)
    path = folder_for(request.study._replace(settings=request.study.settings._replace(name=title)))
    if DRY_RUN in flags:
        print(dry_run(title, request, tool.stages(request), path))
        return DONE
    with locked_folder(path, owner_of(document), request.study) as (folder, archive):
        return _work(tool, request, AnalysisRunner(title, request.study, folder, archive), document)


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


def owner_of(document: Mapping[str, Any]) -> Owner:
    """Return the owner of the folder of the analysis that a document describes."""
    return Owner("analysis", str(document["study"]), identity({**document, **origin()}))


def _work(tool: Tool[Settings], request: Request[Settings], runner: AnalysisRunner, document: dict[str, Any]) -> int:
    """Run the points, conclude and write; when that is cut short, print what is kept and how to continue."""
    again = command_here(tool.name, *_asked_again(request), out_override(runner.folder))
    command = command_of(tool.name, *_asked_again(request))
    try:
        findings = tool.work(request, runner)
        title = f"{tool.title}: {request.name}"
        write_results(runner.folder, document, title, command, findings, *runner.results())
    except KeyboardInterrupt:
        print(f"stopped; {len(runner.completed)} runs are kept. To continue:\n  {again}", file=sys.stderr)
        return INTERRUPTED
    except (Trouble, MemoryError) as problem:
        kept = f"nothing is concluded; {len(runner.completed)} runs are kept. When that is put right, to continue:"
        print(f"{described(problem)}\n{kept}\n  {again}", file=sys.stderr)
        return FAILED
    print_findings(findings, runner.folder)
    return DONE


def write_results(
    folder: Path,
    document: Mapping[str, Any],
    title: str,
    command: str,
    findings: Findings,
    runs: Sequence[Mapping[str, Any]] = (),
    run_files: Mapping[str, FileRecord] = {},
) -> None:
    """Write tables, figure and page of an analysis into its folder, then the manifest."""
    owner = owner_of(document)
    discard_results(folder, owner)
    files = dict(run_files)
    for name, table in sorted(findings.tables.items()):
        files[f"tables/{name}.parquet"] = write_table(folder / "tables" / f"{name}.parquet", table)
    figure, files[PICTURE] = drawn(findings.drawing, folder)
    question = str(document["settings"]["question"]).strip()
    first = Section(
        "answer", "Question and answer", (*([Text(question)] if question else ()), *findings.answer, figure)
    )
    last = reproduction(command, document["seed"], document["replicates"], source_hash())
    files[PAGE] = write_page(folder / PAGE, page_html(title, (first, *findings.details, last)))
    write_manifest(folder, owner, {"status": "complete", "missing": [], **document, "runs": list(runs)}, files)


def print_findings(findings: Findings, folder: Path) -> None:
    """Print what was found and where the results are."""
    for line in findings.lines:
        print(line)
    print(f"results: {folder}")
    print(f"report: {folder / PAGE}")


def _asked_again(request: Request[Any]) -> list[str]:
    """Return the texts that ask this again, wherever its results go."""
    return [text for text in request.texts if not names_out(text)]
