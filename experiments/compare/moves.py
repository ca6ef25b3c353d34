"""How many people change place between paired arms, with intervals over replicates and the placebo's flips beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.compare.intervals import mean_intervals
from experiments.compare.sameness import SameMarkets
from experiments.compare.spread import levels_of
from experiments.compose.study import StudyConfig
from experiments.tables.arrow import schema_of
from experiments.tables.methods import IDENTICAL

MOVES_TABLE = schema_of("moves")


def moves(study: StudyConfig, pairs: Sequence[pd.Series[float]], same: SameMarkets) -> pa.Table:
    """Return the table `moves`: one row a move, group, arm and scenario; `pairs` are `per_thousand` of every pair.

    `same` says which arms are known to be the baseline's market.
    """
    if not pairs:
        return MOVES_TABLE.empty_table()
    # one row a move, group, arm and scenario, one column a replicate
    wide = pd.concat(pairs).sort_index().unstack("replicate")
    rows = pd.concat(list(_parts(study, wide, same)), ignore_index=True)
    return pa.Table.from_pandas(rows, schema=MOVES_TABLE, preserve_index=False)


def _parts(study: StudyConfig, wide: pd.DataFrame, same: SameMarkets) -> Iterator[pd.DataFrame]:
    arms = wide.index.get_level_values("arm")
    placebo = study.settings.placebo
    by_chance = wide[arms == placebo].droplevel("arm") if placebo in set(arms) else None
    for arm in study.arms[1:]:
        mine = wide[arms == arm].droplevel("arm")
        if mine.empty:
            continue
        index = mine.index.to_frame(index=False).rename(columns={"group": "value"})
        columns: dict[str, Any] = mean_intervals(mine.to_numpy(float).T)._asdict()
        if by_chance is not None:
            beside = by_chance.reindex(mine.index).to_numpy(float)
            columns["placebo_mean"] = mean_intervals(beside.T).mean
            if arm != placebo:
                beyond = mean_intervals((mine.to_numpy(float) - beside).T, levels_of(mine.to_numpy(float).T, beside.T))
                columns |= {f"beyond_placebo_{name}": getattr(beyond, name) for name in ("mean", "low", "high")}
        rows = index.assign(arm=arm, placebo=arm == placebo, **columns)
        for scenario, its in mine.groupby(level="scenario"):
            if same.are_same(str(scenario), arm, its.columns[its.notna().any()]):
                rows.loc[(rows["scenario"] == scenario) & (rows["mean"] == 0.0), "method"] = IDENTICAL
        for name in MOVES_TABLE.names:
            if name not in rows:
                rows[name] = np.nan
        yield rows
