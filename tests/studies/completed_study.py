"""A study of the folder configs/study, run in this process with few people, and compared as the report compares it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import pandas as pd

from experiments.compare.effects import compare
from experiments.compose.plan import plan
from experiments.compose.study import StudyConfig, compose_study
from experiments.execute.single_run import SharedWarmUp
from experiments.tables.selections import SELECTIONS


@cache
def completed_study(
    name: str, people: int, replicates: int, arms: tuple[str, ...], scenario: str = "calm"
) -> pd.DataFrame:
    """Return the table of effects of some arms in one scenario, seed 1."""
    study = compose_study([f"study={name}", f"population.size={people}", f"study.replicates={replicates}"])
    study = only(study, arms, scenario)
    parts: dict[str, list[pd.DataFrame]] = {}
    for table, rows in tables_of(study):
        parts.setdefault(table, []).append(rows)
    frames = {table: pd.concat(rows, ignore_index=True) for table, rows in parts.items()}
    return compare(study, frames)[0].to_pandas()


def only(study: StudyConfig, arms: Sequence[str], scenario: str) -> StudyConfig:
    """Return the study with its baseline and these arms, in one scenario."""
    kept = {arm: study.settings.arms[arm] for arm in (study.arms[0], *arms)}
    settings = study.settings._replace(arms=kept, scenarios={scenario: study.settings.scenarios[scenario]})
    markets = {cell: market for cell, market in study.markets.items() if cell[0] == scenario and cell[1] in kept}
    return study._replace(settings=settings, markets=markets)


def tables_of(study: StudyConfig) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the tables that outcomes are read from, run by run."""
    shared_warm_up = SharedWarmUp()
    for run in sorted(plan(study), key=lambda run: run.shared_warm_up):
        market = shared_warm_up.branch(run)
        market.run()
        for table in SELECTIONS:
            rows = market.record.table(table).to_pandas()
            yield table, rows.assign(arm=run.arm, scenario=run.scenario, replicate=run.replicate)


def effect(found: pd.DataFrame, outcome: str, horizon: str, arm: str) -> pd.Series:
    """Return the one row of an outcome, horizon and arm."""
    rows = found[(found["outcome"] == outcome) & (found["horizon"] == horizon) & (found["arm"] == arm)]
    assert len(rows) == 1, (outcome, horizon, arm)
    return rows.iloc[0]


def assert_signs(found: pd.DataFrame) -> None:
    """Every primary outcome with a sign written down beforehand has it, and its interval leaves out zero."""
    declared = found[found["primary"] & found["expected_sign"].isin(["+", "-"])]
    assert len(declared) > 0
    for row in declared.itertuples():
        side = 1.0 if row.expected_sign == "+" else -1.0
        assert side * row.mean > 0.0, row
        assert min(side * row.low, side * row.high) > 0.0, row
