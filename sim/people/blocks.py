"""Row ranges of a population on threads: the same bytes for any number of ranges and threads.

Everything a pass adds up is a whole number, so the order in which shards finish cannot matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from sim.state import NOTHING_COUNTED, Counting, Tallies, add_tallies, blank_tallies


def row_ranges(people: int, shards: int) -> list[tuple[int, int]]:
    """Return the half-open row ranges of a population; some are empty when there are more shards than people."""
    edges = [people * shard // shards for shard in range(shards + 1)]
    return list(pairwise(edges))


class Shards:
    """Runs a pass over every row range and adds the tallies into one."""

    def __init__(
        self,
        people: int,
        lenders: int,
        communities: int,
        shards: int,
        threads: int,
        counting: Counting = NOTHING_COUNTED,
    ) -> None:
        """Cut the population; kernels release the interpreter lock, so threads really run side by side."""
        self.ranges = row_ranges(people, shards)
        self.lenders = lenders
        self.communities = communities
        self.counting = counting
        self.threads = min(threads, shards)

    def run(self, rows: Callable[[int, int, Tallies], None], total: Tallies) -> None:
        """Call `rows(first, last, tallies)` for every range and add what it counted to `total`."""
        if len(self.ranges) == 1:
            rows(*self.ranges[0], total)
            return
        parts = [blank_tallies(self.lenders, self.communities, self.counting) for _ in self.ranges]
        self._on_threads(rows, [(first, last, part) for (first, last), part in zip(self.ranges, parts, strict=True)])
        for part in parts:
            add_tallies(total, part)

    def each(self, rows: Callable[[int, int], None]) -> None:
        """Call `rows(first, last)` for every range; it counts nothing."""
        self._on_threads(rows, self.ranges)

    def _on_threads(self, rows: Callable[..., None], calls: Sequence[tuple[Any, ...]]) -> None:
        if self.threads == 1:
            for arguments in calls:
                rows(*arguments)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            for job in [pool.submit(rows, *arguments) for arguments in calls]:
                job.result()  # raises what its thread raised
