"""Instruments that were in force and refused nobody: what they would do cannot be read off this study."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.config import StudyConfig
from experiments.store import read_table
from experiments.unusual.flag import IDLE, Flag

# table -> the column with the name of the constraint or act, the column that counts it; empty = each row counts
TRACED = {"refused": ("constraint", "applications"), "budgets": ("constraint", "refused_fen"), "actions": ("act", "")}
BESIDE = {"sector_rule": ("region_rule",)}  # an instrument that caps both refuses under either name


def never_bound(study: StudyConfig, tables: Path) -> Iterator[Flag]:
    """Yield the instruments that left no trace in any replicate of an arm and scenario, read from the study's tables.

    Instruments that refuse nobody by their nature, and change terms or accounts, are not judged; nor is one whose name
    for a refusal other rules share.
    """
    found = _traces(tables)
    for scenario, arm in ((scenario, arm) for scenario in study.scenarios for arm in study.arms):
        traces = found.get((scenario, arm))
        if not traces:
            continue  # nothing was kept of it
        for name, instrument in study.markets[scenario, arm].policy:
            expected = trace_of(instrument)
            if expected and not traces & {expected, *BESIDE.get(expected, ())}:
                yield Flag(
                    IDLE,
                    f"policy.{name}",
                    "",
                    f"a rule that binds refuses somebody ({expected.replace('_', ' ')})",
                    "in no replicate was anybody refused because of it",
                    (f"{scenario} / {arm}",),
                )


def trace_of(instrument: Any) -> str:
    """Return the name under which an instrument refuses, as its own file declares it; empty = it refuses nobody."""
    return str(getattr(sys.modules[type(instrument).__module__], "TRACE", ""))


def _traces(tables: Path) -> dict[tuple[str, str], set[str]]:
    """Return by scenario and arm all names that left a trace in any replicate; each table is read once."""
    found: dict[tuple[str, str], set[str]] = {}
    for table, (named, counted) in TRACED.items():
        path = tables / f"{table}.parquet"
        if not path.is_file():
            continue
        columns = ("scenario", "arm", named)
        rows = read_table(path, columns, [(counted, ">", 0)] if counted else None)
        for scenario, arm, name in zip(
            *(column.to_pylist() for column in rows.group_by(list(columns)).aggregate([]).columns), strict=True
        ):
            found.setdefault((scenario, arm), set()).add(name)
    return found
