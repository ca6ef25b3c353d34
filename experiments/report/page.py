"""Put the sections together into one page and write it whole or not at all."""

from __future__ import annotations

import contextlib
import gc
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
from jinja2 import Environment, PackageLoader, StrictUndefined

from experiments.keep.drawn import keep_record
from experiments.keep.files import write_bytes
from experiments.keep.study_files import REPORTS
from experiments.report import style
from experiments.report.blocks import Section
from experiments.report.reading import Study
from experiments.report.sections.answer import answer_section
from experiments.report.sections.books import books_section
from experiments.report.sections.constraints import constraints_section
from experiments.report.sections.doses import doses_section
from experiments.report.sections.effects import effects_section
from experiments.report.sections.learning import learning_section
from experiments.report.sections.lenders import kinds_section, lenders_section
from experiments.report.sections.loans import loans_section
from experiments.report.sections.log import log_section
from experiments.report.sections.market import market_section
from experiments.report.sections.methods import methods_section, parameters_section, reproduce_section
from experiments.report.sections.people import people_section
from experiments.report.sections.profiles import profiles_section
from experiments.report.sections.question import question_section
from experiments.report.sections.unusual import unusual_section
from experiments.report.sections.winners import winners_section
from experiments.report.wording import plain, without_hidden
from experiments.terminal.progress import with_bar

SECTIONS: tuple[Callable[[Study], Section | None], ...] = (
    question_section,
    answer_section,
    unusual_section,
    effects_section,
    doses_section,
    profiles_section,
    market_section,
    kinds_section,
    people_section,
    winners_section,
    loans_section,
    constraints_section,
    lenders_section,
    books_section,
    learning_section,
    log_section,
    methods_section,
    parameters_section,
    reproduce_section,
)


def build(folder: Path, out: Path | None = None) -> Path:
    """Draw the report of a finished study from its tables and return its path; raise Refusal if the folder is none.

    It goes into the study's folder unless `out` names another file.
    """
    study = Study(Path(folder))
    usual = study.folder / REPORTS[0]
    path = usual if out is None else Path(out)
    record = write_bytes(path, render(study).encode("utf-8"))
    if path.resolve() == usual.resolve():
        keep_record(study.folder, record)
    return path


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Put off the search for unused objects: figures are made of so many that it takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def render(study: Study) -> str:
    """Return the page as HTML; the same tables give the same text."""
    with mpl.rc_context(style.LOOK), warnings.catch_warnings(), _no_collection():
        # A name may hold letters that the font lacks; a box in the figure is no reason to fail.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        sections = [
            section for make in with_bar("drawing the report", SECTIONS) if (section := make(study)) is not None
        ]
    page = Environment(
        loader=PackageLoader("experiments.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=without_hidden,
    ).get_template("page.html.j2")
    return page.render(name=plain(study.name), sections=sections, pairs=study.replicates, months=study.months)
