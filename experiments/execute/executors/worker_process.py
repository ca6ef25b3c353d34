"""The worker's side of every engine: check that runs give the right bytes here, carry out one run.

A process that carries out runs loads this module, so it knows neither Hydra nor pandas, and no engine.
"""

from __future__ import annotations

import functools
import gc
import os
import platform
import socket
import traceback
from pathlib import Path
from typing import NamedTuple

from experiments.compose.run import Run
from experiments.execute.single_run import SharedWarmUp, carry_out
from experiments.keep.runs import CompletedRun, completed_run
from experiments.machine import deciding_versions
from sim.compiling import source_hash

SHARED_WARM_UP = SharedWarmUp()  # of this process, which carries out one run at a time
ARITHMETIC_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Origin(NamedTuple):
    """What must be alike where the study was begun and where its runs are carried out."""

    facts: dict[str, str]  # what decides bytes, by its name in messages
    token: str  # the name of a file that lies in the folder of runs while the study is carried out
    process: str  # that of the study itself, which may carry out runs too


class Raised(NamedTuple):
    """A run that raised: the traceback as text, since an exception may not survive the way back."""

    reason: str


class Unfit(NamedTuple):
    """A process that would give other bytes, or that does not see the study's folder; no run was begun there."""

    reason: str


Outcome = CompletedRun | Raised | Unfit


@functools.cache
def _fixed_facts() -> dict[str, str]:
    return {
        "the hash of the model's sources": source_hash(),
        **deciding_versions(),
        "the processor's architecture": platform.machine(),
    }


def facts() -> dict[str, str]:
    """Return what decides a run's bytes in this process, by its name in messages; threads are those set now."""
    all_threads = os.environ.get("OMP_NUM_THREADS", "not set")
    return {
        **_fixed_facts(),
        **{name: os.environ.get(name, all_threads) for name in ARITHMETIC_THREADS},
    }


def carry_out_here(run: Run, runs: Path, origin: Origin) -> Outcome:
    """Carry out a run in this process; little travels back, since its tables are in the folder of runs already.

    A run that is there already was finished by a worker whose answer was lost, and is not carried out again.
    """
    reason = unfit_because(runs, origin)
    if reason:
        return Unfit(f"the worker on {socket.gethostname()} cannot be used: {reason}")
    if origin.process != this_process():
        _settle_in()
    try:
        return completed_run(run, runs) or carry_out(run, runs, SHARED_WARM_UP)
    except Exception:  # noqa: BLE001  (whatever a run raises, the others go on and it is listed as missing)
        # A worker given up for lost may have finished the same run meanwhile, with the same bytes.
        return completed_run(run, runs) or Raised(traceback.format_exc())


def this_process() -> str:
    """Return a name that no other living process has."""
    return f"{socket.gethostname()}/{os.getpid()}"


@functools.cache
def _settle_in() -> None:
    """Leave what a worker has loaded out of the search for markets to let go of, which comes with every run."""
    import sim.market  # noqa: F401  (it is most of what there is to leave out)

    gc.collect()
    gc.freeze()


def unfit_because(runs: Path, origin: Origin) -> str:
    """Return why runs carried out in this process would not be those of the study, or nothing."""
    here = facts()
    for name, there in origin.facts.items():
        if here.get(name) != there:
            return f"{name}: {there} where the study was started, {here.get(name)} there"
    if not (runs / origin.token).exists():
        return f"it does not see the study's folder {runs}"
    return ""


def let_go() -> None:
    """Forget the shared warm-up that this process holds, when it goes on after the study."""
    SHARED_WARM_UP.let_go()
