"""Gathers the tables of finished runs into the study's tables, and compares the arms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from experiments.compare import compare
from experiments.config import StudyConfig
from experiments.groups import effects_by_group
from experiments.moves import moves
from experiments.profiles import profiles
from experiments.selections import SELECTIONS
from experiments.single_run import KEYS, PEOPLE, Kept, Run
from experiments.store import FileRecord, read_table, write_table
from experiments.transitions import Pair, transitions
from sim.observe.flags import flags

COMPARED = tuple(SELECTIONS)


def gather(folder: Path, study: StudyConfig, runs: Sequence[Run], kept: Mapping[str, Kept]) -> dict[str, FileRecord]:
    """Write tables/*.parquet from the runs that are kept, in the order of the plan; return their records by path."""
    present = [run for run in runs if run.identity in kept]
    files: dict[str, FileRecord] = {}
    frames: dict[str, pd.DataFrame] = {}
    for name in _table_names(folder, present, kept):
        table = _gathered(folder, name, present, kept)
        files[f"tables/{name}.parquet"] = write_table(folder / "tables" / f"{name}.parquet", table)
        if name in COMPARED:
            frames[name] = table.to_pandas()
    effects, differences = compare(study, frames)
    counted = transitions(_pairs(folder, study, present, kept), flags)
    derived = {
        "effects": effects,
        "differences": differences,
        "profiles": profiles(study, frames),
        "group_effects": effects_by_group(study, frames),
        "transitions": counted,
        "moves": moves(study, counted),
    }
    for name, table in derived.items():
        files[f"tables/{name}.parquet"] = write_table(folder / "tables" / f"{name}.parquet", table)
    return files


def run_folder(folder: Path, run: Run, kept: Mapping[str, Kept]) -> Path:
    """Return where the tables of a run are; two arms that are the same market share one folder."""
    return folder / "runs" / kept[run.identity].folder


def _table_names(folder: Path, present: Sequence[Run], kept: Mapping[str, Kept]) -> list[str]:
    if not present:
        return []
    return sorted(path.stem for path in run_folder(folder, present[0], kept).glob("*.parquet") if path.stem != PEOPLE)


def _gathered(folder: Path, name: str, present: Sequence[Run], kept: Mapping[str, Kept]) -> pa.Table:
    parts = []
    for run in present:
        table = read_table(run_folder(folder, run, kept) / f"{name}.parquet")
        for index, key in enumerate(KEYS):
            value = getattr(run, key)
            kind = pa.int64() if isinstance(value, int) else pa.string()
            table = table.add_column(index, pa.field(key, kind), pa.repeat(pa.scalar(value, kind), table.num_rows))
        parts.append(table)
    return pa.concat_tables(parts, promote_options="default").combine_chunks()


def _pairs(folder: Path, study: StudyConfig, present: Sequence[Run], kept: Mapping[str, Kept]) -> Iterator[Pair]:
    """Yield the people of every arm beside those of the baseline, complete pairs only."""
    by_place = {(run.scenario, run.replicate, run.arm): run for run in present}
    for replicate in range(study.settings.replicates):
        for scenario in study.scenarios:
            base = by_place.get((scenario, replicate, study.arms[0]))
            if base is None:
                continue
            unchanged = read_table(run_folder(folder, base, kept) / f"{PEOPLE}.parquet")
            for arm in study.arms[1:]:
                other = by_place.get((scenario, replicate, arm))
                if other is not None:
                    changed = read_table(run_folder(folder, other, kept) / f"{PEOPLE}.parquet")
                    yield Pair(arm, scenario, replicate, arm == study.settings.placebo, changed, unchanged)
