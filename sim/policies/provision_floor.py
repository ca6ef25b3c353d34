"""Floors under the allowance for losses: over bad loans, and over all loans; the higher amount counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class ProvisionFloor(PhasedIn):
    """The allowance must reach a multiple of loans over 90 days late, and a share of all loans."""

    # The law binds banks and consumer finance; `kinds` says whom it binds here.
    coverage_share: Annotated[
        float, Quantity("share of loans over 90 days late", 0.0, 10.0, "150%, since 2018 120% to 150% by bank")
    ] = 1.5
    loan_share: Annotated[float, Quantity("share of loans", 0.0, 1.0, "2.5%, since 2018 1.5% to 2.5% by bank")] = 0.025
    source: str = (
        "Administrative Measures for loan loss provisions of commercial banks (Banking Regulatory Commission, order 4 "
        "of 2011, from memory): coverage of 150% and 2.5% of loans; notice 7 of 2018 lets supervisors ask 120-150% and "
        "1.5-2.5%"
    )
    verified: bool = True

    IDLE = {"coverage_share": 0.0, "loan_share": 0.0}
    STRICT = {"coverage_share": 10.0, "loan_share": 0.5}
    TRACE = ""  # it refuses nothing
    ACTS_THROUGH = ("profit and equity, and through them what may be lent and paid out",)

    def describe(self) -> str:
        """Return the rule in words."""
        return f"an allowance of {self.coverage_share:.0%} of loans over 90 days late and {self.loan_share:.2%} of all"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the higher floors."""
        if not self.binds(kind, month):
            return rules
        return join(
            rules,
            coverage_floor_share=self.phased(rules.coverage_floor_share, self.coverage_share, month),
            loan_provision_floor_share=self.phased(rules.loan_provision_floor_share, self.loan_share, month),
        )
