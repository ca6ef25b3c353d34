"""Carries out one run and keeps it: the market runs, its tables are written, `run.json` is written last.

Runs that cannot differ before their divergence month share a warm-up: a `SharedWarmUp` runs it once and is branched for
each of them.
Workers load this module, so it knows neither Hydra nor pandas.
"""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import Any

from experiments.compose.market import document_of
from experiments.compose.run import Run
from experiments.keep.files import new_folder, write_sealed, write_table
from experiments.keep.runs import PEOPLE, RECORD, CompletedRun, completed_run
from experiments.machine import deciding_versions, machine_class
from sim.compiling import source_hash
from sim.params import MarketConfig


class SharedWarmUp:
    """A market kept at the divergence month of the runs that share it, to be branched for each; one at a time."""

    def __init__(self) -> None:
        """Start with none."""
        self.name = ""
        self.market: Any = None

    def branch(self, run: Run) -> Any:
        """Return the run's own market at its divergence month; the warm-up is run if the last run had another."""
        if run.shared_warm_up != self.name:
            from sim.market import CreditMarket  # here, so that reading a study's folder does not load the compiler

            self.let_go()
            self.market = CreditMarket(run.config, rng=run.seed, replicate=run.replicate)
            self.market.run_until(run.divergence_month)
            self.name = run.shared_warm_up
        else:
            gc.collect()  # the last branch goes before the next one comes; markets and their agents hold each other
        return self.market.branch(run.config)

    def let_go(self) -> None:
        """Forget the market that is held, before another one takes its memory."""
        self.name, self.market = "", None
        gc.collect()


def carry_out(run: Run, runs: Path, shared_warm_up: SharedWarmUp) -> CompletedRun:
    """Run one market and keep its tables in a folder of its own; called in workers, so it returns little.

    The seconds include those of the shared warm-up when this run was the first of it.
    """
    started = time.monotonic()
    market = shared_warm_up.branch(run)
    market.run()
    record_hash = str(market.record.hash())
    files = {}
    if (finished := completed_run(run, runs)) is not None:
        return finished  # by a worker that ended after its study; the bytes are the same, and may be read now
    with new_folder(runs / run.folder) as folder:
        for name, table in sorted(market.record.tables.items()):
            files[f"{name}.parquet"] = write_table(folder / f"{name}.parquet", table)._asdict()
        files[f"{PEOPLE}.parquet"] = write_table(folder / f"{PEOPLE}.parquet", market.record.people())._asdict()
        seconds = time.monotonic() - started
        write_sealed(
            folder / RECORD, {**_description(run), "record_hash": record_hash, "files": files, "seconds": seconds}
        )
    return CompletedRun(run.folder, record_hash, seconds)


def run_market(config: MarketConfig, seed: int, replicate: int) -> Any:
    """Return a market after its whole calendar, run from the beginning without a shared warm-up."""
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
