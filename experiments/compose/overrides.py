"""Reads overrides such as `scale=smoke` or `policy.rate_cap.max_apr=0.24`, and lets Hydra compose what they choose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from hydra import compose as hydra_compose
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override as HydraOverride
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from experiments.compose import tree
from experiments.compose.any_script import in_ascii
from experiments.compose.former_keys import FORMER_CHOICES
from experiments.compose.hydra_state import composing_from
from experiments.compose.precedence import contested
from experiments.compose.safe_yaml import CODE_KEYS, check_references, check_text
from experiments.compose.tree import TreeState, check_document, check_tree, groups, members_of_bundles
from experiments.refusal import Refusal, nearest, printable, shown
from experiments.tables.spelling import DECIMAL_COMMA

# Groups whose options name members; the selection must be in the document under the same names.
MEMBER_GROUPS = ("lender", "policy", "shock")
LONGEST_OVERRIDE = 20_000
DIGIT_GROUPS = re.compile(r"(?<![\w.'\"/-])[-+]?\d+(_\d+)+(?![\w'\"/-])")  # 1_000 outside quotes and names


QUOTED_KEY = re.compile(r"[{,]\s*(['\"])[^'\"]*\1\s*:")


class Override(NamedTuple):
    """One change asked for: its key, its text as Hydra reads it, and whether it chooses a file or sets a value."""

    key: str
    text: str
    is_choice: bool
    is_deletion: bool
    value: Any = None


def read_overrides(texts: Iterable[str]) -> tuple[Override, ...]:
    """Read and check overrides; a later one for the same key replaces an earlier one."""
    found: dict[tuple[str, bool], Override] = {}
    for text in texts:
        override = read_override(text)
        key = (override.key, override.is_deletion)
        found.pop(key, None)
        found[key] = override
    return tuple(found.values())


def read_override(text: str) -> Override:
    """Read one override; refuse what is no `key=value`, names no choice of its group, or asks for more than a value."""
    parsed, value = _parsed(text)
    key = parsed.key_or_group
    if not key:
        raise Refusal(f"{text}: an override is written key=value, and names a key")
    if parsed.package is not None or "@" in parsed.get_key_element():
        raise Refusal(f"{text}: a group may not be placed elsewhere with @")
    if key.split(".")[0].split("/")[0] == "hydra":
        raise Refusal(f"{key}: settings of Hydra itself are refused, was {shown(value)}")
    if any(part in CODE_KEYS for part in key.split(".")):
        raise Refusal(f"{key}: a config may not name code to run, was {shown(value)}")
    if parsed.is_sweep_override():
        raise Refusal(f"{key}: one value at a time, was {text.split('=', 1)[1]}; {_instead_of_many(text)}")
    if parsed.is_delete():
        return Override(key, text, key in groups(), True, value)
    options = groups().get(key)
    if (empty := _empty_part(value, key)) is not None:
        instead = f"{key}=[] chooses none" if key in MEMBER_GROUPS else f"~{empty} takes it away"
        raise Refusal(f"{empty}: {{}} would change nothing, since keys and values are laid over those there; {instead}")
    if options is not None and not isinstance(value, dict):
        return _choice(key, value, options, parsed)
    # `++` sets or adds: the schema, which knows every parameter, says whether the key exists.
    return Override(key, f"++{key}={_element(parsed)}", False, False, value)


def _empty_part(value: Any, path: str) -> str | None:
    """Return where a value holds keys and values of which there are none, or None when it does not."""
    if not isinstance(value, dict):
        return None
    if not value:
        return path
    return next((found for key, part in value.items() if (found := _empty_part(part, f"{path}.{key}"))), None)


def _parsed(text: str) -> tuple[HydraOverride, Any]:
    """Return an override as Hydra's grammar reads it, and its value; refuse what is none, or misleads."""
    beginning = printable(text[:60]).replace("\n", "\\n")
    if text.startswith("-"):
        raise Refusal(f"{beginning}: no such flag; settings are written key=value, without dashes")
    if "\n" in text or "\t" in text or len(text) > LONGEST_OVERRIDE:
        raise Refusal(f"{beginning}: an override is one line of at most {LONGEST_OVERRIDE} letters")
    check_text(beginning, text)
    try:
        spelled, back = in_ascii(text)
        parsed = OverridesParser.create().parse_override(spelled)
        value = None if parsed.is_sweep_override() else back(parsed.value())
        parsed.key_or_group = back(parsed.key_or_group)
    except (HydraException, OmegaConfBaseException, ValueError, RecursionError):
        if QUOTED_KEY.search(text):
            raise Refusal(f"{beginning}: inside {{}} names are written without quotes") from None
        raise Refusal(f"{beginning}: an override is written key=value; {_as_written(text)}") from None
    if parsed.key_or_group and DIGIT_GROUPS.search(text.partition("=")[2]):
        raise Refusal(f"{parsed.key_or_group}: write numbers without _, was {shown(text.partition('=')[2])}")
    return parsed, value


def _as_written(text: str) -> str:
    """Return how an override that cannot be read would be written."""
    key, sign, value = (part.strip() for part in text.partition("="))
    if sign and "\n" not in text and re.search(r"\s=|=\s", text) and re.fullmatch(r"[~+]*[\w./]+", key):
        return f"without spaces around =, as in {printable(f'{key}={value}')[:60]}"
    return "quote values that hold , = or spaces"


