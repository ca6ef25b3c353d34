"""What commands share: their exit codes, and how a command is written so that it can be typed again as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from experiments.overrides import read_override
from experiments.refusal import Refusal

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


def quoted(text: str) -> str:
    """Return a text as a shell needs it to hand it on unchanged."""
    return shlex.quote(text)


def command_of(module: str, *texts: str) -> str:
    """Return the command that starts a module of this package with these texts, as it is typed into a shell."""
    return " ".join(("python -m", f"experiments.{module}", *(quoted(text) for text in texts)))


def out_override(folder: Path) -> str:
    """Return the override that names a folder; its path is put in quotes where it would be read as something else."""
    plain = f"out={folder}"
    try:
        if read_override(plain).value == str(folder):
            return plain
    except Refusal:
        pass
    # In quotes a backslash stands for itself, except in a row of them that ends at a quote.
    inside = re.sub(r"(\\*)('|\Z)", lambda found: found[1] * 2 + ("\\'" if found[2] else ""), str(folder))
    return f"out='{inside}'"


def names_out(text: str) -> bool:
    """Return whether an override names the folder, in any of the ways to write it."""
    return re.match(r"\s*\+{0,2}out\s*=", text) is not None
