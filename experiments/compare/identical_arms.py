"""Arms that are each other but for policies, and whether their runs are the same: what happens without a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from experiments.compare.sameness import are_same_tables, run_folder
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.keep.runs import CompletedRun


class NestedArms(NamedTuple):
    """An arm beside another of the same scenario that lacks some of its policies and differs in nothing else."""

    scenario: str
    arm: str
    without: str
    policies: tuple[str, ...]  # those that the other arm lacks
    is_same: bool  # every replicate is the same market, announcements apart


def nested_arms(
    study: StudyConfig, folder: Path, runs: Sequence[Run], kept: Mapping[str, CompletedRun]
) -> tuple[NestedArms, ...]:
    """Return all nested arms of a study of which complete pairs of runs are there, compared table by table."""
    by_key = {(run.scenario, run.arm, run.replicate): run for run in runs if run.identity in kept}
    found = []
    for scenario, arm, without, policies in _pairs(study):
        both = [
            (by_key[scenario, arm, number], by_key[scenario, without, number])
            for number in sorted({replicate for _, _, replicate in by_key})
            if (scenario, arm, number) in by_key and (scenario, without, number) in by_key
        ]
        if both:
            is_same = all(are_same_tables(*(run_folder(folder, run, kept) for run in pair)) for pair in both)
            found.append(NestedArms(scenario, arm, without, policies, is_same))
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
