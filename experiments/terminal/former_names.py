"""Modules under the names that documents of 0.1 gave them: found for one version more, and the new name is said."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from types import CodeType, ModuleType

ROOT = "experiments"
PACKAGES = ("dictionary",)
FORMER = {
    "config": "compose.study",
    "results": "keep.reader",
    "sensitivity": "analyses.sensitivity.command",
    "frontier": "analyses.frontier.command",
    "reverse_stress": "analyses.reverse_stress.command",
    "static_stress": "analyses.static_stress.command",
    "difference_in_differences": "analyses.difference_in_differences.command",
    "dictionary": "tables.dictionary",
}


class FormerNames(MetaPathFinder):
    """Finds a module under its former name, before others find what a checkout may still have of its folder."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec that gives the module of today, or None for any other name."""
        package, _, former = name.partition(".")
        if package != ROOT or former not in FORMER:
            return None
        loader = ModuleOfToday(f"{ROOT}.{FORMER[former]}")
        return spec_from_loader(name, loader, is_package=former in PACKAGES)


class ModuleOfToday(InspectLoader):
    """Gives the very module that is imported under today's name, so that its classes are the same."""

    def __init__(self, now: str) -> None:
        """Remember the module's name of today."""
        self.now = now

    def exec_module(self, module: ModuleType) -> None:
        """Put the module of today in the place of one that was made for the former name."""
        self._say(module.__name__)
        sys.modules[module.__name__] = import_module(self.now)

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of the module of today, as `python -m` asks for it."""
        self._say(fullname)
        spec = find_spec(self.now)
        loader = spec.loader if spec else None
        return loader.get_code(self.now) if isinstance(loader, InspectLoader) else None

    def get_source(self, fullname: str) -> None:
        """Return no source: it lies under the name of today."""

    def _say(self, former: str) -> None:
        text = f"{former} is now {self.now}; its former name will be gone in the next version"
        warnings.warn(text, FutureWarning, stacklevel=3)


def find_former_names() -> None:
    """Let imports find the former names, once in a process."""
    if not any(isinstance(finder, FormerNames) for finder in sys.meta_path):
        sys.meta_path.insert(0, FormerNames())
