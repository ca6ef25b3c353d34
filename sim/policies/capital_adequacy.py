"""A floor on capital against risk-weighted loans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class CapitalAdequacy(PhasedIn):
    """Total capital over risk-weighted assets must reach a minimum, plus a conservation buffer where one is set."""

    minimum_share: Annotated[
        float, Quantity("share of risk-weighted assets", 0.0, 1.0, "consumer-finance measures 2024; banks 8% and 2.5%")
    ] = 0.105
    conservation_buffer_share: Annotated[
        float, Quantity("share on top", 0.0, 0.5, "2.5% at banks, inside the 10.5% already; 0 here")
    ] = 0.0
    source: str = (
        "Administrative Measures for consumer finance companies (National Financial Regulatory Administration, order 4 "
        "of 2024, the number from memory), from 2024-04-18: capital ratio at least 10.5%; at banks the sum of 8% and a "
        "2.5% conservation buffer; laid on every kind of lender here, as a counterfactual"
    )
    verified: bool = True

    IDLE = {"minimum_share": 0.0}
    STRICT = {"minimum_share": 0.6}
    TRACE = "capital_rule"
    ACTS_THROUGH = (
        "lenders' own target of capital, above the rule",
        "prices, which pay for capital",
        "what owners take out and put in",
        "supervisors and funders, who hold capital against the rule",
    )

    def check_figures(self) -> None:
        """Raise ValueError when the minimum and the buffer exceed all of the assets."""
        if self.minimum_share + self.conservation_buffer_share > 1.0:
            raise ValueError(
                f"minimum_share: with conservation_buffer_share {self.conservation_buffer_share} it must not exceed 1, "
                f"was {self.minimum_share}"
            )

    def describe(self) -> str:
        """Return the rule in words."""
        return (
            f"total capital at least {self.minimum_share + self.conservation_buffer_share:.2%} of risk-weighted assets"
        )

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the higher capital minimum."""
        if not self.binds(kind, month):
            return rules
        full = self.minimum_share + self.conservation_buffer_share
        return join(rules, minimum_capital_share=self.phased(rules.minimum_capital_share, full, month))
