"""Effects by month since the announcement: a line with its pointwise interval, one panel per outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.report.figures.marks import EvenDecimals, draw_line, end_labels, key, last_point
from experiments.report.reading import Study
from experiments.report.style import FAINT, arm_colour, grid, panel_title, scenario_line, to_svg
from experiments.report.wording import scaled, short, title

COLUMNS = 3
MOST_LINES = 6  # of arms and scenarios together; beyond, the first scenario alone is drawn


def scenarios_drawn(study: Study) -> tuple[str, ...]:
    """Return the scenarios whose effects fit into one panel."""
    return study.scenarios if len(study.policies) * len(study.scenarios) <= MOST_LINES else study.scenarios[:1]


def draw_profiles(study: Study, panels: Sequence[tuple[str, str, pd.DataFrame]]) -> str:
    """Draw panels of (title, unit, rows of the table `profiles`); the dotted line is the announcement."""
    rows = -(-len(panels) // COLUMNS)
    scenarios = scenarios_drawn(study)
    several = len(study.policies) * len(scenarios) > 1
    canvas, axes = grid(rows, COLUMNS, 1.75, right=1.45 if several else 0.1, bottom=0.5)
    for at, axis in enumerate(axes):
        if at >= len(panels):
            axis.set_visible(False)
            continue
        heading, unit, found = panels[at]
        ends = _draw_panel(axis, study, heading, unit, found)
        if several and (at % COLUMNS == COLUMNS - 1 or at == len(panels) - 1):
            end_labels(axis, ends, 7.5)
        if at >= len(panels) - COLUMNS:
            axis.set_xlabel("months since the announcement")
    key(canvas, study, study.policies, scenarios, dates=False)
    return to_svg(canvas)


def _draw_panel(
    axis: Axes, study: Study, heading: str, unit: str, found: pd.DataFrame
) -> list[tuple[float, float, str, str]]:
    numbers = found[["mean", "low", "high"]].to_numpy(float)
    factor, words, _ = scaled(list(numbers[np.isfinite(numbers)]), unit, True)
    ends = []
    for scenario in scenarios_drawn(study):
        for arm in study.policies:
            line = found[(found["arm"] == arm) & (found["scenario"] == scenario)].sort_values("month")
            if line.empty:
                continue
            months = line["months_since_announcement"].to_numpy(float)
            mean, low, high = (line[name].to_numpy(float) * factor for name in ("mean", "low", "high"))
            colour = arm_colour(study.arms, arm)
            axis.fill_between(months, low, high, color=colour, alpha=0.15, linewidth=0)
            look = scenario_line(study.scenarios, scenario)
            draw_line(axis, months, mean, color=colour, linewidth=1.2, linestyle=look)
            name = short(arm, 16) + (f" · {short(scenario, 12)}" if len(scenarios_drawn(study)) > 1 else "")
            ends.append((*last_point(months, mean), name, colour))
    axis.axhline(0.0, color=FAINT, linewidth=0.9, zorder=1)
    axis.axvline(0.0, color=FAINT, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=1)
    panel_title(axis, title(heading))
    if words.strip():
        axis.set_ylabel(words.strip())
    axis.margins(x=0.0)
    axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axis.yaxis.set_major_formatter(EvenDecimals(signed=True))
    return ends
