"""A buffer of capital that the regulator may release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import PhasedIn, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class CountercyclicalBuffer(PhasedIn):
    """A fixed buffer on top of all other capital, which is released after some months if it is to be."""

    # The law binds banks; `kinds` says whom it binds here.
    buffer_share: Annotated[
        float, Quantity("share of risk-weighted assets", 0.0, 0.5, "Basel III: 0 to 2.5%; China's has been 0")
    ] = 0.025
    release_after_months: Annotated[
        int, Quantity("months in force until it is released, 0 = never", 0, 600, "the study's choice")
    ] = 0
    source: str = (
        "Basel III (Basel Committee on Banking Supervision, 2010): 0 to 2.5% of risk-weighted assets; Chinese banks "
        "have been held to 0% since the framework of 2020 (from memory), so any other figure is a counterfactual"
    )
    verified: bool = False

    IDLE = {"buffer_share": 0.0}
    STRICT = {"buffer_share": 0.2}
    TRACE = "capital_buffer"
    ACTS_THROUGH = (
        "lenders' own target of capital, above the buffer",
        "prices, which pay for capital",
        "what owners take out and put in",
        "funders, who hold capital against the rule",
    )

    def check_figures(self) -> None:
        """Raise ValueError when it would be released before it is whole."""
        if 0 < self.release_after_months <= self.phase_in_months:
            raise ValueError(
                f"release_after_months: must be 0 or more than phase_in_months {self.phase_in_months}, "
                f"was {self.release_after_months}"
            )

    def describe(self) -> str:
        """Return the rule in words."""
        until = f", for {self.release_after_months} months" if self.release_after_months else ""
        return f"a releasable capital buffer of {self.buffer_share:.2%} of risk-weighted assets{until}"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with the higher countercyclical buffer, until it is released."""
        released = self.release_after_months > 0 and month >= self.effective_month + self.release_after_months
        if not self.binds(kind, month) or released:
            return rules
        before = rules.countercyclical_buffer_share
        return join(rules, countercyclical_buffer_share=self.phased(before, self.buffer_share, month))
