"""What the page of a reverse stress test shows: figure, tables and words, from its tables alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from experiments.analyses.measures import Measure, why_no_value
from experiments.analyses.page import Drawing, in_unit
from experiments.analyses.parameters import ParameterRange
from experiments.analyses.reverse_stress.bracketing import BROKEN_AT_LOW, FOUND, NEVER_BROKEN, UNKNOWN
from experiments.analyses.tool import Findings
from experiments.report import style
from experiments.report.blocks import Note, Points, Section, Table
from experiments.report.effects import outcome_words
from experiments.report.estimates import estimate
from experiments.report.wording import NOTHING, counted, number, quantity, scaled, title, unit_of

SHARE, MEAN = "share", "mean"
PATH_COLOURS = ("#8a8a8a", "#0072B2", "#D55E00")


def findings_of(
    tables: Mapping[str, pa.Table],
    parameter: ParameterRange,
    measure: Measure,
    limit: float,
    broken: str,
    broken_share: float,
    tolerance: float,
) -> Findings:
    """Return what the page and the terminal show."""
    brackets = tables["brackets"].to_pandas().set_index("target")
    tried, path = tables["tried"].to_pandas(), tables["path"].to_pandas()
    tried["broken"] = tried["broken"].eq(True)  # null where there is no value
    unit = unit_of(measure.outcome.split(".")[-1])
    words = f"{outcome_words(measure.outcome)} ({measure.statistic}) {broken} {quantity(limit, unit)}"
    lines = (
        target_sentence(f"On average over replicates, {words}", brackets.loc[MEAN], parameter),
        target_sentence(f"In {broken_share:.0%} of the replicates or more, {words}", brackets.loc[SHARE], parameter),
        replicates_sentence(brackets.drop([MEAN, SHARE]), parameter),
    )
    notes = tuple(Note(text) for text in (monotony(brackets), unknown_note(brackets, measure)) if text)
    details = (
        Section("brackets", "Where it breaks", (bracket_table(brackets, tolerance),)),
        Section("tried", "All that was tried", (tried_table(tried, unit),)),
    )
    return Findings(
        tables,
        Drawing(lambda: draw(tried, path, brackets, parameter, measure, limit), " ".join(lines), CAPTION),
        (Points(lines), *notes),
        details,
        (*lines, *(note.text for note in notes)),
    )


CAPTION = (
    "Left: the measure at every value tried, one line for each replicate, and their mean in black where all were "
    "tried; crosses break the limit, and what lies far beyond it is cut off. The band is the bracket of the mean. "
    "Right: the outcome month by month, all replicates, at the lower end of the range, just below the breaking value "
    "and at it."
)


def target_sentence(subject: str, bracket: pd.Series, parameter: ParameterRange) -> str:
    """Return where one target breaks, or that it does not, in a sentence."""
    if bracket["status"] == FOUND:
        return f"{subject} first at {parameter.path} between {bracket['low']:.6g} and {bracket['high']:.6g}."
    if bracket["status"] == NEVER_BROKEN:
        return f"{subject}: at no value tried, up to {parameter.path} = {bracket['low']:.6g}."
    if bracket["status"] == UNKNOWN:
        return f"{subject}: the breaking value is unknown, since the measure has no value where it is needed."
    return (
        f"{subject}: already at the lower end, {parameter.path} = {parameter.low:.6g}; the search covers nothing below."
    )


def replicates_sentence(brackets: pd.DataFrame, parameter: ParameterRange) -> str:
    """Return the result of single replicates, with the interval of their mean breaking value."""
    found = brackets[brackets["status"] == FOUND]
    never, at_low, unknown = (
        int((brackets["status"] == status).sum()) for status in (NEVER_BROKEN, BROKEN_AT_LOW, UNKNOWN)
    )
    others = f"{never} never, {at_low} at the lower end already"
    if unknown:
        others += f", and {unknown} are unknown"
    if len(found) < len(brackets):
        return f"Of {counted(len(brackets), 'replicate')}, {len(found)} break inside the range, {others}."
    values = estimate([float(value) for value in found["breaking_value"]])
    text = f"Replicate by replicate the breaking value is {values.mean:.4g} on average"
    if values.has_interval:
        text += f" (95% interval {values.low:.4g} to {values.high:.4g}, {counted(values.replicates, 'replicate')})"
    return f"{text}, in units of {parameter.path}."


def monotony(brackets: pd.DataFrame) -> str:
    """Return a warning when larger values held again, or nothing."""
    again = brackets[brackets["held_beyond"] > 0]
    if again.empty:
        return ""
    return (
        f"Not monotone: beyond the first breaking value the limit held again at some larger value for {len(again)} of "
        f"{len(brackets)} targets. The brackets are of the first crossing among the values tried."
    )


def unknown_note(brackets: pd.DataFrame, measure: Measure) -> str:
    """Return a warning when the measure lacks values, or nothing."""
    lacking = brackets[brackets["without_value"] > 0]
    if lacking.empty:
        return ""
    return (
        f"For {len(lacking)} of {len(brackets)} targets it is unknown for some values tried whether the limit is "
        "broken; they count neither as broken nor as held, and a bracket around them may stay wider than was asked. "
        f"{title(why_no_value(measure))}."
    )


def bracket_table(brackets: pd.DataFrame, tolerance: float) -> Table:
    """Return the brackets of all targets."""
    rows = tuple(
        (
            str(name),
            str(row["status"]).replace("_", " "),
            *(f"{row[end]:.6g}" if np.isfinite(row[end]) else NOTHING for end in ("low", "high")),
            number(int(row["tried"])),
            number(int(row["held_beyond"])),
            number(int(row["without_value"])),
        )
        for name, row in brackets.iterrows()
    )
    head = ("target", "result", "holds at", "breaks at", "values tried", "held again beyond", "without a value")
    return Table(f"Brackets, narrowed to {tolerance:g}", head, rows, (2, 3, 4, 5, 6))


def tried_table(tried: pd.DataFrame, unit: str) -> Table:
    """Return the measure by value and replicate."""
    wide = tried.pivot(index="value", columns="replicate", values="statistic").sort_index()
    factor, words, decimals = scaled([float(v) for v in tried["statistic"]], unit, False)
    rows = tuple(
        (f"{value:.6g}", *(number(float(v) * factor, decimals) if np.isfinite(v) else NOTHING for v in row))
        for value, row in zip(wide.index, wide.to_numpy(float), strict=True)
    )
    head = ("value", *(f"replicate {replicate}" for replicate in wide.columns))
    caption = f"The measure at every value{in_unit(words)}"
    return Table(caption, head, rows, tuple(range(len(head))), folded=True)


def draw(
    tried: pd.DataFrame,
    path: pd.DataFrame,
    brackets: pd.DataFrame,
    parameter: ParameterRange,
    measure: Measure,
    limit: float,
) -> Canvas:
    """Draw what was tried, and the paths around the breaking value."""
    canvas, (left, right) = style.grid(1, 2, panel_height=3.0, bottom=0.5)
    unit = unit_of(measure.outcome.split(".")[-1])
    factor, words, _ = scaled([*(float(v) for v in tried["statistic"]), limit], unit, False)
    _draw_tried(left, tried, brackets, factor)
    left.set_xlabel(parameter.path)
    left.set_title(f"{measure.statistic} of {outcome_words(measure.outcome)}{in_unit(words)}")
    for end, colour in zip(dict.fromkeys(path["place"]), PATH_COLOURS, strict=False):
        rows = path[path["place"] == end]
        for _, one in rows.groupby("replicate", sort=True):
            right.plot(one["month"], one["outcome"] * factor, color=colour, linewidth=0.9, alpha=0.7)
        right.plot([], [], color=colour, label=f"{end}: {rows['value'].iloc[0]:.4g}")
    left.set_ylim(*_shown(tried, limit, factor))
    right.set_title("month by month")
    right.set_xlabel("month")
    right.legend(frameon=False, fontsize=7.5, loc="best")
    for axis in (left, right):
        axis.axhline(limit * factor, color=style.ARM_COLOURS[1], linewidth=0.9, linestyle=(0, (4, 2)))
    return canvas


def _shown(tried: pd.DataFrame, limit: float, factor: float) -> tuple[float, float]:
    """Return the ends of the axis: half as far again beyond the limit as values that hold lie on its other side."""
    all_values = tried["statistic"].dropna()
    if all_values.empty:
        return (limit - 1.0) * factor, (limit + 1.0) * factor
    holding = tried.loc[~tried["broken"], "statistic"].dropna()
    reach = float((holding - limit).abs().max()) if len(holding) else float((all_values - limit).abs().min())
    reach = reach or 1.0
    low = max(float(all_values.min()), limit - 1.5 * reach)
    high = min(float(all_values.max()), limit + 1.5 * reach)
    margin = 0.05 * (max(high, limit) - min(low, limit))
    return (min(low, limit) - margin) * factor, (max(high, limit) + margin) * factor


def _draw_tried(axis: Axes, tried: pd.DataFrame, brackets: pd.DataFrame, factor: float) -> None:
    mean = brackets.loc[MEAN]
    if mean["status"] == FOUND:
        axis.axvspan(mean["low"], mean["high"], color="#f3d2bf", zorder=0)
    replicates = tried["replicate"].nunique()
    for _, one in tried.groupby("replicate", sort=True):
        axis.plot(one["value"], one["statistic"] * factor, color=style.FAINT, linewidth=0.8)
        for is_broken, mark in ((False, "o"), (True, "x")):
            some = one[one["broken"] == is_broken]
            axis.plot(some["value"], some["statistic"] * factor, mark, color=style.FAINT, markersize=3.5)
    by_value = tried.groupby("value", sort=True)["statistic"]
    whole = by_value.mean()[by_value.count() == replicates]
    axis.plot(whole.index, whole * factor, color=style.INK, linewidth=1.6)
