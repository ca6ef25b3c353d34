"""Refuses instruments that ask for the same twice: of two of one kind, one that the other leaves nothing to do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

from experiments.refusal import Refusal
from sim.params import LENDER_KINDS, RegulatorParameters
from sim.policies.base import join, opening_rules
from sim.scope import covers_kind


def check_overlaps(policy: Sequence[tuple[str, Any]], regulator: RegulatorParameters, months: int) -> None:
    """Raise Refusal when an instrument has nothing left to ask beside another of its kind that came no later."""
    for (name, first), (other, second) in permutations(policy, 2):
        begins = second.effective_month
        if type(first) is not type(second) or begins < max(0, first.effective_month):
            continue  # rules older than the run may repeat each other: history did
        kind = idle_on(first, second, regulator, months)
        if kind:
            raise Refusal(
                f"policy.{other}: asks nothing of {kind} that policy.{name} does not ask already; "
                "narrow one of their kinds, or leave one out"
            )


def idle_on(first: Any, second: Any, regulator: RegulatorParameters, months: int) -> str:
    """Return the first kind that both bind and of which the second asks no more at any month; empty = there is none."""
    opening = opening_rules(regulator)
    for kind in LENDER_KINDS:
        if not covers_kind(first.kinds, kind) or not covers_kind(second.kinds, kind):
            continue
        paths = [
            (first.amend(opening, kind, month), second.amend(opening, kind, month))
            for month in range(second.effective_month, months)
        ]
        if paths and all(join(ours, **theirs._asdict()) == ours for ours, theirs in paths):
            return kind
    return ""
