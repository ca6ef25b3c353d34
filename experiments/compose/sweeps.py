"""Sweeps of a study: one arm or one scenario becomes many versions, each with other values of some parameters."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from experiments.compose.any_script import LONGEST_NAME
from experiments.refusal import Refusal, nearest, shown
from sim.params import OneOf

ONE_FACTOR, GRID = "one_factor", "grid"
MOST_VERSIONS = 256  # beyond this a study is a search, which needs another design than a full sweep
HASH_LETTERS = 8
NO_TEXTS = ("true", "false", "null", "nan", "inf")  # words that an override reads as something else unless quoted


class SweepSettings(NamedTuple):
    """Which arm or scenario is varied, over which values of which parameters; without `over` there is no sweep."""

    kind: Annotated[str, OneOf((ONE_FACTOR, GRID))] = ONE_FACTOR  # every value alone, or every combination
    arm: str = ""  # its versions are compared with the one baseline
    scenario: str = ""  # its versions are worlds, each with a baseline of its own
    over: dict[str, list[Any]] = {}

    @property
    def is_on(self) -> bool:
        """Whether anything is varied."""
        return bool(self.over or self.arm or self.scenario)


class Version(NamedTuple):
    """One arm or scenario made by a sweep: its name, and the value of each parameter that was varied."""

    role: str  # "arm" or "scenario"
    name: str
    values: dict[str, Any]

    @property
    def overrides(self) -> list[str]:
        """The values as overrides."""
        return [f"{key}={written(value)}" for key, value in self.values.items()]


def versions_of(sweep: SweepSettings, groups: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[Version, ...]:
    """Return the versions of a sweep in the order of its values; `groups` holds the study's arms and scenarios.

    Raises Refusal when the sweep names no arm or scenario, or has no values, equal values, or too many.
    """
    if not sweep.is_on:
        return ()
    if bool(sweep.arm) == bool(sweep.scenario):
        raise Refusal(
            "study.sweep: varies either an arm or a scenario; name one of the two, "
            f"arm was {shown(sweep.arm)}, scenario {shown(sweep.scenario)}"
        )
    role = "arm" if sweep.arm else "scenario"
    swept = sweep.arm or sweep.scenario
    if swept not in groups[role]:
        raise Refusal(f"study.sweep.{role}: no such {role}; {nearest(swept, groups[role])}; was {shown(swept)}")
    _check_values(sweep.over)
    points = [dict(point) for point in _points(sweep)]
    names = _names(points)
    for name in names:
        if name in groups[role]:
            raise Refusal(f"study.sweep: {shown(name)} names another {role} already; rename that one")
    return tuple(Version(role, name, point) for name, point in zip(names, points, strict=True))


def with_versions(
    group: Mapping[str, list[str]], swept: str, stays: bool, versions: Sequence[Version]
) -> dict[str, list[str]]:
    """Return arms or scenarios with the versions in the place of the swept one; `stays` keeps that one too."""
    found: dict[str, list[str]] = {}
    for name, overrides in group.items():
        if name != swept or stays:
            found[name] = overrides
        if name == swept:
            found |= {version.name: [*overrides, *version.overrides] for version in versions}
    return found


def _check_values(over: Mapping[str, Sequence[Any]]) -> None:
    if not over:
        raise Refusal("study.sweep.over: must name at least one parameter with its values")
    for key, values in over.items():
        path = f"study.sweep.over.{key}"
        if not values:
            raise Refusal(f"{path}: must list at least one value")
        for value in values:
            if not _is_plain(value) and not (isinstance(value, list) and all(_is_plain(item) for item in value)):
                raise Refusal(f"{path}: a value is a number, a text, true, false or a list of them, was {shown(value)}")
        texts = [written(value) for value in values]
        for text in texts:
            if texts.count(text) > 1:
                raise Refusal(f"{path}: each value once, was {text} twice")


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _points(sweep: SweepSettings) -> Iterator[tuple[tuple[str, Any], ...]]:
    """Yield the values of each version; refuse more than can be meant before the first is made."""
    sizes = [len(values) for values in sweep.over.values()]
    count = sum(sizes)
    if sweep.kind == GRID:
        count = 1
        for size in sizes:
            count *= size
    if count > MOST_VERSIONS:
        raise Refusal(f"study.sweep.over: at most {MOST_VERSIONS} versions, was {count} ({sweep.kind})")
    if sweep.kind == GRID:
        keys = tuple(sweep.over)
        for point in itertools.product(*sweep.over.values()):
            yield tuple(zip(keys, point, strict=True))
    else:
        for key, values in sweep.over.items():
            for value in values:
                yield ((key, value),)


def _names(points: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a readable name for each version; those that would be too long or alike end in a hash of their values."""
    short = short_keys(list(dict.fromkeys(key for point in points for key in point)))
    texts = [" ".join(f"{short[key]} {_words(value)}" for key, value in point.items()) for point in points]
    names = []
    for text, point in zip(texts, points, strict=True):
        if len(text) > LONGEST_NAME or texts.count(text) > 1:
            values = "&".join(f"{key}={written(value)}" for key, value in point.items())
            ending = hashlib.sha256(values.encode()).hexdigest()[:HASH_LETTERS]
            text = f"{text[: LONGEST_NAME - HASH_LETTERS - 1]} {ending}"
        names.append(text)
    return names


def short_keys(keys: Sequence[str]) -> dict[str, str]:
    """Return for each dotted key the shortest ending that no other key shares: policy.rate_cap.max_apr -> max_apr."""
    short = {}
    for key in keys:
        parts = key.split(".")
        endings = [".".join(parts[-count:]) for count in range(1, len(parts) + 1)]
        short[key] = next(
            (end for end in endings if not any(other.endswith(f".{end}") for other in keys if other != key)), key
        )
    return {key: re.sub(r"[^A-Za-z0-9_.-]+", "-", text) for key, text in short.items()}


def _words(value: Any) -> str:
    """Return a value as part of a name: only letters, digits, _ . and -, and spaces between the items of a list."""
    if isinstance(value, list):
        return " ".join(_words(item) for item in value) or "none"
    if isinstance(value, str):
        return re.sub(r"[^A-Za-z0-9_.-]+", "-", value) or "empty"
    return written(value).replace("+", "")  # of 1e+16


def written(value: Any) -> str:
    """Return a value as the right side of an override."""
    if isinstance(value, list):
        return f"[{','.join(written(item) for item in value)}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str) and (not re.fullmatch(r"[A-Za-z_]\w*", value, re.ASCII) or value.lower() in NO_TEXTS):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return repr(value) if isinstance(value, int | float) else value
