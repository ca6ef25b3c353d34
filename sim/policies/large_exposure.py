"""A ceiling on what one borrower owes, by the capital of the lender."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, PhaseInMonths, binds, check_dates, join, phased_cap
from sim.values import Rules

IDLE = {"most_share": 1e9}
STRICT = {"most_share": 1e-9}
TRACE = "borrower_cap"
ACTS_THROUGH = ("smaller loans and smaller new credit lines",)


class LargeExposure(NamedTuple):
    """One person may owe a lender at most a share of its capital."""

    announce_month: AnnounceMonth = 24
    effective_month: EffectiveMonth = 30
    phase_in_months: PhaseInMonths = 0
    kinds: tuple[str, ...] = ()  # empty = all kinds
    most_share: Annotated[float, Quantity("share of equity of the lender", 0.0, 1e9, "10%: measures of 2025")] = 0.10
    source: str = (
        "Interim Measures for micro-loan companies (National Financial Regulatory Administration, 2025-01-17): one "
        "borrower at most 10% of net assets; Commercial Bank Law: one borrower at most 10% of capital"
    )
    verified: bool = True

    def check(self, months: int) -> None:
        """Raise ValueError when dates or kinds are wrong."""
        check_dates(self, months)

    def says(self) -> str:
        """Return the rule in words."""
        return f"one person owes a lender at most {self.most_share:.4g} of its capital"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower cap on one exposure."""
        if not binds(self, kind, month):
            return rules
        return join(rules, large_exposure_share=phased_cap(self, self.most_share, month))
