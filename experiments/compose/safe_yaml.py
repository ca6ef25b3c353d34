"""Reads YAML that anybody may have written: plain keys and values, and nothing that runs, grows or misleads.

The text is read once by a loader that builds no objects, and refused with file, line and column before Hydra sees it:
tags, anchors and aliases, code to run, settings of Hydra, resolvers, repeated keys, misleading scalars.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import ComposerError

from experiments.refusal import Refusal, shown, unprintable

LARGEST_BYTES = 256 * 1024
DEEPEST = 20  # lists and mappings inside each other
LONGEST_NUMBER = 40  # letters
REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_.]*\}")  # ${calendar.months}; anything with a colon runs a resolver
# Plain YAML 1.1 scalars that mean something else than they seem to: minutes, octal, yes and no, digits in groups.
TRAP = re.compile(r"[-+]?\d+(:[0-5]?\d)+(\.\d*)?|[-+]?0\d+|[-+]?\d[\d.]*_[\d_.]*|yes|no|on|off|y|n", re.IGNORECASE)
PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str", "int", "float", "bool", "null"))
TEXT_TAG = "tag:yaml.org,2002:str"
NUMBER_TAGS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
HERE = "@_here_"  # a default laid into the file that names it, as when one lender is like another
CODE_KEYS = ("_target_", "_partial_", "_args_", "_recursive_", "_convert_")
PACKAGE = re.compile(r"^\s*#\s*@package\s+(\S+)", re.MULTILINE)


class PlainLoader(yaml.SafeLoader):
    """Composes nodes without anchors and without depth, so that a short text cannot stand for an endless one."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose one node; raise ComposerError where it has an anchor, is an alias or lies too deep."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            raise ComposerError(None, None, "anchors and aliases are refused; write the value out", event.start_mark)
        if self.depth >= DEEPEST:
            raise ComposerError(None, None, f"nested more than {DEEPEST} deep", event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def read_text(path: Path, where: str) -> str:
    """Return the text of a plain, short file; raise Refusal naming it when it is none."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise Refusal(f"{where}: is no file that can be read as YAML")
        if found.st_size > LARGEST_BYTES:
            raise Refusal(f"{where}: must hold at most {LARGEST_BYTES} bytes, was {found.st_size}")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as slip:
        raise Refusal(f"{where}: not readable as YAML: no UTF-8 at byte {slip.start}") from None
    except (OSError, ValueError) as problem:
        raise Refusal(f"{where}: cannot be read: {getattr(problem, 'strerror', None) or problem}") from None


def check_yaml(text: str, where: str) -> yaml.MappingNode | None:
    """Return the root of a text of plain keys and values, None of an empty one; raise Refusal with the location."""
    for package in PACKAGE.findall(text):
        if package.split(".")[0].startswith("hydra") or not re.fullmatch(r"[A-Za-z0-9_.]+", package):
            raise Refusal(f"{where}: its package {shown(package)} is refused; settings of Hydra stay as they are")
    node = _composed(text, where)
    if node is None:
        return None
    if not isinstance(node, yaml.MappingNode):
        raise Refusal(f"{where}: must hold keys and values")
    for key, value in node.value:
        if str(key.value) == "hydra" or str(key.value).startswith(("hydra.", "hydra/")):
            raise Refusal(f"{location(where, key)}: hydra: settings of Hydra itself are refused in a config file")
        if str(key.value) == "defaults":
            _check_defaults(where, value)
    for inner in _nodes(node):
        _check_node(where, inner)
    return node


def _composed(text: str, where: str) -> yaml.Node | None:
    try:
        found: yaml.Node | None = yaml.compose(text, Loader=PlainLoader)
    except yaml.MarkedYAMLError as slip:
        mark = slip.problem_mark or slip.context_mark
        at = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Refusal(f"{where}{at}: not readable as YAML: {slip.problem or slip.context}") from None
    except yaml.reader.ReaderError as slip:
        before = text[: slip.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise Refusal(f"{where}, line {line}, column {column}: not readable as YAML: {slip.reason}") from None
    return found


def _check_defaults(where: str, node: yaml.Node) -> None:
    """Refuse an entry of a list of defaults that reaches for Hydra's own settings or out of the tree."""
    for inner in _nodes(node):
        text = inner.value if isinstance(inner, yaml.ScalarNode) else ""
        text = text.removesuffix(HERE)
        if "hydra" in text.lower() or "@" in text or ".." in text or ":" in text:
            raise Refusal(f"{location(where, inner)}: defaults choose files of this tree alone, was {shown(text)}")


def _check_node(where: str, node: yaml.Node) -> None:
    if node.tag not in PLAIN_TAGS:
        raise Refusal(
            f"{location(where, node)}: only plain texts, numbers, lists and mappings are allowed; quote dates"
        )
    if isinstance(node, yaml.MappingNode):
        _check_keys(where, node)
    if isinstance(node, yaml.ScalarNode):
        check_text(location(where, node), node.value)
        if node.style is None and TRAP.fullmatch(node.value):
            raise Refusal(
                f"{location(where, node)}: {node.value} is read by YAML as something else than it seems; "
                "write a plain number, true or false, or quote it"
            )
        if node.tag in NUMBER_TAGS and len(node.value) > LONGEST_NUMBER:
            raise Refusal(
                f"{location(where, node)}: a number is at most {LONGEST_NUMBER} digits, was {shown(node.value)}"
            )


def _check_keys(where: str, node: yaml.MappingNode) -> None:
    seen = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag != TEXT_TAG:
            raise Refusal(f"{location(where, key)}: a key is a text; quote it")
        if key.value in CODE_KEYS:
            raise Refusal(f"{location(where, key)}: {key.value}: a config may not name code to run")
        if key.value in seen:
            raise Refusal(f"{location(where, key)}: {key.value}: the key is given twice")
        seen.add(key.value)


def check_text(where: str, text: str) -> None:
    """Refuse a text with hidden letters, several references or a resolver; one ${calendar.months} may stay."""
    found = unprintable(text.replace("\n", "").replace("\t", ""))
    if found:
        raise Refusal(f"{where}: holds the hidden or control character U+{ord(found):04X}, was {shown(text)}")
    rest, references = REFERENCE.subn("", text)
    if "${" in rest:
        raise Refusal(
            f"{where}: only references to other keys, such as ${{calendar.months}}, are allowed; was {shown(text)}"
        )
    if references > 1:
        raise Refusal(f"{where}: one reference in a text, was {shown(text)}")


def check_references(document: Any) -> None:
    """Refuse references to anything but a single value: copies of copies of a list would have no end."""
    for path, text in _texts(document, ""):
        for reference in REFERENCE.findall(text):
            target = document
            for part in reference[2:-1].split("."):
                target = target.get(part) if isinstance(target, dict) else None
            if isinstance(target, dict | list):
                raise Refusal(f"{path}: a reference leads to a single value, was {shown(text)}")


def _texts(document: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(document, str):
        yield path, document
    elif isinstance(document, dict | list):
        for key, value in document.items() if isinstance(document, dict) else enumerate(document):
            yield from _texts(value, f"{path}.{key}" if path else str(key))


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _nodes(key)
            yield from _nodes(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _nodes(value)


def location(where: str, node: yaml.Node) -> str:
    """Return where a node stands: file, line and column."""
    return f"{where}, line {node.start_mark.line + 1}, column {node.start_mark.column + 1}"
