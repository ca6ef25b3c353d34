"""Who may be lent to at all."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.codes import AGE_BANDS
from sim.params import Quantity
from sim.policies.base import AnnounceMonth, EffectiveMonth, binds, check_dates, join
from sim.values import Rules

IDLE = {"needs_income": False, "youngest_age_band": 0}
STRICT = {"needs_income": True, "youngest_age_band": 4}
TRACE = "eligibility"
ACTS_THROUGH = ()  # refusals alone


class EligibleBorrowers(NamedTuple):
    """Lenders must refuse people without income, and those below an age band."""

    announce_month: AnnounceMonth = 24
    effective_month: EffectiveMonth = 30
    kinds: tuple[str, ...] = ()  # empty = all kinds
    needs_income: bool = True
    youngest_age_band: Annotated[
        int,
        Quantity("place in AGE_BANDS", 0, 4, "0 = 18 and older; for students the notice of 2021"),
    ] = 0
    source: str = (
        "Notice on regulating cash loans (rectification office, notice 141 of 2017), from 2017-12-01: no loans to "
        "people without a source of income; age bands stand for the notice of 2021 on online credit to students"
    )
    verified: bool = True

    def check(self, months: int) -> None:
        """Raise ValueError when dates or kinds are wrong."""
        check_dates(self, months)

    def says(self) -> str:
        """Return the rule in words."""
        income = "nothing is lent to people without work" if self.needs_income else "people without work may borrow"
        return f"{income}; borrowers are in the age band {AGE_BANDS[self.youngest_age_band]} or older"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with fewer people eligible."""
        if not binds(self, kind, month):
            return rules
        return join(rules, needs_income=int(self.needs_income), youngest_age_band=self.youngest_age_band)
