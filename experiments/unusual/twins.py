"""Arms that are each other but for policies, and whether their runs are the same: what happens without a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from experiments.config import StudyConfig
from experiments.gather import run_folder
from experiments.single_run import RECORD, Kept, Run
from experiments.store import read_sealed, read_table

NEWS = ("announcement", "entry into force", "adjustment")  # acts that tell of a rule and change nothing
SAYS_THE_RULE = {"returns": ("minimum_share",)}  # columns that repeat what the law asks
OF_LIMITS = ("budgets",)  # rooms that nobody was refused for; a refusal stands in `refused` too


class Twin(NamedTuple):
    """An arm beside another of the same scenario that lacks some of its policies and differs in nothing else."""

    scenario: str
    arm: str
    without: str
    policies: tuple[str, ...]  # those that the other arm lacks
    is_same: bool  # every replicate is the same market, announcements apart


def twins_of(study: StudyConfig, folder: Path, runs: Sequence[Run], kept: Mapping[str, Kept]) -> tuple[Twin, ...]:
    """Return all twins of a study of which complete pairs of runs are there, and compare them table by table."""
    places = {(run.scenario, run.arm, run.replicate): run for run in runs if run.identity in kept}
    found = []
    for scenario, arm, without, policies in _pairs(study):
        both = [
            (places[scenario, arm, number], places[scenario, without, number])
            for number in sorted({replicate for _, _, replicate in places})
            if (scenario, arm, number) in places and (scenario, without, number) in places
        ]
        if both:
            is_same = all(_is_same(*(run_folder(folder, run, kept) for run in pair)) for pair in both)
            found.append(Twin(scenario, arm, without, policies, is_same))
    return tuple(found)


def _pairs(study: StudyConfig) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield scenario, arm, the arm without some of its policies, and which these are."""
    for scenario in study.scenarios:
        for arm in study.arms:
            mine = study.markets[scenario, arm]
            for other in study.arms:
                theirs = study.markets[scenario, other]
                lacking = tuple(name for name, _ in mine.policy if name not in dict(theirs.policy))
                if lacking and set(theirs.policy) < set(mine.policy) and theirs._replace(policy=mine.policy) == mine:
                    yield scenario, arm, other, lacking


def _is_same(one: Path, other: Path) -> bool:
    """Return whether two runs hold the same tables and people; hashes decide, and rows where a rule is only told."""
    mine, theirs = (read_sealed(folder / RECORD)["files"] for folder in (one, other))
    if mine.keys() != theirs.keys():
        return False
    differing = [name for name in mine if mine[name] != theirs[name] and Path(name).stem not in OF_LIMITS]
    return all(_told_alike(one / Path(name).name, other / Path(name).name) for name in differing)


def _told_alike(one: Path, other: Path) -> bool:
    """Return whether two tables that differ do so in words about the rule alone."""
    return bool(_without_news(read_table(one), one.stem).equals(_without_news(read_table(other), other.stem)))


def _without_news(table: pa.Table, name: str) -> pa.Table:
    if name == "actions":
        return table.filter(pc.invert(pc.is_in(table["act"].cast(pa.string()), pa.array(NEWS, pa.string()))))
    return table.drop_columns(list(SAYS_THE_RULE.get(name, ())))
