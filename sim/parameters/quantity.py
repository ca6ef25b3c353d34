"""What is known of what may be set: the fields of a section, their units, bounds and sources, and their few texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
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


class OneOf(NamedTuple):
    """The few texts of which a field must hold one."""

    texts: tuple[str, ...]


def field_names(section: Any) -> tuple[str, ...]:
    """Return the fields of a section or its class: a NamedTuple, an instrument or a shock; none of another value."""
    if is_dataclass(section):
        return tuple(field.name for field in fields(section))
    return tuple(getattr(section, "_fields", ()))


def field_defaults(section: type[Any]) -> Mapping[str, Any]:
    """Return the default of every field of a section that has one."""
    if is_dataclass(section):
        return {field.name: field.default for field in fields(section) if field.default is not MISSING}
    return dict(getattr(section, "_field_defaults", {}))


@cache
def quantities(section: type[Any]) -> Mapping[str, Quantity]:
    """Return the metadata of every documented number of a section, by field name."""
    found = {}
    for name, hint in get_type_hints(section, include_extras=True).items():
        for note in getattr(hint, "__metadata__", ()):
            if isinstance(note, Quantity):
                found[name] = note
    return MappingProxyType(found)
