"""One thing that is legal and may still not be meant."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from experiments.tables.spelling import LAID_OVER as LAID_OVER

OUTSIDE, CONTRADICTION = "outside the usual range", "contradiction"
IDLE, NAMELESS = "never bound", "refused nobody by name"
MATCHED = "asks for no more than the other rules"
SHOWN_FLAGS = 8  # on a terminal


class Flag(NamedTuple):
    """What was found of one setting: nothing that is refused, but what a reader should know."""

    kind: str  # one of the words above, or OUTSIDE_SERIES of series.py
    setting: str  # its path, e.g. policy.rate_cap.max_apr
    value: str
    usual: str  # the range, or what would be expected
    why: str
    where: tuple[str, ...]  # "scenario / arm"; empty = everywhere

    @property
    def sentence(self) -> str:
        """The flag as one line for a terminal."""
        where = f" ({', '.join(self.where[:3])}{', ...' if len(self.where) > 3 else ''})" if self.where else ""
        value = f" = {self.value}" if self.value else ""
        return f"{self.setting}{value}: {self.kind}; {self.usual}: {self.why}{where}"


def merged(flags: list[Flag], cells: int) -> tuple[Flag, ...]:
    """Return each flag once with every scenario and arm it was found in; found in all `cells`, it is everywhere."""
    where: dict[Flag, list[str]] = {}
    for flag in flags:
        where.setdefault(flag._replace(where=()), []).extend(flag.where)
    return tuple(
        flag._replace(where=() if len(set(found)) == cells else tuple(dict.fromkeys(found)))
        for flag, found in where.items()
    )


def notice(flags: Sequence[Flag]) -> None:
    """Print what is legal and perhaps not meant; the manifest and the report hold all of it."""
    for flag in flags[:SHOWN_FLAGS]:
        print(f"unusual: {flag.sentence}", file=sys.stderr)
    if len(flags) > SHOWN_FLAGS:
        print(f"unusual: and {len(flags) - SHOWN_FLAGS} more, in the report", file=sys.stderr)
