"""Ceilings on new lending to one sector and to one region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class ConcentrationCap(PhasedIn):
    """Of what a lender may lend in a month no more than a share goes to one sector, and to one region."""

    sector_share: Annotated[float, Quantity("share of a month's budget", 0.0, 1.0, "a counterfactual; assumed")] = 0.3
    region_share: Annotated[float, Quantity("share of a month's budget", 0.0, 1.0, "a counterfactual; assumed")] = 0.5
    source: str = (
        "No text sets such figures for consumer loans. The form is that of the two-tier limits on property loans "
        "of banks (People's Bank and Banking and Insurance Regulatory Commission, notice 322 of 2020, from "
        "memory); the figures are assumed"
    )
    verified: bool = False

    IDLE = {"sector_share": 1.0, "region_share": 1.0}
    STRICT = {"sector_share": 0.001, "region_share": 0.001}
    TRACE = "sector_rule"
    ACTS_THROUGH = ()  # refusals alone

    def describe(self) -> str:
        """Return the rule in words."""
        shares = f"one sector at most {self.sector_share:.0%} and one region {self.region_share:.0%}"
        return f"{shares} of what may be lent in a month"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower caps on one sector and one region."""
        if not self.binds(kind, month):
            return rules
        return join(
            rules,
            sector_flow_share=self.phased(rules.sector_flow_share, self.sector_share, month),
            region_flow_share=self.phased(rules.region_flow_share, self.region_share, month),
        )
