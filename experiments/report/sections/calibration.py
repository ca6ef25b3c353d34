"""Calibration band by band: what cards predicted beside what came, on own loans, on everybody, and on the refused."""

from __future__ import annotations

import pandas as pd

from experiments.report.blocks import Table
from experiments.report.reading import Study
from experiments.report.wording import plain

GROUPS = (  # what is reported of whom: number, bads, share predicted
    ("own loans", "loans", "bads", "predicted_share"),
    ("all applicants, in truth", "truth_people", "truth_bads", "truth_predicted_share"),
    ("the refused, in truth", "refused_people", "refused_bads", "refused_predicted_share"),
)


def calibration_tables(study: Study) -> list[Table]:
    """Return one folded table of cards in force, refits and replicates added up; none when nothing was recorded."""
    columns = [name for _, *names in GROUPS for name in names]
    table = study.table("scorecard_bands", "lender", "card", "band", *columns)
    if table is None:
        return []
    inside = table[(table["card"] == "before") & table["arm"].isin(study.drawn)]
    rows = [
        (
            plain(str(arm)),
            plain(str(lender)),
            str(band),
            *(text for group in GROUPS for text in _group_cells(found, group)),
        )
        for (arm, lender, band), found in inside.groupby(["arm", "lender", "band"], sort=True, observed=True)
    ]
    if not rows:
        return []
    heads = [f"{name}: {what}" for name, *_ in GROUPS for what in ("number", "predicted", "turned bad")]
    return [
        Table(
            "Calibration by band of the cards in force at all refits, replicates and scenarios together",
            ("arm", "lender", "band", *heads),
            tuple(rows),
            tuple(range(2, 3 + len(heads))),
            folded=True,
        )
    ]


def _group_cells(rows: pd.DataFrame, group: tuple[str, str, str, str]) -> tuple[str, str, str]:
    """Return number, predicted share and realised share of one group in one band."""
    _, people, bads, predicted = group
    total = int(rows[people].sum())
    if total == 0:
        return "0", "-", "-"
    expected = float((rows[people] * rows[predicted]).sum()) / total
    return f"{total:,}", f"{expected:.1%}", f"{int(rows[bads].sum()) / total:.1%}"
