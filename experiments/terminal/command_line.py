"""What commands share: their exit codes, and how a command is written so that it can be typed again as it stands."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
PROGRAM = "sluice"
DOCUMENTED = f".venv/bin/{PROGRAM}"  # where `make run` puts it; documents and pages write it so


def quoted(text: str) -> str:
    """Return a text as a shell needs it to hand it on unchanged."""
    return shlex.quote(text)


def command_of(command: str, *texts: str) -> str:
    """Return a command with these texts as documents write it: alike on every machine."""
    return _written(DOCUMENTED, command, texts)


def command_here(command: str, *texts: str) -> str:
    """Return a command with these texts as it works on this machine, typed into a fresh shell in this folder."""
    return _written(program(), command, texts)


def _written(program: str, command: str, texts: tuple[str, ...]) -> str:
    return " ".join((program, command.replace("_", "-"), *(quoted(text) for text in texts)))


def usage(text: str | None) -> str:
    """Return what a command prints for --help, its examples written as they work on this machine."""
    return (text or "").replace(DOCUMENTED, program())


def program() -> str:
    """Return how this Sluice is started from a fresh shell in this folder.

    The name alone where every shell finds it, which an activated environment does not promise; else the path of the
    script beside this Python, or this Python with the module.
    """
    script = Path(sys.executable).with_name(PROGRAM)
    if not script.is_file():
        return f"{quoted(_from_here(Path(sys.executable)))} -m {PROGRAM}"
    found = shutil.which(PROGRAM)
    if found is not None and "VIRTUAL_ENV" not in os.environ and Path(found).samefile(script):
        return PROGRAM
    return quoted(_from_here(script))


def _from_here(path: Path) -> str:
    """Return a path relative to this folder where it lies inside."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
