"""Reads what a tool of analysis is asked: a file of its folder in configs/, changed by key=value, and a market.

The file holds the tool's settings; `market` in it lists the overrides that make the market it works on, like an arm of
a study. On the command line `<tool>=<name>` chooses the file, `<tool>.<setting>=<value>` changes a setting, and
everything else is an override of the market, or one of seed=, months=, scale=, executor= and out=.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import yaml

from experiments.compose import tree
from experiments.compose.chosen_policies import IN_EVERY_ARM
from experiments.compose.overrides import read_override
from experiments.compose.sections import read_section
from experiments.compose.study import StudyConfig, compose_study
from experiments.refusal import Refusal, nearest, shown
from sim.params import MarketConfig, field_names

Settings = TypeVar("Settings", bound=tuple[Any, ...])
# Arms, scenarios and outcomes are the tool's own, and a policy that is asked for belongs to its market.
STUDY = ("study=baseline", "study.announce_month=0", f"study.chosen_policy.place={IN_EVERY_ARM}")
CHANGED = "changed"


class Request(NamedTuple, Generic[Settings]):
    """What is asked of a tool: its settings, and the study that gives market, seed, execution and folder."""

    tool: str
    name: str  # of the file
    settings: Settings
    study: StudyConfig
    texts: tuple[str, ...]  # all that was given on the command line

    @property
    def market(self) -> MarketConfig:
        """The market that the tool works on."""
        return next(iter(self.study.markets.values()))

    @property
    def changed(self) -> MarketConfig:
        """The same market with the tool's own rule or shock; without any, the market itself."""
        return list(self.study.markets.values())[-1]


def read_settings(
    tool: str, settings: type[Settings], texts: Sequence[str], usual: str
) -> tuple[str, Settings, tuple[str, ...]]:
    """Return the file's name, the settings, and the texts that are neither; raise Refusal."""
    name, changes, others = usual, [], []
    for text in texts:
        key = text.partition("=")[0]
        if key == tool:
            name = text.partition("=")[2]
        elif key.startswith(f"{tool}."):
            changes.append(text)
        else:
            others.append(text)
    values = _file(tool, name)
    for text in changes:
        _change(tool, values, text, settings)
    return name, read_section(settings, values, tool), tuple(others)


def read_request(
    tool: str, settings: type[Settings], texts: Sequence[str], usual: str, change: str = ""
) -> Request[Settings]:
    """Return the request that the texts make; raise Refusal.

    `usual` is the file taken when none is named, `change` the setting that lists the overrides of a second market. What
    is given on the command line goes before what the file sets for the same key.
    """
    name, read, overrides = read_settings(tool, settings, texts, usual)
    keys = {read_override(text).key for text in overrides}

    def unsaid(setting: str) -> list[str]:
        return [text for text in getattr(read, setting, ()) if read_override(text).key not in keys]

    arms = [f"study.arms.{CHANGED}=[{','.join(map(_as_text, unsaid(change)))}]"] if change else []
    try:
        study = compose_study([*STUDY, *unsaid("market"), *arms, *overrides])
    except Refusal as refusal:
        raise Refusal(str(refusal).replace(f"study.arms.{CHANGED}", f"{tool}.{change}")) from None
    return Request(tool, name, read, study, tuple(texts))


def _as_text(override: str) -> str:
    """Return an override as a text inside an override."""
    return "'" + override.replace("'", "\\'") + "'"


def _file(tool: str, name: str) -> dict[str, Any]:
    """Return the values of a file of the tool's folder."""
    tree.check_tree()
    names = tree.groups().get(tool, ())
    if name not in names:
        raise Refusal(f"{tool}: no such choice; {nearest(name, names)}; was {shown(name)}")
    values = yaml.safe_load((tree.CONFIGS / tool / f"{name}.yaml").read_text(encoding="utf-8"))
    return {str(key): value for key, value in values.items()}


def _change(tool: str, values: dict[str, Any], text: str, settings: type[Any]) -> None:
    """Set one value of the settings; sections inside lists are out of reach, and are changed in the file."""
    override = read_override(text)
    parts = override.key.split(".")[1:]
    if override.is_deletion:
        raise Refusal(f"{override.key}: a setting of {tool} is changed, not deleted; was {text}")
    fields = field_names(settings)
    if parts[0] not in fields:
        raise Refusal(f"{override.key}: unknown key; {nearest(parts[0], fields)}; was {shown(override.value)}")
    inside = values
    for part in parts[:-1]:
        below = inside.setdefault(part, {})
        if not isinstance(below, dict):
            raise Refusal(
                f"{override.key}: {part} holds no keys that could be changed here; write a file of your own; "
                f"was {shown(override.value)}"
            )
        inside = below
    inside[parts[-1]] = override.value


def plain(value: Any) -> Any:
    """Return settings as plain values, for documents and hashes."""
    if names := field_names(value):
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value
