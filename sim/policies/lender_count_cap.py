"""A ceiling on the number of lenders that one person may owe at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class LenderCountCap(Instrument):
    """Nobody may be lent to by a further lender who already owes as many as the registry may show."""

    max_lenders: Annotated[int, Quantity("lenders a person", 1, 100, "the number is assumed; 100 = none")] = 2
    source: str = (
        "No such cap is in force in China; India's central bank forbade in 2011 that more than two microfinance "
        "companies lend to one borrower (master circular of 2011, from memory): a counterfactual"
    )
    verified: bool = False

    IDLE = {"max_lenders": 100}
    STRICT = {"max_lenders": 1}
    TRACE = "lender_count"
    ACTS_THROUGH = ()  # refusals alone

    def describe(self) -> str:
        """Return the rule in words."""
        return f"one person owes at most {self.max_lenders} lenders at once, as far as the registry shows"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower cap on lenders."""
        if not self.binds(kind, month):
            return rules
        return join(rules, most_lenders=self.max_lenders)
