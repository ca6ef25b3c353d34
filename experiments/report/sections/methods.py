"""How it was done: methods, limits, runs, seeds, versions, parameters with their origin, and how to do it again."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Mapping
from typing import Any

from experiments.keep.study_files import LOG
from experiments.report.blocks import Block, Command, Note, Points, Section, Table, Text
from experiments.report.effects import read_effects
from experiments.report.reading import Study
from experiments.report.wording import counted, listing, plain, sentence, title
from experiments.tables.methods import EXPLORATORY_BELOW

ORIGINS = ("published", "fitted", "assumed", "chosen")
ORIGIN_WORDS = (
    "Published: the source names a figure or a rule behind the default. Fitted: made to match published totals. "
    "Assumed: nobody measured it, a case for sensitivity tests. Chosen: by the study, a configuration or the design."
)
# What a source that cites something looks like: a number of two digits or more, a percentage, an institution.
FIGURE = re.compile(r"\d[\d.,]*\d|\d%|\b(law|census|bureau|notice|measures|(two|five) years)\b")
METHODS = """\
Arms and scenarios of one replicate share every random draw: the same person meets the same chance events in each arm,
so the effect is the mean of the paired differences, one per replicate.

Only complete pairs count: a failed run is listed and takes the runs paired with it out of the comparison; it is never
averaged away.

Where all pairs or runs are equal there is no interval: equal values do not make a mean certain. Identical is stated
only of arms whose runs are the reference's own market. Counts of rare events have a bound made for counts.

Bands over time run from the smallest to the largest replicate and show how runs spread, not how sure a mean is;
intervals in captions and tables are 95% t intervals over replicates unless a method is named.

Means under the rules run from the month in which the first rule takes effect to the last month; outcomes in the effects
table use the horizons named there, counted in months from the announcement.

A ratio is put together over months in two ways. The effects table, and the figures and tables of lenders, take the mean
of monthly ratios: every month has the same weight, and a horizon's mean says what a month in it was like. The section
on income and the table group_effects divide the sum over the months by the sum over the months: months with more
applications, loans or people weigh more, and so small groups, with few events a month, have a number. The two differ
where what stands below grows or shrinks within the window, and are not to be set beside each other.

Tables hold money in fen; the report shows yuan of the simulated market, or yuan a person."""
LIMITS = """\
The population is synthetic: people are drawn to match published totals, nobody in it exists.

This is not a forecast. It says what the model's mechanisms imply under its parameters, many of them assumed.

Intervals show chance within the model, not doubt about it; sensitivity to assumed parameters is not in them.

Intervals are for one outcome at a time; Holm's correction over the primary outcomes is in the column p (Holm).

A change in per cent of the reference divides by the reference's mean as if it were known exactly."""
FEW_REPLICATES = (
    "t intervals of few replicates cover less than they promise when outcomes are skewed; publish with at least "
    f"{EXPLORATORY_BELOW}."
)


def methods_section(study: Study) -> Section:
    """State how effects are measured and what they cannot show."""
    methods = Counter(effect.method for effect in read_effects(study) if effect.method)
    used = listing([f"{plain(method)} ({number})" for method, number in sorted(methods.items())])
    pairs = study.replicates
    points = _paragraphs(METHODS)
    if used:
        points.append(f"Interval methods used in the effects table: {used}.")
    few = f"{counted(pairs, 'replicate')}: exploratory. {FEW_REPLICATES}"
    many = f"{counted(pairs, 'replicate')}: sampling noise is small beside what the assumptions leave open."
    limits = [*_paragraphs(LIMITS), few if pairs < EXPLORATORY_BELOW else many]
    blocks: list[Block] = [Points(tuple(points)), Text("Limits"), Points(tuple(limits))]
    if study.absent:
        blocks.append(
            Note(
                "Not drawn for want of tables: "
                + "; ".join(plain(text) for _, text in sorted(study.absent.items()))
                + "."
            )
        )
    return Section("methods", "Methods and limits", tuple(blocks))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def parameters_section(study: Study) -> Section:
    """List the parameters with unit, range and origin, and count the origins."""
    listed = study.recorded("parameters")
    entries = _entries(listed)
    if not entries:
        flat = sorted(_flatten(_reference_config(study)))
        if not flat:
            return Section("parameters", "Parameters", (Note("The manifest lists no parameters."),))
        table = Table(
            "Resolved configuration; the manifest names no origins", ("name", "value"), tuple(flat), folded=True
        )
        return Section("parameters", "Parameters", (table,))
    by_origin: dict[str, list[tuple[str, ...]]] = {name: [] for name in ORIGINS}
    for entry in entries:
        by_origin[origin(str(entry.get("source", "")), entry.get("as_default", True) is True)].append(_parameter(entry))
    text = ", ".join(f"{len(rows)} {name}" for name, rows in by_origin.items() if rows)
    blocks: list[Block] = [Text(sentence(f"{counted(len(entries), 'parameter')}: {text}")), Text(ORIGIN_WORDS)]
    for name, rows in by_origin.items():
        if rows:
            head = ("name", "value", "unit", "lowest", "highest", "source")
            blocks.append(
                Table(f"{title(name)}: {counted(len(rows), 'parameter')}", head, tuple(rows), (1, 3, 4), folded=True)
            )
    return Section("parameters", "Parameters and their origin", tuple(blocks))


