"""How many people change place between paired arms, with intervals over replicates and the placebo's flips beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.intervals import mean_intervals
from experiments.methods import IDENTICAL
from experiments.spread import levels_of

if TYPE_CHECKING:  # the report reads this too, and knows nothing of the model
    from experiments.config import StudyConfig
    from experiments.sameness import SameMarkets

RUN = ["arm", "scenario", "replicate"]
PLACE = ["dimension", "group", "topic"]
PEOPLE = 1_000  # moves are given in so many people of the group

MOVES_TABLE = pa.schema(
    [
        ("topic", pa.string()),
        ("change", pa.string()),
        ("dimension", pa.string()),
        ("value", pa.string()),
        ("arm", pa.string()),
        ("scenario", pa.string()),
        ("placebo", pa.bool_()),
        ("mean", pa.float64()),  # people per thousand of the group
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("replicates", pa.int64()),
        ("method", pa.string()),
        ("placebo_mean", pa.float64()),
        ("beyond_placebo_mean", pa.float64()),
        ("beyond_placebo_low", pa.float64()),
        ("beyond_placebo_high", pa.float64()),
    ]
)


class Move(NamedTuple):
    """A change of lot: topic and change as `transitions` names them, and what it is called."""

    topic: str
    change: str
    words: str


KEPT = Move("source", "same_lender", "kept by the same lender")
MOVES = (
    Move("access", "lost", "lost credit"),
    Move("access", "stopped", "stopped applying"),
    Move("access", "never", "not served, would have been new"),
    Move("access", "gained", "newly served"),
    Move("access", "kept", "kept credit, else lost"),
    Move("source", "moved", "moved to another lender"),
    Move("source", "to_informal", "turned from a lender to the informal one"),
    Move("source", "from_informal", "turned from the informal lender to another"),
    Move("default", "spared", "spared a default"),
    Move("default", "pushed", "pushed into default"),
    Move("hardship", "spared", "spared hardship"),
    Move("hardship", "pushed", "pushed into hardship"),
    Move("informal", "spared", "spared the informal lender"),
    Move("informal", "pushed", "pushed to the informal lender"),
    Move("late", "spared", "spared late payment"),
    Move("late", "pushed", "pushed into late payment"),
)


def per_thousand(table: pd.DataFrame) -> pd.Series[float]:
    """Return moves in people per thousand of their group, indexed by dimension, group, topic, change and run."""
    table = table.rename(columns={"value": "group"})
    for column in ("topic", "dimension", "group", "change"):
        table[column] = table[column].astype(str)
    people = table.groupby([*RUN, *PLACE], sort=True)["borrowers"].sum().rename("people").reset_index()
    named = pd.DataFrame([(move.topic, move.change) for move in (KEPT, *MOVES)], columns=["topic", "change"])
    moved = table.groupby([*RUN, *PLACE, "change"], sort=True)["borrowers"].sum().rename("moved").reset_index()
    full = people.merge(named, on="topic").merge(moved, on=[*RUN, *PLACE, "change"], how="left").fillna({"moved": 0})
    full["value"] = PEOPLE * full["moved"] / full["people"].where(full["people"] > 0)
    found: pd.Series[float] = full.set_index([*PLACE, "change", *RUN])["value"].sort_index()
    return found


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
    luck = wide[arms == placebo].droplevel("arm") if placebo in set(arms) else None
    for arm in study.arms[1:]:
        mine = wide[arms == arm].droplevel("arm")
        if mine.empty:
            continue
        index = mine.index.to_frame(index=False).rename(columns={"group": "value"})
        columns: dict[str, Any] = mean_intervals(mine.to_numpy(float).T)._asdict()
        if luck is not None:
            beside = luck.reindex(mine.index).to_numpy(float)
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
