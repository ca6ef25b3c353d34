"""Runs made by hand: two scenarios, three arms, six replicates, of which no two hold the same number.

36 runs, more than are in memory together. One arm lacks a replicate in one scenario, the baseline lacks another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.compare.by_group import RUN, columns_read
from experiments.compare.gather import gather
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig, compose_study
from experiments.keep.files import FileRecord, read_table, record_of, write_sealed
from experiments.keep.runs import PEOPLE, RECORD, CompletedRun
from experiments.tables.outcomes import read_horizon
from sim.observe.flags import flags

SCENARIOS, ARMS, REPLICATES = ("calm", "shock"), ("baseline", "capped", "placebo"), 6
ANNOUNCED, MONTHS = 2, 7
WEIGHTS = (90, 70, 50, 1, 2, 6, 40)  # by month: the horizon of months 1-3 after the announcement holds 1, 2 and 6
LOST = {("shock", "capped", 1), ("shock", "baseline", 4)}  # runs that failed
PERSONS = 24

Key = tuple[str, str, int]  # scenario, arm, replicate


def base_level(key: Key) -> int:
    """Return what the baseline of this scenario and replicate has, in units of a month's weight."""
    scenario, _, replicate = key
    return 1_000 * (replicate + 1) ** 2 * (1 + 3 * SCENARIOS.index(scenario))


def effect(key: Key) -> int:
    """Return by how much an arm differs from its baseline."""
    scenario, arm, replicate = key
    position = SCENARIOS.index(scenario)
    return {
        "baseline": 0,
        "capped": 7 * (replicate + 2) ** 2 + 31 * position,
        "placebo": -11 * (replicate % 3) - position,
    }[arm]


def level(key: Key) -> int:
    return base_level(key) + effect(key)


def words_of(key: Key) -> list[int]:
    """Return the flags of everybody: who defaults hangs on scenario and replicate, and on the arm for a few."""
    scenario, arm, replicate = key
    position, shift = SCENARIOS.index(scenario), {"baseline": 0, "capped": 3, "placebo": 1}[arm]
    return [
        flags["default"]
        * ((person * 5 + replicate * 3 + position * 7 + (person % (4 - shift % 4) == 0) * shift) % 11 < 4)
        | flags["approved_before"] * ((person + replicate) % 3 == 0)
        | flags["applied"] * ((person * 7 + position) % 4 != 0)
        | flags["approved"] * ((person * 7 + position) % 4 != 0 and (person + replicate + shift) % 5 < 3)
        for person in range(PERSONS)
    ]


REASONS = ("debt_service", "own_policy", "rate_cap")


def reason_of(person: int, key: Key) -> str:
    return REASONS[(person + key[2] + len(key[1])) % 3]


def market_of(key: Key) -> pa.Table:
    debt = [level(key) * weight for weight in WEIGHTS]
    rare = [key[2] % 2] * MONTHS  # the same in every arm
    return pa.table({"month": list(range(MONTHS)), "debt_fen": debt, "informal_defaults": rare})


def segment_cells(key: Key) -> list[tuple[int, str, int, int]]:
    """Return month, group, applications and approvals: groups differ in size, months in weight."""
    cells = []
    for month, weight in enumerate(WEIGHTS):
        for index, group in enumerate(("1", "2")):
            applications = 20_000 * weight * (index + 1)
            cells.append((month, group, applications, (level(key) // (index + 7)) * weight))
    return cells


def segment_of(key: Key) -> pa.Table:
    month, group, applications, approvals = zip(*segment_cells(key), strict=True)
    shown = {"month": month, "dimension": ["region"] * len(month), "value": group}
    shown |= {"borrowers": [500] * len(month), "applications": applications, "approvals": approvals}
    return pa.table({**{name: [0] * len(month) for name in columns_read() if name not in RUN}, **shown})


def people_of(key: Key) -> pa.Table:
    return pa.table(
        {
            "flags": pa.array(words_of(key), pa.int32()),
            "last_refusal": pa.array([reason_of(person, key) for person in range(PERSONS)]).dictionary_encode(),
            "region": pa.array([person % 2 for person in range(PERSONS)], pa.int8()),
        }
    )


@cache
def made_study() -> StudyConfig:
    short = [f"months={MONTHS}", f"study.announce_month={ANNOUNCED}", "study.horizons=[end]"]
    study = compose_study(["study=baseline", *short])
    market = study.markets["calm", "baseline"]
    settings = study.settings._replace(
        arms={arm: [] for arm in ARMS},
        scenarios={scenario: [] for scenario in SCENARIOS},
        placebo="placebo",
        announce_month=ANNOUNCED,
        replicates=REPLICATES,
        horizons=("1-3", "end"),
        primary=(),
        secondary=("market.debt_fen", "market.informal_defaults"),
    )
    return study._replace(
        settings=settings,
        horizons=tuple(read_horizon(text, "test") for text in settings.horizons),
        markets={(scenario, arm): market for scenario in SCENARIOS for arm in ARMS},
    )


class Made(NamedTuple):
    """A folder in which the runs lie and their tables are gathered."""

    folder: Path
    written: Mapping[str, FileRecord]

    def table(self, name: str) -> list[dict[str, object]]:
        return read_table(self.folder / "tables" / f"{name}.parquet").to_pylist()


def keys(replicates: int = REPLICATES) -> list[Key]:
    """Return all runs in the order of a plan: replicates first."""
    return [(scenario, arm, replicate) for replicate in range(replicates) for scenario in SCENARIOS for arm in ARMS]


def gathered(
    root: Path,
    replicates: int = REPLICATES,
    held_by: Callable[[Key], Key] = lambda key: key,
    divergence_month: int = 0,
) -> Made:
    """Write the runs that did not fail, each in a folder of its own with the tables of `held_by`, and gather them."""
    study, kept, runs = made_study(), {}, []
    study = study._replace(settings=study.settings._replace(replicates=replicates))
    for key in keys(replicates):
        scenario, arm, replicate = key
        shared_warm_up = f"past of {scenario} {replicate}"
        config = study.markets[scenario, arm]
        run = Run(
            arm,
            scenario,
            replicate,
            1,
            config,
            identity=repr(key),
            shared_warm_up=shared_warm_up,
            divergence_month=divergence_month,
        )
        runs.append(run)
        if key in LOST:
            continue
        folder = root / "runs" / run.folder
        folder.mkdir(parents=True)
        files = {}
        for name, table in (("market", market_of), ("segment", segment_of), (PEOPLE, people_of)):
            pq.write_table(table(held_by(key)), folder / f"{name}.parquet")
            files[f"{name}.parquet"] = record_of(folder / f"{name}.parquet")._asdict()
        write_sealed(folder / RECORD, {"files": files})
        kept[run.identity] = CompletedRun(run.folder, "", 0.0)
    (root / "tables").mkdir()
    return Made(root, gather(root, study, runs, kept))
