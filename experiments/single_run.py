"""Carries out one run and keeps it: the market lives, its tables are written, `run.json` is written last.

Runs that cannot differ before some month share their past: a `Trunk` lives it once and is branched for each of them.
Workers load this module, so it knows neither Hydra nor pandas.
"""

from __future__ import annotations

import gc
import re
import time
from pathlib import Path
from typing import Any, NamedTuple

from experiments.any_script import slug
from experiments.machine import deciding_versions, machine_class
from experiments.market import document_of
from experiments.store import CorruptResult, check_file, new_folder, read_sealed, write_sealed, write_table
from sim.compiling import source_hash
from sim.params import MarketConfig

RECORD = "run.json"
RUN_FOLDER = re.compile(
    r"-(\d{3,})-[0-9a-f]{12}$"
)  # the end of the name of a run's folder: its replicate, its identity
PEOPLE = "people"
KEYS = ("arm", "scenario", "replicate")


class Run(NamedTuple):
    """One market to be lived through. The arm's name is a label: it is no part of the identity."""

    arm: str
    scenario: str
    replicate: int
    seed: int
    config: MarketConfig
    identity: str
    trunk: str  # equal for runs that are the same market until `trunk_month`
    trunk_month: int

    @property
    def folder(self) -> str:
        """The name of the run's folder: readable, and different for different runs."""
        return f"{slug(self.scenario)}-{slug(self.arm)}-{self.replicate:03d}-{self.identity[:12]}"

    @property
    def label(self) -> str:
        """The run as it is named in messages."""
        return f"{self.scenario} / {self.arm} / replicate {self.replicate}"


class Kept(NamedTuple):
    """A run that is on disk: where, and the hash of all its tables."""

    folder: str
    record_hash: str
    seconds: float


class Trunk:
    """A market kept at the month in which runs that share its past part, to be branched for each; one at a time."""

    def __init__(self) -> None:
        """Start with none."""
        self.name = ""
        self.market: Any = None

    def branch(self, run: Run) -> Any:
        """Return the run's own market where it parts; the past is lived only when the last run had another one."""
        if run.trunk != self.name:
            from sim.market import CreditMarket  # here, so that reading a study's folder does not load the compiler

            self.let_go()
            self.market = CreditMarket(run.config, rng=run.seed, replicate=run.replicate)
            self.market.live_until(run.trunk_month)
            self.name = run.trunk
        else:
            gc.collect()  # the last branch goes before the next one comes; markets and their agents hold each other
        return self.market.branch(run.config)

    def let_go(self) -> None:
        """Forget the market that is held, before another one takes its memory."""
        if self.market is not None:
            self.market.let_go()
        self.name, self.market = "", None
        gc.collect()


def carry_out(run: Run, runs: Path, trunk: Trunk) -> Kept:
    """Live through one market and keep its tables in a folder of its own; called in workers, so it returns little.

    The seconds it took are those of the shared past too when this run was the first of its trunk.
    """
    started = time.monotonic()
    market = trunk.branch(run)
    market.run()
    record_hash = str(market.record.hash())
    files = {}
    if (finished := kept(run, runs)) is not None:
        return finished  # by a worker that outlived its study; the bytes are the same, and somebody may be reading them
    with new_folder(runs / run.folder) as folder:
        for name, table in sorted(market.record.tables.items()):
            files[f"{name}.parquet"] = write_table(folder / f"{name}.parquet", table)._asdict()
        files[f"{PEOPLE}.parquet"] = write_table(folder / f"{PEOPLE}.parquet", market.record.people())._asdict()
        seconds = time.monotonic() - started
        write_sealed(
            folder / RECORD, {**_description(run), "record_hash": record_hash, "files": files, "seconds": seconds}
        )
    return Kept(run.folder, record_hash, seconds)


def live(config: MarketConfig, seed: int, replicate: int) -> Any:
    """Return a market that has lived through its whole calendar from the beginning, and shares no warm-up."""
    from sim.market import CreditMarket  # here, too

    market = CreditMarket(config, rng=seed, replicate=replicate)
    market.run()
    return market


def _description(run: Run) -> dict[str, Any]:
    return {
        "arm": run.arm,
        "scenario": run.scenario,
        "replicate": run.replicate,
        "seed": run.seed,
        "identity": run.identity,
        "source_hash": source_hash(),
        "versions": deciding_versions(),
        "machine": machine_class(),
        "config": document_of(run.config),
    }


def kept(run: Run, runs: Path) -> Kept | None:
    """Return the run if it is finished and every byte of it as written; otherwise None: it must be done again."""
    folder = runs / run.folder
    try:
        document = read_sealed(folder / RECORD)
        if document["identity"] != run.identity:
            return None
        for name, record in document["files"].items():
            check_file(folder / Path(name).name, record)
        return Kept(run.folder, str(document["record_hash"]), float(document["seconds"]))
    except (CorruptResult, KeyError, TypeError, ValueError, AttributeError):
        return None
