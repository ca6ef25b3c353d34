"""Who is affected: effects by group, and how many people changed their lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from experiments.report.estimates import Estimate
from experiments.report.figures.marks import EvenDecimals, key
from experiments.report.reading import Study
from experiments.report.style import (
    FAINT,
    INK,
    SCENARIO_LINES,
    LineStyle,
    arm_colour,
    grid,
    panel_title,
    scenario_line,
    to_svg,
)
from experiments.report.wording import number, scaled, short, title

Cell = tuple[str, str, str]  # arm, scenario, group


def draw_groups(
    study: Study, groups: Sequence[str], panels: Sequence[tuple[str, str, Mapping[Cell, Estimate]]], xlabel: str
) -> str:
    """Draw the effect on each group with its interval; panels are (title, unit, estimates)."""
    columns = min(3, len(panels))
    canvas, axes = grid(-(-len(panels) // columns), columns, 1.9)
    canvas.subplots_adjust(bottom=canvas.subplotpars.bottom + 0.02)
    series = [(arm, scenario) for arm in study.policies for scenario in study.scenarios]
    for at, axis in enumerate(axes):
        if at >= len(panels):
            axis.set_visible(False)
            continue
        heading, unit, estimates = panels[at]
        heading = title(heading)
        ends = [value for found in estimates.values() for value in found[:3] if np.isfinite(value)]
        factor, words, _ = scaled(ends, unit, True)
        for index, (arm, scenario) in enumerate(series):
            shift = (index - (len(series) - 1) / 2) * min(0.16, 0.6 / len(series))
            for spot, group in enumerate(groups):
                _draw_estimate(
                    axis,
                    spot + shift,
                    estimates.get((arm, scenario, group)),
                    factor,
                    arm_colour(study.arms, arm),
                    scenario_line(study.scenarios, scenario),
                )
        axis.axhline(0.0, color=FAINT, linewidth=0.9, zorder=1)
        panel_title(axis, f"{heading},{words.replace('percentage ', '')}" if words.strip() else heading)
        axis.set_xticks(range(len(groups)), [short(group, 12) for group in groups])
        axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        axis.yaxis.set_major_formatter(EvenDecimals(signed=True))
        if at >= len(panels) - columns:
            axis.set_xlabel(xlabel)
    key(canvas, study, study.policies, study.scenarios, dates=False)
    return to_svg(canvas)


def _draw_estimate(axis: Axes, x: float, found: Estimate | None, factor: float, colour: str, line: LineStyle) -> None:
    if found is None or not np.isfinite(found.mean):
        return
    hollow = line != SCENARIO_LINES[0]
    if np.isfinite(found.low):
        axis.plot([x, x], [found.low * factor, found.high * factor], color=colour, linewidth=1.3, linestyle=line)
    axis.plot(
        [x],
        [found.mean * factor],
        marker="o",
        markersize=4.5,
        color=colour,
        markerfacecolor="white" if hollow else colour,
    )


def draw_moves(
    study: Study, moves: Sequence[str], panels: Sequence[tuple[str, Mapping[tuple[str, str], Estimate]]]
) -> str:
    """Draw how many people in 1,000 made each move, arm by arm; panels are (scenario, estimates by move and arm)."""
    arms = list(study.arms[1:])
    canvas, axes = grid(1, len(panels), 0.36 * len(moves) * max(1, len(arms) * 0.45) + 0.3)
    canvas.subplots_adjust(left=0.24, wspace=0.10)
    for at, (axis, (scenario, estimates)) in enumerate(zip(axes, panels, strict=True)):
        most = 0.0
        for spot, move in enumerate(moves):
            for index, arm in enumerate(arms):
                found = estimates.get((move, arm))
                if found is None or not np.isfinite(found.mean):
                    continue
                y = spot + (index - (len(arms) - 1) / 2) * 0.8 / len(arms)
                colour = FAINT if arm in study.placebos else arm_colour(study.arms, arm)
                axis.barh(
                    y,
                    found.mean,
                    height=0.72 / len(arms),
                    color=colour,
                    alpha=0.85,
                    hatch="////" if arm in study.placebos else "",
                    edgecolor="white",
                    linewidth=0,
                )
                end = found.high if np.isfinite(found.high) else found.mean
                if np.isfinite(found.low):
                    axis.plot([found.low, found.high], [y, y], color=INK, linewidth=1)
                most = max(most, end)
                axis.annotate(
                    number(found.mean, 1),
                    (max(end, found.mean), y),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7.5,
                    color=INK,
                )
        axis.set_xlim(0, most * 1.16 or 1)
        axis.set_ylim(len(moves) - 0.45, -0.55)
        axis.set_yticks(range(len(moves)), [short(move, 34) for move in moves] if at == 0 else [])
        axis.tick_params(axis="y", labelcolor=INK)
        axis.grid(visible=False, axis="y")
        axis.grid(visible=True, axis="x")
        axis.set_title(f"{short(scenario, 24)}, people in 1,000", fontsize=8.5)
    _arm_key(canvas, study, arms)
    return to_svg(canvas)


def _arm_key(canvas: Canvas, study: Study, arms: Sequence[str]) -> None:
    patches = [
        Patch(
            facecolor=FAINT if arm in study.placebos else arm_colour(study.arms, arm),
            hatch="////" if arm in study.placebos else "",
            edgecolor="white",
            linewidth=0,
            label=short(arm),
        )
        for arm in arms
    ]
    canvas.legend(
        handles=patches,
        loc="upper left",
        ncols=len(patches),
        frameon=False,
        fontsize=8,
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.1,
    )
