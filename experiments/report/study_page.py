"""The page of a study: its sections in their order, drawn from the tables of a finished folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from experiments.keep.drawn import keep_record
from experiments.keep.study_files import PAGE
from experiments.report.blocks import Section
from experiments.report.page import house_style, page_html, write_page
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
    usual = study.folder / PAGE
    path = usual if out is None else Path(out)
    record = write_page(path, render(study))
    if path.resolve() == usual.resolve():
        keep_record(study.folder, record)
    return path


def render(study: Study) -> str:
    """Return the page as HTML; the same tables give the same text."""
    with house_style():
        sections = [
            section for make in with_bar("drawing the report", SECTIONS) if (section := make(study)) is not None
        ]
    return page_html(study.name, sections, study.replicates, study.months)
