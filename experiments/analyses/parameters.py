"""Parameters by their path, such as `lender.platform_a.markup_apr`: finding, setting and ranging over them.

`lender.*.` means every lender. A range is of values, or of factors on whatever value stands there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from experiments.compose.market import document_of, read_market
from experiments.compose.parameters import register
from experiments.refusal import Refusal, nearest
from sim.params import ASSUMED, MarketConfig, OneOf, Quantity

EVERY = "*"
VALUE, FACTOR = "value", "factor"


class ParameterRange(NamedTuple):
    """A parameter and the closed range in which it is varied."""

    path: str
    low: Annotated[float, Quantity("the parameter's unit, or a factor", -1e12, 1e12, "the analyst's choice")]
    high: Annotated[float, Quantity("the parameter's unit, or a factor", -1e12, 1e12, "the analyst's choice")]
    scale: Annotated[str, OneOf((VALUE, FACTOR))] = VALUE  # a factor is one of the value that stands in the market

    def at(self, position: float) -> float:
        """Return the number at a position between 0 (low) and 1 (high)."""
        return self.low + position * (self.high - self.low)


class Entry(NamedTuple):
    """A documented number of a market."""

    path: str
    value: int | float
    low: float
    high: float
    unit: str
    source: str


@lru_cache(maxsize=4)  # asked again for every point of a design
def entries(market: MarketConfig) -> Mapping[str, Entry]:
    """Return all documented plain numbers of a market by path; lists of numbers and switches are no parameters here."""
    found = {}
    for row in register({("", ""): market}):
        value = row["value"]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[row["name"]] = Entry(row["name"], value, row["low"], row["high"], row["unit"], row["source"])
    return found


def paths_of(path: str, known: Mapping[str, Entry]) -> tuple[str, ...]:
    """Return the paths that a path stands for; raise Refusal with the nearest name when there is none."""
    parts = path.split(".")
    found = tuple(name for name in known if _matches(parts, name.split(".")))
    if not found:
        raise Refusal(f"{path}: no such number in this market; {nearest(path, known)}")
    return found


def _matches(parts: Sequence[str], name: Sequence[str]) -> bool:
    return len(parts) == len(name) and all(part in (EVERY, own) for part, own in zip(parts, name, strict=True))


def check_range(asked: ParameterRange, key: str, market: MarketConfig) -> None:
    """Raise Refusal when a range is empty, its parameter is not there, or it leaves the parameter's bounds."""
    known = entries(market)
    if not asked.low < asked.high:
        raise Refusal(f"{key}.high: must be larger than low {asked.low:g}, was {asked.high:g}")
    for path in paths_of(asked.path, known):
        entry = known[path]
        for name, end in (("low", asked.low), ("high", asked.high)):
            value = end * entry.value if asked.scale == FACTOR else end
            if not entry.low <= value <= entry.high:
                raise Refusal(
                    f"{key}.{name}: {path} must lie in {entry.low:.12g} to {entry.high:.12g} ({entry.unit}), "
                    f"was {value:.12g}"
                )


def with_values(market: MarketConfig, values: Sequence[tuple[ParameterRange, float]]) -> MarketConfig:
    """Return the market with parameters set, checked like any other; whole numbers are rounded to the nearest."""
    known = entries(market)
    document: dict[str, Any] = document_of(market)
    for asked, number in values:
        for path in paths_of(asked.path, known):
            value = number * known[path].value if asked.scale == FACTOR else number
            _set(document, path, round(value) if isinstance(known[path].value, int) else float(value))
    return read_market(document)


def _set(document: dict[str, Any], path: str, value: float) -> None:
    *above, last = path.split(".")
    inside = document
    for part in above:
        inside = inside[part]
    inside[last] = value


def assumed_ranges(market: MarketConfig, sections: Sequence[str], spread_share: float) -> tuple[ParameterRange, ...]:
    """Return a range around every number of some sections whose source says that it is assumed, within its bounds.

    Numbers at zero are switched off and have no range; a section without any such number is refused.
    """
    known = entries(market)
    found = []
    for section in sections:
        inside = [e for e in known.values() if f"{e.path}.".startswith(f"{section}.") and ASSUMED in e.source]
        ranged = [e for e in inside if e.value != 0 and e.low < e.high]
        if not ranged:
            above = {name.rpartition(".")[0] for name in known}
            raise Refusal(f"{section}: no section with assumed numbers; {nearest(section, above)}")
        for entry in ranged:
            ends = sorted(entry.value * (1.0 + side * spread_share) for side in (-1.0, 1.0))
            found.append(ParameterRange(entry.path, max(entry.low, ends[0]), min(entry.high, ends[1])))
    return tuple(found)
