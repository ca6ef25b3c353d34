"""A ceiling on one person's debt to one lender that grows with income."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.money import fen
from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class IncomeCap(Instrument):
    """No new loan may take what a person owes a lender above an amount, nor above a share of a year's income."""

    max_yuan: Annotated[int, Quantity("yuan a person and lender", 1, 10_000_000, "draft of 2020: 300,000")] = 300_000
    income_months: Annotated[
        float, Quantity("months of income", 0.0, 1200.0, "draft of 2020: a third of a year's income; 1200 = none")
    ] = 4.0
    source: str = (
        "Interim measures for online micro-loan business, draft of 2020-11-02 (Banking and Insurance Regulatory "
        "Commission, People's Bank): at most 300,000 yuan and a third of mean yearly income of three years; the draft "
        "never came into force"
    )
    verified: bool = True

    IDLE = {"max_yuan": 10_000_000, "income_months": 1200.0}
    STRICT = {"max_yuan": 1, "income_months": 0.0}
    TRACE = "borrower_cap"
    ACTS_THROUGH = ("smaller loans and smaller new credit lines",)

    def describe(self) -> str:
        """Return the rule in words."""
        return (
            f"one person owes one lender at most {self.max_yuan:,} yuan, and at most {self.income_months:g} months of "
            "the income it believes in"
        )

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the lower caps on one person."""
        if not self.binds(kind, month):
            return rules
        return join(rules, borrower_cap_fen=fen(self.max_yuan), borrower_cap_income_months=self.income_months)
