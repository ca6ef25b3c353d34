"""A ceiling on instalments over income."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class DebtServiceCap(Instrument):
    """No new loan may take the instalments a lender can see above a share of the income it believes in."""

    max_share: Annotated[
        float, Quantity("share of monthly income", 0.0, 100.0, "50% and 55% for mortgages since 2004; 100 = none")
    ] = 0.5
    source: str = (
        "Guidelines on the management of risks of real estate loans of commercial banks (Banking Regulatory "
        "Commission, notice 57 of 2004, from memory): housing at most 50% and all debt service at most 55% of income; "
        "for consumer credit it is a counterfactual"
    )
    verified: bool = False

    IDLE = {"max_share": 100.0}
    STRICT = {"max_share": 0.0}
    TRACE = "debt_service"
    ACTS_THROUGH = ()  # refusals alone

    def describe(self) -> str:
        """Return the rule in words."""
        return f"instalments that a lender sees, the new loan's among them, at most {self.max_share:.0%} of income"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower cap on debt service."""
        if not self.binds(kind, month):
            return rules
        return join(rules, debt_service_share=self.max_share)
