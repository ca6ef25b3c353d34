"""Pairs of runs month by month: what is compared are the months in which both arms have a value, and no others.

A ratio has no value in a month without anything to divide by: nobody applied, nothing was lent. A mean over other
months in one arm than in the other would compare months, not arms.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

# Where there is nothing to divide by, as effects say it.
IN_ARM, IN_BASELINE = "in the arm", "in the baseline"


def runs_of(monthly: pd.Series[float], scenario: str, arm: str) -> pd.Series[float]:
    """Return the runs of one arm in one scenario, by replicate and month."""
    names = monthly.index.get_level_values("scenario"), monthly.index.get_level_values("arm")
    return monthly[(names[0] == scenario) & (names[1] == arm)].droplevel(["scenario", "arm"])


def paired(changed: pd.Series[float], unchanged: pd.Series[float]) -> pd.DataFrame:
    """Return by replicate the mean of both arms over the months in which both have a value; NaN where there is none.

    Arms are by replicate and month, and so of replicates that both have. `one_sided` counts months in which one arm
    alone has a value, `months_changed` and `months_unchanged` those in which this arm has one.
    """
    replicates = [set(arm.index.get_level_values("replicate")) for arm in (changed, unchanged)]
    both = pd.concat([changed, unchanged], axis=1, keys=["changed", "unchanged"])
    both = both[both.index.get_level_values("replicate").isin(replicates[0] & replicates[1])].sort_index()
    known = both.notna()
    counts = known.assign(one_sided=known["changed"] != known["unchanged"]).groupby(level="replicate").sum().astype(int)
    means = both[known.all(axis=1)].groupby(level="replicate").mean()
    counts = counts.rename(columns={"changed": "months_changed", "unchanged": "months_unchanged"})
    return means.reindex(counts.index).join(counts)


def pairs_over(
    monthly: pd.Series[float], window: Iterable[int], scenario: str, arm: str, baseline: str
) -> pd.DataFrame:
    """Return `paired` of an arm and the baseline over a window of months; `monthly` is by run and month."""
    inside = monthly[monthly.index.get_level_values("month").isin(list(window))]
    return paired(runs_of(inside, scenario, arm), runs_of(inside, scenario, baseline))
