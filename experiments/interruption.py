"""Ctrl-C once asks for an end, Ctrl-C twice ends at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


class Interruption:
    """Whether somebody has asked for an end."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Nobody has; `say` tells what the first Ctrl-C does."""
        self.is_asked, self.say = False, say

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        """Note the first Ctrl-C; the second raises KeyboardInterrupt wherever this process is."""
        if self.is_asked:
            raise KeyboardInterrupt
        self.is_asked = True
        with contextlib.suppress(RuntimeError):  # this process may be in the middle of saying something else
            self.say("stopping when the runs that have begun are finished; Ctrl-C again gives them up")


@contextlib.contextmanager
def asked_twice(say: Callable[[str], None]) -> Iterator[Interruption]:
    """Let the first Ctrl-C of the block be noted only; in a thread, where no signal arrives, none is."""
    interruption = Interruption(say)
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = signal.signal(signal.SIGINT, interruption.ask)
    try:
        yield interruption
    finally:
        signal.signal(signal.SIGINT, before)
