"""Which rules an instrument raises beyond what the others of its arm ask, by kind of lender and month; exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sim.params import MarketConfig
from sim.policies.base import join, joins, opening_rules
from sim.values import Rules


class Raised(NamedTuple):
    """The rules that are stricter for an instrument's being there."""

    by_kind_and_month: dict[tuple[str, int], frozenset[str]]  # (kind of lender, month) -> names of rules
    hangs_on_what_is_seen: bool  # what it asks is known only when the market has been seen
    matched_by: tuple[str, ...]  # other instruments that ask for as much or more, where it alone would raise a rule


def raised_rules(market: MarketConfig) -> dict[str, Raised]:
    """Return by instrument what the rulebook would lack without it, in the months of the run and in the warm-up.

    Of two instruments that ask for the same neither raises anything: each is without effect beside the other, and
    matched by it.
    """
    opening = opening_rules(market.regulator)
    kinds = sorted({lender.kind for _, lender in market.lender})
    names, instruments = zip(*market.policy, strict=True) if market.policy else ((), ())
    found: dict[str, dict[tuple[str, int], frozenset[str]]] = {name: {} for name in names}
    matched: dict[str, set[str]] = {name: set() for name in names}
    for kind in kinds:
        before: list[Rules] = []
        fields: list[frozenset[str]] = []
        for month in range(-market.calendar.warm_up_months, market.calendar.months):
            asked = [instrument.amend(opening, kind, month) for instrument in instruments]
            if asked != before:
                before, fields = asked, _lacking(opening, asked)
                for index, name in enumerate(names):
                    matched[name] |= {names[other] for other in _as_strict(opening, asked, index)}
            for name, lacking in zip(names, fields, strict=True):
                if lacking:
                    found[name][kind, month] = lacking
    return {
        name: Raised(found[name], instrument.ADAPTIVE, tuple(sorted(matched[name])))
        for name, instrument in zip(names, instruments, strict=True)
    }


def _as_strict(opening: Rules, asked: Sequence[Rules], index: int) -> list[int]:
    """Return the indices of the others that ask for as much in some rule that this instrument raises alone."""
    mine = join(opening, **asked[index]._asdict())
    raised = [name for name in Rules._fields if getattr(mine, name) != getattr(opening, name)]
    return [
        other
        for other, rules in enumerate(asked)
        if other != index and any(_stricter(name, rules, mine) == getattr(rules, name) for name in raised)
    ]


def _stricter(name: str, one: Rules, other: Rules) -> Any:
    """Return the stricter of two values of a rule."""
    return joins()[name](getattr(one, name), getattr(other, name))


def _lacking(opening: Rules, asked: Sequence[Rules]) -> list[frozenset[str]]:
    """Return for each instrument the rules that would be milder were it not there."""
    ahead, behind = [opening], [opening]
    for rules in asked:
        ahead.append(join(ahead[-1], **rules._asdict()))
    for rules in reversed(asked):
        behind.append(join(behind[-1], **rules._asdict()))
    whole = ahead[-1]
    without = [join(ahead[index], **behind[len(asked) - 1 - index]._asdict()) for index in range(len(asked))]
    return [
        frozenset(name for name in Rules._fields if getattr(rules, name) != getattr(whole, name)) for rules in without
    ]
