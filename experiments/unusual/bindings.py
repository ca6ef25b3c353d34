"""Instruments that were in force and refused nobody: what they would do cannot be read off this study."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

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
    places = {
        (scenario, arm): traces
        for scenario in study.scenarios
        for arm in study.arms
        if (traces := _traces(tables, scenario, arm))
    }
    for (scenario, arm), traces in places.items():
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


def _traces(tables: Path, scenario: str, arm: str) -> set[str]:
    found: set[str] = set()
    for table, (named, counted) in TRACED.items():
        path = tables / f"{table}.parquet"
        if not path.is_file():
            continue
        rows = read_table(path)
        kept = pc.and_(pc.equal(rows["arm"], arm), pc.equal(rows["scenario"], scenario))
        if counted:
            kept = pc.and_(kept, pc.greater(rows[counted], 0))
        found |= set(pc.unique(rows.filter(kept)[named]).to_pylist())
    return found
