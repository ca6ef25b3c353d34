"""A soft limit on risky loans: beyond it there is a quota."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class SoftRiskLimit(PhasedIn):
    """Loans with a high expected default may be made only as a share of all lending within a rolling window."""

    default_share: Annotated[
        float, Quantity("expected default above which a loan counts as risky", 0.0, 1.0, "assumed")
    ] = 0.08
    quota_share: Annotated[float, Quantity("of all lending in the window", 0.0, 1.0, "speed limits of 2013: 10%")] = (
        0.10
    )
    window_months: Annotated[int, Quantity("months", 1, 120, "speed limits of 2013: three or six")] = 3
    source: str = (
        "A counterfactual here. The form is that of the speed limits on housing loans of the Reserve Bank of New "
        "Zealand (2013, from memory): loans beyond a limit at most 10% of new lending over a rolling window; the "
        "line of risk is assumed"
    )
    verified: bool = False

    IDLE = {"quota_share": 1.0}
    STRICT = {"quota_share": 0.0, "default_share": 0.0, "window_months": 1}
    TRACE = "soft_limit_rule"
    ACTS_THROUGH = ()  # refusals alone

    def describe(self) -> str:
        """Return the rule in words."""
        return (
            f"loans with more than {self.default_share:.1%} expected default are at most {self.quota_share:.0%} of "
            f"what is lent in {self.window_months} months"
        )

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower quota for risky loans."""
        if not self.binds(kind, month):
            return rules
        return join(
            rules,
            soft_limit_default_share=self.default_share,
            soft_limit_quota_share=self.phased(rules.soft_limit_quota_share, self.quota_share, month),
            soft_limit_months=self.window_months,
        )
