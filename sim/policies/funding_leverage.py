"""Multiples of equity that funding may reach."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, PhaseInMonths, binds, check_dates, join, phased_cap
from sim.values import Rules

IDLE = {"wholesale_multiple": 1e9, "securities_multiple": 1e9}
STRICT = {"wholesale_multiple": 0.01, "securities_multiple": 0.0}
TRACE = "funding_leverage"
ACTS_THROUGH = ("what owners take out and put in", "notes sold on loans")


class FundingLeverage(NamedTuple):
    """Wholesale funding and securities sold may each reach a multiple of net assets."""

    announce_month: AnnounceMonth = 24
    effective_month: EffectiveMonth = 30
    phase_in_months: PhaseInMonths = 0
    kinds: tuple[str, ...] = ()  # empty = all kinds; the law binds micro-lenders
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

    def check(self, months: int) -> None:
        """Raise ValueError when dates or kinds are wrong."""
        check_dates(self, months)

    def says(self) -> str:
        """Return the rule in words."""
        return (
            f"wholesale funding of at most {self.wholesale_multiple:g} and securities of at most "
            f"{self.securities_multiple:g} times net assets"
        )

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower multiples of funding."""
        if not binds(self, kind, month):
            return rules
        return join(
            rules,
            wholesale_multiple=phased_cap(self, self.wholesale_multiple, month),
            securities_multiple=phased_cap(self, self.securities_multiple, month),
        )
