"""Dose and response: effects against the value that a sweep varied, with intervals and single replicates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from experiments.report.figures.marks import EvenDecimals
from experiments.report.style import AREA_COLOURS, FAINT, INK, grid, to_svg
from experiments.report.wording import scaled, short, title

MOST_COLUMNS, MOST_TICKS = 3, 7
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


class Point(NamedTuple):
    """One effect at one value: where it stands, mean and ends, and the replicates."""

    position: float
    mean: float
    low: float
    high: float
    dots: tuple[float, ...]


class Curve(NamedTuple):
    """The effects of one line through the values: what it holds fixed, and its points in order of position."""

    name: str
    points: tuple[Point, ...]


class Response(NamedTuple):
    """One panel: an outcome and its unit, what is varied, and the names of its values where they are no numbers."""

    title: str
    unit: str
    varied: str
    ticks: tuple[str, ...]  # empty = the positions are numbers
    curves: tuple[Curve, ...]


def draw_doses(responses: Sequence[Response]) -> str:
    """Draw one panel per outcome and parameter; colours and markers distinguish the curves."""
    columns = min(MOST_COLUMNS, len(responses))
    canvas, axes = grid(-(-len(responses) // columns), columns, 2.3, bottom=0.5)
    canvas.subplots_adjust(hspace=0.5)
    names = list(dict.fromkeys(curve.name for response in responses for curve in response.curves))
    for at, axis in enumerate(axes):
        if at >= len(responses):
            axis.set_visible(False)
            continue
        _draw(axis, responses[at], names)
    _key(canvas, names)
    return to_svg(canvas)


def _draw(axis: Axes, response: Response, names: Sequence[str]) -> None:
    shown = [value for curve in response.curves for point in curve.points for value in (*point[1:4], *point.dots)]
    factor, words, _ = scaled([value for value in shown if np.isfinite(value)], response.unit, True)
    positions = sorted({point.position for curve in response.curves for point in curve.points})
    reach = (positions[-1] - positions[0]) or 1.0
    for curve in response.curves:
        rank = names.index(curve.name)
        colour, marker = AREA_COLOURS[rank % len(AREA_COLOURS)], MARKERS[rank % len(MARKERS)]
        shift = (rank - (len(names) - 1) / 2) * 0.012 * reach
        at = [point.position + shift for point in curve.points]
        axis.plot(at, [point.mean * factor for point in curve.points], color=colour, linewidth=1.1, alpha=0.8)
        for position, point in zip(at, curve.points, strict=True):
            if np.isfinite(point.low):
                axis.plot([position, position], [point.low * factor, point.high * factor], color=colour, linewidth=1.4)
            axis.plot([position] * len(point.dots), [dot * factor for dot in point.dots], "_", color=colour, alpha=0.45)
            axis.plot([position], [point.mean * factor], marker=marker, color=colour, markersize=5)
    axis.axhline(0.0, color=FAINT, linewidth=0.9, zorder=1)
    axis.set_title(short(title(response.title), 46), fontsize=8.5)
    if words.strip():
        axis.set_ylabel(words.strip())
    axis.set_xlabel(response.varied)
    axis.set_xlim(positions[0] - 0.08 * reach, positions[-1] + 0.08 * reach)
    if response.ticks:
        axis.set_xticks(range(len(response.ticks)), [short(tick, 14) for tick in response.ticks])
    elif len(positions) <= MOST_TICKS:
        axis.set_xticks(positions, [f"{position:g}" for position in positions])
    else:
        axis.xaxis.set_major_locator(MaxNLocator(MOST_TICKS - 1))
    axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axis.yaxis.set_major_formatter(EvenDecimals(signed=True))


def _key(canvas: Canvas, names: Sequence[str]) -> None:
    lines = [
        Line2D(
            [],
            [],
            color=AREA_COLOURS[rank % len(AREA_COLOURS)],
            marker=MARKERS[rank % len(MARKERS)],
            linewidth=1.1,
            label=short(name, 40),
        )
        for rank, name in enumerate(names[:8])
    ]
    canvas.legend(
        handles=lines,
        loc="upper left",
        ncols=min(len(lines), 4),
        frameon=False,
        fontsize=8,
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.1,
        labelcolor=INK,
    )
