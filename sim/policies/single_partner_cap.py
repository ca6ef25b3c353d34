"""A ceiling on what a bank lends beside one partner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class SinglePartnerCap(PhasedIn):
    """The parts of a bank in joint loans with one originator may reach a share of its tier 1."""

    # Whatever `kinds` says, it can bind partner banks alone.
    most_share: Annotated[float, Quantity("share of net tier 1 of the bank", 0.0, 1e9, "notice of 2021: 25%")] = 0.25
    source: str = (
        "Notice on further regulating internet loans of commercial banks (Banking and Insurance Regulatory "
        "Commission, notice 24 of 2021, the number from memory): what a bank lends with one partner at most 25% of "
        "its net tier 1, from 2021-02-20"
    )
    verified: bool = True

    IDLE = {"most_share": 1e9}
    STRICT = {"most_share": 1e-9}
    TRACE = "single_partner_rule"
    ACTS_THROUGH = ("which bank is beside a joint loan", "what it leaves the originator's partners to lend")

    def describe(self) -> str:
        """Return the rule in words."""
        return f"a bank lends beside one partner at most {self.most_share:.0%} of its net tier 1"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower cap on one partner."""
        if not self.binds(kind, month):
            return rules
        return join(rules, single_partner_share=self.phased_cap(self.most_share, month))
