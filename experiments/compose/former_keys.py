"""Keys and choices of 0.1 that are gone: what was set by them is taken or answered for one version more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.refusal import Refusal, shown

OBJECTS_ENGINE = (
    "the objects engine is the reference of the tests now (tests/reference); people are looked at as Mesa agents by "
    "market.agents_by_type[Borrower]"
)
FORMER_KEYS = ("engine",)  # of a market
FORMER_CHOICES = {("market", "objects"): OBJECTS_ENGINE}  # (group, name) -> the answer


def without_former_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a market without keys that mean nothing any more; raise Refusal where one asked for more."""
    engine = values.get("engine", "arrays")
    if engine == "objects":
        raise Refusal(f"engine: {OBJECTS_ENGINE}; leave the key out, was 'objects'")
    if engine != "arrays":
        raise Refusal(f"engine: there is one engine, and the key may be left out; was {shown(engine)}")
    return {key: value for key, value in values.items() if key not in FORMER_KEYS}
