"""Libraries that only the tools of analysis need, and a clear word when they are not there."""

from __future__ import annotations

import importlib
from typing import Any

from experiments.refusal import Refusal

EXTRA = "analysis"


def optional_module(module: str, tool: str) -> Any:
    """Return a module of an optional library; raise Refusal naming the extra that installs it when it is missing."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        name = module.partition(".")[0]
        if problem.name is None or problem.name.partition(".")[0] != name:
            raise
        raise Refusal(
            f"{tool}: needs the library {name}, which is not installed; it comes with the extra {EXTRA}: "
            f".venv/bin/python -m pip install -e '.[{EXTRA}]' where Sluice was checked out"
        ) from None
