"""Pairs of runs month by month: what is compared are the months in which both arms have a value, and no others.

A ratio has no value in a month without anything to divide by: nobody applied, nothing was lent. A mean over other
months in one arm than in the other would compare months, not arms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

# Where there is nothing to divide by, as effects say it.
IN_ARM, IN_BASELINE = "in the arm", "in the baseline"
NO_RUNS = pd.Series(dtype=float, index=pd.MultiIndex.from_arrays([[], []], names=["replicate", "month"]))


Runs = Mapping[tuple[str, str], "pd.Series[float]"]  # by scenario and arm: by replicate and month


def runs_over(monthly: pd.Series[float], window: Iterable[int]) -> Runs:
    """Return the months of a window by scenario and arm; `monthly` is by scenario, arm, replicate and month."""
    inside = monthly[monthly.index.get_level_values("month").isin(list(window))]
    by_cell = inside.groupby(level=["scenario", "arm"], sort=False, observed=True)
    return {(str(scenario), str(arm)): rows.droplevel(["scenario", "arm"]) for (scenario, arm), rows in by_cell}


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


def pairs_of(runs: Runs, scenario: str, arm: str, baseline: str) -> pd.DataFrame:
    """Return `paired` of an arm and the baseline in one scenario; no rows where one of them has no runs."""
    nothing = next(iter(runs.values())).iloc[:0] if runs else NO_RUNS
    return paired(runs.get((scenario, arm), nothing), runs.get((scenario, baseline), nothing))
