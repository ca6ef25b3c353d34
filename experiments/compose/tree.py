"""Reads the Hydra tree safely: nothing in it may name code, search paths or the environment.

Hydra composes files by name and would run what a `_target_` names, import what `hydra.callbacks` lists and read the
environment through resolvers. Every file is therefore read once by a plain YAML loader, and refused, before Hydra
sees it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from experiments.compose.safe_yaml import CODE_KEYS, check_yaml, location, read_text
from experiments.refusal import Refusal, shown

TreeState = tuple[tuple[Path, int], ...]  # the files there are, and when each was last changed
CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def groups() -> dict[str, tuple[str, ...]]:
    """Return the names to choose from in every group, e.g. {"scale": ("laptop", "million", "smoke")}."""
    return {
        folder.name: tuple(sorted(path.stem for path in folder.glob("*.yaml")))
        for folder in sorted(CONFIGS.iterdir())
        if folder.is_dir() and not folder.name.startswith(("_", "."))
    }


def members_of_bundles(group: str) -> tuple[str, ...]:
    """Return the members of all files that hold several: those placed at their group itself, such as a rulebook."""
    found: list[str] = []
    for path in sorted((CONFIGS / group).glob("*.yaml")):
        found += _members_of(path, path.stat().st_mtime_ns)
    return tuple(found)


def members_in(group: str, name: str) -> tuple[str, ...]:
    """Return the members of one file that holds several, and none of another."""
    path = CONFIGS / group / f"{name}.yaml"
    return _members_of(path, path.stat().st_mtime_ns) if path.is_file() else ()


@cache
def _members_of(path: Path, changed_at: int) -> tuple[str, ...]:  # noqa: ARG001  (a changed file is another cache entry)
    text = path.read_text(encoding="utf-8")
    is_bundle = text.splitlines()[:1] == [f"# @package {path.parent.name}"]
    return tuple(yaml.safe_load(text)) if is_bundle else ()


def check_tree() -> TreeState:
    """Refuse the tree when one of its files is no YAML or asks for more than values; return when each was changed."""
    files = tuple((path, path.stat().st_mtime_ns) for path in sorted(CONFIGS.rglob("*.yaml")))
    for path, changed_at in files:
        check_file(path, changed_at)
    return files


@cache
def check_file(path: Path, changed_at: int) -> None:  # noqa: ARG001  (a changed file is another cache entry)
    """Refuse one file of the tree that is no plain YAML, or names the folder of results."""
    where = path.relative_to(CONFIGS.parent).as_posix()
    root = check_yaml(read_text(path, where), where)
    for key, _ in root.value if root is not None and path.parent != CONFIGS else ():
        if key.value == "out":
            raise Refusal(f"{location(where, key)}: out: the folder of results is named on the command line alone")


def check_document(document: Any, path: str = "") -> None:
    """Refuse a composed document that holds a key naming code, wherever it came from."""
    if isinstance(document, dict):
        for key, value in document.items():
            here = f"{path}.{key}" if path else str(key)
            if key in CODE_KEYS:
                raise Refusal(f"{here}: a config may not name code to run, was {shown(value)}")
            check_document(value, here)
    elif isinstance(document, list):
        for index, value in enumerate(document):
            check_document(value, f"{path}.{index}")
