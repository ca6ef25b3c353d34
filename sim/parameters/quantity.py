"""What is known of a number that may be set: unit, bounds and source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, get_type_hints

ASSUMED = "assumed"


class Quantity(NamedTuple):
    """What a parameter is: its unit, the closed range it must lie in, and where its default comes from."""

    unit: str
    low: float
    high: float
    source: str


@cache
def quantities(section: type[tuple[Any, ...]]) -> Mapping[str, Quantity]:
    """Return the metadata of every documented number of a section, by field name."""
    found = {}
    for name, hint in get_type_hints(section, include_extras=True).items():
        for note in getattr(hint, "__metadata__", ()):
            if isinstance(note, Quantity):
                found[name] = note
    return MappingProxyType(found)
