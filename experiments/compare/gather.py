"""Gathers the tables of finished runs into the study's tables, and compares the arms.

Tables are passed on run by run, so that memory does not grow with their number; what is compared is read back column by
column, as far as the study's outcomes need it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from experiments.compare.by_group import columns_read as columns_of_groups
from experiments.compare.by_group import effects_by_group
from experiments.compare.by_month import profiles
from experiments.compare.by_person import TRANSITIONS, Pair, transitions
from experiments.compare.effects import compare, outcomes
from experiments.compare.moves import moves
from experiments.compare.sameness import SameMarkets, run_folder, same_markets
from experiments.compose.run import KEYS, Run
from experiments.compose.study import StudyConfig
from experiments.keep.files import (
    CorruptResult,
    FileRecord,
    read_columns,
    read_sealed,
    read_table,
    write_pieces,
    write_table,
)
from experiments.keep.runs import PEOPLE, RECORD, CompletedRun
from experiments.tables.arrow import described
from experiments.tables.moves import per_thousand
from experiments.tables.outcomes import Outcome
from experiments.tables.selections import SELECTIONS, columns_read, rows_read
from experiments.terminal.progress import with_bar
from sim.observe.flags import flags

RUNS_AT_ONCE = 32  # of which tables are in memory together
KEY_TYPES = {"arm": pa.string(), "scenario": pa.string(), "replicate": pa.int64()}  # as KEYS of every run


def gather(
    folder: Path, study: StudyConfig, runs: Sequence[Run], kept: Mapping[str, CompletedRun]
) -> dict[str, FileRecord]:
    """Write tables/*.parquet from the runs that are kept, in the order of the plan; return their records by path."""
    present = [run for run in runs if run.identity in kept]
    tables = folder / "tables"
    written: dict[str, FileRecord] = {}
    for name in with_bar("gathering tables", _table_names(folder, present, kept)):
        columns = read_columns(run_folder(folder, present[0], kept) / f"{name}.parquet")
        pieces = _pieces(folder, name, columns, present, kept)
        written[name] = write_pieces(tables / f"{name}.parquet", described(name, _with_keys(columns)), pieces)
    moved: list[pd.Series[float]] = []
    counted = _counted(_pairs(folder, study, present, kept), moved)
    written["transitions"] = write_pieces(
        tables / "transitions.parquet", described("transitions", TRANSITIONS), counted
    )
    segments = _segments(folder, present, kept) if "segment" in written else iter(())
    same = same_markets(study, folder, present, kept)
    derived = {
        **_by_outcome(tables, study, written, same),
        "group_effects": effects_by_group(study, segments, same),
        "moves": moves(study, moved, same),
    }
    for name, table in derived.items():
        written[name] = write_table(tables / f"{name}.parquet", table.cast(described(name, table.schema)))
    return {f"tables/{name}.parquet": record for name, record in written.items()}


def _counted(pairs: Iterator[Pair], moved: list[pd.Series[float]]) -> Iterator[pa.Table]:
    """Yield the transitions of every pair, and keep of each how many people moved."""
    for pair in pairs:
        table = transitions([pair], flags)
        moved.append(per_thousand(table.to_pandas()))
        yield table


def _segments(folder: Path, present: Sequence[Run], kept: Mapping[str, CompletedRun]) -> Iterator[pd.DataFrame]:
    """Yield what groups are compared by, some runs at a time."""
    for first in range(0, len(present), RUNS_AT_ONCE):
        runs = present[first : first + RUNS_AT_ONCE]
        paths = [run_folder(folder, run, kept) / "segment.parquet" for run in runs]
        wanted = [column for column in columns_of_groups() if column not in KEYS]
        yield pd.concat(
            [
                read_table(path, wanted).to_pandas().assign(**{key: getattr(run, key) for key in KEYS})
                for run, path in zip(runs, paths, strict=True)
            ]
        )


def _by_outcome(
    tables: Path, study: StudyConfig, written: Mapping[str, FileRecord], same: SameMarkets
) -> dict[str, pa.Table]:
    """Return what arms differ in, outcome by outcome: by horizon, by replicate, by month."""
    frames = _compared(tables, study, written)
    effects, differences = compare(study, frames, same)
    return {"effects": effects, "differences": differences, "profiles": profiles(study, frames, same)}


def _table_names(folder: Path, present: Sequence[Run], kept: Mapping[str, CompletedRun]) -> list[str]:
    """Return the tables of a run as its record lists them: another file in its folder is none."""
    if not present:
        return []
    files = read_sealed(run_folder(folder, present[0], kept) / RECORD)["files"]
    return sorted(Path(name).stem for name in files if Path(name).stem != PEOPLE)


def _with_keys(columns: pa.Schema) -> pa.Schema:
    return pa.schema([*KEY_TYPES.items(), *columns])


def _pieces(
    folder: Path, name: str, columns: pa.Schema, present: Sequence[Run], kept: Mapping[str, CompletedRun]
) -> Iterator[pa.Table]:
    """Yield one table of every run, with the keys of the study before its own columns; all must have the same."""
    for run in present:
        path = run_folder(folder, run, kept) / f"{name}.parquet"
        table = read_table(path).replace_schema_metadata()
        if table.schema != columns:
            raise CorruptResult(f"{path}: has other columns than the same table of other runs; remove its folder")
        for index, (key, kind) in enumerate(KEY_TYPES.items()):
            value = pa.repeat(pa.scalar(getattr(run, key), kind), table.num_rows)
            table = table.add_column(index, pa.field(key, kind), value)
        yield table


def _compared(tables: Path, study: StudyConfig, written: Mapping[str, FileRecord]) -> dict[str, pd.DataFrame]:
    """Return of every table that outcomes are read from the columns and rows that this study's outcomes need."""
    asked: dict[str, list[Outcome]] = {}
    for outcome in outcomes(study):
        for part in outcome.parts:
            asked.setdefault(part.table, []).append(part)
    frames: dict[str, pd.DataFrame] = {}
    for name, theirs in asked.items():
        if name not in written or name not in SELECTIONS:
            continue
        path = tables / f"{name}.parquet"
        read = (columns_read(name, outcome.column, outcome.where) for outcome in theirs)
        wanted = {column for columns in read for column in (*KEYS, *columns)}
        present = [column for column in read_columns(path).names if column in wanted]
        frames[name] = read_table(path, present, rows_read(name, [one.where for one in theirs])).to_pandas()
    return frames


def _pairs(
    folder: Path, study: StudyConfig, present: Sequence[Run], kept: Mapping[str, CompletedRun]
) -> Iterator[Pair]:
    """Yield the people of every arm beside those of the baseline, complete pairs only."""
    by_key = {(run.scenario, run.replicate, run.arm): run for run in present}
    for replicate in with_bar("comparing people", range(study.settings.replicates)):
        for scenario in study.scenarios:
            base = by_key.get((scenario, replicate, study.arms[0]))
            if base is None:
                continue
            unchanged = read_table(run_folder(folder, base, kept) / f"{PEOPLE}.parquet")
            for arm in study.arms[1:]:
                other = by_key.get((scenario, replicate, arm))
                if other is not None:
                    changed = read_table(run_folder(folder, other, kept) / f"{PEOPLE}.parquet")
                    yield Pair(arm, scenario, replicate, arm == study.settings.placebo, changed, unchanged)
