"""Who won and who lost: each person in an arm beside the same person in the baseline, counted by group.

Arms are paired, so person i of replicate r is the same person with the same random draws in both. Access to credit is
one of five states: kept (approved before the announcement and after), lost (approved before; applied after and never
approved), stopped (approved before, did not apply after), gained (approved only after), never. Late events are two
states each. The placebo arm is counted like any other: it shows how many change groups by chance alone once lenders
react to each other. Of those who lost access in an arm alone, the reason of the last refusal there is counted as well.

Where people borrow is a topic of its own: served by a lender in the months that are watched, else by the informal
lender alone, else by nobody. Who is served in both arms was kept by the same lender or moved to another; the last
lender that granted credit counts. Those who moved are also counted by both lenders' names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from experiments.tables.arrow import schema_of

ACCESS = ("kept", "lost", "stopped", "gained", "never")
EVENTS = ("default", "informal", "hardship", "late")
REASON = "last_refusal"  # the column of people, and the topic here
SOURCE = ("served", "informal", "nobody")  # where a person borrows
SERVED_BY = "served_by"  # the column of people, and the topic of those who moved between lenders
SOURCE_CHANGES = {
    ("served", "informal"): "to_informal",
    ("served", "nobody"): "lost",
    ("informal", "served"): "from_informal",
    ("informal", "nobody"): "left_informal",
    ("nobody", "served"): "gained",
    ("nobody", "informal"): "turned_informal",
}
DIMENSIONS = ("income_quintile", "region", "sector", "age_band")

TRANSITIONS = schema_of("transitions")


class Pair(NamedTuple):
    """The people of one replicate in an arm and in the baseline, row i the same person in both."""

    arm: str
    scenario: str
    replicate: int
    placebo: bool
    changed: pa.Table
    unchanged: pa.Table


def transitions(pairs: Iterable[Pair], bits: Mapping[str, int]) -> pa.Table:
    """Return the table `transitions` of all pairs; one row per group, state in the baseline and state in the arm."""
    counted = [_count(pair, bits) for pair in pairs]
    if not counted:
        return TRANSITIONS.empty_table()
    return pa.Table.from_pandas(pd.concat(counted, ignore_index=True), schema=TRANSITIONS, preserve_index=False)


def access(flags: NDArray[np.int32], bits: Mapping[str, int]) -> NDArray[np.int8]:
    """Return each person's access to credit as an index into ACCESS, shape (people,)."""
    before, applied, approved = ((flags & bits[name]) != 0 for name in ("approved_before", "applied", "approved"))
    served_before = np.where(approved, 0, np.where(applied, 1, 2))
    return np.where(before, served_before, np.where(approved, 3, 4)).astype(np.int8)


