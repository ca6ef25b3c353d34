"""Multiples of equity that funding may reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class FundingLeverage(PhasedIn):
    """Wholesale funding and securities sold may each reach a multiple of net assets."""

    # The law binds micro-lenders; `kinds` says whom it binds here.
    wholesale_multiple: Annotated[
        float, Quantity("wholesale funding over equity", 0.0, 1e9, "notice of 2020: bank and owners' loans 1 time")
    ] = 1.0
    securities_multiple: Annotated[
        float, Quantity("securities sold over equity", 0.0, 1e9, "notice of 2020: bonds and ABS 4 times")
    ] = 4.0
    source: str = (
        "Notice on strengthening the supervision of micro-loan companies (Banking and Insurance Regulatory "
        "Commission, notice 86 of 2020, the number from memory): non-standard funding at most 1 time, bonds and "
        "asset-backed securities at most 4 times net assets; kept in the Interim Measures of 2025-01-17"
    )
    verified: bool = True

    IDLE = {"wholesale_multiple": 1e9, "securities_multiple": 1e9}
    STRICT = {"wholesale_multiple": 0.01, "securities_multiple": 0.0}
    TRACE = "funding_leverage"
    ACTS_THROUGH = ("what owners take out and put in", "notes sold on loans")

    def describe(self) -> str:
        """Return the rule in words."""
        return (
            f"wholesale funding of at most {self.wholesale_multiple:g} and securities of at most "
            f"{self.securities_multiple:g} times net assets"
        )

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower multiples of funding."""
        if not self.binds(kind, month):
            return rules
        return join(
            rules,
            wholesale_multiple=self.phased_cap(self.wholesale_multiple, month),
            securities_multiple=self.phased_cap(self.securities_multiple, month),
        )
