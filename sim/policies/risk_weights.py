"""The weights of loans in risk-weighted assets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class RiskWeights(Instrument):
    """The law weighs consumer loans and loans for working capital, whatever the lender used before."""

    consumer_weight: Annotated[
        float, Quantity("share, -1 = as the lender has it", -1.0, 5.0, "rules of 2023: retail 75%, other retail 100%")
    ] = 0.75
    productive_weight: Annotated[
        float, Quantity("share for working capital, -1 = as consumer loans", -1.0, 5.0, "a counterfactual; assumed")
    ] = -1.0
    source: str = (
        "Capital Rules for Commercial Banks (National Financial Regulatory Administration, order 4 of 2023, from "
        "memory), from 2024-01-01: retail 75%, other retail 100%, transactors on cards 45%; a lower weight for "
        "working capital of the self-employed is a counterfactual"
    )
    verified: bool = False

    IDLE = {"consumer_weight": -1.0, "productive_weight": -1.0}
    STRICT = {"consumer_weight": 5.0, "productive_weight": 5.0}
    TRACE = "capital_rule"
    ACTS_THROUGH = (
        "capital ratios, by which lenders keep to their own target",
        "prices, which pay for capital",
        "what owners take out and put in",
        "supervisors and funders, who read the ratios",
    )

    def check_figures(self) -> None:
        """Raise ValueError when a weight is negative and does not mean none."""
        for name in ("consumer_weight", "productive_weight"):
            if -1.0 < getattr(self, name) < 0.0:
                raise ValueError(f"{name}: must be 0 or more, or -1 for none, was {getattr(self, name)}")

    def weights(self) -> str:
        """Return the weights in words."""
        consumer = "loans weigh as before" if self.consumer_weight < 0 else f"loans weigh {self.consumer_weight:.0%}"
        return consumer + ("" if self.productive_weight < 0 else f", working capital {self.productive_weight:.0%}")

    def describe(self) -> str:
        """Return the rule in words."""
        return f"{self.weights()} in risk-weighted assets"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the weights of the law."""
        if not self.binds(kind, month):
            return rules
        return join(rules, risk_weight_share=self.consumer_weight, productive_weight_share=self.productive_weight)
