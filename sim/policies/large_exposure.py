"""A ceiling on what one borrower owes, by the capital of the lender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class LargeExposure(PhasedIn):
    """One person may owe a lender at most a share of its capital."""

    most_share: Annotated[float, Quantity("share of equity of the lender", 0.0, 1e9, "10%: measures of 2025")] = 0.10
    source: str = (
        "Interim Measures for micro-loan companies (National Financial Regulatory Administration, 2025-01-17): one "
        "borrower at most 10% of net assets; Commercial Bank Law: one borrower at most 10% of capital"
    )
    verified: bool = True

    IDLE = {"most_share": 1e9}
    STRICT = {"most_share": 1e-9}
    TRACE = "borrower_cap"
    ACTS_THROUGH = ("smaller loans and smaller new credit lines",)

    def describe(self) -> str:
        """Return the rule in words."""
        return f"one person owes a lender at most {self.most_share:.4g} of its capital"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower cap on one exposure."""
        if not self.binds(kind, month):
            return rules
        return join(rules, large_exposure_share=self.phased_cap(self.most_share, month))
