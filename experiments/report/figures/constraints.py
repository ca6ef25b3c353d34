"""Why credit was refused: the share of refused money by constraint over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Patch

from experiments.report.figures.marks import calendar_ticks, end_labels, mark_dates, percent_ticks
from experiments.report.reading import Study
from experiments.report.style import AREA_COLOURS, INK, grid, to_svg
from experiments.report.wording import short


def draw_constraints(study: Study, constraints: Sequence[str], shares: Mapping[tuple[str, str], np.ndarray]) -> str:
    """Draw stacked shares, a row per scenario and a column per arm; shares are month x constraint."""
    columns = len(study.drawn)
    canvas, axes = grid(len(study.scenarios), columns, 2.0, right=1.3)
    canvas.subplots_adjust(wspace=0.18)
    for at, axis in enumerate(axes):
        scenario, arm = study.scenarios[at // columns], study.drawn[at % columns]
        stack = shares.get((arm, scenario))
        axis.set_title(f"{short(arm, 22)} · {short(scenario, 18)}")
        if stack is None:
            axis.set_visible(False)
            continue
        months = np.arange(stack.shape[0])
        tops = np.cumsum(stack, axis=1)
        ends = []
        for index, constraint in enumerate(constraints):
            colour = AREA_COLOURS[index % len(AREA_COLOURS)]
            bottom = tops[:, index] - stack[:, index]
            axis.fill_between(months, bottom, tops[:, index], color=colour, linewidth=0.4, edgecolor="white")
            known = stack[np.isfinite(stack[:, index]), index]
            if known.size and (known[-6:].mean() > 0.02):
                ends.append((float(months[-1]), float((bottom + stack[:, index] / 2)[-1]), short(constraint, 20), INK))
        calendar_ticks(axis, study)
        axis.set_ylim(0, 1)
        percent_ticks(axis)
        axis.tick_params(labelleft=at % columns == 0)
        mark_dates(axis, study, ())
        if at % columns == columns - 1:
            end_labels(axis, ends, 7.5)
    patches = [
        Patch(color=AREA_COLOURS[index % len(AREA_COLOURS)], label=short(constraint, 18))
        for index, constraint in enumerate(constraints)
    ]
    canvas.legend(
        handles=patches,
        loc="upper left",
        ncols=8,
        frameon=False,
        fontsize=7.5,
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.1,
        handlelength=1.1,
        columnspacing=1.0,
    )
    return to_svg(canvas)
