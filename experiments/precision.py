"""Looks at the runs kept so far for the stop rule: how wide the intervals of the primary effects are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments.config import PrimaryOutcome, StudyConfig
from experiments.declared import confidence_each, primary_effects
from experiments.event_counts import event_months, months_counted
from experiments.outcomes import Outcome, mean_over, read_horizon, read_outcome
from experiments.pairs import complete_pairs
from experiments.single_run import Kept, Run
from experiments.stopping import Look, Width, look_at
from experiments.store import read_table

LevelKey = tuple[str, str, str, str, int]  # outcome, horizon, scenario, arm, replicate


class Level(NamedTuple):
    """An outcome of one run: its mean over a horizon, and of how many months."""

    value: float
    months: int


NO_LEVEL = Level(float("nan"), 0)


class Precision:
    """Remembers one number a run and primary outcome, so that each run is read once and its tables are let go."""

    def __init__(self, study: StudyConfig, runs: Path) -> None:
        """Prepare to look at the runs of a study, which lie in the folder `runs`."""
        self.study, self.runs = study, runs
        self.effects = tuple(effect for effect in primary_effects(study) if effect[0].smallest_important_difference > 0)
        self.declared = {(primary.outcome, primary.horizon): primary for primary, _, _ in self.effects}
        self.confidence_each = confidence_each(study)
        self.levels: dict[LevelKey, Level] = {}
        self.seen: set[tuple[str, str, int]] = set()

    def look(self, batch: Sequence[Run], kept: Mapping[str, Kept], replicates: int) -> Look:
        """Return how wide the intervals are over the runs of a batch, which holds so many replicates."""
        for run in batch:
            place = (run.scenario, run.arm, run.replicate)
            if run.identity in kept and place not in self.seen:
                self.seen.add(place)
                self._read(run, self.runs / kept[run.identity].folder)
        return look_at([self._width(*effect, replicates) for effect in self.effects], replicates)

    def _read(self, run: Run, folder: Path) -> None:
        outcomes = {name: read_outcome(name, "study.primary") for name, _ in self.declared}
        tables = {}
        for table in dict.fromkeys(part.table for outcome in outcomes.values() for part in outcome.parts):
            if (folder / f"{table}.parquet").exists():
                rows = read_table(folder / f"{table}.parquet").to_pandas()
                tables[table] = rows.assign(scenario=run.scenario, arm=run.arm, replicate=run.replicate)
        for name, horizon in self.declared:
            if outcomes[name].is_in(tables):
                place = (name, horizon, run.scenario, run.arm, run.replicate)
                self.levels[place] = self._level(outcomes[name], horizon, tables, run)

    def _level(self, outcome: Outcome, horizon: str, tables: Mapping[str, pd.DataFrame], run: Run) -> Level:
        window = read_horizon(horizon, "study.primary").months(
            self.study.settings.announce_month, run.config.calendar.months
        )
        monthly = outcome.monthly(tables)
        found, months = mean_over(monthly, window), months_counted(monthly, window)
        return Level(float(found.iloc[0]), int(months.iloc[0])) if len(found) else NO_LEVEL

    def _width(self, primary: PrimaryOutcome, scenario: str, arm: str, replicates: int) -> Width:
        def levels(whose: str) -> list[Level]:
            places = [(primary.outcome, primary.horizon, scenario, whose, replicate) for replicate in range(replicates)]
            return [self.levels.get(place, NO_LEVEL) for place in places]

        outcome = read_outcome(primary.outcome, "study.primary")
        pairs = [
            (changed, unchanged)
            for changed, unchanged in zip(levels(arm), levels(self.study.arms[0]), strict=True)
            if math.isfinite(changed.value) and math.isfinite(unchanged.value)
        ]
        months = event_months(outcome, [level.months for pair in pairs for level in pair])
        reach = complete_pairs(
            [changed.value for changed, _ in pairs], [unchanged.value for _, unchanged in pairs], months
        ).reach(self.confidence_each)
        return Width(primary.outcome, primary.horizon, arm, scenario, reach, primary.smallest_important_difference)
