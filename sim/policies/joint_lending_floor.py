"""A floor on the part of a joint loan that its originator keeps."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, PhaseInMonths, binds, check_dates, join, phased
from sim.values import Rules

IDLE = {"own_share": 0.0}
STRICT = {"own_share": 0.9}
TRACE = ""  # it refuses nothing
ACTS_THROUGH = ("the own money that each joint loan takes", "prices of joint loans")


class JointLendingFloor(NamedTuple):
    """Of every new joint loan the originator must keep at least a share on its own books."""

    announce_month: AnnounceMonth = 24
    effective_month: EffectiveMonth = 30
    phase_in_months: PhaseInMonths = 0
    kinds: tuple[str, ...] = ()  # empty = all kinds
    own_share: Annotated[
        float, Quantity("share of each joint loan", 0.0, 1.0, "notice of 2021 on internet loans; measures of 2025")
    ] = 0.30
    source: str = (
        "Notice on further regulating internet loans of commercial banks (Banking and Insurance Regulatory Commission, "
        "notice 24 of 2021, the number from memory): at least 30% of each joint loan from 2022-01-01; kept for "
        "micro-loan companies in the Interim Measures of 2025-01-17"
    )
    verified: bool = True

    def check(self, months: int) -> None:
        """Raise ValueError when dates or kinds are wrong."""
        check_dates(self, months)

    def says(self) -> str:
        """Return the rule in words."""
        return f"the originator keeps at least {self.own_share:.0%} of each new joint loan"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the higher floor on the originator's share."""
        if not binds(self, kind, month):
            return rules
        return join(rules, own_share_floor=phased(self, rules.own_share_floor, self.own_share, month))
