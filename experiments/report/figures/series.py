"""Lines over time: the median replicate with a band from the smallest to the largest, in small multiples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.report.estimates import Band, band
from experiments.report.figures.marks import (
    calendar_ticks,
    draw_line,
    end_labels,
    key,
    last_point,
    mark_dates,
    percent_ticks,
    plain_ticks,
)
from experiments.report.reading import Study
from experiments.report.style import FAINT, WIDTH, arm_colour, grid, panel_title, scenario_line, to_svg
from experiments.report.wording import plain, short, title

CUT = 1.5  # how far beyond the usual range of the medians an axis may reach, in such ranges


class Panel(NamedTuple):
    """One panel: a title, its unit (share or number), and rows of arm, scenario, replicate, month and `value`."""

    title: str
    unit: str
    rows: pd.DataFrame
    side: str = ""  # what the row of panels shows, written along its left edge


def draw_series(study: Study, panels: Sequence[Panel], columns: int = 3, panel_height: float = 1.75) -> str:
    """Draw panels side by side; arms differ in colour, scenarios in line style; the last column names the lines."""
    rows = -(-len(panels) // columns)
    several = len(study.drawn) * len(study.scenarios) > 1
    canvas, axes = grid(rows, columns, panel_height, right=1.45 if several else 0.1)
    if any(panel.side for panel in panels):
        canvas.subplots_adjust(left=0.82 / WIDTH)
    for at, axis in enumerate(axes):
        if at >= len(panels):
            axis.set_visible(False)
            continue
        ends = _draw_panel(axis, study, panels[at])
        if several and (at % columns == columns - 1 or at == len(panels) - 1):
            end_labels(axis, ends, 7.5)
    key(canvas, study, study.drawn, study.scenarios)
    return to_svg(canvas)


def _draw_panel(axis: Axes, study: Study, panel: Panel) -> list[tuple[float, float, str, str]]:
    mark_dates(axis, study, study.scenarios)
    ends = []
    drawn: list[Band] = []
    runs = dict(tuple(panel.rows.groupby(["arm", "scenario"], sort=False)))
    for scenario in study.scenarios:
        for arm in study.drawn:
            rows = runs.get((arm, scenario))
            line = band(rows, "value") if rows is not None else None
            if line is None or not np.isfinite(line.median).any():
                continue
            drawn.append(line)
            colour = arm_colour(study.arms, arm)
            if study.replicates > 1:
                axis.fill_between(line.months, line.low, line.high, color=colour, alpha=0.13, linewidth=0)
            style = scenario_line(study.scenarios, scenario)
            draw_line(axis, line.months, line.median, color=colour, linestyle=style)
            name = short(arm, 16) + (f" · {short(scenario, 12)}" if len(study.scenarios) > 1 else "")
            ends.append((*last_point(line.months, line.median), name, colour))
    panel_title(axis, title(plain(panel.title).replace("_", " ")), 9)
    if panel.side:
        axis.set_ylabel(panel.side, labelpad=4)
    calendar_ticks(axis, study)
    (percent_ticks if panel.unit == "share" else plain_ticks)(axis)
    axis.margins(y=0.06)
    _cut(axis, drawn)
    return ends


def _cut(axis: Axes, drawn: Sequence[Band]) -> None:
    """Cut an axis that a few months would stretch until nothing else can be read, and mark it."""
    medians = np.concatenate([line.median[np.isfinite(line.median)] for line in drawn]) if drawn else np.zeros(1)
    low, high = np.quantile(medians, [0.02, 0.98])
    reach = max(float(high - low), 1e-12)
    bottom, top = axis.get_ylim()
    cut_bottom, cut_top = max(bottom, low - CUT * reach), min(top, high + CUT * reach)
    if (cut_bottom, cut_top) != (bottom, top) and reach > 1e-12 and (top - bottom) > 2 * CUT * reach:
        axis.set_ylim(cut_bottom, cut_top)
        axis.text(0.99, 0.98, "axis cut", transform=axis.transAxes, ha="right", va="top", fontsize=6.5, color=FAINT)
