"""What a person meets in a month, in plain Python: the state of the world, every lender's terms, and the draws."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

from sim.rules.underwriting import stratum_of


class LenderTerms(SimpleNamespace):
    """One lender's terms of the month: the fields of `sim.people.terms.Terms`, and which lender it is in their order.

    What is by band or by scorecard cell there is a tuple here, and `cuts` a `LineCuts`.
    """


class Circumstances(SimpleNamespace):
    """The month as one person meets it, fixed before anybody acts: the fields of `sim.people.terms.Conditions`.

    Beside them are `lenders` (a tuple of `LenderTerms`), the parameters of `behaviour`, and `chance`, the draws.
    """


class Allotment(NamedTuple):
    """How far one lender's money went in one round of applications."""

    cutoff: tuple[int, ...]  # by stratum: first priority refused
    binding: tuple[int, ...]  # by stratum: the constraint that refused it
    partner: tuple[int, ...]  # by priority: bank beside which the loan is made, or NOBODY

    def reaches(self, group: int, priority: int) -> bool:
        """Return whether the money reaches a person of a group at a priority."""
        return priority < self.cutoff[stratum_of(group, len(self.cutoff))]

    def refusal(self, group: int) -> int:
        """Return the constraint that refuses people of a group."""
        return self.binding[stratum_of(group, len(self.binding))]
