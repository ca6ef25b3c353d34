"""Prices must be shown as one yearly rate."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, PhaseInMonths, binds, check_dates, join, phased
from sim.values import Rules

IDLE = {"shown_share": 0.0}
STRICT = {"shown_share": 1.0}
TRACE = ""  # it refuses nothing
ACTS_THROUGH = ("what people make of prices when they choose",)


class Disclosure(NamedTuple):
    """Every channel shows the yearly rate, so that a part of what fees hide is seen by everybody."""

    announce_month: AnnounceMonth = 24
    effective_month: EffectiveMonth = 30
    phase_in_months: PhaseInMonths = 0
    kinds: tuple[str, ...] = ()  # empty = all kinds
    shown_share: Annotated[
        float, Quantity("share of the hidden price gap", 0.0, 1.0, "what display achieves is not known; assumed")
    ] = 0.8
    source: str = (
        "People's Bank of China, announcement 3 of 2021: yearly rates of loans are shown on every channel; how much of "
        "the gap that reveals is assumed"
    )
    verified: bool = False

    def check(self, months: int) -> None:
        """Raise ValueError when dates or kinds are wrong."""
        check_dates(self, months)

    def says(self) -> str:
        """Return the rule in words."""
        return f"yearly rates are displayed: {self.shown_share:.0%} of the hidden price gap is seen by everybody"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with more of the hidden gap shown."""
        if not binds(self, kind, month):
            return rules
        return join(rules, disclosure_share=phased(self, rules.disclosure_share, self.shown_share, month))
