"""Shows how far compiling has come: what is compiled now, how many functions are left, about how long it still takes.

What part of the work each function is was measured once, in seconds of one processor, and is kept in
compiling_work.csv; how fast this machine is shows as it goes.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Self

from experiments.execute.estimate import COMPILING_SECONDS, time_words
from experiments.terminal.progress import Bar
from sim.compiling import compiled_functions, functions_to_compile

WORK = Path(__file__).with_name("compiling_work.csv")
USUAL_PARTS = 25  # of a function that is not in the file yet
LINE_SECONDS = 20.0  # between two lines where there is no terminal
MOST_OF_ONE = 0.95  # of a function is counted before it is done, so that the bar moves while a long one is compiled


@cache
def parts_by_function() -> dict[str, int]:
    """Return for each function how many parts in ten thousand of all the work it is."""
    with WORK.open(encoding="utf-8", newline="") as file:
        return {row["function"]: int(row["parts_in_ten_thousand"]) for row in csv.DictReader(file)}


class CompilingShown:
    """A bar on a terminal, and a line now and then elsewhere."""

    def __init__(self, print_line: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        """State that it begins."""
        import sim.market  # noqa: F401  (it defines all that is compiled; here, since most starts compile nothing)

        self.print_line, self.clock = print_line, clock
        known = parts_by_function()
        self.left = {name: known.get(name, USUAL_PARTS) for name in functions_to_compile()}
        self.all, self.count = sum(self.left.values()), len(self.left)
        self.began = self.printed = self.last_done = clock()
        self.since: dict[str, float] = {}  # when those that are being compiled were first seen
        on_terminal = sys.stderr.isatty()
        self.bar = Bar(
            total=self.all,
            desc="compiling",
            bar_format="{desc} {percentage:3.0f}%|{bar}| {postfix}",
            dynamic_ncols=True,
            disable=not on_terminal,
            leave=False,
            file=sys.stderr,
        )
        defined = compiled_functions()
        share = self.all / sum([known.get(name, USUAL_PARTS) for name in defined])
        about = time_words(COMPILING_SECONDS * share)
        if self.count < len(defined):
            print_line(f"compiling what has changed: up to {self.count} of {len(defined)} functions, about {about}")
        else:
            print_line(f"compiling the model, once for these sources: {self.count} functions, about {about}")

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar and print how long it took."""
        self.bar.close()
        self.print_line(f"compiled in {self.clock() - self.began:.0f} s")

    def show(self, done: Sequence[str], now: Sequence[str]) -> None:
        """Show what is done and what is being compiled."""
        moment = self.clock()
        for name in done:
            if self.left.pop(name, None) is not None:
                self.last_done = moment
        self.since = {name: self.since.get(name, moment) for name in now}
        words = f"{len(self.left)} of {self.count} functions left, now {' and '.join(dict.fromkeys(now)) or 'none'}"
        work = self._done(moment)
        if work > 0:
            words += f", about {time_words((moment - self.began) * (self.all - work) / work)}"
        self.bar.n = work
        self.bar.set_postfix_str(words)
        if self.bar.disable and moment - self.printed >= LINE_SECONDS:
            self.printed = moment
            self.print_line(f"compiling: {words}")

    def _done(self, moment: float) -> int:
        """Return how many parts of the work are done."""
        finished = self.all - sum(self.left.values())
        # As of the last function that was done: a long one does not slow the pace while it is compiled.
        pace = finished / (self.last_done - self.began) if self.last_done > self.began else 1.0
        begun = (
            min(MOST_OF_ONE * self.left[name], pace * (moment - since))
            for name, since in self.since.items()
            if name in self.left
        )
        return finished + int(max(begun, default=0.0))
