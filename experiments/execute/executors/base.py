"""What an engine must offer: worker slots, each a `concurrent.futures.Executor` that carries out one run at a time.

Every slot is a process of its own, so that a death takes one run along and is known to that run: the slot's future
raises one of `deaths`. Serial, processes, Dask and Ray are engines; the loop that uses them is
experiments/execute/pool.py.
"""

from __future__ import annotations

import contextlib
import logging
import signal
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import Executor
from importlib import import_module
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Self

from experiments.execute.executors.environment import environment_of
from experiments.refusal import Trouble

THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class NoWorker(Trouble):
    """A worker cannot be started, most likely for want of memory or of processes; the text says what was refused."""


class Slot(Executor, ABC):
    """Carries out what is submitted, one thing at a time, always in the same process."""

    @abstractmethod
    def leave(self) -> None:
        """Give the slot up: a process of our own is gone when this returns, or is about to go."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  (Executor's own)
        """Leave, which never lets anything go on."""
        self.leave()


class Engine(ABC):
    """Gives slots for runs; used in a with block, whose bad end ends what runs at once."""

    deaths: tuple[type[BaseException], ...] = ()  # what a future raises when the slot has died with its run
    is_elsewhere = False  # slots lie on machines of a cluster, and may be lost for reasons that are not the run's

    def __init__(self, slots: int, address: str) -> None:
        """State how many slots are wanted at most; `address` is that of a cluster which runs already, or empty."""
        self.slots, self.address = slots, address

    @abstractmethod
    def slot(self) -> Slot | None:
        """Return a new slot for one run at a time, or None while there is none to be had."""

    @abstractmethod
    def kill(self) -> None:
        """End at once what its slots do, as far as that is in our hands."""

    def misfit(self, error: BaseException) -> str:
        """Return why a slot could not even load what it was to do, or nothing when it was something else."""
        return str(error) if isinstance(error, ImportError) else ""

    def open(self) -> None:  # noqa: B027  (an engine may have nothing to start)
        """Start what must run before the first slot can be given."""

    def close(self) -> None:  # noqa: B027  (or to end)
        """End what was started; the slots have been shut down or killed before."""

    def __enter__(self) -> Self:
        """Start; Ctrl-C is answered by this process alone, and slots use one thread each."""
        try:
            with one_thread_each(), signals_held():
                self.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; nothing that was started is left."""
        self.close()


def engine(kind: str, slots: int, address: str) -> Engine:
    """Return the engine of this kind; its library is loaded here and nowhere else."""
    made = import_module(f"experiments.execute.executors.{kind}").make(slots, address)
    assert isinstance(made, Engine)
    return made


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Hold back Ctrl-C for a moment; threads and processes started meanwhile never see it."""
    resource_tracker.ensure_running()  # which would let Ctrl-C through again when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def silenced(logger: str) -> Iterator[None]:
    """Silence a library in the block; afterwards it logs as before."""
    found = logging.getLogger(logger)
    before = found.level
    found.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        found.setLevel(before)


@contextlib.contextmanager
def one_thread_each() -> Iterator[None]:
    """Let processes started meanwhile use one thread each for arithmetic: more give no speed and other bits."""
    with environment_of(**dict.fromkeys(THREAD_SETTINGS, "1")):
        yield
