"""Effects by month: each outcome's paired difference in every month since the announcement, with pointwise intervals.

Months before the announcement are in the table too: there the arms are the same market, so every difference is 0, and
the method is "identical". The intervals are for one month at a time; a whole path leaves them more often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.compare.effects import outcomes
from experiments.compare.intervals import paired_intervals
from experiments.compare.sameness import NONE_KNOWN, SameMarkets
from experiments.compose.study import StudyConfig
from experiments.tables.arrow import schema_of
from experiments.tables.event_counts import counts_events
from experiments.tables.outcomes import Outcome

PROFILES = schema_of("profiles")


def profiles(study: StudyConfig, tables: Mapping[str, pd.DataFrame], same: SameMarkets = NONE_KNOWN) -> pa.Table:
    """Return the table `profiles`: one row an outcome, arm, scenario and month.

    A month in which no pair has a value in both arms has no mean, so that a line through the months has a gap. `same`
    says which arms are known to be the baseline's market, and until when.
    """
    parts = [
        part for outcome in outcomes(study) if outcome.is_in(tables) for part in _parts(study, outcome, tables, same)
    ]
    if not parts:
        return PROFILES.empty_table()
    return pa.Table.from_pandas(pd.concat(parts, ignore_index=True), schema=PROFILES, preserve_index=False)


def _parts(
    study: StudyConfig, outcome: Outcome, tables: Mapping[str, pd.DataFrame], same: SameMarkets
) -> Iterator[pd.DataFrame]:
    primary = outcome.name in {declared.outcome for declared in study.settings.primary}
    runs = outcome.monthly(tables).unstack("month")  # one row a run, one column a month
    months = runs.columns.to_numpy(np.int64)
    for scenario in study.scenarios:
        unchanged = _runs_of(runs, scenario, study.arms[0])
        for arm in study.arms[1:]:
            changed = _runs_of(runs, scenario, arm)
            both = changed.index.intersection(unchanged.index).sort_values()
            if not len(both):
                continue
            intervals = paired_intervals(
                changed.loc[both].to_numpy(float),
                unchanged.loc[both].to_numpy(float),
                (months < same.parting_month(scenario, arm)) | same.are_same(scenario, arm, both),
                int(counts_events(outcome)),
            )
            date_of = study.markets[scenario, arm].calendar.date_of
            columns: dict[str, Any] = {"month": months, "date": [date_of(int(month)) for month in months]}
            columns |= intervals._asdict()
            found = pd.DataFrame(columns)
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
