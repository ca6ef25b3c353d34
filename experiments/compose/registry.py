"""Finds the class of a policy or a shock by its kind, among the modules that are really there, and nowhere else."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import sim.policies
import sim.shocks
from experiments.compose.sections import is_section
from experiments.refusal import Refusal, nearest, shown

PACKAGES: dict[str, ModuleType] = {"policy": sim.policies, "shock": sim.shocks}


def kinds(group: str) -> dict[str, str]:
    """Return kind -> class name of every module in sim/policies or sim/shocks that defines the class of its name."""
    folder = Path(str(PACKAGES[group].__file__)).parent
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    return {
        name: class_name(name) for name in names if f"class {class_name(name)}(" in (folder / f"{name}.py").read_text()
    }


def class_name(kind: str) -> str:
    """Return rate_cap -> RateCap."""
    return "".join(word.capitalize() for word in kind.split("_"))


def member_class(group: str, kind: object, path: str) -> type[Any]:
    """Return the class of a policy or shock; raise Refusal when no module of that name is there."""
    known = kinds(group)
    if not isinstance(kind, str) or kind not in known:
        raise Refusal(f"{path}.kind: no such {group}; {nearest(str(kind), known)}; was {shown(kind)}")
    module = importlib.import_module(f"{PACKAGES[group].__name__}.{kind}")
    found: type[Any] = getattr(module, known[kind])
    if not is_section(found):
        raise Refusal(f"{path}.kind: {known[kind]} is not a list of parameters (a dataclass)")
    return found
