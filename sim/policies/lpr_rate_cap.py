"""A ceiling on the price of credit that moves with the loan prime rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.policies.rate_cap import what_counts
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class LprRateCap(Instrument):
    """No new loan may cost more than so many times the one-year loan prime rate of the month."""

    multiple: Annotated[
        float, Quantity("times the one-year prime rate", 0.0, 1000.0, "four times, courts' cap of 2020; 1000 = none")
    ] = 4.0
    counts_fees: bool = True  # False: the ceiling is on the headline rate, and fees stay outside it
    counts_guarantees: bool = True  # False: what is paid to a guarantor stays outside, and the lender's own fees count
    source: str = (
        "Supreme People's Court, provisions on private lending as amended 2020-08-20: four times the one-year loan "
        "prime rate, all fees together; it binds private lending, and not the licensed lenders on whom it is laid "
        "here as a counterfactual"
    )
    verified: bool = True

    IDLE = {"multiple": 1000.0}
    STRICT = {"multiple": 0.1}
    TRACE = "rate_cap"
    ACTS_THROUGH = ("prices lowered to the cap", "bands closed by it")

    def describe(self) -> str:
        """Return the rule in words."""
        price = what_counts(self.counts_fees, self.counts_guarantees)
        return f"{price} of new loans at most {self.multiple:g} times the loan prime rate"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower multiple; what it comes to is worked out where the month's rate is known."""
        if not self.binds(kind, month):
            return rules
        if not self.counts_fees:
            return join(rules, max_headline_lpr_multiple=self.multiple)
        if not self.counts_guarantees:
            return join(rules, max_unguaranteed_lpr_multiple=self.multiple)
        return join(rules, max_lpr_multiple=self.multiple)