def origin(source: str, as_default: bool = True) -> str:
    """Return where a value comes from; a source speaks of the default, so a value that differs was chosen."""
    words = source.lower()
    if "assum" in words or not words:
        return "assumed"
    if not as_default or "choice" in words:
        return "chosen"
    if "fitted" in words or "calibrated" in words:
        return "fitted"
    return "published" if FIGURE.search(words) else "chosen"


def reproduce_section(study: Study) -> Section:
    """Give the commands, seeds, versions and failures."""
    command = str(study.recorded("command") or f".venv/bin/sluice run {_overrides(study)}")
    blocks: list[Block] = [
        Text("The same tables come out of this command; the report is drawn from the tables alone."),
        Command(f"{command}\n.venv/bin/sluice report DIR"),
    ]
    failed = study.recorded("missing") or []
    status = str(study.recorded("status") or "not recorded")
    if failed:
        items = tuple(
            f"{plain(entry.get('run', ''))}: {plain(entry.get('reason', ''))}"
            if isinstance(entry, Mapping)
            else _text(entry)
            for entry in failed
        )
        blocks += [
            Note(f"{counted(len(items), 'run')} failed and are left out with the runs paired with them."),
            Points(items),
        ]
    else:
        blocks.append(Text(f"Status: {plain(status)}. No run failed."))
    facts = [
        ("root seed", study.recorded("seed")),
        ("versions", study.recorded("versions")),
        ("machine", study.recorded("machine")),
        ("hash of the sources", study.recorded("source_hash")),
    ]
    rows = [
        (f"{name}: {key}" if key else name, value)
        for name, fact in facts
        if fact is not None
        for key, value in (_flatten(fact) if isinstance(fact, Mapping) else [("", _text(fact))])
    ]
    blocks.append(Table("Seeds and versions", ("what", "value"), tuple(rows)))
    return Section("reproduce", "Seeds, versions and how to reproduce", tuple(blocks))


def _overrides(study: Study) -> str:
    """Return the overrides that the study was last started with, from its log, or its name alone."""
    try:
        lines = (study.folder / LOG).read_text(encoding="utf-8").splitlines()
        starts = [
            entry for entry in map(json.loads, lines) if isinstance(entry, dict) and entry.get("event") == "start"
        ]
    except (OSError, ValueError):
        starts = []
    overrides = starts[-1].get("overrides") if starts else None
    words = (
        [shlex.quote(str(text)) for text in overrides if not str(text).startswith("out=")]
        if isinstance(overrides, list)
        else []
    )
    return " ".join(words) if starts else f"study={shlex.quote(study.name)} study.replicates={study.replicates}"


def _entries(listed: Any) -> list[Mapping[str, Any]]:
    if isinstance(listed, Mapping):
        return [{"name": name, **entry} for name, entry in listed.items() if isinstance(entry, Mapping)]
    return [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []


def _reference_config(study: Study) -> Mapping[str, Any]:
    configs = study.recorded("configs")
    config = (
        configs.get(f"{study.scenarios[0]}/{study.reference}")
        if isinstance(configs, Mapping) and study.scenarios
        else None
    )
    return config if isinstance(config, Mapping) else {}


def _parameter(entry: Mapping[str, Any]) -> tuple[str, ...]:
    name = str(entry.get("name", entry.get("path", "")))
    return name, *(_text(entry.get(key, "")) for key in ("value", "unit", "low", "high", "source"))


def _flatten(block: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(block, Mapping):
        return [
            item for name, inner in block.items() for item in _flatten(inner, f"{path}.{name}" if path else str(name))
        ]
    return [(plain(path), _text(block))]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return plain(value)
    text = f"{value:g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else text[:199] + "…"
