"""Dated events of a study, as the manifest's time line lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Event(NamedTuple):
    """Something dated: an announcement, a rule taking effect, or a shock that lasts until a month (exclusive)."""

    kind: str  # announced, effective, shock
    name: str
    month: int
    until: int
    where: str  # the arm or the scenario it belongs to


def read_events(timeline: Any) -> tuple[Event, ...]:
    """Return the events in order of time; entries without a month are left out."""
    found = set(_entries(timeline if isinstance(timeline, list) else []))
    return tuple(sorted(found, key=lambda event: (event.month, event.kind, event.name, event.where)))


def _entries(timeline: list[Any]) -> Iterator[Event]:
    for entry in timeline:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("month"), int):
            continue
        month = int(entry["month"])
        until = entry.get("until")
        where = str(entry.get("arm") or entry.get("scenario") or "")
        yield Event(
            str(entry.get("kind", "")),
            str(entry.get("name", "")),
            month,
            until if isinstance(until, int) else month,
            where,
        )
