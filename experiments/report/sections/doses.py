"""Dose and response: what a sweep's values did to the primary outcomes, each compared with its own baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from experiments.report.blocks import Block, Figure, Note, Section, Table, Text
from experiments.report.effects import Effect, horizon_words, outcome_words, read_effects, without_value
from experiments.report.figures.doses import Curve, Point, Response, draw_doses
from experiments.report.reading import Study
from experiments.report.wording import NOTHING, counted, interval, number, plain, sentence, span

MOST_PANELS = 12


class Version(NamedTuple):
    """An arm or scenario that the sweep made, with the value of each parameter."""

    role: str
    name: str
    values: dict[str, Any]


def doses_section(study: Study) -> Section | None:
    """Show effects against the swept values; nothing in a study without a sweep."""
    versions = read_versions(study)
    if not versions:
        return None
    effects = [effect for effect in (*read_effects(study), *without_value(study)) if effect.arm not in study.placebos]
    shown = [effect for effect in effects if effect.primary] or effects
    responses = responses_of(versions, shown)[:MOST_PANELS]
    if not responses:
        return Section("doses", "Dose and response", (Note("No effect of the sweep could be compared."),))
    whose = "arm" if versions[0].role == "arm" else "scenario, each with a baseline of its own"
    keys = list(dict.fromkeys(key for version in versions for key in version.values))
    text = (
        f"The sweep makes {counted(len(versions), 'version')} of one {whose}, by the values of "
        f"{' and '.join(plain(key) for key in keys)}. Every point is the effect at that value with its 95% interval; "
        "small marks are single replicates. All points share their people and their random draws, so neighbours "
        "move together: that two intervals overlap does not mean that the two values do the same."
    )
    words = "Effects against the swept values; the same numbers are in the table below."
    blocks: list[Block] = [Text(text), Figure(draw_doses(responses), words, _caption(responses))]
    blocks.append(_table(versions, shown, keys))
    return Section("doses", "Dose and response", tuple(blocks))


def read_versions(study: Study) -> list[Version]:
    """Return what the manifest says of the sweep's versions; empty where there is no sweep."""
    versions = study.recorded("versions_swept", [])
    listed = versions if isinstance(versions, list) else []
    return [
        Version(str(each.get("role", "arm")), str(each.get("name", "")), dict(each.get("values", {})))
        for each in listed
        if isinstance(each, dict) and isinstance(each.get("values"), dict)
    ]


def responses_of(versions: Sequence[Version], effects: Sequence[Effect]) -> list[Response]:
    """Return a panel for each outcome and varied parameter; the other parameters' values distinguish the curves."""
    by_name = {version.name: version for version in versions}
    role = versions[0].role
    responses = []
    for outcome, horizon in dict.fromkeys((effect.outcome, effect.horizon) for effect in effects):
        mine = [
            (effect, by_name[version])
            for effect in effects
            if (effect.outcome, effect.horizon) == (outcome, horizon)
            and (version := effect.arm if role == "arm" else effect.scenario) in by_name
        ]
        for key in _varied(versions):
            rows = [(effect, version) for effect, version in mine if key in version.values]
            if rows:
                responses.append(_response(rows, key, role))
    return responses


def _varied(versions: Sequence[Version]) -> list[str]:
    """Return the parameters along which curves are drawn: in a full grid the first, whose curves hold the others."""
    keys = list(dict.fromkeys(key for version in versions for key in version.values))
    return keys[:1] if all(len(version.values) == len(keys) for version in versions) else keys


def _response(rows: Sequence[tuple[Effect, Version]], key: str, role: str) -> Response:
    values = list(dict.fromkeys(_hashable(version.values[key]) for _, version in rows))
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    curves: dict[str, list[Point]] = {}
    for effect, version in rows:
        value = _hashable(version.values[key])
        position = float(value) if numeric else float(values.index(value))
        fixed = [f"{other.rsplit('.', 1)[-1]} {_words(held)}" for other, held in version.values.items() if other != key]
        name = ", ".join([*fixed, plain(effect.scenario if role == "arm" else effect.arm)])
        curves.setdefault(name, []).append(Point(position, effect.mean, effect.low, effect.high, effect.dots))
    first = rows[0][0]
    return Response(
        f"{outcome_words(first.outcome)}, {horizon_words(first.horizon)}",
        first.unit,
        plain(".".join(key.split(".")[-2:])),
        () if numeric else tuple(_words(value) for value in values),
        tuple(Curve(name, tuple(sorted(points))) for name, points in curves.items()),
    )


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return " ".join(_words(item) for item in value) or "none"
    return plain(value)


def _caption(responses: Sequence[Response]) -> str:
    """State for every curve of numbers whether the means rise, fall or do neither all the way."""
    texts = []
    for response in responses:
        for curve in response.curves:
            means = [point.mean for point in curve.points if math.isfinite(point.mean)]
            if response.ticks or len(means) < 3:
                continue
            texts.append(f"{response.title}, {curve.name}: {_way(means)}")
    if not texts or len(texts) > 12:
        return "Effects by value, with 95% intervals."
    return sentence("With the value, the mean effect on " + "; ".join(texts))


def _way(means: Sequence[float]) -> str:
    steps = [after - before for before, after in pairwise(means)]
    if all(step >= 0 for step in steps):
        return "rises all the way"
    return "falls all the way" if all(step <= 0 for step in steps) else "neither rises nor falls all the way"


def _effect_words(effect: Effect, change: str) -> str:
    if not effect.replicates:
        return "no value"
    return "identical" if effect.identical else change


def _table(versions: Sequence[Version], effects: Sequence[Effect], keys: Sequence[str]) -> Table:
    by_name = {version.name: version for version in versions}
    rows = []
    for effect in effects:
        version = by_name.get(effect.arm) or by_name.get(effect.scenario)
        if version is None:
            continue
        mean, low, high, words = interval(effect.mean, effect.low, effect.high, effect.unit)
        ends = span(low, high) if effect.replicates > 1 else NOTHING
        values = tuple(_words(version.values[key]) if key in version.values else NOTHING for key in keys)
        rows.append(
            (
                outcome_words(effect.outcome),
                horizon_words(effect.horizon),
                *values,
                plain(effect.arm),
                plain(effect.scenario),
                _effect_words(effect, mean + words.replace("percentage ", "")),
                "" if effect.identical else ends,
                number(effect.replicates),
            )
        )
    head = ("outcome", "when", *(plain(key) for key in keys), "arm", "scenario", "effect", "95% interval", "pairs")
    numeric = tuple(range(len(head) - 3, len(head)))
    return Table("Effects by swept value", head, tuple(rows), numeric, folded=True)
