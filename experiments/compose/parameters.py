"""The register of a study's parameters: every documented number with its value, unit, bounds and origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.params import MarketConfig, field_defaults, field_names, quantities


def register(markets: Mapping[tuple[str, str], MarketConfig]) -> list[dict[str, Any]]:
    """Return the parameters of all markets, each once; where markets differ, the value is that of the first."""
    found: dict[str, dict[str, Any]] = {}
    for market in markets.values():
        for entry in documented("", market):
            found.setdefault(entry["name"], entry)
    return list(found.values())


def documented(path: str, section: Any) -> Iterator[dict[str, Any]]:
    """Yield every documented number of a section, and of the sections in it, by its path."""
    bounds = quantities(section.__class__)
    defaults = field_defaults(section.__class__)
    for name in field_names(section):
        value = getattr(section, name)
        here = f"{path}.{name}" if path else name
        if name in bounds:
            shown = list(value) if isinstance(value, tuple) else value
            as_default = value == defaults.get(name)  # a source speaks of the default alone
            yield {"name": here, "value": shown, "as_default": as_default, **bounds[name]._asdict()}
        elif field_names(value):
            yield from documented(here, value)
        elif isinstance(value, tuple):
            for member in value:  # lenders, policies and shocks come as (name, section)
                if isinstance(member, tuple) and len(member) == 2 and field_names(member[1]):
                    yield from documented(f"{here}.{member[0]}", member[1])
