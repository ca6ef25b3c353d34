"""People are taught what credit costs, and what to make of rumours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, PhaseInMonths, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class Education(PhasedIn):
    """Campaigns teach people part of what they do not understand of prices, and to doubt part of what they hear."""

    phase_in_months: PhaseInMonths = 24
    taught_share: Annotated[
        float,
        Quantity("share of what literacy lacks", 0.0, 1.0, "courses do little, and it fades; assumed"),
    ] = 0.1
    doubted_share: Annotated[float, Quantity("share of the word about a lender", 0.0, 1.0, "assumed")] = 0.1
    source: str = (
        "Implementation opinions on financial education (People's Bank and others, 2021, from memory); how much is "
        "learned is assumed: interventions explain little of behaviour and fade (Fernandes, Lynch and Netemeyer 2014)"
    )
    verified: bool = False

    IDLE = {"taught_share": 0.0, "doubted_share": 0.0}
    STRICT = {"taught_share": 1.0, "doubted_share": 1.0, "phase_in_months": 0}
    TRACE = ""  # it refuses nothing
    ACTS_THROUGH = ("what people make of prices and of rumours",)

    def describe(self) -> str:
        """Return the rule in words."""
        return (
            f"people learn {self.taught_share:.0%} of what they lack about prices and doubt "
            f"{self.doubted_share:.0%} of rumours"
        )

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with more taught and doubted, in even steps: people learn slowly."""
        if not self.binds(kind, month):
            return rules
        taught = self.phased(rules.literacy_taught_share, self.taught_share, month)
        doubted = self.phased(rules.rumours_doubted_share, self.doubted_share, month)
        return join(rules, literacy_taught_share=taught, rumours_doubted_share=doubted)
