"""Shows how far a study has come: a bar on a terminal, elsewhere a line at either end and one a minute between."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Self, TypeVar

from tqdm import tqdm


class Bar(tqdm):  # type: ignore[type-arg]
    """A bar whose lock is one of threads: the library's own would settle how the caller's program starts processes."""


MOMENT_SECONDS = 1.0
LINE_SECONDS = 60.0  # between two lines where there is no terminal
Item = TypeVar("Item")

Bar.set_lock(threading.RLock())


def with_bar(what: str, items: Collection[Item]) -> Iterator[Item]:
    """Yield items, and show on a terminal how many are done as soon as that takes longer than a moment."""
    yield from Bar(
        items,
        desc=what,
        delay=MOMENT_SECONDS,
        leave=False,
        dynamic_ncols=True,
        disable=not sys.stderr.isatty(),
        file=sys.stderr,
    )


class Progress:
    """Counts the runs of one study; the bar shows runs done and an estimate of the time left."""

    def __init__(self, name: str, total: int, already: int) -> None:
        """Start counting with the runs that an earlier start has already kept."""
        self.name, self.total, self.done, self.failed = name, total, already, 0
        self.started, self.has_compiled = time.monotonic(), False
        self.already, self.last_line_at = already, self.started
        self.on_terminal = sys.stderr.isatty()
        self.bar = Bar(
            total=total,
            initial=already,
            desc=name,
            unit="run",
            dynamic_ncols=True,
            disable=not self.on_terminal,
            file=sys.stderr,
        )
        if not self.on_terminal:
            self.print_line(f"{name}: {total - already} of {total} runs to do")

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the bar and print, where there is none, how it ended."""
        self.bar.close()
        if not self.on_terminal:
            seconds = time.monotonic() - self.started
            self.print_line(f"{self.name}: {self.done} of {self.total} runs done in {seconds:.0f} s")

    def advance(self) -> None:
        """One more run is kept."""
        self.done += 1
        self.bar.update()
        now = time.monotonic()
        if not self.on_terminal and now - self.last_line_at >= LINE_SECONDS and self.done < self.total:
            self.last_line_at = now
            left = (now - self.started) / (self.done - self.already) * (self.total - self.done)
            self.print_line(
                f"{self.name}: {self.done} of {self.total} runs done, about {Bar.format_interval(left)} left"
            )

    def compiling(self, name: str, is_done: bool) -> None:
        """Show what is compiled in this process, in which the serial executor carries out its runs."""
        if not self.has_compiled:
            self.has_compiled = True
            self.print_line("compiling the model, once for these sources")
        self.bar.set_postfix_str("" if is_done else f"compiling {name}")

    def print_line(self, text: str) -> None:
        """Print a line without tearing the bar."""
        if self.on_terminal:
            self.bar.write(text, file=sys.stderr)
        else:
            print(text, file=sys.stderr, flush=True)
