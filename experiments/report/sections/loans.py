"""Loans as they age: vintage curves and roll rates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.report.blocks import Block, Figure, Note, Section
from experiments.report.changes import not_described
from experiments.report.estimates import estimate, paired, ratio
from experiments.report.figures.marks import month_name
from experiments.report.figures.rolls import Matrix, draw_rolls
from experiments.report.figures.vintages import draw_vintages
from experiments.report.reading import Study
from experiments.report.wording import EN_DASH, change_sentence, counted, plain, sentence

COHORT_MONTHS = 6


def loans_section(study: Study) -> Section:
    """Show vintages and roll rates."""
    return Section("loans", "Vintages and roll rates", (*_vintages(study), *_rolls(study)))


def vintage_curves(study: Study) -> pd.DataFrame | None:
    """Return the ever-90 share of what was lent, by arm, scenario, half-year cohort and months on book."""
    table = study.summed("vintage", ("cohort", "months_on_book"), ("ever90_fen", "original_fen"))
    if table is None:
        return None
    table = table.assign(cohort=_cohort_month(study, table["cohort"]))
    table = table[(table["cohort"] >= 0) & table["arm"].isin(study.drawn)]
    if table.empty:
        return None
    table["half"] = table["cohort"] // COHORT_MONTHS
    # A half-year is followed only as far as its youngest month has been seen, so that the mix of months stays the same.
    seen = table.groupby(["half", "cohort"])["months_on_book"].max().groupby("half").agg(["min", "size"])
    whole = seen[seen["size"] == COHORT_MONTHS]["min"]
    table = table[table["half"].isin(whole.index)]
    table = table[table["months_on_book"] <= table["half"].map(whole)]
    by = ["arm", "scenario", "half", "months_on_book"]
    runs = table.groupby([*by, "replicate"], sort=True)[["ever90_fen", "original_fen"]].sum().reset_index()
    runs["share"] = runs["ever90_fen"] / runs["original_fen"].where(runs["original_fen"] > 0)
    curves = runs.groupby(by, sort=True)["share"].median().dropna().reset_index()
    curves["cohort"] = [_half_name(study, int(half)) for half in curves["half"]]
    effective = study.effective if study.effective is not None else study.months
    curves["after"] = curves["half"] * COHORT_MONTHS >= effective
    return curves[curves["months_on_book"] >= 1]


def _cohort_month(study: Study, cohorts: pd.Series) -> pd.Series:
    """Turn cohorts written as month numbers or as ISO months into month numbers."""
    if pd.api.types.is_numeric_dtype(cohorts):
        return cohorts.astype(int)
    months = pd.PeriodIndex(cohorts.astype(str).str[:7], freq="M")
    first = pd.Period(study.start, "M") if study.start else months.min()
    return pd.Series([month.ordinal - first.ordinal for month in months], index=cohorts.index)


def _half_name(study: Study, half: int) -> str:
    return month_name(study, half * COHORT_MONTHS) if study.start else f"months {half * COHORT_MONTHS}+"


def _vintages(study: Study) -> list[Block]:
    curves = vintage_curves(study)
    if curves is None or curves.empty:
        return [Note(sentence(f"Vintage curves are not drawn: {study.why_absent('vintage')}"))]
    caption = (
        "Share of the money lent in a half-year (named by its first month) that has ever been 90 days late, by months "
        f"on book; median of {counted(study.replicates, 'replicate')}, all lenders. Half-years whose last month is not "
        f"yet seen at an age end there. {_vintage_change(study)}"
    )
    return [
        Figure(
            draw_vintages(study, curves, study.drawn),
            "Vintage curves by arm and scenario, cohorts before and after the policy.",
            caption.strip(),
        )
    ]


def _vintage_change(study: Study) -> str:
    """State how cohorts lent under the rules differ between arms at twelve months on book."""
    table = study.summed("vintage", ("cohort", "months_on_book"), ("ever90_fen", "original_fen"))
    if table is None or not study.policies or study.effective is None:
        return ""
    table = table.assign(cohort=_cohort_month(study, table["cohort"]))
    table = table[(table["cohort"] >= study.effective) & (table["months_on_book"] == 12)]
    sums = table.groupby(["arm", "scenario", "replicate"])[["ever90_fen", "original_fen"]].sum()
    shares = sums["ever90_fen"] / sums["original_fen"].where(sums["original_fen"] > 0)
    texts = []
    arm = study.policies[0]
    for scenario in study.scenarios:
        pairs = [
            shares.get((arm, scenario, replicate), np.nan) - shares.get((study.reference, scenario, replicate), np.nan)
            for replicate in sorted(set(shares.index.get_level_values("replicate")))
        ]
        found = estimate(pairs)
        if found.replicates:
            words = change_sentence(found.mean, found.low, found.high, "share", found.replicates, found.method)
            texts.append(f"{words} in “{plain(scenario)}”")
        else:
            texts.append(f"no value in “{plain(scenario)}”, since no such loans were granted in one of the arms")
    if not texts:
        return ""
    return sentence(
        f"Loans made after the first rule took effect, at 12 months on book, “{plain(arm)}” against the reference: "
        + "; ".join(texts)
        + not_described(study)
    )


def roll_matrix(study: Study, arm: str, scenario: str) -> tuple[np.ndarray, list[int], list[int]] | None:
    """Return shares of the opening balance by from and to bucket, after the first rule took effect."""
    table = study.summed("roll", ("month", "from_bucket", "to_bucket"), ("balance_fen",))
    if table is None:
        return None
    froms, tos = sorted(set(table["from_bucket"])), sorted(set(table["to_bucket"]))
    first, end = study.window
    rows = table[
        (table["arm"] == arm) & (table["scenario"] == scenario) & (table["month"] >= first) & (table["month"] < end)
    ]
    if rows.empty:
        return None
    sums = rows.pivot_table(index="from_bucket", columns="to_bucket", values="balance_fen", aggfunc="sum").reindex(
        index=froms, columns=tos
    )
    counts = sums.fillna(0.0).to_numpy(float)
    opening = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, opening, out=np.full_like(counts, np.nan), where=opening > 0)
    return shares, [int(bucket) for bucket in froms], [int(bucket) for bucket in tos]


def _rolls(study: Study) -> list[Block]:
    rows = []
    froms: list[int] = []
    tos: list[int] = []
    for scenario in study.scenarios:
        base = roll_matrix(study, study.reference, scenario)
        if base is None:
            continue
        shares, froms, tos = base
        row = [Matrix(f"{plain(study.reference)} · {plain(scenario)}, %", shares, False)]
        for arm in study.policies[:1]:
            other = roll_matrix(study, arm, scenario)
            if other is not None:
                row.append(Matrix(f"{plain(arm)} minus reference · {plain(scenario)}, points", other[0] - shares, True))
        rows.append(row)
    if not rows:
        return [Note(sentence(f"Roll rates are not drawn: {study.why_absent('roll')}"))]
    caption = (
        "Roll rates by money, all lenders: of the balance that opens a month in the bucket on the left, where it "
        f"stands at the month's end; months from {month_name(study, study.window[0])} on, "
        f"{counted(study.replicates, 'replicate')} pooled. "
        "Cells under half a per cent are left blank. " + _roll_changes(study)
    )
    names = [bucket_name(bucket) for bucket in froms]
    return [
        Figure(
            draw_rolls(rows, names, [bucket_name(bucket) for bucket in tos]),
            "Heat maps of roll rates between buckets of delay.",
            caption.strip(),
        )
    ]


def _roll_changes(study: Study) -> str:
    """State how entry into arrears and the roll to the second month changed, pair by pair."""
    table = study.summed("roll", ("month", "from_bucket", "to_bucket"), ("balance_fen",))
    if table is None or not study.policies:
        return ""
    first, end = study.window
    table = table[(table["month"] >= first) & (table["month"] < end)]
    texts = []
    arm = study.policies[0]
    for start, stop in ((0, 1), (1, 2)):
        opening = table[table["from_bucket"] == start]
        rolled = opening.assign(rolled=opening["balance_fen"].where(opening["to_bucket"] == stop, 0))
        shares = ratio(rolled, "rolled", "balance_fen")
        for scenario in study.scenarios:
            found = paired(shares, study.reference, arm, scenario)
            if found.replicates:
                words = change_sentence(*found[:3], "share", found.replicates, found.method)
                texts.append(f"{bucket_name(start)} to {bucket_name(stop)} in “{plain(scenario)}” {words}")
    return (
        sentence(f"“{plain(arm)}” against the reference: " + "; ".join(texts) + not_described(study)) if texts else ""
    )


def bucket_name(bucket: int) -> str:
    """Return the days late that a bucket stands for; 0 is current, those beyond 12 are the ways out."""
    if bucket == 0:
        return "current"
    if 1 <= bucket <= 12:
        return f"{30 * (bucket - 1) + 1}{EN_DASH}{30 * bucket}"
    return {13: "paid off", 14: "charged off"}.get(bucket, f"code {bucket}")
