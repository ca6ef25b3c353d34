"""The changes between paired arms that are shown: which they are, and how many people of a group they concern."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

RUN = ["arm", "scenario", "replicate"]
PLACE = ["dimension", "group", "topic"]
PEOPLE = 1_000  # moves are given in so many people of the group


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
