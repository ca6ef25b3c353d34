"""A ceiling on what one person may owe one lender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.money import fen
from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class BorrowerCap(Instrument):
    """No new loan may take what a person owes a lender above an amount."""

    max_yuan: Annotated[
        int,
        Quantity("yuan a person and lender", 1, 10_000_000, "micro-loan measures 2025; internet-loan measures 2020"),
    ] = 200_000
    source: str = (
        "Interim Measures for internet loans of commercial banks (Banking and Insurance Regulatory Commission, order 9 "
        "of 2020, the number from memory) and for micro-loan companies (2025-01-17): consumer credit of one person at "
        "most 200,000 yuan"
    )
    verified: bool = True

    IDLE = {"max_yuan": 10_000_000}
    STRICT = {"max_yuan": 1}
    TRACE = "borrower_cap"
    ACTS_THROUGH = ("smaller loans and smaller new credit lines",)

    def describe(self) -> str:
        """Return the rule in words."""
        return f"one person owes one lender at most {self.max_yuan:,} yuan"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower cap on one person."""
        if not self.binds(kind, month):
            return rules
        return join(rules, borrower_cap_fen=fen(self.max_yuan))
