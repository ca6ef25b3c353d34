"""Looks at the runs kept so far for the stop rule: how wide the intervals of the primary effects are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from experiments.compare.complete_pairs import complete_pairs
from experiments.compare.declared import confidence_each, primary_effects
from experiments.compare.pairs import paired
from experiments.compare.stopping import Look, Width, look_at
from experiments.compose.run import Run
from experiments.compose.study import PrimaryOutcome, StudyConfig
from experiments.keep.files import read_table
from experiments.keep.runs import CompletedRun
from experiments.tables.event_counts import event_months
from experiments.tables.outcomes import Outcome, read_horizon, read_outcome

RunKey = tuple[str, str, str, str, int]  # outcome, horizon, scenario, arm, replicate


class Precision:
    """Remembers the months of primary outcomes by run, so that each run is read once and its tables are let go."""

    def __init__(self, study: StudyConfig, runs: Path) -> None:
        """Prepare to look at the runs of a study, which lie in the folder `runs`."""
        self.study, self.runs = study, runs
        wanted = [effect for effect in primary_effects(study) if effect[0].smallest_important_difference > 0]
        markets, baseline = study.markets, study.arms[0]
        open_ones = [effect for effect in wanted if markets[effect[1], effect[2]] != markets[effect[1], baseline]]
        # An arm that asks for the baseline's very market has no effect to be known.
        self.effects = tuple(open_ones or wanted)
        self.declared = {(primary.outcome, primary.horizon): primary for primary, _, _ in self.effects}
        self.confidence_each = confidence_each(study)
        self.months: dict[RunKey, pd.Series[float]] = {}
        self.seen: set[tuple[str, str, int]] = set()

    def look(self, batch: Sequence[Run], kept: Mapping[str, CompletedRun], replicates: int) -> Look:
        """Return how wide the intervals are over the runs of a batch, which holds so many replicates."""
        for run in batch:
            key = (run.scenario, run.arm, run.replicate)
            if run.identity in kept and key not in self.seen:
                self.seen.add(key)
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
                key = (name, horizon, run.scenario, run.arm, run.replicate)
                self.months[key] = self._months(outcomes[name], horizon, tables, run)

    def _months(self, outcome: Outcome, horizon: str, tables: Mapping[str, pd.DataFrame], run: Run) -> pd.Series[float]:
        window = read_horizon(horizon, "study.primary").months(
            self.study.settings.announce_month, run.config.calendar.months
        )
        found = outcome.monthly(tables).droplevel(["scenario", "arm"])
        return found[found.index.get_level_values("month").isin(list(window))]

    def _width(self, primary: PrimaryOutcome, scenario: str, arm: str, replicates: int) -> Width:
        def runs_of(whose: str) -> list[pd.Series[float]]:
            keys = [(primary.outcome, primary.horizon, scenario, whose, replicate) for replicate in range(replicates)]
            return [self.months[key] for key in keys if key in self.months]

        changed, unchanged = runs_of(arm), runs_of(self.study.arms[0])
        reach, count = float("nan"), 0
        if changed and unchanged:
            pairs = paired(pd.concat(changed), pd.concat(unchanged)).dropna()
            outcome = read_outcome(primary.outcome, "study.primary")
            months = event_months(outcome, pd.concat([pairs["months_changed"], pairs["months_unchanged"]]))
            complete = complete_pairs(pairs["changed"].tolist(), pairs["unchanged"].tolist(), months)
            reach, count = complete.reach(self.confidence_each), len(pairs)
        wanted, least = primary.smallest_important_difference, self.study.settings.stop.at_least
        return Width(primary.outcome, primary.horizon, arm, scenario, reach, wanted, count, least)
