"""How long a new loan may run."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, binds, check_dates, join
from sim.values import Rules

IDLE = {"max_months": 120}
STRICT = {"max_months": 1}
TRACE = ""  # it refuses nothing
ACTS_THROUGH = ("shorter loans with larger instalments",)


class LongestTerm(NamedTuple):
    """New loans run no longer than a number of months; loans already made keep their term."""

    announce_month: AnnounceMonth = 24
    effective_month: EffectiveMonth = 30
    kinds: tuple[str, ...] = ()  # empty = all kinds
    max_months: Annotated[int, Quantity("months", 1, 120, "one year for loans repaid at once; 120 = none")] = 12
    source: str = (
        "Interim Measures for internet loans of commercial banks (Banking and Insurance Regulatory Commission, order 9 "
        "of 2020, the number from memory), from 2020-07-17: loans repaid at once run at most one year; laid on "
        "instalment loans here, the only ones in the model"
    )
    verified: bool = True

    def check(self, months: int) -> None:
        """Raise ValueError when dates or kinds are wrong."""
        check_dates(self, months)

    def says(self) -> str:
        """Return the rule in words."""
        return f"new loans run at most {self.max_months} months"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the shorter longest term."""
        if not binds(self, kind, month):
            return rules
        return join(rules, longest_term_months=self.max_months)
