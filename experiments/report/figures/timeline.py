"""The policy time line: when each rule is announced and takes effect, and when shocks last."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from experiments.report.figures.marks import calendar_ticks, month_name
from experiments.report.reading import Study
from experiments.report.style import FAINT, INK, SHOCK, WIDTH, arm_colour, to_svg
from experiments.report.wording import short


def draw_timeline(study: Study) -> str:
    """Draw one lane per rule and per shock."""
    rules = list(dict.fromkeys((event.where, event.name) for event in study.events if event.kind != "shock"))
    shocks = list(dict.fromkeys((event.where, event.name) for event in study.events if event.kind == "shock"))
    lanes = rules + shocks
    height = 0.55 + 0.34 * len(lanes)
    canvas = Canvas(figsize=(WIDTH, height))
    axis = canvas.subplots()
    canvas.subplots_adjust(left=2.3 / WIDTH, right=1 - 0.9 / WIDTH, top=1 - 0.12 / height, bottom=0.32 / height)
    axis.set_ylim(len(lanes) - 0.4, -0.6)
    axis.set_yticks(range(len(lanes)), [_lane(study, *lane) for lane in lanes])
    axis.tick_params(axis="y", labelcolor=INK, labelsize=8.5)
    axis.grid(axis="x")
    for event in study.events:
        lane = (rules if event.kind != "shock" else shocks).index((event.where, event.name))
        lane += len(rules) if event.kind == "shock" else 0
        colour = arm_colour(study.arms, event.where) if event.where in study.arms else INK
        if event.kind == "shock":
            axis.barh(lane, min(event.until, study.months) - event.month, left=event.month, height=0.6, color="#cfcfcf")
            _write(
                axis,
                min(event.until, study.months),
                lane,
                f"{month_name(study, event.month)} to {month_name(study, event.until - 1)}",
            )
        elif event.kind == "effective":
            axis.plot([event.month, study.months - 1], [lane, lane], color=colour, linewidth=3.5, solid_capstyle="butt")
            axis.plot([event.month], [lane], marker="o", color=colour, markersize=7)
            text = month_name(study, event.month)
            axis.annotate(
                text, (event.month, lane), xytext=(7, 5.5), textcoords="offset points", fontsize=7.5, color=INK
            )
        else:
            starts = [other.month for other in study.events if other.kind == "effective" and other[1::3] == event[1::3]]
            axis.plot(
                [event.month, min(starts, default=event.month)], [lane, lane], color=colour, linewidth=1, linestyle=":"
            )
            axis.plot([event.month], [lane], marker="v", color=colour, markersize=7, markerfacecolor="white")
            text = month_name(study, event.month)
            axis.annotate(
                text,
                (event.month, lane),
                xytext=(-7, 0),
                textcoords="offset points",
                fontsize=7.5,
                color=INK,
                ha="right",
                va="center",
            )
    calendar_ticks(axis, study)
    axis.spines["left"].set_visible(False)
    axis.axhspan(-5, -4, color=SHOCK)
    return to_svg(canvas)


def _lane(study: Study, where: str, name: str) -> str:
    several = len(study.policies) > 1 and where in study.arms
    return short(name, 22) + (f" ({short(where, 14)})" if several else "")


def _write(axis: Axes, x: float, lane: int, text: str) -> None:
    axis.annotate(text, (x, lane), xytext=(5, 0), textcoords="offset points", fontsize=7.5, color=FAINT, va="center")
