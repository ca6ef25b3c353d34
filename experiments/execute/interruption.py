"""Ctrl-C once asks for an end, Ctrl-C twice ends at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


class Interruption:
    """Whether an end has been asked for."""

    def __init__(self, print_line: Callable[[str], None]) -> None:
        """None has; `print_line` shows what the first Ctrl-C does."""
        self.is_asked, self.print_line = False, print_line

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        """Note the first Ctrl-C; the second raises KeyboardInterrupt wherever this process is."""
        if self.is_asked:
            raise KeyboardInterrupt
        self.is_asked = True
        with contextlib.suppress(RuntimeError):  # this process may be in the middle of saying something else
            self.print_line("stopping when the runs that have begun are finished; Ctrl-C again gives them up")


@contextlib.contextmanager
def asked_twice(print_line: Callable[[str], None]) -> Iterator[Interruption]:
    """Let the first Ctrl-C of the block be noted only; in a thread, where no signal arrives, none is."""
    interruption = Interruption(print_line)
    with answered_by(signal.SIGINT, interruption.ask):
        yield interruption


@contextlib.contextmanager
def termination_interrupts() -> Iterator[None]:
    """Treat a polite request to end like Ctrl-C; in a thread, what the program does with one is left to the program."""
    with answered_by(signal.SIGTERM, interrupt):
        yield


@contextlib.contextmanager
def answered_by(number: int, answer: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Answer a signal in the block; only the main thread may, and the answer from before is put back."""
    before = signal.getsignal(number)
    if threading.current_thread() is not threading.main_thread() or before is None:  # None: not Python's to put back
        yield
        return
    signal.signal(number, answer)
    try:
        yield
    finally:
        signal.signal(number, before)


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Raise what Ctrl-C raises."""
    raise KeyboardInterrupt
