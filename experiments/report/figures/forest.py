"""Effects with their intervals and replicates, one strip per outcome because units differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from experiments.report.figures.marks import EvenDecimals
from experiments.report.style import FAINT, INK, WIDTH, to_svg
from experiments.report.wording import THIN_SPACE, interval, scaled


class Bar(NamedTuple):
    """One effect: whose it is, mean and ends, replicates, colour, line style and the words to its right."""

    name: str
    mean: float
    low: float
    high: float
    dots: tuple[float, ...]
    colour: str
    hollow: bool
    words: str


class Strip(NamedTuple):
    """One outcome with its unit and its bars."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


def draw_forest(strips: Sequence[Strip]) -> str:
    """Draw strips below each other; the vertical line in each is zero."""
    heights = [0.24 * len(strip.bars) + 0.18 for strip in strips]
    gap, top, bottom = 0.56, 0.28, 0.34
    height = math.fsum(heights) + gap * (len(strips) - 1) + top + bottom
    canvas = Canvas(figsize=(WIDTH, height))
    position = height - top
    for strip, strip_height in zip(strips, heights, strict=True):
        position -= strip_height
        axis = canvas.add_axes((2.05 / WIDTH, position / height, 4.6 / WIDTH, strip_height / height))
        _draw_strip(axis, strip)
        position -= gap
    return to_svg(canvas)


def _draw_strip(axis: Axes, strip: Strip) -> None:
    finite = [value for bar in strip.bars for value in (bar.mean, bar.low, bar.high, *bar.dots) if np.isfinite(value)]
    factor, words, _ = scaled(finite, strip.unit, True)
    for row, bar in enumerate(strip.bars):
        fill = "white" if bar.hollow else bar.colour
        if np.isfinite(bar.low) and np.isfinite(bar.high):
            axis.plot(
                [bar.low * factor, bar.high * factor],
                [row, row],
                color=bar.colour,
                linewidth=1.6,
                solid_capstyle="butt",
            )
        axis.plot(
            [dot * factor for dot in bar.dots],
            [row + 0.24] * len(bar.dots),
            "|",
            color=bar.colour,
            markersize=3.5,
            alpha=0.7,
        )
        axis.plot([bar.mean * factor], [row], marker="o", color=bar.colour, markerfacecolor=fill, markersize=5.5)
        axis.annotate(
            bar.words,
            (1.0, row),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            fontsize=7.8,
            va="center",
            color=INK,
            annotation_clip=False,
        )
    axis.axvline(0.0, color=FAINT, linewidth=0.9, zorder=0)
    axis.set_ylim(len(strip.bars) - 0.45, -0.55)
    axis.set_yticks(range(len(strip.bars)), [bar.name for bar in strip.bars])
    axis.tick_params(axis="y", labelcolor=INK)
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")
    axis.spines["left"].set_visible(False)
    axis.set_title(f"{strip.title}, change in{words.replace(THIN_SPACE, ' ') if words.strip() else ' number'}", x=-0.44)
    reach = max((abs(value) for value in finite), default=0.0) * factor
    least, most = min([0.0, *[value * factor for value in finite]]), max([0.0, *[value * factor for value in finite]])
    if reach == 0.0:  # nothing but zero: no scale is better than another
        axis.set_xlim(-1.0, 1.0)
        axis.set_xticks([0.0])
        return
    axis.set_xlim(least - 0.06 * reach, most + 0.06 * reach)
    axis.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.xaxis.set_major_formatter(EvenDecimals(signed=True))


def effect_words(
    mean: float, low: float, high: float, unit: str, replicates: int, identical: bool, beside: Sequence[float] = ()
) -> str:
    """Write an effect for the margin of the figure, in the unit of the values shown beside it."""
    if identical:
        return f"identical (n = {replicates})"
    text, low_text, high_text, _ = interval(mean, low, high, unit, beside)
    if not (np.isfinite(low) and np.isfinite(high)):
        return f"{text}  {'no spread  ' if replicates > 1 else ''}n = {replicates}"
    return f"{text}  [{low_text}, {high_text}]  n = {replicates}"
