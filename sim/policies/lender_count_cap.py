"""A ceiling on the number of lenders that one person may owe at once."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, binds, check_dates, join
from sim.values import Rules

IDLE = {"max_lenders": 100}
STRICT = {"max_lenders": 1}
TRACE = "lender_count"
ACTS_THROUGH = ()  # refusals alone


class LenderCountCap(NamedTuple):
    """Nobody may be lent to by a further lender who already owes as many as the registry may show."""

    announce_month: AnnounceMonth = 24
    effective_month: EffectiveMonth = 30
    kinds: tuple[str, ...] = ()  # empty = all kinds
    max_lenders: Annotated[int, Quantity("lenders a person", 1, 100, "the number is assumed; 100 = none")] = 2
    source: str = (
        "No such cap is in force in China; India's central bank forbade in 2011 that more than two microfinance "
        "companies lend to one borrower (master circular of 2011, from memory): a counterfactual"
    )
    verified: bool = False

    def check(self, months: int) -> None:
        """Raise ValueError when dates or kinds are wrong."""
        check_dates(self, months)

    def says(self) -> str:
        """Return the rule in words."""
        return f"one person owes at most {self.max_lenders} lenders at once, as far as the registry shows"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower cap on lenders."""
        if not binds(self, kind, month):
            return rules
        return join(rules, most_lenders=self.max_lenders)
