"""Prices must be shown as one yearly rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class Disclosure(PhasedIn):
    """Every channel shows the yearly rate, so that a part of what fees hide is seen by everybody."""

    shown_share: Annotated[
        float, Quantity("share of the hidden price gap", 0.0, 1.0, "what display achieves is not known; assumed")
    ] = 0.8
    source: str = (
        "People's Bank of China, announcement 3 of 2021: yearly rates of loans are shown on every channel; how much of "
        "the gap that reveals is assumed"
    )
    verified: bool = False

    IDLE = {"shown_share": 0.0}
    STRICT = {"shown_share": 1.0}
    TRACE = ""  # it refuses nothing
    ACTS_THROUGH = ("what people make of prices when they choose",)

    def describe(self) -> str:
        """Return the rule in words."""
        return f"yearly rates are displayed: {self.shown_share:.0%} of the hidden price gap is seen by everybody"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with more of the hidden gap shown."""
        if not self.binds(kind, month):
            return rules
        return join(rules, disclosure_share=self.phased(rules.disclosure_share, self.shown_share, month))
