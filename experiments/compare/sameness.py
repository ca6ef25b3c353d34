"""Which arms are the very market of the baseline: known from their runs, never from equal numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.keep.files import read_sealed, read_table
from experiments.keep.runs import RECORD, CompletedRun

NEWS = ("announcement", "entry into force", "adjustment")  # acts that announce a rule and change nothing
STATES_THE_RULE = {"returns": ("minimum_share",)}  # columns that repeat what the law asks
OF_LIMITS = ("budgets",)  # rooms that nobody was refused for; a refusal stands in `refused` too

ArmKey = tuple[str, str]  # scenario and arm


class SameMarkets(NamedTuple):
    """Where an arm and the baseline are one market: in whole replicates, and until the month in which they part."""

    replicates: Mapping[ArmKey, frozenset[int]] = {}  # in which all tables of both are equal, words on rules apart
    divergence: Mapping[ArmKey, int] = {}  # the first month not shared with the baseline in every replicate

    def are_same(self, scenario: str, arm: str, replicates: Iterable[int]) -> bool:
        """Return whether the arm is the baseline's market in every one of these replicates, of which there is one."""
        asked = set(replicates)
        return bool(asked) and asked <= self.replicates.get((scenario, arm), frozenset())

    def parting_month(self, scenario: str, arm: str) -> int:
        """Return the first month in which arm and baseline may differ; months count from the end of the warm-up."""
        return self.divergence.get((scenario, arm), 0)


NONE_KNOWN = SameMarkets()


def run_folder(folder: Path, run: Run, kept: Mapping[str, CompletedRun]) -> Path:
    """Return where the tables of a run are; two arms that are the same market share one folder."""
    return folder / "runs" / kept[run.identity].folder


def same_markets(
    study: StudyConfig, folder: Path, runs: Sequence[Run], kept: Mapping[str, CompletedRun]
) -> SameMarkets:
    """Return where arms are the baseline's market: one run for both, equal tables, or a warm-up run once for both."""
    baseline = {(run.scenario, run.replicate): run for run in runs if run.arm == study.arms[0]}
    replicates: dict[ArmKey, set[int]] = {}
    divergence: dict[ArmKey, int] = {}
    for run in runs:
        base = baseline.get((run.scenario, run.replicate))
        if base is None or run.arm == study.arms[0]:
            continue
        cell = (run.scenario, run.arm)
        if run.identity == base.identity or are_same_tables(*(run_folder(folder, one, kept) for one in (run, base))):
            replicates.setdefault(cell, set()).add(run.replicate)
        shared = min(run.divergence_month, base.divergence_month) if run.shared_warm_up == base.shared_warm_up else 0
        divergence[cell] = min(shared, divergence.get(cell, shared))
    return SameMarkets({cell: frozenset(found) for cell, found in replicates.items()}, divergence)


def are_same_tables(one: Path, other: Path) -> bool:
    """Return whether two runs hold the same tables and people: by hash, or by rows where a rule is only announced."""
    mine, theirs = (read_sealed(folder / RECORD)["files"] for folder in (one, other))
    if mine.keys() != theirs.keys():
        return False
    differing = [Path(name) for name in mine if mine[name] != theirs[name] and Path(name).stem not in OF_LIMITS]
    if any(name.stem not in ("actions", *STATES_THE_RULE) for name in differing):
        return False
    return all(_alike_but_for_news(one / name.name, other / name.name) for name in differing)


def _alike_but_for_news(one: Path, other: Path) -> bool:
    """Return whether two tables that differ do so in words about the rule alone."""
    return bool(_without_news(read_table(one), one.stem).equals(_without_news(read_table(other), other.stem)))


def _without_news(table: pa.Table, name: str) -> pa.Table:
    if name == "actions":
        return table.filter(pc.invert(pc.is_in(table["act"].cast(pa.string()), pa.array(NEWS, pa.string()))))
    return table.drop_columns(list(STATES_THE_RULE.get(name, ())))
