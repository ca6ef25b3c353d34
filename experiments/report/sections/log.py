"""The regulator's log: what was done, to whom, when and why, and in how many replicates."""

from __future__ import annotations

import pandas as pd

from experiments.report.blocks import Block, Note, Section, Table, Text
from experiments.report.figures.marks import month_name
from experiments.report.reading import Study
from experiments.report.wording import counted, number, plain, sentence

ROWS = 120


def log_section(study: Study) -> Section:
    """List the acts by arm and scenario."""
    table = study.table("actions", "month", "actor", "act", "target", "reason")
    if table is None:
        return Section(
            "log", "The regulator's log", (Note(sentence(f"No log is shown: {study.why_absent('actions')}")),)
        )
    counts = _counted(table)
    acts = counts.groupby("act", sort=True)["runs"].sum().sort_values(ascending=False, kind="stable")
    blocks: list[Block] = [
        Text(
            "Acts by kind, over all runs: "
            + "; ".join(f"{plain(act).replace('_', ' ')} {number(runs)}" for act, runs in acts.items())
            + ". Each row below is an act with the number of replicates in which it happened in that month."
        )
    ]
    for scenario in study.scenarios:
        for arm in study.arms:
            mine = counts[(counts["arm"] == arm) & (counts["scenario"] == scenario)]
            if len(mine):
                blocks.append(_table(study, mine, arm, scenario))
    return Section("log", "The regulator's log", tuple(blocks))


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    keys = ["arm", "scenario", "month", "actor", "act", "target", "reason"]
    filled = table.assign(**{key: table[key].fillna("").astype(str) for key in keys[3:]})
    return filled.groupby(keys, sort=True)["replicate"].nunique().rename("runs").reset_index()


def _table(study: Study, rows: pd.DataFrame, arm: str, scenario: str) -> Table:
    shown = rows.head(ROWS)
    cells = [
        (
            month_name(study, int(row["month"])),
            plain(row["actor"]).replace("_", " "),
            plain(row["act"]).replace("_", " "),
            plain(row["target"]).replace("_", " "),
            plain(row["reason"]),
            f"{row['runs']} of {study.replicates}",
        )
        for row in shown.to_dict("records")
    ]
    cut = f"; the first {ROWS} of {number(len(rows))}" if len(rows) > ROWS else ""
    caption = f"{plain(arm)} · {plain(scenario)}: {counted(len(rows), 'different act')}{cut}"
    return Table(caption, ("month", "who", "act", "to whom", "why", "replicates"), tuple(cells), (5,), folded=True)
