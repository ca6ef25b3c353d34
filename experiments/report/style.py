"""How every figure looks: colours, lines, sizes and the way to SVG."""

from __future__ import annotations

import hashlib
import io
import re
import textwrap
from collections.abc import Sequence
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

# Okabe and Ito's colours, ordered so that neighbours also differ in lightness when printed in grey.
ARM_COLOURS = ("#222222", "#D55E00", "#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#E69F00")
LineStyle = Literal["-"] | tuple[float, Sequence[float]]  # solid, or where a pattern begins and its dashes
SCENARIO_LINES: tuple[LineStyle, ...] = ("-", (0, (4, 1.6)), (0, (1.2, 1.4)), (0, (6, 1.5, 1.2, 1.5)))
AREA_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#F0E442", "#D55E00", "#56B4E9", "#CC79A7", "#999999")
INK, FAINT, SHOCK = "#222222", "#8a8a8a", "#ececec"
WIDTH = 9.6  # inches; the page is 960 pixels wide
POINTS_AN_INCH = 72
LETTER_WIDTH = 0.62  # of a bold letter of the font below, in its points, on average
TITLE_REACH = 0.35  # inches that a title may go beyond its panel, into the gap between two

LOOK: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # given, so that Matplotlib does not search for room, which is slow
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#777777",
    "axes.linewidth": 0.7,
    "axes.labelsize": 8.5,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "lines.linewidth": 1.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "sluice",
    "text.parse_math": False,  # names come from configurations and may hold a dollar sign
    "path.simplify": True,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
}


def grid(
    rows: int, columns: int, panel_height: float = 1.9, right: float = 0.0, bottom: float = 0.34, sharey: bool = False
) -> tuple[Canvas, list[Axes]]:
    """Open a figure of small multiples; right is the margin in inches kept for labels; panels come row by row."""
    top, gap = 0.56, 0.56  # room for titles of two lines
    height = rows * panel_height + top + bottom + (rows - 1) * gap
    canvas = Canvas(figsize=(WIDTH, height))
    axes = canvas.subplots(rows, columns, squeeze=False, sharey=sharey)
    canvas.subplots_adjust(
        left=0.58 / WIDTH,
        right=1.0 - max(right, 0.1) / WIDTH,
        top=1.0 - top / height,
        bottom=bottom / height,
        hspace=gap / panel_height,
        wspace=0.30,
    )
    return canvas, list(axes.flat)


def panel_title(axis: Axes, text: str, points: float = 8.5) -> None:
    """Set a panel's title, in two lines where one would reach into the next panel."""
    inches = axis.get_position().width * WIDTH
    letters = int((inches + TITLE_REACH) * POINTS_AN_INCH / (LETTER_WIDTH * points))
    axis.set_title("\n".join(textwrap.wrap(text, letters, max_lines=2, placeholder="…")), fontsize=points)


def arm_colour(arms: Sequence[str], arm: str) -> str:
    """Return the colour of an arm, the same in every figure."""
    return ARM_COLOURS[list(arms).index(arm) % len(ARM_COLOURS)]


def scenario_line(scenarios: Sequence[str], scenario: str) -> LineStyle:
    """Return the line style of a scenario, the same in every figure."""
    return SCENARIO_LINES[list(scenarios).index(scenario) % len(SCENARIO_LINES)]


def to_svg(canvas: Canvas) -> str:
    """Turn a figure into an SVG element fit to stand in a page."""
    text = io.StringIO()
    canvas.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    document = text.getvalue()
    return _inline(document, f"f{hashlib.sha256(document.encode()).hexdigest()[:8]}-")


def _inline(document: str, prefix: str) -> str:
    """Strip what only a file of its own needs, make identities unique in the page and shorten coordinates."""
    svg = document[document.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s(?:xmlns(?::\w+)?|version)="[^"]*"', "", svg)
    svg = svg.replace("xlink:href=", "href=")
    svg = re.sub(r'(\bid=")', rf"\1{prefix}", svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1{prefix}", svg)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\sd="([^"]*)"', lambda path: f' d="{_shorter(path.group(1))}"', svg)
    svg = re.sub(r'(<svg[^>]*?)\swidth="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?)\sheight="[^"]*"', r"\1", svg, count=1)
    return re.sub(r"\n\s*", "\n", svg)


def _shorter(path: str) -> str:
    """Round coordinates to a tenth of a point and leave out commands that repeat."""
    rounded = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found.group()):.1f}".removesuffix(".0"), path)
    flat = re.sub(r"\s+", " ", rounded).strip()
    return flat.replace(" L ", " ") if not re.search(r"[CQ]", flat) else flat  # numbers that go on are lines
