"""Effects by month: each outcome's paired difference in every month since the announcement, with pointwise intervals.

Months before the announcement are in the table too: there the arms are the same market, so every difference is 0. The
intervals are for one month at a time; a whole path leaves them more often than one month does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from experiments.compare import outcomes
from experiments.config import StudyConfig
from experiments.outcomes import Outcome
from experiments.statistics import mean_intervals

PROFILES = pa.schema(
    [
        ("outcome", pa.string()),
        ("primary", pa.bool_()),
        ("arm", pa.string()),
        ("scenario", pa.string()),
        ("placebo", pa.bool_()),
        ("month", pa.int64()),
        ("months_since_announcement", pa.int64()),
        ("mean", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("replicates", pa.int64()),
    ]
)


def profiles(study: StudyConfig, tables: Mapping[str, pd.DataFrame]) -> pa.Table:
    """Return the table `profiles`: one row an outcome, arm, scenario and month.

    A month in which no pair has a value in both arms has no mean, so that a line through the months has a gap.
    """
    parts = [part for outcome in outcomes(study) if outcome.is_in(tables) for part in _parts(study, outcome, tables)]
    if not parts:
        return PROFILES.empty_table()
    return pa.Table.from_pandas(pd.concat(parts, ignore_index=True), schema=PROFILES, preserve_index=False)


def _parts(study: StudyConfig, outcome: Outcome, tables: Mapping[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    primary = outcome.name in {declared.outcome for declared in study.settings.primary}
    runs = outcome.monthly(tables).unstack("month")  # one row a run, one column a month
    for scenario in study.scenarios:
        unchanged = _runs_of(runs, scenario, study.arms[0])
        for arm in study.arms[1:]:
            changed = _runs_of(runs, scenario, arm)
            both = changed.index.intersection(unchanged.index).sort_values()
            if not len(both):
                continue
            differences = changed.loc[both].to_numpy(float) - unchanged.loc[both].to_numpy(float)
            found = _intervals(differences, runs.columns.to_numpy(np.int64))
            yield found.assign(
                outcome=outcome.name,
                primary=primary,
                arm=arm,
                scenario=scenario,
                placebo=arm == study.settings.placebo,
                months_since_announcement=found["month"] - study.settings.announce_month,
            )


def _runs_of(runs: pd.DataFrame, scenario: str, arm: str) -> pd.DataFrame:
    inside = (runs.index.get_level_values("scenario") == scenario) & (runs.index.get_level_values("arm") == arm)
    return runs[inside].droplevel(["scenario", "arm"])


def _intervals(differences: NDArray[np.float64], months: NDArray[np.int64]) -> pd.DataFrame:
    """Return mean and interval by month of differences of shape (replicates, months)."""
    found = mean_intervals(differences)
    columns: dict[str, Any] = {"month": months, **found._asdict()}
    return pd.DataFrame(columns)
