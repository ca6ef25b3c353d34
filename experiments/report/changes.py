"""Sentences about lines over time, computed from the tables: what an arm changed after the first rule took effect."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.compare.pairs import pairs_of, runs_over
from experiments.report.estimates import RUN, Estimate, estimate
from experiments.report.figures.marks import month_name
from experiments.report.reading import Study
from experiments.report.wording import change_sentence, plain, sentence

DESCRIBED = 2  # policies that a caption speaks of


def after_means(study: Study, rows: pd.DataFrame, by: Sequence[str] = RUN) -> pd.Series:
    """Return the mean of `value` over the months from the first rule in force to the end, by run."""
    first, end = study.window
    inside = rows[(rows["month"] >= first) & (rows["month"] < end)]
    return inside.groupby(list(by), sort=True)["value"].mean()


def _pairs_after(study: Study, rows: pd.DataFrame, arm: str, scenario: str) -> pd.DataFrame:
    """Return the pairs of an arm and the reference over the months from the first rule in force to the end."""
    # Nothing but these runs, since to pair them all takes as long as to draw them.
    mine = rows[(rows["scenario"] == scenario) & rows["arm"].isin([arm, study.reference])]
    monthly = mine.set_index([*RUN, "month"])["value"]
    return pairs_of(runs_over(monthly, range(*study.window)), scenario, arm, study.reference)


def effect_of(study: Study, rows: pd.DataFrame, arm: str, scenario: str) -> Estimate:
    """Return the paired difference of `value` over the months from the first rule in force to the end.

    Of every pair the months count in which both arms have a value.
    """
    pairs = _pairs_after(study, rows, arm, scenario)
    return estimate(list(pairs["changed"] - pairs["unchanged"]))


def level_of_pairs(study: Study, rows: pd.DataFrame, arm: str, scenario: str) -> Estimate:
    """Return the reference's mean of `value` in the very months and pairs of which `effect_of` is the difference."""
    return estimate(list(_pairs_after(study, rows, arm, scenario)["unchanged"]))


def has_gap(study: Study, rows: pd.DataFrame, arm: str, scenario: str) -> bool:
    """Return whether an arm has no value in any month from the first rule in force to the end, in no replicate."""
    mine = rows[(rows["arm"] == arm) & (rows["scenario"] == scenario) & rows["month"].isin(range(*study.window))]
    return bool(len(mine)) and bool(mine["value"].isna().all())


def not_described(study: Study, described: int = 1) -> str:
    """Return that the policies after the first ones are not described; nothing where there are no others."""
    others = len(study.policies) - described
    if others <= 0:
        return ""
    return f"; the other {'policy is' if others == 1 else f'{others} policies are'} not described here"


def change_caption(study: Study, rows: pd.DataFrame, unit: str, what: str) -> str:
    """State by how much the first two policies changed a series on average after they took effect, in each scenario."""
    if not study.policies:
        return ""
    texts = []
    for arm in study.policies[:DESCRIBED]:
        for scenario in study.scenarios:
            found = effect_of(study, rows, arm, scenario)
            if found.replicates == 0:
                if has_gap(study, rows, arm, scenario):
                    texts.append(f"no value under “{plain(arm)}” in “{plain(scenario)}”: there is nothing to divide by")
                continue
            words = change_sentence(found.mean, found.low, found.high, unit, found.replicates, found.method)
            texts.append(f"{words} under “{plain(arm)}” in “{plain(scenario)}”")
    if not texts:
        return ""
    opening = f"{what}, mean of months from {month_name(study, study.window[0])} on: "
    return sentence(opening + "; ".join(texts) + not_described(study, DESCRIBED))


def band_words(study: Study, several: bool = True) -> str:
    """Explain lines, bands and gaps with the number of replicates."""
    gaps = "A gap is where there is nothing to divide by."
    if study.replicates < 2 or not several:
        return f"One replicate: lines without a band. {gaps}"
    return f"Line: median of {study.replicates} replicates; band: smallest to largest. {gaps}"
