"""What the page of a policy frontier shows: figure, table and words, from its tables alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray

from experiments.analyses.measures import Measure, why_no_value
from experiments.analyses.page import Drawing, in_unit
from experiments.analyses.tool import Findings
from experiments.report import style
from experiments.report.blocks import Points, Section, Table, Text
from experiments.report.effects import outcome_words
from experiments.report.wording import (
    NOTHING,
    counted,
    interval,
    listing,
    number,
    scaled,
    short,
    span,
    title,
    unit_of,
)

Values = NDArray[np.float64]
MARGIN, NEAR = 0.4, 0.06  # of the span of the points: room around them, and how near two must be to share a name
NO_VALUE = "no value"
SURE = 0.95  # share of replicates from which a point counts as surely dominated
EFFICIENT, UNSURE, DOMINATED = "#0072B2", "#E69F00", "#b0b0b0"


def findings_of(tables: Mapping[str, pa.Table], access: Measure, loss: Measure, paths: Sequence[str]) -> Findings:
    """Return what the page and the terminal show."""
    frontier = tables["frontier"].to_pandas()
    lines = sentences_of(frontier, access, loss)
    return Findings(
        tables,
        Drawing(lambda: draw(frontier, access, loss), " ".join(lines), caption_of(paths)),
        (Points(lines),),
        (
            Section("points", "Every point", (point_table(frontier, access, loss),)),
            Section("method", "How to read it", (Text(METHOD),)),
        ),
        lines,
    )


METHOD = (
    "Every point is run on the same replicates as the market without the rule, so differences are paired, with 95% "
    "t intervals. A point is dominated when another one on the grid has at least its access for no more loss, and is "
    "strictly better in one of them; the share says in how many replicates that is so. The frontier is of the grid "
    "that was tried, not of all rules there could be, and access and loss are the two measures named, not welfare."
)


def caption_of(paths: Sequence[str]) -> str:
    """Return the words under the figure."""
    return (
        f"Each point is a value of {listing(list(paths))}; the diamond is the market without the rule. Bars are "
        f"95% intervals of the paired difference from it. Blue: on the frontier. Orange: dominated on average, but in "
        f"fewer than {SURE:.0%} of the replicates. Grey: dominated in at least that share. "
        "Intervals that reach far beyond the points are cut."
    )


def sentences_of(frontier: pd.DataFrame, access: Measure, loss: Measure) -> tuple[str, ...]:
    """Return the answer in sentences."""
    tried = frontier.iloc[1:]
    ruled = tried[tried["has_value"]]
    if ruled.empty:
        return (f"None of {counted(len(tried), 'point')} tried has a value.", *_without_value(frontier, access, loss))
    efficient = ruled[~ruled["dominated"]]
    surely = ruled[ruled["dominated_share"] >= SURE]
    unsure = ruled[(ruled["dominated_share"] > 0.0) & (ruled["dominated_share"] < SURE)]
    texts = [
        f"Of {counted(len(ruled), 'point')} tried{' and with a value' if len(ruled) < len(tried) else ''}, "
        f"{len(efficient)} are on the frontier on average"
        + (
            f": {listing(list(efficient['point']))}."
            if len(efficient)
            else ", so each is worse than doing something else."
        ),
        f"{len(surely)} are dominated in at least {SURE:.0%} of the replicates, {len(unsure)} in some of them only.",
    ]
    strongest = ruled.iloc[int(np.argmin(ruled["access"].to_numpy()))]
    parts = []
    for measure, name in ((access, "access"), (loss, "loss")):
        text, low, high, words = interval(
            strongest[f"{name}_difference"], strongest[f"{name}_low"], strongest[f"{name}_high"], _unit(measure)
        )
        parts.append(f"{outcome_words(measure.outcome)} by {text}{words} ({span(low, high)})")
    without = frontier.iloc[0]
    if without["has_value"]:
        texts.append(
            f"The point with least access, {strongest['point']}, changes {listing(parts)} in "
            f"{counted(int(strongest['replicates']), 'pair')}."
        )
    if without["dominated"]:
        texts.append(
            f"Having no rule is dominated on average, and in {without['dominated_share']:.0%} of the replicates."
        )
    return (*texts, *_without_value(frontier, access, loss))


def _without_value(frontier: pd.DataFrame, access: Measure, loss: Measure) -> list[str]:
    """State which points have no value, in how many replicates, and why."""
    without = frontier[~frontier["has_value"]]
    if without.empty:
        return []
    named = zip(without["point"], without["replicates_without_value"], without["replicates"], strict=True)
    points = listing([f"{point} (in {lacking} of {of} replicates)" for point, lacking, of in named])
    lacking = [
        measure for measure, name in ((access, "access"), (loss, "loss")) if frontier[f"{name}_without_value"].any()
    ]
    reasons = dict.fromkeys(f"{title(why_no_value(measure))}." for measure in lacking)
    return [f"No value, and so not in the comparison: {points}.", *reasons]


def point_table(frontier: pd.DataFrame, access: Measure, loss: Measure) -> Table:
    """Return every point with its paired differences and domination."""
    columns = []
    for measure, name in ((access, "access"), (loss, "loss")):
        numbers = frontier[[f"{name}_difference", f"{name}_low", f"{name}_high"]].to_numpy(float)
        factor, words, decimals = scaled([float(v) for v in numbers.flat], _unit(measure), True)
        levels, _, level_decimals = scaled([float(v) for v in frontier[name]], _unit(measure), False)
        columns.append((name, factor, decimals, words, levels, level_decimals))
    rows = []
    for row in frontier.to_dict("records"):
        cells = [str(row["point"])]
        if not row["has_value"]:
            rows.append((*cells, NO_VALUE, *[NOTHING] * (len(columns) * 3 + 2)))
            continue
        for name, factor, decimals, _, levels, level_decimals in columns:
            ends = (row[f"{name}_low"] * factor, row[f"{name}_high"] * factor)
            cells += [
                number(row[name] * levels, level_decimals),
                number(row[f"{name}_difference"] * factor, decimals, True),
            ]
            cells.append(span(*(number(end, decimals, True) for end in ends)))
        cells += ["yes" if row["dominated"] else "", f"{row['dominated_share']:.0%}", row["dominated_by"] or NOTHING]
        rows.append(tuple(cells))
    head = ["point"]
    for name, _, _, words, _, _ in columns:
        head += [name, f"difference{in_unit(words)}", "95% interval"]
    head += ["dominated on average", "in share of replicates", "most often by"]
    return Table("Access and loss at every point", tuple(head), tuple(rows), tuple(range(1, 9)))


def _unit(measure: Measure) -> str:
    return unit_of(measure.outcome.split(".")[-1])


def draw(frontier: pd.DataFrame, access: Measure, loss: Measure) -> Canvas:
    """Draw loss across and access up, so that better is to the upper left."""
    canvas, (axis,) = style.grid(1, 1, panel_height=4.0, right=0.3, bottom=0.55)
    without, frontier = frontier.iloc[0], frontier[frontier["has_value"]]
    across, across_words, _ = scaled([float(v) for v in frontier["loss"]], _unit(loss), False)
    up, up_words, _ = scaled([float(v) for v in frontier["access"]], _unit(access), False)
    for index, row in zip(frontier.index, frontier.to_dict("records"), strict=True):
        colour = EFFICIENT if not row["dominated"] else DOMINATED if row["dominated_share"] >= SURE else UNSURE
        at = (row["loss"] * across, row["access"] * up)
        if index > 0 and np.isfinite(row["loss_low"]) and np.isfinite(row["access_low"]):
            wide, high = (
                [(without[name] + row[f"{name}_{end}"]) * factor for end in ("low", "high")]
                for name, factor in (("loss", across), ("access", up))
            )
            axis.plot(wide, [at[1]] * 2, color=colour, linewidth=0.9)
            axis.plot([at[0]] * 2, high, color=colour, linewidth=0.9)
        mark, fill = ("D", style.INK) if index == 0 else ("o", colour)
        axis.plot(*at, marker=mark, color=fill, markersize=6, zorder=4 if index == 0 else 3)
    efficient = frontier[~frontier["dominated"]].sort_values("loss")
    axis.plot(efficient["loss"] * across, efficient["access"] * up, color=EFFICIENT, linewidth=0.9, alpha=0.6)
    _label(axis, frontier["loss"].to_numpy(float) * across, frontier["access"].to_numpy(float) * up, _names(frontier))
    axis.set_xlabel(f"{outcome_words(loss.outcome)} ({loss.statistic}){in_unit(across_words)}")
    axis.set_title(f"{outcome_words(access.outcome)} ({access.statistic}){in_unit(up_words)}")
    axis.grid(axis="both")
    return canvas


def _names(frontier: pd.DataFrame) -> list[str]:
    """Return what each point is called in the figure: its values, or that there is no rule."""
    values = [name for name in frontier.columns if name.startswith("value_")]
    return [
        ", ".join(f"{value:.4g}" for value in row) if np.isfinite(row).all() else "no rule"
        for row in frontier[values].to_numpy(float)
    ]


def _label(axis: Axes, across: Values, up: Values, names: Sequence[str]) -> None:
    """Fit the axes to the points, leaving longer intervals cut, and name the points, near ones together."""
    if not names:
        return
    spans = [float(np.ptp(values)) or abs(float(values[0])) or 1.0 for values in (across, up)]
    axis.set_xlim(across.min() - MARGIN * spans[0], across.max() + MARGIN * spans[0])
    axis.set_ylim(up.min() - MARGIN * spans[1], up.max() + MARGIN * spans[1])
    left = list(range(len(names)))
    while left:
        first = left[0]
        near = [
            index
            for index in left
            if abs(across[index] - across[first]) < NEAR * spans[0] and abs(up[index] - up[first]) < NEAR * spans[1]
        ]
        left = [index for index in left if index not in near]
        axis.annotate(
            short(" | ".join(names[index] for index in near), 60),
            (across[first], up[first]),
            xytext=(6, 5),
            textcoords="offset points",
            fontsize=7,
            color=style.INK,
        )
