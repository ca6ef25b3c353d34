"""The least capital that a licence asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class LicenceCapital(PhasedIn):
    """A lender must own at least an amount; who falls below it loses the licence."""

    least_yuan: Annotated[
        float, Quantity("yuan of equity of a lender in the whole market", 0.0, 1e13, "measures of 2024; draft of 2020")
    ] = 1e9
    source: str = (
        "Administrative Measures for consumer finance companies (National Financial Regulatory Administration, "
        "order 4 of 2024, the number from memory), from 2024-04-18: registered capital of at least 1 billion yuan; "
        "the draft of 2020-11-02 for online micro-loans asked 1 billion, and 5 billion across provinces"
    )
    verified: bool = True

    IDLE = {"least_yuan": 0.0}
    STRICT = {"least_yuan": 1e13}
    TRACE = "enters_resolution"
    ACTS_THROUGH = ("what owners take out and put in to keep the licence",)

    def describe(self) -> str:
        """Return the rule in words."""
        return f"equity of at least {self.least_yuan:,.0f} yuan in the whole market"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the higher capital of a licence."""
        if not self.binds(kind, month):
            return rules
        before = rules.licence_capital_yuan
        return join(rules, licence_capital_yuan=self.phased(before, self.least_yuan, month))
