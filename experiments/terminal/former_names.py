"""Modules under the names they had in documents of 0.1: found for one version more, with a warning."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from types import CodeType, ModuleType

PACKAGES = ("experiments.dictionary", "sim.agents")
FORMER = {
    "sim.agents": "sim.lenders",
    "sim.agents.lender": "sim.lenders.lender",
    "sim.agents.regulator": "sim.supervisor.regulator",
    "sim.agents.terms": "sim.lenders.terms",
    "sim.population": "sim.economy.population",
    "sim.surroundings": "sim.economy.spillovers",
    "experiments.config": "experiments.compose.study",
    "experiments.results": "experiments.opened",
    "experiments.sensitivity": "experiments.analyses.sensitivity.command",
    "experiments.frontier": "experiments.analyses.frontier.command",
    "experiments.reverse_stress": "experiments.analyses.reverse_stress.command",
    "experiments.static_stress": "experiments.analyses.static_stress.command",
    "experiments.difference_in_differences": "experiments.analyses.difference_in_differences.command",
    "experiments.dictionary": "experiments.tables.dictionary",
}


class FormerNames(MetaPathFinder):
    """Finds a module under its former name, before others find what a checkout may still have of its folder."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec that gives the module of today, or None for any other name."""
        if name not in FORMER:
            return None
        return spec_from_loader(name, ModuleOfToday(FORMER[name]), is_package=name in PACKAGES)


class ModuleOfToday(InspectLoader):
    """Gives the very module that is imported under today's name, so that its classes are the same."""

    def __init__(self, now: str) -> None:
        """Remember the module's name of today."""
        self.now = now

    def exec_module(self, module: ModuleType) -> None:
        """Put the module of today in the place of one that was made for the former name."""
        self._warn(module.__name__)
        sys.modules[module.__name__] = import_module(self.now)

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of the module of today, as `python -m` asks for it."""
        self._warn(fullname)
        spec = find_spec(self.now)
        loader = spec.loader if spec else None
        return loader.get_code(self.now) if isinstance(loader, InspectLoader) else None

    def get_source(self, fullname: str) -> None:
        """Return no source: it lies under the name of today."""

    def _warn(self, former: str) -> None:
        text = f"{former} is now {self.now}; its former name will be gone in the next version"
        warnings.warn(text, FutureWarning, stacklevel=3)


def find_former_names() -> None:
    """Let imports find the former names, once in a process."""
    if not any(isinstance(finder, FormerNames) for finder in sys.meta_path):
        sys.meta_path.insert(0, FormerNames())
