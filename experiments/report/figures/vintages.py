"""Vintage curves: how much of what was lent in a half-year has ever been 90 days late, by months on book."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import to_hex

from experiments.report.figures.marks import end_labels, percent_ticks
from experiments.report.reading import Study
from experiments.report.style import FAINT, grid, to_svg
from experiments.report.wording import short


def draw_vintages(study: Study, curves: pd.DataFrame, arms: Sequence[str]) -> str:
    """Draw a row per scenario and a column per arm; curves have arm, scenario, cohort, after, months_on_book, share."""
    columns = len(arms)
    canvas, axes = grid(len(study.scenarios), columns, 2.5, right=0.75, bottom=0.5, sharey=True)
    canvas.subplots_adjust(wspace=0.34)
    cohorts = sorted(curves["cohort"].unique())
    shades = colormaps["cividis"]
    for at, axis in enumerate(axes):
        scenario, arm = study.scenarios[at // columns], arms[at % columns]
        mine = curves[(curves["arm"] == arm) & (curves["scenario"] == scenario)]
        ends = []
        for cohort, rows in mine.groupby("cohort", sort=True):
            position = cohorts.index(cohort) / max(len(cohorts) - 1, 1)
            after = bool(rows["after"].iloc[0])
            colour = to_hex(shades(0.02 + 0.7 * position))
            rows = rows.sort_values("months_on_book")
            x, y = rows["months_on_book"].to_numpy(), rows["share"].to_numpy()
            axis.plot(
                x,
                y,
                color=colour,
                linewidth=1.7 if after else 1.1,
                linestyle="-" if after or study.effective is None else (0, (3, 1.5)),
            )
            ends.append((float(x[-1]), float(y[-1]), str(cohort), colour))
        axis.set_title(f"{short(arm, 22)} · {short(scenario, 18)}")
        axis.set_xlim(0, curves["months_on_book"].max())
        axis.set_ylim(0, curves["share"].max() * 1.06 or 1)
        axis.tick_params(labelleft=at % columns == 0)
        percent_ticks(axis)
        if at // columns == len(study.scenarios) - 1:
            axis.set_xlabel("months on book")
        end_labels(axis, ends, 7.0)
    if study.effective is not None:
        words = "solid: lent after the first rule took effect; dashed: before"
        canvas.text(0.01, 0.995, words, va="top", fontsize=8, color=FAINT)
    return to_svg(canvas)
