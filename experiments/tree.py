"""Reads the Hydra tree safely: nothing in it may name code, search paths or the environment.

Hydra composes files by name and would run what a `_target_` names, import what `hydra.callbacks` lists and read the
environment through resolvers. Every file is therefore read once by a plain YAML loader, and refused, before Hydra
sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from experiments.refusal import Refusal, shown

CONFIGS = Path(__file__).resolve().parent.parent / "configs"

REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_.]*\}")  # ${calendar.months}; anything with a colon runs a resolver
# Plain YAML 1.1 scalars that mean something else than they seem to: minutes, octal, yes and no, digits in groups.
TRAP = re.compile(r"[-+]?\d+(:[0-5]?\d)+(\.\d*)?|[-+]?0\d+|[-+]?\d[\d.]*_[\d_.]*|yes|no|on|off|y|n", re.IGNORECASE)
PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str", "int", "float", "bool", "null"))
CODE_KEYS = ("_target_", "_partial_", "_args_", "_recursive_", "_convert_")


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
        text = path.read_text(encoding="utf-8")
        if text.splitlines()[:1] == [f"# @package {group}"]:
            found += yaml.safe_load(text)
    return tuple(found)


def check_tree() -> None:
    """Refuse the tree when one of its files is no YAML or asks for more than values."""
    for path in sorted(CONFIGS.rglob("*.yaml")):
        check_file(path, path.stat().st_mtime_ns)


@cache
def check_file(path: Path, changed_at: int) -> None:  # noqa: ARG001  (a changed file is another cache entry)
    """Refuse one file that is no YAML, repeats a key, holds a misleading scalar, or asks for more than values."""
    where = path.relative_to(CONFIGS.parent).as_posix()
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as slip:
        mark = slip.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Refusal(f"{where}{place}: not readable as YAML: {slip.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as slip:
        raise Refusal(f"{where}: not readable as YAML: {slip}") from None
    if node is None:
        return
    if not isinstance(node, yaml.MappingNode):
        raise Refusal(f"{where}: must hold keys and values")
    for key, _ in node.value:
        if str(key.value) == "hydra" or str(key.value).startswith("hydra."):
            raise Refusal(f"{_place(where, key)}: hydra: settings of Hydra itself are refused in a config file")
    for inner in _nodes(node):
        _check_node(where, inner)


def _check_node(where: str, node: yaml.Node) -> None:
    if node.tag not in PLAIN_TAGS:
        raise Refusal(f"{_place(where, node)}: only plain texts, numbers, lists and mappings are allowed; quote dates")
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in CODE_KEYS:
                raise Refusal(f"{_place(where, key)}: {name}: a config may not name code to run")
            if name in seen:
                raise Refusal(f"{_place(where, key)}: {name}: the key is given twice")
            seen.add(name)
    if isinstance(node, yaml.ScalarNode):
        check_text(f"{_place(where, node)}", node.value)
        if node.style is None and TRAP.fullmatch(node.value):
            raise Refusal(
                f"{_place(where, node)}: {node.value} is read by YAML as something else than it seems; "
                "write a plain number, true or false, or quote it"
            )


def check_text(place: str, text: str) -> None:
    """Refuse a text that reads the environment or runs a resolver; references such as ${calendar.months} may stay."""
    if "${" in REFERENCE.sub("", text):
        raise Refusal(
            f"{place}: only references to other keys, such as ${{calendar.months}}, are allowed; was {shown(text)}"
        )


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


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _nodes(key)
            yield from _nodes(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _nodes(value)


def _place(where: str, node: yaml.Node) -> str:
    return f"{where}, line {node.start_mark.line + 1}, column {node.start_mark.column + 1}"
