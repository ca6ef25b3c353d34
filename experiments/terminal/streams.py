"""Runs a command to its exit code, whatever becomes of those who read what it prints: `| head` ends it silently."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

from experiments.refusal import Trouble
from experiments.terminal.command_line import FAILED, INTERRUPTED
from experiments.terminal.endings import described
from experiments.terminal.memory_limit import shortage

READER_GONE = 141  # what a shell says of a program whose reader has gone: 128 and the number of SIGPIPE


class ReaderGone(SystemExit):
    """Nobody reads what is printed any more; no Exception, so that it ends the command and what it has started."""


class _Stream:
    """A stream that ends the command when it cannot be written to."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        return int(self._tried(lambda: self.stream.write(text)))

    def flush(self) -> None:
        """Hand on what is written."""
        self._tried(self.stream.flush)

    def _tried(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except BrokenPipeError:
            _forget(self.stream)
            raise ReaderGone(READER_GONE) from None
        except OSError as problem:
            _forget(self.stream)
            raise SystemExit(f"what is printed cannot be written: {problem.strerror}") from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _forget(stream: TextIO) -> None:
    """Let what is left in a stream go nowhere, since Python would try once more as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _code_of(main: Callable[[], int]) -> int:
    """Return the exit code of a command; one that ended itself with a number, as after its help, has still printed."""
    try:
        return main()
    except SystemExit as ended:
        if isinstance(ended, ReaderGone) or isinstance(ended.code, str):
            raise
        return int(ended.code or 0)


def as_command(main: Callable[[], int]) -> int:
    """Return the exit code of a command, run as the whole of this process: also when it is stopped, or not read."""
    before = sys.stdout, sys.stderr
    try:
        if message := shortage():
            raise MemoryError(message)
        sys.stdout, sys.stderr = (_Stream(stream) if stream is not None else None for stream in before)
        code = _code_of(main)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except ReaderGone:
        return READER_GONE
    except KeyboardInterrupt:
        print("stopped", file=before[1])
        return INTERRUPTED
    except (Trouble, MemoryError) as problem:
        print(described(problem), file=before[1])
        return FAILED
    except SystemExit as ended:
        print(ended.code, file=before[1])
        return FAILED
    finally:
        sys.stdout, sys.stderr = before
    return code
