"""Ranges in which published or plausible values lie, within the hard bounds of every parameter: usual.csv.

A value outside is no mistake: a study may ask what a cap of 5% would do. It runs, and is reported as unusual.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from experiments.compose.market import kind_of
from experiments.compose.parameters import documented
from experiments.compose.warnings.warning import OUTSIDE, Flag
from sim.params import MarketConfig

TABLE = Path(__file__).with_name("usual.csv")


class Usual(NamedTuple):
    """The closed range of values that are usual for a parameter, and why."""

    low: float
    high: float
    why: str


@cache
def usual_ranges() -> dict[str, Usual]:
    """Return the table by parameter; members of policy and shock are named by their kind, lenders by none."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["parameter"]: Usual(float(row["low"]), float(row["high"]), row["why"]) for row in csv.DictReader(file)
        }


def usual_range(parameter: str) -> Usual | None:
    """Return the usual range of a parameter; `policy.*.phase_in_months` speaks of all instruments."""
    ranges = usual_ranges()
    parts = parameter.split(".")
    return ranges.get(parameter) or ranges.get(".".join([parts[0], "*", *parts[2:]]))


def outside(market: MarketConfig, where: str) -> Iterator[Flag]:
    """Yield a flag for every value of a market that lies outside its usual range."""
    for entry in documented("", market):
        usual = usual_range(parameter_of(entry["name"], market))
        values = entry["value"] if isinstance(entry["value"], list) else [entry["value"]]
        if usual is None:
            continue
        strange = [value for value in values if not usual.low <= value <= usual.high]
        if strange:
            yield Flag(
                OUTSIDE,
                entry["name"],
                f"{strange[0]:.12g}",
                f"usual is {usual.low:.12g} to {usual.high:.12g} ({entry['unit']})",
                usual.why,
                (where,),
            )


def parameter_of(name: str, market: MarketConfig) -> str:
    """Return policy.r12_rate_cap.max_apr as policy.rate_cap.max_apr, and lender.bank_a.opex_apr as lender.opex_apr."""
    group, _, rest = name.partition(".")
    member, _, field = rest.partition(".")
    if group == "lender":
        return f"lender.{field}"
    if group not in ("policy", "shock"):
        return name
    members: dict[str, Any] = dict(getattr(market, group))
    return f"{group}.{kind_of(members[member])}.{field}"
