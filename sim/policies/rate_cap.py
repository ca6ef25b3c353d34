"""A ceiling on the price of credit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.money import basis_points
from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class RateCap(Instrument):
    """No new loan may cost more than a yearly rate, fees inside it or not; it binds from one day to the next."""

    max_apr: Annotated[float, Quantity("yearly rate", 0.0, 10.0, "notice 9 of 2025, as the market reads it")] = 0.24
    counts_fees: bool = True  # False: the ceiling is on the headline rate, and fees stay outside it
    counts_guarantees: bool = True  # False: what is paid to a guarantor stays outside, and the lender's own fees count
    source: str = (
        "National Financial Regulatory Administration, notice 9 of 2025 on loan facilitation by commercial banks, from "
        "2025-10-01: every enhancement fee counts in the all-in cost; 24% is how the market reads it"
    )
    verified: bool = True

    IDLE = {"max_apr": 10.0}
    STRICT = {"max_apr": 0.01}
    TRACE = "rate_cap"
    ACTS_THROUGH = ("prices lowered to the cap", "bands closed by it")

    def describe(self) -> str:
        """Return the rule in words."""
        return f"{what_counts(self.counts_fees, self.counts_guarantees)} of new loans at most {self.max_apr:.2%} a year"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower price ceiling."""
        if not self.binds(kind, month):
            return rules
        if not self.counts_fees:
            return join(rules, max_headline_apr_bp=basis_points(self.max_apr))
        if not self.counts_guarantees:
            return join(rules, max_unguaranteed_apr_bp=basis_points(self.max_apr))
        return join(rules, max_apr_bp=basis_points(self.max_apr))


def what_counts(counts_fees: bool, counts_guarantees: bool) -> str:
    """Return which price a ceiling is on, in words."""
    if not counts_fees:
        return "headline price"
    return "all-in price" if counts_guarantees else "price without guarantee fees"
