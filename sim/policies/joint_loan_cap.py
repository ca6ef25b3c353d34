"""A ceiling on joint loans among the loans of a bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class JointLoanCap(PhasedIn):
    """The parts of a bank in joint loans may reach a share of all its loans."""

    # Whatever `kinds` says, it can bind partner banks alone.
    most_share: Annotated[float, Quantity("share of all loans of the bank", 0.0, 1.0, "notice of 2021: 50%")] = 0.5
    source: str = (
        "Notice on further regulating internet loans of commercial banks (Banking and Insurance Regulatory "
        "Commission, notice 24 of 2021, the number from memory): joint internet loans at most 50% of all loans, "
        "from 2021-02-20; all loans are those to consumers here, as the model has no others"
    )
    verified: bool = True

    IDLE = {"most_share": 1.0}
    STRICT = {"most_share": 0.0}
    TRACE = "joint_loan_rule"
    ACTS_THROUGH = ("what a bank pledges to joint loans, and so what it keeps for its own customers",)

    def describe(self) -> str:
        """Return the rule in words."""
        return f"joint loans are at most {self.most_share:.0%} of all loans of a bank"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower cap on joint loans."""
        if not self.binds(kind, month):
            return rules
        return join(rules, joint_loan_share=self.phased(rules.joint_loan_share, self.most_share, month))
