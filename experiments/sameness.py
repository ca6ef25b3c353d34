"""Which arms are the very market of the baseline: known from what was lived, never from equal numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from experiments.config import StudyConfig
from experiments.single_run import Kept, Run

ArmKey = tuple[str, str]  # scenario and arm


class SameMarkets(NamedTuple):
    """Where an arm and the baseline are one market: in whole replicates, and until the month in which they part."""

    replicates: Mapping[ArmKey, frozenset[int]] = {}  # in which all tables of both are equal to the last byte
    parting: Mapping[ArmKey, int] = {}  # the first month not shared with the baseline in every replicate

    def are_same(self, scenario: str, arm: str, replicates: Iterable[int]) -> bool:
        """Return whether the arm is the baseline's market in every one of these replicates, of which there is one."""
        asked = set(replicates)
        return bool(asked) and asked <= self.replicates.get((scenario, arm), frozenset())

    def parting_month(self, scenario: str, arm: str) -> int:
        """Return the first month in which arm and baseline may differ; months count from the end of the warm-up."""
        return self.parting.get((scenario, arm), 0)


NONE_KNOWN = SameMarkets()


def same_markets(study: StudyConfig, runs: Sequence[Run], kept: Mapping[str, Kept]) -> SameMarkets:
    """Return where arms are the baseline's market: one run for both, equal records, or a past lived once for both."""
    baseline = {(run.scenario, run.replicate): run for run in runs if run.arm == study.arms[0]}
    replicates: dict[ArmKey, set[int]] = {}
    parting: dict[ArmKey, int] = {}
    for run in runs:
        base = baseline.get((run.scenario, run.replicate))
        if base is None or run.arm == study.arms[0]:
            continue
        place = (run.scenario, run.arm)
        hashes = {kept[one.identity].record_hash for one in (run, base)}
        if run.identity == base.identity or (len(hashes) == 1 and "" not in hashes):
            replicates.setdefault(place, set()).add(run.replicate)
        shared = min(run.trunk_month, base.trunk_month) if run.trunk == base.trunk else 0
        parting[place] = min(shared, parting.get(place, shared))
    return SameMarkets({place: frozenset(found) for place, found in replicates.items()}, parting)
