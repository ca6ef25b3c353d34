"""Lenders see what people owe elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class CreditRegistry(PhasedIn):
    """A registry shows lenders the loans of a share of people at all lenders, and their defaults for some time."""

    coverage_share: Annotated[
        float, Quantity("share of people whose loans all lenders see", 0.0, 1.0, "full coverage is the aim; assumed")
    ] = 0.9
    memory_months: Annotated[
        int, Quantity("months a default stays on record", 0, 120, "bad records are kept five years")
    ] = 60
    source: str = (
        "Regulation on the administration of the credit reporting industry (State Council, decree 631 of 2013, the "
        "number from memory): bad records are kept five years; the coverage is assumed"
    )
    verified: bool = True

    IDLE = {"coverage_share": 0.0, "memory_months": 0}
    STRICT = {"coverage_share": 1.0, "memory_months": 120}
    TRACE = ""  # it refuses nothing
    ACTS_THROUGH = ("what lenders know of an applicant, and so whom they refuse by their own policy",)

    def describe(self) -> str:
        """Return the rule in words."""
        return f"the registry covers {self.coverage_share:.0%} of people and keeps defaults {self.memory_months} months"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with wider coverage and longer memory."""
        if not self.binds(kind, month):
            return rules
        coverage = self.phased(rules.registry_coverage_share, self.coverage_share, month)
        return join(rules, registry_coverage_share=coverage, registry_memory_months=self.memory_months)
