"""Instalments of those hit are postponed for a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.codes import POSTPONED_WITH_INTEREST, POSTPONED_WITHOUT_INTEREST
from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class Moratorium(Instrument):
    """People without work owe no instalments while it lasts; their loans stay in their buckets and run on later."""

    announce_month: AnnounceMonth = 48
    effective_month: EffectiveMonth = 54
    lasts_months: Annotated[int, Quantity("months; 0 = none", 0, 600, "of 2020: from January 2020 to March 2021")] = 15
    interest_accrues: bool = True  # False: lenders bear the interest of the months postponed
    source: str = (
        "Notice on temporary deferral of loan repayments (Banking and Insurance Regulatory Commission and others, "
        "notice 6 of 2020, from memory) and notice on support against the epidemic (notice 29 of 2020), which "
        "asked lenders to put off instalments of those who lost income; extended to 2021-03-31"
    )
    verified: bool = False

    IDLE = {"lasts_months": 0}
    STRICT = {"lasts_months": 600, "interest_accrues": False}
    TRACE = ""  # it refuses nothing
    ACTS_THROUGH = ("instalments put off, and what lenders collect",)

    def describe(self) -> str:
        """Return the rule in words."""
        interest = "interest goes on" if self.interest_accrues else "without interest"
        return f"for {self.lasts_months} months people without work owe no instalments, {interest}"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with instalments postponed; of two moratoria the one without interest is the stricter."""
        if not self.binds(kind, month) or month >= self.effective_month + self.lasts_months:
            return rules
        return join(
            rules, postponement=POSTPONED_WITH_INTEREST if self.interest_accrues else POSTPONED_WITHOUT_INTEREST
        )
