"""The market as a whole over time: access, volume, price, arrears with both denominators, debt and people."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.report.blocks import Block, Figure, Note, Section
from experiments.report.changes import band_words, change_caption
from experiments.report.estimates import RUN
from experiments.report.figures.series import Panel, draw_series
from experiments.report.lenders import measure
from experiments.report.reading import Study
from experiments.report.wording import label, listing, sentence
from experiments.tables.ratios import Ratio, ratio_of_sums

Named = tuple[str, str, pd.DataFrame]  # title, unit, rows with month and value


def market_section(study: Study) -> Section:
    """Draw the market in three figures: credit, arrears, people."""
    blocks: list[Block] = []
    credit = [
        *_per_person(study, ("originations_fen", "debt_fen")),
        *_all_lenders(study, ("approval_share", "mean_apr")),
    ]
    credit += _plain(study, ("indebted_share", "hhi"))
    blocks += _figure(study, credit, "Credit in the whole market", ("share", "apr"))
    arrears = _all_lenders(
        study, ("dpd30_share", "dpd30_lagged_share", "charge_offs_yearly_share", "dpd90_share", "dpd90_lagged_share")
    )
    blocks += _figure(
        study,
        arrears,
        "Arrears and charge-offs of all lenders; a shrinking book lifts the plain ratio, the lagged book does not",
        ("share",),
    )
    people = [
        *_plain(study, ("unemployment_share", "hardship_share")),
        *_per_person(study, ("consumption_fen", "informal_debt_fen")),
    ]
    blocks += _figure(study, people, "People and the economy around them", ("share", "number"), columns=2)
    if not blocks:
        blocks.append(Note(sentence(f"The market is not drawn: {study.why_absent('market')}")))
    return Section("market", "The market over time", tuple(blocks))


def _figure(
    study: Study, series: Sequence[Named], title: str, described_units: Sequence[str], columns: int = 3
) -> list[Block]:
    if not series:
        return []
    panels = [Panel(name, unit, rows) for name, unit, rows in series]
    captions = [change_caption(study, rows, unit, name) for name, unit, rows in series if unit in described_units][:2]
    names = [name for name, _, _ in series]
    caption = " ".join([sentence(title), *captions, band_words(study)])
    return [
        Figure(draw_series(study, panels, columns), f"Lines over time by arm and scenario: {listing(names)}.", caption)
    ]


def _plain(study: Study, columns: Sequence[str]) -> list[Named]:
    found = []
    for column in columns:
        table = study.table("market", "month", column)
        if table is not None:
            unit = "share" if column.endswith(("_share", "_apr")) else "number"
            found.append((label(column, "market"), unit, table.assign(value=table[column].astype(float))))
    return found


def _per_person(study: Study, columns: Sequence[str]) -> list[Named]:
    found = []
    for column in columns:
        table = study.table("market", "month", "borrowers", column)
        if table is not None:
            by_person = ratio_of_sums(table, column, Ratio(column, "borrowers", per=100), [*RUN, "month"])
            rows = by_person.rename("value").reset_index()
            found.append((f"{label(column, 'market')}, yuan a person", "number", rows))
    return found


def _all_lenders(study: Study, measures: Sequence[str]) -> list[Named]:
    found = []
    for name in measures:
        rows = measure(study, name, ())
        if rows is not None:
            found.append(rows)
    return found
