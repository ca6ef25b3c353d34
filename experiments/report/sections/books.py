"""How small and how dispersed the books are, their provisions under two standards, and what work costs."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from experiments.report.blocks import Block, Figure, Note, Section
from experiments.report.changes import band_words
from experiments.report.estimates import RUN
from experiments.report.figures.series import Panel, draw_series
from experiments.report.reading import Study
from experiments.report.wording import listing, plain, sentence
from experiments.tables.ratios import MADE_OF, Ratio, ratio_of_sums

COLUMNS = 3  # of panels


class Shape(NamedTuple):
    """One property of a book, by lender and month."""

    table: str
    title: str
    column: str  # recorded, or formed of what is recorded
    unit: str = "share"


SHAPES = (
    Shape("shape", "loans below 5,000 yuan, share of their number", "loans_below_5000_share"),
    Shape("shape", "share of the book owed by the largest hundredth of debtors", "top_percent_share"),
    Shape("shape", "concentration by sector (Herfindahl index)", "sector_hhi", unit="number"),
    Shape("lender", "allowance over loans, five categories", "allowance_five_category_share"),
    Shape("lender", "allowance over loans, IFRS 9", "allowance_ifrs9_share"),
    Shape("lender", "take rate: income less cost of funds over managed loans, twelve months", "take_rate_share"),
    Shape("lender", "cost-income ratio: cost of work over the same income, twelve months", "cost_income_share"),
)


def books_section(study: Study) -> Section:
    """Draw each property lender by lender."""
    blocks: list[Block] = []
    for shape in SHAPES:
        rows = rows_of(study, shape)
        if rows is None:
            blocks.append(Note(f"{sentence(shape.title)} Not drawn: {study.why_absent(shape.table)}."))
            continue
        lenders = [str(lender) for lender in dict.fromkeys(rows["lender"])]
        panels = [Panel(plain(lender), shape.unit, rows[rows["lender"] == lender]) for lender in lenders]
        names = listing([plain(lender) for lender in lenders])
        blocks.append(
            Figure(
                draw_series(study, panels, COLUMNS, 1.3),
                f"{shape.title}, one panel for each of {names}.",
                f"{sentence(shape.title)} {band_words(study)}",
            )
        )
    return Section("books", "Small and dispersed, provided for, and what work costs", tuple(blocks))


def rows_of(study: Study, shape: Shape) -> pd.DataFrame | None:
    """Return run, lender, month and `value` of one property, or None when the tables do not have it."""
    made = MADE_OF[shape.table][shape.column]
    if not isinstance(made, Ratio):
        table = study.table(shape.table, "month", "lender", shape.column)
        return None if table is None else table.assign(value=table[shape.column].astype(float))
    table = study.table(shape.table, "month", "lender", *made.parts)
    if table is None:
        return None
    by = [*RUN, "lender", "month"]
    return ratio_of_sums(table, shape.column, made, by).rename("value").reset_index()
