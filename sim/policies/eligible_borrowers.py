"""Who may be lent to at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.codes import AGE_BANDS
from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class EligibleBorrowers(Instrument):
    """Lenders must refuse people without income, and those below an age band."""

    needs_income: bool = True
    youngest_age_band: Annotated[
        int,
        Quantity("index in AGE_BANDS", 0, 4, "0 = 18 and older; for students the notice of 2021"),
    ] = 0
    source: str = (
        "Notice on regulating cash loans (rectification office, notice 141 of 2017), from 2017-12-01: no loans to "
        "people without a source of income; age bands stand for the notice of 2021 on online credit to students"
    )
    verified: bool = True

    IDLE = {"needs_income": False, "youngest_age_band": 0}
    STRICT = {"needs_income": True, "youngest_age_band": 4}
    TRACE = "eligibility"
    ACTS_THROUGH = ()  # refusals alone

    def describe(self) -> str:
        """Return the rule in words."""
        income = "nothing is lent to people without work" if self.needs_income else "people without work may borrow"
        return f"{income}; borrowers are in the age band {AGE_BANDS[self.youngest_age_band]} or older"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with fewer people eligible."""
        if not self.binds(kind, month):
            return rules
        return join(rules, needs_income=int(self.needs_income), youngest_age_band=self.youngest_age_band)
