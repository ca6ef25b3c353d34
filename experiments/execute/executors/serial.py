"""One run after the other in this process: the engine to debug with."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from experiments.execute.executors.base import Engine, Slot
from experiments.execute.executors.worker_process import let_go


class _ThisProcess(Slot):
    """Does what it is given before it returns; Ctrl-C goes through it."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Return the future of what is done already."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **named))
        except Exception as error:  # noqa: BLE001  (it is in the future, as every executor promises)
            future.set_exception(error)
        return future

    def leave(self) -> None:
        """Forget the shared warm-up."""
        let_go()


class SerialEngine(Engine):
    """Has one slot, which is this process."""

    def slot(self) -> Slot:
        """Return this process."""
        return _ThisProcess()

    has_frozen = False  # and not the program that asked for the study, which then says itself when to search again

    def open(self) -> None:
        """Leave what is loaded out of the search for markets to let go of, which comes with every run."""
        if gc.get_freeze_count():
            return
        gc.collect()  # what is unused already goes first, or it would stay
        gc.freeze()
        self.has_frozen = True

    def close(self) -> None:
        """Search everywhere again."""
        if self.has_frozen:
            gc.unfreeze()

    def kill(self) -> None:
        """Nothing goes on here while this process does something else."""


def make(slots: int, address: str) -> Engine:
    """Return the engine."""
    return SerialEngine(slots, address)
