"""Writes a page, of a study or an analysis: one template, one style for its figures, whole or not at all."""

from __future__ import annotations

import contextlib
import gc
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
from jinja2 import Environment, PackageLoader, StrictUndefined

from experiments.keep.files import FileRecord, write_bytes
from experiments.report import style
from experiments.report.blocks import Section
from experiments.report.wording import plain, without_hidden


@contextlib.contextmanager
def house_style() -> Iterator[None]:
    """Draw figures in one style, and put off the search for unused objects.

    Figures are made of so many objects that the search takes a third of the time. A name may hold letters that the font
    lacks; a box in the figure is no reason to fail.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        with mpl.rc_context(style.LOOK), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
            yield
    finally:
        if was_on:
            gc.enable()


def page_html(title: str, sections: Sequence[Section], pairs: int = 0, months: int = 0) -> str:
    """Return a page as HTML that loads nothing; a study names its replicates and its months in the heading."""
    page = Environment(
        loader=PackageLoader("experiments.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=without_hidden,
    ).get_template("page.html.j2")
    return page.render(name=plain(title), sections=sections, pairs=pairs, months=months)


def write_page(path: Path, html: str) -> FileRecord:
    """Write a page whole or not at all, and return its record."""
    return write_bytes(path, html.encode("utf-8"))
