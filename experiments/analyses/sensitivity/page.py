"""What the page of a sensitivity analysis shows: figure, tables and words, from its tables alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from experiments.analyses.measures import Measure, why_no_value
from experiments.analyses.page import Drawing, in_unit
from experiments.analyses.parameters import FACTOR, ParameterRange
from experiments.analyses.sensitivity.indices import DUMMY
from experiments.analyses.tool import Findings
from experiments.report import style
from experiments.report.blocks import Note, Points, Section, Table, Text
from experiments.report.effects import outcome_words
from experiments.report.wording import NOTHING, listing, number, quantity, scaled, short, title, unit_of

ROW = 0.21  # inches a parameter takes
SHOWN = 12  # parameters in the figure; the tables hold all
WIDEST = 0.5  # interval of an index from which on variance is not apportioned in words
LABEL = 2.35  # inches for names
FIRST_COLOUR, TOTAL_COLOUR, MUTED = style.AREA_COLOURS[1], style.AREA_COLOURS[0], "#b8b8b8"


def findings_of(
    tables: Mapping[str, pa.Table],
    outcomes: Sequence[Measure],
    ranges: Sequence[ParameterRange],
    noise: Mapping[tuple[str, str], float],
    replicates: int,
) -> Findings:
    """Return what the page and the terminal show."""
    screening, variance = tables["screening"].to_pandas(), tables["variance"].to_pandas()
    answer = tuple(sentence_of(measure, screening, variance) for measure in outcomes)
    warning = Note(
        "Importance is relative to the ranges that were chosen: a wider range makes a parameter matter more. "
        f"The row named {DUMMY} stands for a parameter that sets nothing: it must come out as exactly 0, because all "
        "points share seed and replicates. How well the indices are known is in their intervals; wide ones ask for "
        "more trajectories or base points."
    )
    details = (
        Section("ranges", "What was varied", (range_table(ranges),)),
        Section("screening", "Screening: effect over the whole range", (*screening_tables(outcomes, screening),)),
        Section("variance", "Variance: Sobol indices", (*variance_tables(outcomes, variance),)),
        Section("noise", "How much of it is sampling noise", (noise_table(outcomes, noise, replicates),)),
    )
    return Findings(
        tables,
        Drawing(lambda: draw(outcomes, screening, variance), " ".join(answer), CAPTION),
        (Points(answer), warning),
        details,
        answer,
    )


CAPTION = (
    "Left: mean absolute effect of moving a parameter over its whole range (Morris), with 95% intervals over resampled "
    "trajectories; grey parameters were not kept. Right: part of the outcome's variance that a parameter explains "
    "alone (filled) and with its interactions (hollow), with 95% intervals over resampled designs, cut at the edges."
)


def sentence_of(measure: Measure, screening: pd.DataFrame, variance: pd.DataFrame) -> str:
    """Return in a sentence what matters most to an outcome."""
    rows = screening[(screening["outcome"] == measure.label) & (screening["parameter"] != DUMMY)]
    best = rows.sort_values("importance", ascending=False).head(3)
    unit = unit_of(measure.outcome.split(".")[-1])
    if best["importance"].isna().all():
        return f"{outcome_words(measure.outcome)} ({measure.statistic}): no effects. {title(why_no_value(measure))}."
    if not (best["importance"] > 0.0).any():
        return f"{outcome_words(measure.outcome)} ({measure.statistic}): no parameter moves it in these ranges."
    texts = [
        f"{row.parameter} ({quantity(float(row.mean_effect), unit, True)} from low to high)"
        for row in best.itertuples()
        if row.importance > 0.0
    ]
    text = f"{outcome_words(measure.outcome)} ({measure.statistic}) is moved most by {listing(texts)}"
    rows = variance[(variance["outcome"] == measure.label) & (variance["parameter"] != DUMMY)]
    if len(rows) and rows["total"].isna().all():
        return f"{text}; its variance is not apportioned. {title(why_no_value(measure))}."
    if rows.empty or not (rows["total"] > 0.0).any():
        return f"{text}."
    if float((rows["first_order_high"] - rows["first_order_low"]).max()) > WIDEST:
        return f"{text}; the Sobol intervals are too wide to apportion its variance, which more base points would mend."
    alone = min(1.0, max(0.0, float(rows["first_order"].sum())))
    return f"{text}; parameters acting alone explain {alone:.0%} of its variance among those kept."


def range_table(ranges: Sequence[ParameterRange]) -> Table:
    """Return the table of what was varied."""
    rows = tuple(
        (each.path, f"{each.low:.6g}", f"{each.high:.6g}", "times its value" if each.scale == FACTOR else "value")
        for each in ranges
    )
    return Table("Parameters and their ranges", ("parameter", "low", "high", "the range is of"), rows, (1, 2))


def screening_tables(outcomes: Sequence[Measure], screening: pd.DataFrame) -> list[Table]:
    """Return one table of the screening for each outcome, by importance."""
    head = ("parameter", "mean effect", "mean absolute effect", "low", "high", "between replicates", "spread", "kept")
    tables = []
    for measure in outcomes:
        found = screening[screening["outcome"] == measure.label].sort_values("importance", ascending=False)
        unit = unit_of(measure.outcome.split(".")[-1])
        numbers = ["mean_effect", "importance", "low", "high", "replicate_sd", "spread"]
        factor, words, decimals = scaled([float(value) for value in found[numbers].to_numpy().flat], unit, True)
        rows = tuple(
            (
                str(row["parameter"]),
                *(number(float(row[name]) * factor, decimals, name == "mean_effect") for name in numbers),
                "yes" if row["kept"] else "",
            )
            for row in found.to_dict("records")
        )
        caption = f"{measure.label}{in_unit(words)}"
        tables.append(Table(caption, head, rows, tuple(range(1, 7)), folded=len(outcomes) > 1))
    return tables


def variance_tables(outcomes: Sequence[Measure], variance: pd.DataFrame) -> list[Table | Text]:
    """Return one table of Sobol indices for each outcome."""
    if variance.empty:
        return [Text("Not asked for (base_points = 0), or no parameter moved any outcome.")]
    head = ("parameter", "alone", "low", "high", "with interactions", "low", "high", "between replicates")
    names = ["first_order", "first_order_low", "first_order_high", "total", "total_low", "total_high", "total_sd"]
    tables: list[Table | Text] = []
    for measure in outcomes:
        found = variance[variance["outcome"] == measure.label].sort_values("total", ascending=False)
        rows = tuple(
            (str(row["parameter"]), *(number(float(row[name]), 2) for name in names))
            for row in found.to_dict("records")
        )
        tables.append(Table(measure.label, head, rows, tuple(range(1, 8)), folded=len(outcomes) > 1))
    return tables


def noise_table(outcomes: Sequence[Measure], noise: Mapping[tuple[str, str], float], replicates: int) -> Table:
    """Return what part of the variance between points is sampling noise that replicates do not share."""
    stages = tuple(dict.fromkeys(stage for stage, _ in noise))
    rows = tuple((measure.label, *(_share(noise[stage, measure.label]) for stage in stages)) for measure in outcomes)
    caption = f"Sampling noise in the variance between points, {number(replicates)} replicates averaged"
    return Table(caption, ("outcome", *stages), rows, tuple(range(1, 1 + len(stages))))


def _share(value: float) -> str:
    return f"{value:.1%}" if math.isfinite(value) else NOTHING


def draw(outcomes: Sequence[Measure], screening: pd.DataFrame, variance: pd.DataFrame) -> Canvas:
    """Draw one row of panels for each outcome: screening, and indices beside it."""
    most = min(SHOWN, screening["parameter"].nunique() - 1)
    canvas, axes = style.grid(len(outcomes), 2, panel_height=0.35 + ROW * most, bottom=0.5)
    canvas.subplots_adjust(left=LABEL / style.WIDTH, wspace=(LABEL + 0.1) / 2.2)
    for measure, left, right in zip(outcomes, axes[::2], axes[1::2], strict=True):
        rows = screening[(screening["outcome"] == measure.label) & (screening["parameter"] != DUMMY)]
        _draw_screening(left, measure, rows.sort_values("importance").tail(SHOWN))
        indices = variance[variance["outcome"] == measure.label]
        if indices.empty:
            right.set_axis_off()
        else:
            _draw_indices(right, indices)
    return canvas


def _names(axis: Axes, names: Sequence[str]) -> None:
    axis.set_yticks(range(len(names)), [short(name.replace("behaviour.", ""), 34) for name in names], fontsize=7)
    axis.set_ylim(-0.7, len(names) - 0.3)
    axis.grid(axis="x")
    axis.grid(visible=False, axis="y")


def _draw_screening(axis: Axes, measure: Measure, rows: pd.DataFrame) -> None:
    factor, words, _ = scaled([float(v) for v in rows["importance"]], unit_of(measure.outcome.split(".")[-1]), True)
    for height, row in enumerate(rows.to_dict("records")):
        colour = style.INK if row["kept"] else MUTED
        if math.isfinite(row["low"]):
            axis.plot([max(0.0, row["low"]) * factor, row["high"] * factor], [height] * 2, color=colour, linewidth=1.2)
        axis.plot([row["importance"] * factor], [height], "o", color=colour, markersize=4)
    _names(axis, list(rows["parameter"]))
    axis.set_xlim(left=0.0)
    axis.set_title(f"{short(outcome_words(measure.outcome), 44)} ({measure.statistic})")
    axis.set_xlabel(words.strip(), fontsize=7.5, labelpad=1)


def _draw_indices(axis: Axes, rows: pd.DataFrame) -> None:
    rows = rows[rows["parameter"] != DUMMY].sort_values("total")
    for height, row in enumerate(rows.to_dict("records")):
        for name, colour, fill, step in (
            ("first_order", FIRST_COLOUR, FIRST_COLOUR, -0.16),
            ("total", TOTAL_COLOUR, "white", 0.16),
        ):
            if math.isfinite(row[f"{name}_low"]):
                ends = [max(-0.1, row[f"{name}_low"]), min(1.3, row[f"{name}_high"])]
                axis.plot(ends, [height + step] * 2, color=colour, linewidth=1.2)
            axis.plot([row[name]], [height + step], "o", color=colour, markerfacecolor=fill, markersize=4)
    _names(axis, list(rows["parameter"]))
    axis.set_xlim(-0.1, 1.3)
    axis.set_title("alone and with interactions")
