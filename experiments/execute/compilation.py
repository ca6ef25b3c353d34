"""Compiles the model once for its sources, before the first run: two processes, each about half of the work."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.execute.executors.base import one_thread_each, signals_held
from experiments.execute.executors.processes import ended_at_once, processes, started
from experiments.execute.single_run import run_market
from sim.codes import PRIORITIES
from sim.compiling import cache_folder, compiled_source_hash, reporting
from sim.params import MarketConfig
from sim.people.engine import strata_of

GLANCE_SECONDS = 0.5
Show = Callable[[Sequence[str], Sequence[str]], None]
SOURCES = Path(__file__).resolve().parents[2] / "sim"


class Board(NamedTuple):
    """A file on which the processes write what they compile, a line each, for the one that shows it."""

    path: Path

    def report(self, name: str, is_done: bool) -> None:
        """Write that a function begins to be compiled, or is."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {name} {'done' if is_done else 'begun'}\n")

    def read(self) -> tuple[list[str], list[str]]:
        """Return the functions that are compiled, and those that are being compiled, the innermost of each process."""
        done: list[str] = []
        open_in: dict[str, list[str]] = {}
        for line in self.path.read_text(encoding="utf-8").splitlines():
            process, name, state = line.split()
            inside = open_in.setdefault(process, [])
            if state == "begun":
                inside.append(name)
            elif name in inside:
                inside.remove(name)
                done.append(name)
        return done, [inside[-1] for inside in open_in.values() if inside]


def is_compiled() -> bool:
    """Return whether an earlier start has compiled exactly these sources; it says so without loading the model."""
    return _stamp().exists()


def compile_model(config: MarketConfig, show: Show = lambda _done, _now: None) -> None:
    """Run a tiny market once, so that workers find every kernel compiled.

    `show` is called twice a second with the functions that are compiled and those that are being compiled. When a
    process is killed, most likely for want of memory, the runs will compile what they find missing.
    """
    tiny = config._replace(
        calendar=config.calendar._replace(months=8, warm_up_months=6),
        population=config.population._replace(size=min(config.population.size, 1_000)),
        policy=(),
        shock=(),
    )
    with tempfile.TemporaryDirectory() as folder, one_thread_each(), processes(2) as pool, ended_at_once(pool):
        board = Board(Path(folder) / "compiling")
        board.path.touch()
        # Settling takes about as long to compile as all else. What both need would be compiled by both, if they came to
        # it at the same time: so one makes the people first, and the work is divided so that they seldom do.
        with signals_held(), started():
            first = [pool.submit(_reporting, board, part, tiny) for part in (_prepared_once, _loaded)]
        try:
            _await(first, board, show)
            for parts in ((_compile_settling, _compile_the_rest), (_run_months,)):
                _await([pool.submit(_reporting, board, part, tiny) for part in parts], board, show)
        except BrokenProcessPool:
            return
    stamp = _stamp()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()


def _await(parts: Sequence[Future[None]], board: Board, show: Show) -> None:
    while wait(parts, timeout=GLANCE_SECONDS).not_done:
        show(*board.read())
    for part in parts:
        part.result()


def _reporting(board: Board, part: Callable[[MarketConfig], None], config: MarketConfig) -> None:
    """Do one part of the work, and write on the board what is compiled meanwhile."""
    with reporting(board.report):
        part(config)


def _run_months(config: MarketConfig) -> None:
    """Run a few whole months, for what is left to compile."""
    run_market(config, 0, 0)


class _Prepared(NamedTuple):
    """A market in its first month, with the terms and conditions of that month."""

    market: Any
    chance: Any
    terms: Any
    conditions: Any


def _prepared(config: MarketConfig) -> _Prepared:
    from sim.market import CreditMarket

    market = CreditMarket(config, rng=0)
    chance = market.draws.of(0)
    economy = market.world.turn(market.month, chance, None)
    rulebook = market.regulator.issue_rules(market.month)
    terms = market.terms_for_people([lender.set_terms(economy, rulebook) for lender in market.lenders])
    return _Prepared(market, chance, terms, market.conditions_for_people(economy, chance.month, rulebook))


def _prepared_once(config: MarketConfig) -> None:
    """Compile what makes the people of a market."""
    _prepared(config)


def _loaded(_config: MarketConfig) -> None:
    """Load the model, while the other process makes people."""
    import sim.market  # noqa: F401


def _compile_settling(config: MarketConfig) -> None:
    """Settle a month in which nobody asked for credit."""
    from sim.market import cutoffs_of

    market, chance, terms, conditions = _prepared(config)
    unasked = np.zeros((strata_of(config), PRIORITIES), dtype=np.int64)
    nothing = cutoffs_of([lender.allocate(unasked) for lender in market.lenders])
    market.people.settle(nothing, nothing, terms, conditions, chance)


def _compile_the_rest(config: MarketConfig) -> None:
    """Run what comes before settling."""
    from sim.market import cutoffs_of

    market, chance, terms, conditions = _prepared(config)
    engine = market.people
    engine.begin_month()
    engine.earn(conditions, chance)
    demand = engine.seek_credit(terms, conditions, chance)
    first = cutoffs_of([lender.allocate(demand[lender.index]) for lender in market.lenders])
    engine.try_elsewhere(first, terms, conditions, chance)


def _stamp() -> Path:
    return cache_folder() / stamp_name(SOURCES)


def stamp_name(sources: Path) -> str:
    """Return the name of the file that says that all is compiled; kernels are kept apart by where their sources lie.

    So a second checkout of the same version, with a cache in common, compiles for itself, and so does another Python.
    """
    versions = [f"{name} {metadata.version(name)}" for name in ("numba", "llvmlite", "numpy")]
    made_by = f"{compiled_source_hash()} {sources} python {sys.version_info[:2]} {versions}"
    return f"ready-{hashlib.sha256(made_by.encode()).hexdigest()[:12]}"
