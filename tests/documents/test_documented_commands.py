"""Every command that a document, a config or a help text shows is one: it is read, and its study composed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from experiments.analyses.request import read_request
from experiments.analyses.tool import Tool
from experiments.compose.overrides import compose_document, read_override
from experiments.compose.own_study import read_asked
from experiments.execute.several_studies import expanded
from experiments.program.commands import COMMANDS, command_named, main_of
from experiments.terminal.flags import overrides_and_flags

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ".venv/bin/sluice"
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
OTHERS = sorted([*(ROOT / "configs").rglob("*.yaml"), *(ROOT / "experiments").rglob("*.py"), ROOT / "Makefile"])
OLD = re.compile(r"python3? -m experiments\.(run|report|verify|validate|seeds|dictionary|\w+_\w+|frontier|sensitivity)")


def lines_of(text: str) -> list[str]:
    """Return the commands of a text, a line each: in blocks and in code letters, $R written out, comments left out."""
    found = []
    shorthand = re.search(r'^R="(.+)"$', text, flags=re.MULTILINE)
    if shorthand:
        text = re.sub(r"\$R\b", shorthand[1], text)
    for line in text.replace("\\\n", " ").splitlines():
        for command in re.findall(rf"{re.escape(PROGRAM)} [^`|]*", line):
            command = re.split(r"\s#|\s{3,}|\"[),]*$| > |\)$|, and|\.$|\\n", command)[0]
            command = re.sub(r"\{\w+(\(\w*\))?\}", "", command)  # what a program puts in when it prints the command
            found.append(command.strip())
    return found


COMMANDS_IN = [(path.relative_to(ROOT).as_posix(), line) for path in DOCUMENTS for line in lines_of(path.read_text())]
SHOWN = [(path.relative_to(ROOT).as_posix(), line) for path in OTHERS for line in lines_of(path.read_text())]


def test_commands_are_found() -> None:
    assert len(COMMANDS_IN) > 30
    assert len(SHOWN) > 100


@pytest.mark.parametrize("path", [*DOCUMENTS[1:], *OTHERS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_have_one_spelling(path: Path) -> None:
    assert OLD.search(path.read_text()) is None


@pytest.mark.parametrize(("where", "line"), COMMANDS_IN, ids=[f"{where}: {line}" for where, line in COMMANDS_IN])
def test_documented_command_is_understood(where: str, line: str) -> None:
    name, texts = words_of(line)
    overrides, found = overrides_and_flags(flagless(name, texts), COMMANDS[name].flags)
    if not COMMANDS[name].takes_overrides:
        return
    overrides = [text for text in overrides if "=" in text or text.startswith("~")]
    if any(text.startswith("study_file=") for text in overrides):  # a file that the page tells to write
        read_asked([text for text in overrides if not text.startswith("study_file=")])
    elif name in ("run", "validate"):
        for study in expanded(overrides) if "--multirun" in found else [overrides]:
            compose_document(read_asked([text for text in study if "my_cap" not in text]))
    elif name != "difference-in-differences":
        tool: Tool = vars(__import__(main_of(name).__module__, fromlist=["TOOL"]))["TOOL"]
        read_request(tool.name, tool.settings, overrides, tool.usual, tool.change)


@pytest.mark.parametrize(("where", "line"), SHOWN, ids=[f"{where}: {line}" for where, line in SHOWN])
def test_shown_command_is_understood(where: str, line: str) -> None:
    """Those of instruments, shocks and studies are composed by their own tests."""
    name, texts = words_of(line)
    overrides, _ = overrides_and_flags(flagless(name, texts), COMMANDS[name].flags)
    for text in overrides:
        if ("=" in text or text.startswith("~")) and not text.startswith(("study_file=", "study=rumour,")):
            key = text.partition("=")[0]
            if key.replace("_", "-") != name:
                read_override(text.replace("seed=1,2", "seed=1"))


def words_of(line: str) -> tuple[str, list[str]]:
    """Return the command and its words, as a shell cuts them."""
    program, name, *texts = shlex.split(re.sub(r"<\w+>", "FOLDER", line))
    assert program == PROGRAM
    return command_named(name), texts


def flagless(name: str, texts: list[str]) -> list[str]:
    """Return the words without the values of flags, which only commands without overrides have."""
    if COMMANDS[name].takes_overrides:
        return [text for text in texts if text != "job"]
    return [text for text in texts if not text.isdigit()]
