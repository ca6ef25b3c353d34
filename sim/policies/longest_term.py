"""How long a new loan may run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class LongestTerm(Instrument):
    """New loans run no longer than a number of months; loans already made keep their term."""

    max_months: Annotated[int, Quantity("months", 1, 120, "one year for loans repaid at once; 120 = none")] = 12
    source: str = (
        "Interim Measures for internet loans of commercial banks (Banking and Insurance Regulatory Commission, order 9 "
        "of 2020, the number from memory), from 2020-07-17: loans repaid at once run at most one year; laid on "
        "instalment loans here, the only ones in the model"
    )
    verified: bool = True

    IDLE = {"max_months": 120}
    STRICT = {"max_months": 1}
    TRACE = ""  # it refuses nothing
    ACTS_THROUGH = ("shorter loans with larger instalments",)

    def describe(self) -> str:
        """Return the rule in words."""
        return f"new loans run at most {self.max_months} months"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the shorter longest term."""
        if not self.binds(kind, month):
            return rules
        return join(rules, longest_term_months=self.max_months)
