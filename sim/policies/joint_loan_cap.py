"""A ceiling on joint loans among the loans of a bank."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, PhaseInMonths, binds, check_dates, join, phased
from sim.values import Rules

IDLE = {"most_share": 1.0}
STRICT = {"most_share": 0.0}
TRACE = "joint_loan_rule"
ACTS_THROUGH = ("what a bank pledges to joint loans, and so what it keeps for its own customers",)


class JointLoanCap(NamedTuple):
    """The parts of a bank in joint loans may reach a share of all its loans."""

    announce_month: AnnounceMonth = 24
    effective_month: EffectiveMonth = 30
    phase_in_months: PhaseInMonths = 0
    kinds: tuple[str, ...] = ()  # empty = all kinds; it bites at partner banks alone
    most_share: Annotated[float, Quantity("share of all loans of the bank", 0.0, 1.0, "notice of 2021: 50%")] = 0.5
    source: str = (
        "Notice on further regulating internet loans of commercial banks (Banking and Insurance Regulatory "
        "Commission, notice 24 of 2021, the number from memory): joint internet loans at most 50% of all loans, "
        "from 2021-02-20; all loans are those to consumers here, as the model has no others"
    )
    verified: bool = True

    def check(self, months: int) -> None:
        """Raise ValueError when dates or kinds are wrong."""
        check_dates(self, months)

    def says(self) -> str:
        """Return the rule in words."""
        return f"joint loans are at most {self.most_share:.0%} of all loans of a bank"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower cap on joint loans."""
        if not binds(self, kind, month):
            return rules
        return join(rules, joint_loan_share=phased(self, rules.joint_loan_share, self.most_share, month))
