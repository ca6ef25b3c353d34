"""Which of two files decides a number that both set: the study's own, or that of the scale.

A study's file may set how many people and replicates it is about. The scale that is taken when none is named gives way
to it. A scale that is asked for by name is asked for now, so it decides, and a notice states that it does. What is set
by its key on the command line stands above both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from experiments.compose import tree
from experiments.refusal import shown


class Contested(NamedTuple):
    """A key that the study's file and the scale's file set to different values."""

    key: str
    of_study: Any
    of_scale: Any
    scale: str


def contested(chosen: Mapping[str, Any]) -> tuple[Contested, ...]:
    """Return what the chosen study and scale set to different values; `chosen` are the choices made by name."""
    names = {group: str(chosen.get(group) or _usual(group)) for group in ("study", "scale")}
    study, scale = _flat(_values("study", names["study"])), _flat(_values("scale", names["scale"]))
    return tuple(
        Contested(key, study[key], value, names["scale"])
        for key, value in scale.items()
        if key in study and study[key] != value
    )


def overruled_numbers(chosen: Mapping[str, Any], set_by_key: Sequence[str]) -> tuple[str, ...]:
    """Return in words where a scale asked for by name overrules the study's file; what is set by its key is settled."""
    if "scale" not in chosen:
        return ()
    return tuple(
        f"scale={each.scale} overrules the study's file: {each.key} is {shown(each.of_scale)}, "
        f"and the file says {shown(each.of_study)}"
        for each in contested(chosen)
        if each.key not in set_by_key
    )


def _values(group: str, name: str) -> Mapping[str, Any]:
    """Return what one file sets, as it is written: one of the tree, or a study's file that was given to Hydra."""
    path = tree.CONFIGS / group / f"{name}.yaml"
    if path.is_file():
        read = _read(path, path.stat().st_mtime_ns)
    else:
        held = ConfigStore.instance().load(f"{group}/{name}.yaml")
        read = OmegaConf.to_container(held.node, resolve=False)
    return read if isinstance(read, dict) else {}


def _usual(group: str) -> str:
    """Return the choice of a group that is made when none is named."""
    path = tree.CONFIGS / "config.yaml"
    root = _read(path, path.stat().st_mtime_ns)
    return next(str(entry[group]) for entry in root["defaults"] if isinstance(entry, dict) and group in entry)


@cache  # every arm of a study asks
def _read(path: Path, changed_at: int) -> Any:  # noqa: ARG001  (a changed file is another cache entry)
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _flat(values: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        here = f"{path}.{key}" if path else str(key)
        found |= _flat(value, here) if isinstance(value, dict) else {here: value}
    return found