def _instead_of_many(text: str) -> str:
    """Return what may have been meant by values separated by commas."""
    if comma := DECIMAL_COMMA.fullmatch(text.partition("=")[2]):
        return f"a decimal is written with a point: {comma[1]}.{comma[2]}"
    return "a study lists its arms and scenarios, a sweep its values, and -m several studies"


def _choice(key: str, value: Any, options: Sequence[str], parsed: HydraOverride) -> Override:
    chosen = value if isinstance(value, list) else [value]
    if key in MEMBER_GROUPS and value is None:
        return Override(key, f"{key}=[]", True, False, [])
    for name in chosen:
        if (key, name) in FORMER_CHOICES:
            raise Refusal(f"{key}: {FORMER_CHOICES[key, name]}; was {shown(name)}")
        if not isinstance(name, str) or name not in options:
            raise Refusal(f"{key}: no such choice; {nearest(str(name), options)}; was {shown(name)}")
    if isinstance(value, list) and key not in MEMBER_GROUPS:
        raise Refusal(f"{key}: one choice, not a list; valid names are {', '.join(options)}; was {shown(value)}")
    if len(set(chosen)) != len(chosen):
        raise Refusal(f"{key}: each name once, was {shown(chosen)}")
    return Override(key, f"{key}={_element(parsed)}", True, False, value)


def _element(parsed: HydraOverride) -> str:
    return str(parsed.get_value_element_as_str())


def compose_document(overrides: Sequence[Override]) -> dict[str, Any]:
    """Compose the tree under the overrides into plain dicts, lists and scalars; nothing is instantiated.

    Arms of a study mostly choose the same files and change other values. Reading files takes nearly all the time, so
    it is done once for each choice, and the changes are laid over it in their order, as Hydra would.
    """
    files = check_tree()
    _check_members(overrides)
    try:
        composed = deepcopy(_composed(tuple(override.text for override in overrides if override.is_choice), files))
        chosen = {override.key: override.value for override in overrides if override.is_choice}
        for each in contested(chosen) if "scale" not in chosen else ():
            OmegaConf.update(composed, each.key, each.of_study)
        for override in overrides:
            if not override.is_choice:
                _lay_over(composed, override)
        check_references(OmegaConf.to_container(composed, resolve=False))
        document = OmegaConf.to_container(composed, resolve=True)
    except RecursionError:
        raise Refusal("the configuration cannot be composed: it is nested too deep") from None
    except (HydraException, OmegaConfBaseException, ValueError, TypeError) as problem:
        raise Refusal(f"the configuration cannot be composed: {_first_line(problem)}") from None
    if not isinstance(document, dict):
        raise Refusal("configs/config.yaml: must hold keys and values")
    check_document(document)
    return {str(key): value for key, value in document.items()}


@lru_cache(maxsize=32)
def _composed(choices: tuple[str, ...], files: TreeState) -> DictConfig:  # noqa: ARG001  (changed files: another entry)
    """Return the files that the overrides choose, merged by Hydra, references unresolved; not to be changed."""
    with composing_from(tree.CONFIGS):
        return hydra_compose("config", overrides=list(choices))


def _lay_over(composed: DictConfig, override: Override) -> None:
    """Set or delete one value."""
    if not override.is_deletion:
        try:
            OmegaConf.update(composed, override.key, override.value, merge=True, force_add=True)
        except (OmegaConfBaseException, ValueError, TypeError) as problem:
            raise Refusal(
                f"{override.key}: cannot be set there: {_first_line(problem)}, was {shown(override.value)}"
            ) from None
        return
    above, _, name = override.key.rpartition(".")
    found = OmegaConf.select(composed, override.key, throw_on_missing=False)
    if found is None:
        raise Refusal(f"{override.key}: there is no such key to delete")
    if override.value is not None and override.value != found:
        raise Refusal(f"{override.key}: is {shown(found)}, and so not deleted as {shown(override.value)}")
    with open_dict(composed):
        del (OmegaConf.select(composed, above) if above else composed)[name]


def _check_members(overrides: Sequence[Override]) -> None:
    """Refuse `policy.rate_cpa.max_apr=...` with the nearest name of the folder before Hydra would add it."""
    for override in overrides:
        parts = override.key.split(".")
        options = (*groups().get(parts[0], ()), *members_of_bundles(parts[0]))
        if parts[0] in MEMBER_GROUPS and len(parts) > 1 and parts[1] not in options:
            text = "" if override.is_deletion else f"; was {override.key}={shown(override.value)}"
            raise Refusal(f"{parts[0]}.{parts[1]}: no such {parts[0]}; {nearest(parts[1], options)}{text}")


def unselected(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the members that were given values without being chosen, e.g. "policy.rate_cap"."""
    return frozenset(
        f"{group}.{name}"
        for group in MEMBER_GROUPS
        for name, member in (document.get(group) or {}).items()
        if isinstance(member, dict) and "kind" not in member
    )


def _first_line(problem: Exception) -> str:
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return lines[0] if lines else type(problem).__name__


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
