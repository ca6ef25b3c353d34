"""A quota on how fast a book may grow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class GrowthQuota(Instrument):
    """Within a rolling window of months a lender may lend what was repaid and a share of its book."""

    growth_share: Annotated[
        float, Quantity("of the book a month, beside what was repaid", 0.0, 1e9, "a counterfactual; assumed")
    ] = 0.005
    window_months: Annotated[int, Quantity("months for which unused quota keeps", 1, 120, "a quarter; assumed")] = 3
    source: str = (
        "Window guidance of the People's Bank on the growth of loans has set such quotas for banks, by quarter and "
        "by year, without a published text (macro-prudential assessment since 2016, from memory); the figures are "
        "assumed"
    )
    verified: bool = False

    IDLE = {"growth_share": 1e9}
    STRICT = {"growth_share": 0.0, "window_months": 1}
    TRACE = "growth_quota_rule"
    ACTS_THROUGH = ("limits on sectors, regions and partners, which are shares of what all limits leave",)

    def describe(self) -> str:
        """Return the rule in words."""
        return (
            f"a book grows by at most {self.growth_share:.2%} a month, beside what is repaid; unused quota keeps "
            f"{self.window_months} months"
        )

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower quota."""
        if not self.binds(kind, month):
            return rules
        return join(rules, growth_quota_share=self.growth_share, growth_quota_months=self.window_months)
