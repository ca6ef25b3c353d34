"""Compiles the model once for its sources, before the first run: two processes, each about half of the kernels."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.executors.engine import one_thread_each, signals_held
from experiments.executors.processes import ended_at_once, processes, started
from experiments.single_run import live
from sim.codes import PRIORITIES
from sim.compiling import cache_folder, telling
from sim.engines import lots_of
from sim.params import MarketConfig

GLANCE_SECONDS = 0.5
Show = Callable[[Sequence[str], Sequence[str]], None]
SOURCES = Path(__file__).resolve().parent.parent / "sim"


class Board(NamedTuple):
    """A file on which the processes write what they compile, a line each, for the one that shows it."""

    path: Path

    def tell(self, name: str, is_done: bool) -> None:
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


def is_compiled(config: MarketConfig) -> bool:
    """Return whether an earlier start has compiled exactly these sources for this engine."""
    return _stamp(config).exists()


def compile_model(config: MarketConfig, show: Show = lambda _done, _now: None) -> None:
    """Live through a tiny market once, so that workers find every kernel compiled.

    `show` is called twice a second with the functions that are compiled and those that are being compiled. When a
    process is killed, most likely for want of memory, the runs will compile what they find missing.
    """
    tiny = config._replace(
        calendar=config.calendar._replace(months=8, warm_up_months=6),
        population=config.population._replace(size=min(config.population.size, 1_000)),
        policy=(),
        shock=(),
    )
    with tempfile.TemporaryDirectory() as place, one_thread_each(), processes(2) as pool, ended_at_once(pool):
        board = Board(Path(place) / "compiling")
        board.path.touch()
        # Settling takes as long to compile as all else together. Whoever comes to what the other has done finds it.
        with signals_held(), started():
            halves = [pool.submit(_told, board, half, tiny) for half in (_settle_first, _live)]
        try:
            while wait(halves, timeout=GLANCE_SECONDS).not_done:
                show(*board.read())
            for half in halves:
                half.result()
        except BrokenProcessPool:
            return
    stamp = _stamp(config)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()


def _told(board: Board, half: Callable[[MarketConfig], None], config: MarketConfig) -> None:
    """Do one half of the work, and write on the board what is compiled meanwhile."""
    with telling(board.tell):
        half(config)


def _live(config: MarketConfig) -> None:
    live(config, 0, 0)


def _settle_first(config: MarketConfig) -> None:
    """Let the people of a market settle a month in which nobody asked for credit."""
    from sim.market import CreditMarket, cutoffs_of

    market: Any = CreditMarket(config, rng=0)
    chance = market.draws.of(0)
    economy = market.world.turn(market.month, chance, None)
    rulebook = market.regulator.issue_rules(market.month)
    terms = market.terms_for_people([lender.set_terms(economy, rulebook) for lender in market.lenders])
    unasked = np.zeros((lots_of(config), PRIORITIES), dtype=np.int64)
    nothing = cutoffs_of([lender.allocate(unasked) for lender in market.lenders])
    conditions = market.conditions_for_people(economy, chance.month, rulebook)
    market.people.settle(nothing, nothing, terms, conditions, chance)


def _stamp(config: MarketConfig) -> Path:
    return cache_folder() / stamp_name(config.engine, SOURCES)


def stamp_name(engine: str, sources: Path) -> str:
    """Return the name of the file that says that all is compiled; Numba keeps kernels apart by where their sources lie.

    So a second checkout of the same version, with a cache in common, compiles for itself, and so does another Python.
    """
    made_by = f"{sources} python {sys.version_info[:2]} numba {metadata.version('numba')}"
    return f"ready-{engine}-{hashlib.sha256(made_by.encode()).hexdigest()[:12]}"
