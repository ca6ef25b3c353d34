"""A floor on the part of a joint loan that its originator keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class JointLendingFloor(PhasedIn):
    """Of every new joint loan the originator must keep at least a share on its own books."""

    own_share: Annotated[
        float, Quantity("share of each joint loan", 0.0, 1.0, "notice of 2021 on internet loans; measures of 2025")
    ] = 0.30
    source: str = (
        "Notice on further regulating internet loans of commercial banks (Banking and Insurance Regulatory Commission, "
        "notice 24 of 2021, the number from memory): at least 30% of each joint loan from 2022-01-01; kept for "
        "micro-loan companies in the Interim Measures of 2025-01-17"
    )
    verified: bool = True

    IDLE = {"own_share": 0.0}
    STRICT = {"own_share": 0.9}
    TRACE = ""  # it refuses nothing
    ACTS_THROUGH = ("the own money that each joint loan takes", "prices of joint loans")

    def describe(self) -> str:
        """Return the rule in words."""
        return f"the originator keeps at least {self.own_share:.0%} of each new joint loan"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the higher floor on the originator's share."""
        if not self.binds(kind, month):
            return rules
        return join(rules, own_share_floor=self.phased(rules.own_share_floor, self.own_share, month))
