"""A floor on equity over all assets, whatever their risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class LeverageRatio(PhasedIn):
    """Equity must reach a share of all assets; no weight makes an asset count less."""

    minimum_share: Annotated[
        float,
        Quantity("equity over all assets", 0.0, 1.0, "4% at banks since 2015; draft measures for consumer finance"),
    ] = 0.04
    source: str = (
        "Administrative Measures for consumer finance companies (National Financial Regulatory Administration, "
        "order 4 of 2024, number and figure from memory), from 2024-04-18: leverage at least 4%, as in the draft; "
        "banks the same since the leverage rules of 2015"
    )
    verified: bool = False

    IDLE = {"minimum_share": 0.0}
    STRICT = {"minimum_share": 0.6}
    TRACE = "leverage_rule"
    ACTS_THROUGH = ("lenders' own target of equity over assets, above the rule", "what owners take out and put in")

    def describe(self) -> str:
        """Return the rule in words."""
        return f"equity of at least {self.minimum_share:.2%} of all assets"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the higher floor on equity over assets."""
        if not self.binds(kind, month):
            return rules
        before = rules.minimum_leverage_share
        return join(rules, minimum_leverage_share=self.phased(before, self.minimum_share, month))
