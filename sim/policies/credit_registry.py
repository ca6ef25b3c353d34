"""Lenders see what people owe elsewhere."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, PhaseInMonths, binds, check_dates, join, phased
from sim.values import Rules

IDLE = {"coverage_share": 0.0, "memory_months": 0}
STRICT = {"coverage_share": 1.0, "memory_months": 120}
TRACE = ""  # it refuses nothing
ACTS_THROUGH = ("what lenders know of an applicant, and so whom they refuse by their own policy",)


class CreditRegistry(NamedTuple):
    """A registry shows lenders the loans of a share of people at all lenders, and their defaults for some time."""

    announce_month: AnnounceMonth = 24
    effective_month: EffectiveMonth = 30
    phase_in_months: PhaseInMonths = 0
    kinds: tuple[str, ...] = ()  # empty = all kinds
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

    def check(self, months: int) -> None:
        """Raise ValueError when dates or kinds are wrong."""
        check_dates(self, months)

    def says(self) -> str:
        """Return the rule in words."""
        return f"the registry covers {self.coverage_share:.0%} of people and keeps defaults {self.memory_months} months"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with wider coverage and longer memory."""
        if not binds(self, kind, month):
            return rules
        coverage = phased(self, rules.registry_coverage_share, self.coverage_share, month)
        return join(rules, registry_coverage_share=coverage, registry_memory_months=self.memory_months)