def _count(pair: Pair, bits: Mapping[str, int]) -> pd.DataFrame:
    changed, unchanged = (_flags(table) for table in (pair.changed, pair.unchanged))
    if changed.shape != unchanged.shape:
        raise ValueError(f"{pair.scenario} / {pair.arm}: the arms do not hold the same people")
    topics = {"access": (access(unchanged, bits), access(changed, bits))}
    for event in EVENTS:
        topics[event] = tuple(((flags & bits[event]) != 0).astype(np.int8) for flags in (unchanged, changed))
    parts = []
    for dimension, (names, group) in _groups(pair.unchanged).items():
        for topic, (before, after) in topics.items():
            states = _states(topic)
            width = len(states)
            cell = (group * width + before) * width + after
            counts = np.bincount(cell, minlength=len(names) * width * width)
            filled = np.flatnonzero(counts)
            rows = pd.DataFrame(
                {
                    "topic": topic,
                    "dimension": dimension,
                    "value": [names[index // (width * width)] for index in filled],
                    "from_state": [states[index // width % width] for index in filled],
                    "to_state": [states[index % width] for index in filled],
                    "borrowers": counts[filled].astype(np.int64),
                }
            )
            rows["change"] = [_change(topic, *both) for both in zip(rows["from_state"], rows["to_state"], strict=True)]
            parts.append(rows)
    parts.append(_reasons(pair, *topics["access"]))
    parts += _sources(pair, bits)
    counted = pd.concat(parts, ignore_index=True)
    return counted.assign(arm=pair.arm, scenario=pair.scenario, replicate=pair.replicate, placebo=pair.placebo)


def _reasons(pair: Pair, before: NDArray[np.int8], after: NDArray[np.int8]) -> pd.DataFrame:
    """Count those who lost access in the arm alone by why they were last refused there; the change is the reason."""
    lost = ACCESS.index("lost")
    newly = np.flatnonzero((after == lost) & (before != lost))
    if REASON not in pair.changed.column_names:
        newly = newly[:0]
    reasons = pair.changed.column(REASON).take(pa.array(newly)).cast(pa.string()).to_pylist() if len(newly) else []
    people = pd.DataFrame({"from_state": [ACCESS[state] for state in before[newly]], "change": reasons})
    counted = people.groupby(["from_state", "change"], sort=True).size().rename("borrowers").reset_index()
    return counted.assign(topic=REASON, dimension="all", value="all", to_state="lost")


def _sources(pair: Pair, bits: Mapping[str, int]) -> list[pd.DataFrame]:
    """Count where people borrow in both arms, by group; and those who moved between lenders by both lenders' names."""
    if SERVED_BY not in pair.changed.column_names or SERVED_BY not in pair.unchanged.column_names:
        return []
    (before, lender_before), (after, lender_after) = (
        (_source(_flags(table), bits), _names(table, SERVED_BY)) for table in (pair.unchanged, pair.changed)
    )
    is_moved = (before == 0) & (after == 0) & (lender_before != lender_after)
    parts = []
    for dimension, (names, group) in _groups(pair.unchanged).items():
        width = len(SOURCE)
        cell = ((group * width + before) * width + after) * 2 + is_moved
        counts = np.bincount(cell, minlength=len(names) * width * width * 2)
        rows = [
            {
                "topic": "source",
                "dimension": dimension,
                "value": names[index // (2 * width * width)],
                "from_state": SOURCE[index // (2 * width) % width],
                "to_state": SOURCE[index // 2 % width],
                "change": _source_change(SOURCE[index // (2 * width) % width], SOURCE[index // 2 % width], index % 2),
                "borrowers": int(counts[index]),
            }
            for index in np.flatnonzero(counts).tolist()
        ]
        parts.append(pd.DataFrame(rows))
    moved = pd.DataFrame({"from_state": lender_before[is_moved], "to_state": lender_after[is_moved]})
    counted = moved.groupby(["from_state", "to_state"], sort=True).size().rename("borrowers").reset_index()
    parts.append(counted.assign(topic=SERVED_BY, dimension="all", value="all", change="moved"))
    return [part for part in parts if len(part)]


def _source(flags: NDArray[np.int32], bits: Mapping[str, int]) -> NDArray[np.int64]:
    """Return where each person borrows as an index into SOURCE."""
    served, informal = ((flags & bits[name]) != 0 for name in ("approved", "informal"))
    return np.where(served, 0, np.where(informal, 1, 2))


def _source_change(before: str, after: str, is_moved: int) -> str:
    if before == after:
        return "moved" if is_moved else "same_lender" if before == "served" else "unchanged"
    return SOURCE_CHANGES[before, after]


def _names(people: pa.Table, column: str) -> NDArray[np.object_]:
    """Return a column of few names as an array of texts."""
    return np.asarray(people.column(column).cast(pa.string()).to_numpy(zero_copy_only=False), dtype=object)


def _states(topic: str) -> tuple[str, ...]:
    return ACCESS if topic == "access" else (f"no {topic}", topic)


def _change(topic: str, before: str, after: str) -> str:
    """Name a change in words: spared and pushed for events, the state in the arm for access."""
    if topic == "access":
        return "unchanged" if before == after else after
    return {(False, False): "neither", (True, True): "both", (True, False): "spared", (False, True): "pushed"}[
        before == topic, after == topic
    ]


def _flags(people: pa.Table) -> NDArray[np.int32]:
    return np.asarray(people.column("flags").to_numpy(), dtype=np.int32)


def _groups(people: pa.Table) -> dict[str, tuple[list[str], NDArray[np.int64]]]:
    """Return by dimension the names of its groups and everybody's group among them; "all" puts everybody in one."""
    groups = {"all": (["all"], np.zeros(people.num_rows, dtype=np.int64))}
    for dimension in DIMENSIONS:
        if dimension in people.column_names:
            column = people.column(dimension)
            if pa.types.is_dictionary(column.type):
                column = column.cast(column.type.value_type)
            # The few names are written out, not everybody's: sorting a hundred thousand texts took most of the time.
            names, group = np.unique(column.to_numpy(zero_copy_only=False), return_inverse=True)
            groups[dimension] = ([str(name) for name in names], group.astype(np.int64))
    return groups
