"""Marks that several figures share: shading of shocks, lines of dates, labels that do not overlap, keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, Formatter, FuncFormatter, MaxNLocator

from experiments.report.reading import Study
from experiments.report.style import FAINT, INK, SHOCK, arm_colour, scenario_line
from experiments.report.wording import number, short
from experiments.tables.months import year_month


def calendar_ticks(axis: Axes, study: Study) -> None:
    """Label a month axis with calendar years, or with month numbers if no date is known."""
    axis.set_xlim(0, max(study.months - 1, 1))
    if not study.start:
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        return
    year, month = (int(part) for part in study.start.split("-"))
    januaries = [ahead for ahead in range(study.months) if (month - 1 + ahead) % 12 == 0]
    if len(januaries) < 2:
        januaries = list(range(0, study.months, max(study.months // 4, 1)))
        axis.xaxis.set_major_locator(FixedLocator(januaries))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda at, _: year_month(study.start, int(at))))
        return
    step = 1 + (len(januaries) - 1) // 4
    axis.xaxis.set_major_locator(FixedLocator(januaries[::step]))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda at, _: str(year + (month - 1 + int(at)) // 12)))


def month_name(study: Study, month: int) -> str:
    """Return a month as YYYY-MM, or as `month 24` if no date is known."""
    return year_month(study.start, month) if study.start else f"month {month}"


def mark_dates(axis: Axes, study: Study, scenarios: Sequence[str]) -> None:
    """Shade the shock window and draw the first announcement (dotted) and the first rule in force (solid)."""
    for scenario in scenarios:
        window = study.shock_window(scenario)
        if window:
            axis.axvspan(window[0], min(window[1], study.months), color=SHOCK, linewidth=0, zorder=0)
    for month, style in ((study.announced, (0, (1, 1.5))), (study.effective, "-")):
        if month is not None:
            axis.axvline(month, color=FAINT, linewidth=0.8, linestyle=style, zorder=1)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart until each has its gap, staying within bounds and keeping their order."""
    order = np.argsort(np.asarray(wanted), kind="stable")
    moved = np.clip(np.asarray(wanted, dtype=float)[order], low, high)
    for _ in range(60):
        for at in range(len(moved) - 1):
            lack = gap - (moved[at + 1] - moved[at])
            if lack > 1e-12:
                moved[at] -= lack / 2
                moved[at + 1] += lack / 2
        moved = moved + max(0.0, low - moved.min()) if len(moved) else moved
        moved = moved - max(0.0, moved.max() - high) if len(moved) else moved
    result = [0.0] * len(wanted)
    for rank, position in enumerate(order):
        result[int(position)] = float(moved[rank])
    return result


def canvas_of(axis: Axes) -> Canvas:
    """Return the whole figure that an axis is drawn on."""
    canvas = axis.get_figure(root=True)
    if canvas is None:
        raise ValueError("the axis stands on no figure")
    return canvas


def draw_line(axis: Axes, x: np.ndarray, y: np.ndarray, color: str, **look: Any) -> None:
    """Draw a line with a gap wherever there is no value; a value between two gaps is a dot."""
    axis.plot(x, y, color=color, **look)
    known = np.concatenate([[False], np.isfinite(y), [False]])
    alone = known[1:-1] & ~known[:-2] & ~known[2:]
    if alone.any():
        axis.plot(x[alone], y[alone], ".", color=color, markersize=3)


def last_point(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return where a line ends: at its last value; NaN without any."""
    known = np.flatnonzero(np.isfinite(y))
    return (float(x[known[-1]]), float(y[known[-1]])) if known.size else (float("nan"), float("nan"))


def end_labels(axis: Axes, ends: Sequence[tuple[float, float, str, str]], size: float = 8.0) -> None:
    """Write names at the right ends of lines: (x, y, text, colour), moved apart where they would overlap."""
    ends = [end for end in ends if np.isfinite(end[1])]
    if not ends:
        return
    low, high = axis.get_ylim()
    height = axis.get_window_extent().height * 72.0 / canvas_of(axis).dpi
    gap = (high - low) * (size * 1.2) / max(height, 1.0)
    positions = spread([end[1] for end in ends], gap, low, high)
    left, right = axis.get_xlim()
    for (x, y, text, colour), position in zip(ends, positions, strict=True):
        beside = right + (right - left) * 0.045
        axis.plot([x, beside], [y, position], color=colour, linewidth=0.5, clip_on=False)
        axis.text(beside + (right - left) * 0.01, position, text, color=colour, fontsize=size, va="center")
    axis.set_xlim(left, right)
    axis.set_ylim(low, high)


def key(canvas: Canvas, study: Study, arms: Sequence[str], scenarios: Sequence[str], dates: bool = True) -> None:
    """Draw one key above the panels: colour is the arm, line style the scenario."""
    lines = [Line2D([], [], color=arm_colour(study.arms, arm), linewidth=2.2, label=short(arm)) for arm in arms]
    if len(scenarios) > 1:
        lines += [
            Line2D([], [], color=FAINT, linestyle=scenario_line(study.scenarios, scenario), label=short(scenario))
            for scenario in scenarios
        ]
    if dates and study.announced is not None:
        lines.append(Line2D([], [], color=FAINT, linewidth=0.8, linestyle=(0, (1, 1.5)), label="announced"))
    if dates and study.effective is not None:
        lines.append(Line2D([], [], color=FAINT, linewidth=0.8, label="first rule in force"))
    if dates and any(study.shock_window(scenario) for scenario in scenarios):
        lines.append(Line2D([], [], color=SHOCK, linewidth=7, label="shock window"))
    canvas.legend(
        handles=lines,
        loc="upper left",
        ncols=len(lines),
        frameon=False,
        fontsize=8,
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.1,
        handlelength=2.2,
        columnspacing=1.3,
        labelcolor=INK,
    )


def percent_ticks(axis: Axes) -> None:
    """Show shares as percentages on the y axis."""
    axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axis.yaxis.set_major_formatter(FuncFormatter(_percent))


def _percent(share: float, _: object) -> str:
    points = round(share * 100, 6)
    decimals = 0 if points == int(points) else 1 if round(points * 10, 4) == int(round(points * 10, 4)) else 2
    return number(points, decimals) + "%"


def plain_ticks(axis: Axes) -> None:
    """Show numbers with thin separators on the y axis."""
    axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axis.yaxis.set_major_formatter(EvenDecimals(signed=False))


class EvenDecimals(Formatter):
    """Writes tick labels with as many decimals as the finest of them needs, thin separators and, if wanted, signs."""

    def __init__(self, signed: bool) -> None:
        self.signed = signed
        self.decimals = 0

    def set_locs(self, locs: Sequence[float]) -> None:
        """Choose the decimals for these tick positions."""
        self.decimals = next((digits for digits in range(6) if all(abs(x - round(x, digits)) < 1e-9 for x in locs)), 6)

    def __call__(self, value: float, pos: int | None = None) -> str:  # noqa: ARG002  (Matplotlib passes it)
        """Return the label of one tick."""
        return "0" if abs(value) < 1e-12 else number(value, self.decimals, self.signed)
