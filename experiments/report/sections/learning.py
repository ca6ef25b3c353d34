"""What lenders that learn know: how their cards did on their own loans, and what the simulator knows of the refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from experiments.report.blocks import Block, Figure, Section, Table
from experiments.report.changes import band_words
from experiments.report.estimates import RUN, Estimate, estimate
from experiments.report.figures.series import Panel, draw_series
from experiments.report.reading import Study
from experiments.report.sections.calibration import calibration_tables
from experiments.report.wording import NOTHING, listing, plain, sentence

COLUMNS = 3  # of panels


class Quality(NamedTuple):
    """One figure of merit of a card at a refit: what it is called, and how it follows from the table's columns."""

    title: str
    needs: tuple[str, ...]
    of: Callable[[pd.DataFrame], pd.Series]
    is_drawn: bool = False
    unit: str = "share"


def _column(name: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[name].astype(float)


def _error(realised: str, predicted: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[realised].astype(float) - rows[predicted].astype(float)


QUALITIES = (
    Quality("AUC on own loans", ("auc_share",), _column("auc_share"), is_drawn=True, unit="number"),
    Quality("KS on own loans", ("ks_share",), _column("ks_share")),
    Quality("Brier score", ("brier_score",), _column("brier_score")),
    Quality("PSI of applicants", ("population_stability_index",), _column("population_stability_index")),
    Quality(
        "bad beyond what was predicted, own loans",
        ("realised_share", "predicted_share"),
        _error("realised_share", "predicted_share"),
        is_drawn=True,
    ),
    Quality("AUC against the truth", ("truth_auc_share",), _column("truth_auc_share")),
    Quality("AUC on the refused", ("refused_auc_share",), _column("refused_auc_share")),
    Quality(
        "bad beyond what was predicted, the refused",
        ("refused_bad_share", "refused_predicted_share"),
        _error("refused_bad_share", "refused_predicted_share"),
        is_drawn=True,
    ),
)


def learning_section(study: Study) -> Section | None:
    """Draw the cards of lenders that learn; nothing when nobody does."""
    needs = sorted({name for quality in QUALITIES for name in quality.needs})
    table = study.table("scorecards", "month", "lender", "card", *needs)
    if table is None:
        return None
    before = table[(table["card"] == "before") & table["arm"].isin(study.drawn)]
    if before.empty:
        return None
    lenders = [str(lender) for lender in dict.fromkeys(before["lender"])]
    blocks: list[Block] = []
    for quality in QUALITIES:
        if quality.is_drawn:
            rows = before.assign(value=quality.of(before))
            panels = [Panel(plain(lender), quality.unit, rows[rows["lender"] == lender]) for lender in lenders]
            caption = (
                f"{sentence(quality.title)} At each refit: the card that was in force, on what had happened since. "
                f"{band_words(study)}"
            )
            names = listing([plain(lender) for lender in lenders])
            alt = f"{quality.title} at each refit, one panel for each of {names}."
            blocks.append(Figure(draw_series(study, panels, COLUMNS, 1.45), alt, caption))
    blocks.append(_means(study, before, lenders))
    blocks += calibration_tables(study)
    return Section("learning", "What lenders learned", tuple(blocks))


def _means(study: Study, before: pd.DataFrame, lenders: list[str]) -> Table:
    """Return the mean of each figure over the refits of the study's window, by lender, scenario and arm."""
    first, end = study.window
    inside = before[(before["month"] >= first) & (before["month"] < end)]
    rows = []
    for lender in lenders:
        for scenario in study.scenarios:
            for arm in study.drawn:
                mine = inside[(inside["lender"] == lender) & (inside["scenario"] == scenario) & (inside["arm"] == arm)]
                if mine.empty:
                    continue
                found = [_over_replicates(mine, quality) for quality in QUALITIES]
                names = (plain(lender), plain(scenario), plain(arm))
                rows.append((*names, *(_shown(each) for each in found), str(mine["replicate"].nunique())))
    return Table(
        f"Cards in force at the refits {study.window_words}, with half the 95% interval",
        ("lender", "scenario", "arm", *(quality.title for quality in QUALITIES), "n"),
        tuple(rows),
        tuple(range(3, 4 + len(QUALITIES))),
        folded=True,
    )


def _over_replicates(rows: pd.DataFrame, quality: Quality) -> Estimate:
    values = rows[[*RUN]].assign(value=quality.of(rows)).groupby("replicate", sort=True)["value"].mean()
    return estimate([float(value) for value in values])


def _shown(found: Estimate) -> str:
    if found.replicates == 0:
        return NOTHING
    return f"{found.mean:.3f}" + (f" ±{(found.high - found.low) / 2:.3f}" if found.has_interval else "")
