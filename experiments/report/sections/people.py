"""People: effects by income quintile, and winners and losers counted person by person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from experiments.report.blocks import Block, Figure, Note, Section, Table, Text
from experiments.report.changes import not_described
from experiments.report.estimates import RUN, Estimate, level, paired
from experiments.report.figures.marks import month_name
from experiments.report.figures.people import draw_groups
from experiments.report.reading import Study
from experiments.report.wording import NOTHING, change_sentence, interval, label, listing, plain, quantity, sentence
from experiments.tables.ratios import Ratio, ratio_of, ratio_of_sums


class GroupMeasure(NamedTuple):
    """A ratio by group: sums over the months after the first rule took effect, then divided."""

    title: str
    unit: str
    ratio: Ratio


SAID = (label("approval_share", "segment"), "people in hardship")  # the measures that the caption puts into words
MEASURES = (
    GroupMeasure(label("approval_share", "segment"), "share", ratio_of("segment", "approval_share")),
    GroupMeasure("new lending a person a month", "fen", Ratio("originations_fen", "borrowers")),
    GroupMeasure("mean price of new loans", "apr", ratio_of("segment", "mean_apr")),
    GroupMeasure("debt a person", "fen", Ratio("debt_fen", "borrowers")),
    GroupMeasure("people in hardship", "share", ratio_of("segment", "hardship_share")),
    GroupMeasure("90+ share of debt", "share", ratio_of("segment", "dpd90_share")),
    GroupMeasure("informal debt a person", "fen", Ratio("informal_debt_fen", "borrowers")),
    GroupMeasure("consumption a person a month", "fen", Ratio("consumption_fen", "borrowers")),
    GroupMeasure("charged-off loans per person a year", "number", Ratio("defaults", "borrowers", times=12)),
)


def people_section(study: Study) -> Section:
    """Show access and hardship by income quintile."""
    rows = _quintiles(study)
    if rows is None:
        return Section(
            "people",
            "Access and hardship by income",
            (Note(sentence(f"Effects by income are not shown: {study.why_absent('segment')}")),),
        )
    groups = sorted(set(rows["value"]))
    levels = {name: measured for name in MEASURES if (measured := _levels(rows, name)) is not None}
    blocks: list[Block] = []
    if study.policies:
        panels = []
        for name, series in levels.items():
            cells = {
                (arm, scenario, group): paired(series.xs(group, level="value"), study.reference, arm, scenario)
                for arm in study.policies
                for scenario in study.scenarios
                for group in groups
            }
            panels.append((name.title, name.unit, cells))
        words = "; ".join(
            _gradient(study, title, unit, cells, groups) for title, unit, cells in panels if title in SAID
        )
        caption = (
            f"Mean change against the reference from {month_name(study, study.window[0])} on, by fifth of permanent "
            f"income (1 = poorest), with 95% intervals over {study.replicates} pairs. "
            f"{sentence(words + not_described(study))}"
        )
        blocks.append(
            Figure(
                draw_groups(study, groups, panels, "income fifth"), "Effects by income fifth with intervals.", caption
            )
        )
    else:
        blocks.append(Text("A single arm was run: levels by income are listed without a comparison."))
    blocks.append(_table(study, levels, groups))
    return Section("people", "Access and hardship by income", tuple(blocks))


def _quintiles(study: Study) -> pd.DataFrame | None:
    table = study.table("segment", "month", "dimension", "value", "borrowers")
    if table is None:
        return None
    names = [name for name in dict.fromkeys(table["dimension"].astype(str)) if "quintile" in name]
    if not names:
        study.absent["segment"] = "the table “segment” has no dimension of income quintiles"
        return None
    first, end = study.window
    rows = table[
        (table["dimension"].astype(str) == names[0]) & (table["month"] >= first) & (table["month"] < end)
    ].copy()
    rows["value"] = rows["value"].astype(str)
    return rows if len(rows) else None


def _levels(rows: pd.DataFrame, name: GroupMeasure) -> pd.Series | None:
    if not set(name.ratio.parts) <= set(rows.columns):
        return None
    return ratio_of_sums(rows, name.title, name.ratio, [*RUN, "value"])


def _gradient(
    study: Study, title: str, unit: str, cells: Mapping[tuple[str, str, str], Estimate], groups: Sequence[str]
) -> str:
    """State the effect on the poorest and on the richest fifth in the first scenario."""
    arm, scenario = study.policies[0], study.scenarios[0]
    texts = []
    for group, who in ((groups[0], "poorest"), (groups[-1], "richest")):
        found = cells[arm, scenario, group]
        if found.replicates:
            words = change_sentence(found.mean, found.low, found.high, unit, found.replicates, found.method)
            texts.append(f"{words} for the {who} fifth")
        else:
            texts.append(f"no value for the {who} fifth, where there is nothing to divide by")
    return f"{title} under “{plain(arm)}” in “{plain(scenario)}”: {listing(texts)}"


def _table(study: Study, levels: Mapping[GroupMeasure, pd.Series], groups: Sequence[str]) -> Table:
    rows = []
    for name, series in levels.items():
        for group in groups:
            mine = series.xs(group, level="value")
            for scenario in study.scenarios:
                base = level(mine, study.reference, scenario)
                changes = [
                    effect_cell(paired(mine, study.reference, arm, scenario), name.unit) for arm in study.policies
                ]
                labels = (name.title, group, plain(scenario))
                rows.append((*labels, _base_words(base, name.unit), *changes, str(base.replicates)))
    arms = [f"change in {plain(arm)} (95% interval)" for arm in study.policies]
    head = ("measure", "fifth", "scenario", f"level in {plain(study.reference)} (95% interval)", *arms, "n")
    return Table("Levels and changes by income fifth", head, tuple(rows), tuple(range(3, len(head))), folded=True)


def _base_words(found: Estimate, unit: str) -> str:
    if found.replicates == 0:
        return NOTHING
    text = quantity(found.mean, unit)
    if not found.has_interval:
        return text + found.without_interval
    return f"{text} ({quantity(found.low, unit)} to {quantity(found.high, unit)})"


def effect_cell(found: Estimate, unit: str) -> str:
    """Write an estimate for a table cell."""
    if found.replicates == 0:
        return NOTHING
    mean, low, high, words = interval(found.mean, found.low, found.high, unit)
    words = words.replace(" percentage points", " points")
    return f"{mean}{words}" + (f" ({low} to {high})" if found.has_interval else found.without_interval)
