"""Effects by group of people: what each group's numbers differ by between paired arms, with intervals.

Every number is first formed for a group within one run, over the months of a horizon, and only then compared, replicate
by replicate: people of one market are not independent of each other, runs are. No group was declared beforehand, and
the intervals are for one group and measure at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.compare.intervals import mean_intervals, paired_intervals
from experiments.compare.sameness import NONE_KNOWN, SameMarkets
from experiments.compose.study import StudyConfig
from experiments.tables.arrow import schema_of
from experiments.tables.ratios import Ratio, ratio_of, ratio_of_sums

RUN = ["scenario", "arm", "replicate"]
GROUP = ["dimension", "value"]

GROUP_EFFECTS = schema_of("group_effects")


class Measure(NamedTuple):
    """A ratio of two sums over the months of a horizon; `ratio` is made of columns of the table `segment`."""

    name: str
    ratio: Ratio


SHARES = ("approval_share", "indebted_share", "hardship_share", "unemployment_share", "mean_apr", "dpd90_share")
A_PERSON = {
    "originations_a_person_fen": "originations_fen",
    "debt_a_person_fen": "debt_fen",
    "informal_debt_a_person_fen": "informal_debt_fen",
    "consumption_a_person_fen": "consumption_fen",
    "defaults_a_person": "defaults",
}
MEASURES = (
    *(Measure(column, ratio_of("segment", column)) for column in SHARES),
    *(Measure(name, Ratio(amount, "borrowers")) for name, amount in A_PERSON.items()),
)


def columns_read() -> list[str]:
    """Return the columns of the table `segment` that the measures are formed from."""
    of_measures = (name for measure in MEASURES for name in measure.ratio.parts)
    return list(dict.fromkeys([*RUN, "month", *GROUP, *of_measures]))


def effects_by_group(study: StudyConfig, batches: Iterable[pd.DataFrame], same: SameMarkets = NONE_KNOWN) -> pa.Table:
    """Return the table `group_effects`: one row a measure, group, arm, scenario and horizon.

    `batches` are the tables `segment` of whole runs, some runs at a time, so that all need not be in memory together;
    `same` says which arms are known to be the baseline's market.
    """
    parts = list(_parts(study, batches, same)) if len(study.arms) > 1 else []
    if not parts:
        return GROUP_EFFECTS.empty_table()
    return pa.Table.from_pandas(pd.concat(parts, ignore_index=True), schema=GROUP_EFFECTS, preserve_index=False)


def _parts(study: StudyConfig, batches: Iterable[pd.DataFrame], same: SameMarkets) -> Iterator[pd.DataFrame]:
    months = next(iter(study.markets.values())).calendar.months
    found: dict[str, list[pd.DataFrame]] = {horizon.name: [] for horizon in study.horizons}
    for rows in batches:
        measures = [measure for measure in MEASURES if set(measure.ratio.parts) <= set(rows.columns)]
        for horizon in study.horizons:
            window = horizon.months(study.settings.announce_month, months)
            inside = rows[rows["month"].isin(list(window))]
            if measures and not inside.empty:
                found[horizon.name].append(_levels(inside, measures))
    for horizon in study.horizons:
        if not found[horizon.name]:
            continue
        levels = pd.concat(found.pop(horizon.name)).sort_index()
        for scenario in study.scenarios:
            for arm in study.arms[1:]:
                compared = _compared(levels, scenario, arm, study.arms[0], same)
                if compared is not None:
                    placebo = arm == study.settings.placebo
                    yield compared.assign(arm=arm, scenario=scenario, placebo=placebo, horizon=horizon.name)


def _levels(rows: pd.DataFrame, measures: Sequence[Measure]) -> pd.DataFrame:
    """Return every measure by run (rows) and measure and group (columns); NaN where there is nothing to divide by."""
    keys = [*RUN, *GROUP]
    ratios = {one.name: ratio_of_sums(rows, one.name, one.ratio, keys).unstack(GROUP) for one in measures}
    return pd.concat(ratios, axis=1, names=["measure"])


def _compared(levels: pd.DataFrame, scenario: str, arm: str, baseline: str, same: SameMarkets) -> pd.DataFrame | None:
    present = set(levels.index.droplevel("replicate"))
    if not {(scenario, arm), (scenario, baseline)} <= present:
        return None
    changed, unchanged = levels.loc[(scenario, arm)], levels.loc[(scenario, baseline)]
    both = changed.index.intersection(unchanged.index).sort_values()
    if not len(both):
        return None
    after, before = changed.loc[both].to_numpy(float), unchanged.loc[both].to_numpy(float)
    is_same = np.full(before.shape[1], same.are_same(scenario, arm, both))
    complete = np.where(np.isfinite(after - before), before, np.nan)
    columns: dict[str, Any] = {
        **{name: levels.columns.get_level_values(name).astype(str) for name in ("measure", *GROUP)},
        "baseline_mean": mean_intervals(complete).mean,
        **paired_intervals(after, before, is_same)._asdict(),
        "pairs_without_value": np.isnan(complete).sum(axis=0),
    }
    return pd.DataFrame(columns)
