"""How effects unfold: the primary outcomes month by month, from the table of profiles."""

from __future__ import annotations

import pandas as pd

from experiments.report.blocks import Figure, Note, Section, Text
from experiments.report.effects import outcome_words
from experiments.report.figures.profiles import draw_profiles, scenarios_drawn
from experiments.report.reading import Study
from experiments.report.wording import counted, plain, sentence, unit_of

MOST_PANELS = 9
NEEDED = ("outcome", "primary", "month", "months_since_announcement", "mean", "low", "high", "replicates")


def profiles_section(study: Study) -> Section | None:
    """Show the effect by month since the announcement, with pointwise intervals; nothing without a policy arm."""
    if not study.policies:
        return None
    table = study.table("profiles", *NEEDED)
    if table is None:
        reason = sentence(f"Effects by month are not shown: {study.why_absent('profiles')}")
        return Section("profiles", "How effects unfold", (Note(reason),))
    chosen = table[table["primary"].astype(bool)]
    chosen = table if chosen.empty else chosen
    names = list(dict.fromkeys(chosen["outcome"].astype(str)))[:MOST_PANELS]
    panels = [(outcome_words(name), unit_of(name), chosen[chosen["outcome"].astype(str) == name]) for name in names]
    text = (
        "The mean difference between an arm and the reference in every month, with its 95% interval. Intervals are "
        "for one month at a time: a whole path leaves its band more often than one month does."
    )
    alt = f"Effects by month of {counted(len(names), 'outcome')}; the same numbers are in the table profiles."
    blocks = (Text(text), Figure(draw_profiles(study, panels), alt, _caption(study, table)))
    return Section("profiles", "How effects unfold", blocks)


def _caption(study: Study, table: pd.DataFrame) -> str:
    """State whether the arms are the same before the announcement, and in how many months intervals leave out zero."""
    rows = table[table["arm"].isin(study.policies) & (table["replicates"] > 0)]
    before = rows[rows["months_since_announcement"] < 0]
    text = ""
    if len(before):
        same = bool((before["mean"] == 0.0).all())
        text = (
            "Before the announcement every difference is exactly 0. "
            if same
            else ("Before the announcement the arms differ already: they are not the same market until then. ")
        )
    after = rows[(rows["months_since_announcement"] >= 0) & rows["primary"].astype(bool)]
    texts = []
    for (name, arm, scenario), line in after.groupby(["outcome", "arm", "scenario"], sort=False):
        distinct = int(((line["low"] > 0) | (line["high"] < 0)).sum())
        texts.append(f"{outcome_words(str(name))}, {plain(arm)}, {plain(scenario)}: {distinct} of {len(line)}")
    if texts and len(texts) <= 12:
        text += sentence("Months whose interval leaves out zero: " + "; ".join(texts)) + " "
    if len(scenarios_drawn(study)) < len(study.scenarios):
        text += f"Drawn in “{plain(study.scenarios[0])}” alone; the others are in the table profiles. "
    if (table["replicates"] == 0).any():
        text += "A gap is a month in which no pair has a value in both arms: there is nothing to divide by. "
    return text + "Dotted line: the announcement."
