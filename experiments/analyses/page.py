"""Figure and last section of an analysis's page, in the style of a study's report."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure as Canvas

from experiments.keep.files import FileRecord, write_bytes
from experiments.report import style
from experiments.report.blocks import Command, Figure, Section, Table
from experiments.report.page import house_style
from experiments.report.wording import number

PICTURE = "figure.png"
DOTS_PER_INCH = 150


class Drawing(NamedTuple):
    """A figure to be drawn in the house style, with its words."""

    draw: Callable[[], Canvas]
    alt: str
    caption: str


def in_unit(words: str) -> str:
    """Return the words of a unit as they stand behind a name, comma included; nothing for a plain number."""
    return f", {words.strip()}" if words.strip() else ""


def drawn(drawing: Drawing, folder: Path) -> tuple[Figure, FileRecord]:
    """Return a figure as a block of the page, and the record of the picture that is kept in the folder."""
    picture = io.BytesIO()
    with house_style():
        canvas = drawing.draw()
        svg = style.to_svg(canvas)
        canvas.savefig(picture, format="png", dpi=DOTS_PER_INCH, facecolor="white", metadata={"Software": None})
    return Figure(svg, drawing.alt, drawing.caption), write_bytes(folder / PICTURE, picture.getvalue())


def reproduction(command: str, seed: int, replicates: int, source_hash: str) -> Section:
    """Return the last section of every page: how to get the same numbers again."""
    return Section(
        "reproduce",
        "How to get these numbers again",
        (
            Command(command),
            Table(
                "What decides the numbers",
                ("what", "value"),
                (("seed", str(seed)), ("replicates", number(replicates)), ("hash of the sources", source_hash[:12])),
            ),
        ),
    )
