"""What the page of a difference-in-differences shows: figure, tables and words, from its tables alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from experiments.analyses.difference_in_differences.panels import INDEBTED, TreatedRule
from experiments.analyses.page import Drawing, in_unit
from experiments.analyses.tool import Findings
from experiments.compare.statistics import paired_effect
from experiments.report import style
from experiments.report.blocks import Note, Points, Section, Table, Text
from experiments.report.wording import NOTHING, counted, interval, label, number, plain, scaled, span, title, unit_of

ESTIMATE, TRUTH = "#D55E00", "#0072B2"
PARTS = ("true_effect", "spillover", "other_trend", "anticipation")
YES_OR_NO = ("employed", "applied", "approved", "defaulted", "hardship")
SUSPICIOUS = 0.05  # p of the joint test of months before the event


def findings_of(
    tables: Mapping[str, pa.Table], treated: TreatedRule, outcomes: Sequence[str], arm: str, event: int
) -> Findings:
    """Return what the page and the terminal show; the table of bias is made here."""
    estimates, events = tables["estimates"].to_pandas(), tables["event_study"].to_pandas()
    bias = bias_table(estimates, outcomes)
    found = bias.to_pandas()
    lines = tuple(sentence_of(row) for row in found.to_dict("records"))
    who = (
        f"Treated: people who in month {event - 1}, the last before the event, owed a loan"
        + (f" of {treated.lender}" if treated.lender else "")
        + (f" dearer than {treated.above_apr:.1%}" if treated.above_apr > 0.0 else "")
        + f"; {int(estimates['treated'].iloc[0])} in the first replicate. Controls: "
        + ("others who owed something" if treated.controls == INDEBTED else "everybody else who is followed")
        + f"; {int(estimates['controls'].iloc[0])}. The outsider sees the arm {plain(arm)} alone."
    )
    return Findings(
        {**tables, "bias": bias},
        Drawing(lambda: draw(events, outcomes), " ".join(lines), CAPTION),
        (Points(lines), Text(who)),
        (
            Section("parts", "What the estimate is made of", (parts_block(found), Note(EXACT))),
            Section("replicates", "Replicate by replicate", (replicate_block(estimates, outcomes),)),
            Section("method", "Method", (Text(METHOD),)),
        ),
        lines,
    )


CAPTION = (
    "Event study: treated less controls by month, against the last month before the event. Orange: as estimated from "
    "the one arm, mean over replicates, with the ends of the outsider's 95% intervals averaged. Blue: the true "
    "effect on the treated, from the same people in the arm without the policy."
)
EXACT = (
    "Estimate = true effect on the treated - spillover on the controls + trend that treated and controls would not "
    "have shared anyway - anticipation before the event. The four are measured by the simulator and add up exactly "
    "in every replicate; an outsider sees their sum alone."
)
METHOD = (
    "Two-way fixed effects (person and month) on a balanced panel with one date of treatment, which gives the classic "
    "difference of differences of means; standard errors are clustered by person (Bertrand, Duflo and Mullainathan "
    "2004). The pre-trend test is the joint Wald test of all months before the event. Truth is the mean difference "
    "of the same people, in the same months and with the same random draws, between the arm and the baseline. "
    "Treatment falls on one lender's customers at once, so errors clustered by person are too small (Moulton 1990; "
    "Donald and Lang 2007); nothing in one arm can mend that. Being chosen for owing something just before makes debt "
    "fall back afterwards; that is in the trend not shared."
)


def unit_of_column(column: str) -> str:
    """Return the unit of a column of the panel; means of noughts and ones are shares."""
    return "share" if column in YES_OR_NO else unit_of(column)


def bias_table(estimates: pd.DataFrame, outcomes: Sequence[str]) -> pa.Table:
    """Return one row for each outcome: estimate, truth, parts, bias, and how often the interval covers the truth."""
    rows = []
    for outcome in outcomes:
        own = estimates[estimates["outcome"] == outcome]
        effect = paired_effect(list(own["estimate"]), list(own["true_effect"]), f"bias/{outcome}")
        row: dict[str, Any] = {"outcome": outcome, "replicates": len(own), "estimate": float(own["estimate"].mean())}
        row |= {part: float(own[part].mean()) for part in PARTS}
        row |= {"bias": effect.mean, "bias_low": effect.low, "bias_high": effect.high}
        row |= {
            "standard_error": float(own["standard_error"].mean()),
            "covered_share": float(own["covers_truth"].dropna().astype(float).mean()),
        }
        row["pretrend_rejected_share"] = float((own["pretrend_p"].dropna() < SUSPICIOUS).mean())
        rows.append(row)
    return pa.Table.from_pylist(rows)


def sentence_of(row: Mapping[Any, Any]) -> str:
    """Return what the outsider finds of one outcome, and by how much it misses."""
    unit = unit_of_column(str(row["outcome"]))
    text, low, high, words = interval(
        row["bias"], row["bias_low"], row["bias_high"], unit, (row["estimate"], row["true_effect"])
    )
    factor, _, decimals = scaled([row["estimate"], row["true_effect"], row["bias"]], unit, True)
    estimate, truth = (number(row[name] * factor, decimals, True) for name in ("estimate", "true_effect"))
    missed = f"{text} ({span(low, high)}, {counted(int(row['replicates']), 'pair')})"
    return (
        f"{row['outcome']}: estimated {estimate}{words}, true effect on the treated {truth}{words}, bias {missed}; "
        + (
            f"the truth lies in the outsider's interval in {row['covered_share']:.0%} of the replicates."
            if np.isfinite(row["covered_share"])
            else "the outcome never varies, so the outsider has no interval."
        )
    )


def parts_block(found: pd.DataFrame) -> Table:
    """Return the parts of the mean estimate of every outcome."""
    rows = []
    for row in found.to_dict("records"):
        values = [row["estimate"], *(row[part] for part in PARTS), row["bias"]]
        factor, words, decimals = scaled(values, unit_of_column(str(row["outcome"])), True)
        cells = (number(value * factor, decimals, True) for value in values)
        rejected = row["pretrend_rejected_share"]
        found_before = f"{rejected:.0%}" if np.isfinite(rejected) else NOTHING
        rows.append((str(row["outcome"]), words.strip() or NOTHING, *cells, found_before))
    head = (
        "outcome",
        "unit",
        "estimate",
        "true effect",
        "spillover",
        "other trend",
        "anticipation",
        "bias",
        "pre-trend found",
    )
    return Table("Means over replicates", head, tuple(rows), tuple(range(2, 9)))


def replicate_block(estimates: pd.DataFrame, outcomes: Sequence[str]) -> Table:
    """Return what the outsider would publish in each replicate, beside the truth."""
    rows = []
    for outcome in outcomes:
        own = estimates[estimates["outcome"] == outcome]
        names = ["estimate", "standard_error", "low", "high", "true_effect"]
        factor, words, decimals = scaled([float(v) for v in own[names].to_numpy().flat], unit_of_column(outcome), True)
        for row in own.to_dict("records"):
            cells = (number(row[name] * factor, decimals, True) for name in names)
            p = number(row["pretrend_p"], 3) if np.isfinite(row["pretrend_p"]) else NOTHING
            rows.append((f"{outcome}{in_unit(words)}", str(row["replicate"]), *cells, p))
    head = ("outcome", "replicate", "estimate", "standard error", "low", "high", "true effect", "p of pre-trend")
    return Table("Every replicate", head, tuple(rows), tuple(range(1, 8)), folded=True)


def draw(events: pd.DataFrame, outcomes: Sequence[str]) -> Canvas:
    """Draw the event study of every outcome, estimate and truth."""
    columns = min(2, len(outcomes))
    canvas, axes = style.grid(-(-len(outcomes) // columns), columns, panel_height=2.1, bottom=0.5)
    for axis in axes[len(outcomes) :]:
        axis.set_axis_off()
    for axis, outcome in zip(axes, outcomes, strict=False):
        _draw_outcome(axis, outcome, events[events["outcome"] == outcome])
    for axis in axes[max(0, len(outcomes) - columns) : len(outcomes)]:
        axis.set_xlabel("months since the event")
    axes[0].legend(frameon=False, fontsize=7.5, loc="best")
    return canvas


def _draw_outcome(axis: Axes, outcome: str, events: pd.DataFrame) -> None:
    means = events.groupby("months_since_event", sort=True)[["effect", "low", "high", "true_effect"]].mean()
    factor, words, _ = scaled([float(v) for v in means.to_numpy().flat], unit_of_column(outcome), True)
    means = means * factor
    at = means.index.to_numpy(float)
    axis.axvspan(-0.5, float(at.max()) + 0.5, color=style.SHOCK, alpha=0.5, zorder=0)
    axis.axhline(0.0, color="#777777", linewidth=0.7)
    axis.vlines(at, means["low"], means["high"], color=ESTIMATE, linewidth=0.9)
    axis.plot(at, means["effect"], "o", color=ESTIMATE, markersize=3.5, label="estimated")
    axis.plot(at, means["true_effect"], color=TRUTH, label="true")
    axis.set_title(f"{title(label(outcome))}{in_unit(words)}")
