"""A fixed buffer of capital on top of the minimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class ConservationBuffer(PhasedIn):
    """New lending may not take capital into a buffer above the minimum; being in it is no breach."""

    # The law binds banks; `kinds` says whom it binds here.
    buffer_share: Annotated[
        float, Quantity("share of risk-weighted assets", 0.0, 0.5, "capital rules of 2012 and 2023: 2.5%")
    ] = 0.025
    source: str = (
        "Capital Rules for Commercial Banks (Banking Regulatory Commission, order 1 of 2012; National Financial "
        "Regulatory Administration, order 4 of 2023; both numbers from memory): a conservation buffer of 2.5% of "
        "risk-weighted assets above the minimum; laid on every kind of lender here, as a counterfactual"
    )
    verified: bool = True

    IDLE = {"buffer_share": 0.0}
    STRICT = {"buffer_share": 0.2}
    TRACE = "capital_buffer"
    ACTS_THROUGH = (
        "lenders' own target of capital, above the buffer",
        "prices, which pay for capital",
        "what owners take out and put in",
        "funders, who hold capital against the rule",
    )

    def describe(self) -> str:
        """Return the rule in words."""
        return f"a capital buffer of {self.buffer_share:.2%} of risk-weighted assets above the minimum"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the higher conservation buffer."""
        if not self.binds(kind, month):
            return rules
        before = rules.conservation_buffer_share
        return join(rules, conservation_buffer_share=self.phased(before, self.buffer_share, month))
