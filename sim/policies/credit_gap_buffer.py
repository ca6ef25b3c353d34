"""A buffer of capital that follows the credit gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.books.credit_gap import NOTHING_SEEN, Indicators, buffer_of, gaps, noticed
from sim.params import Quantity
from sim.policies.base import Instrument
from sim.policies.countercyclical_buffer import CountercyclicalBuffer
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class CreditGapBuffer(Instrument):
    """A capital buffer set each quarter by how far credit stands above its trend, as returns have shown it so far."""

    lower_gap: Annotated[
        float, Quantity("share of the trend at which the buffer begins", -1.0, 10.0, "Basel guide: 2 points of GDP")
    ] = 0.02
    upper_gap: Annotated[
        float, Quantity("share of the trend from which it is full", -1.0, 10.0, "Basel guide: 10 points of GDP")
    ] = 0.10
    most_share: Annotated[float, Quantity("share of risk-weighted assets", 0.0, 0.5, "Basel III: 2.5%")] = 0.025
    smoothing: Annotated[
        float, Quantity("of the trend, by quarter", 0.0, 1e9, "Basel guide: 400,000, for long credit cycles")
    ] = 400_000.0
    notice_quarters: Annotated[
        int, Quantity("quarters between a rise and its day", 0, 40, "Basel III: up to a year; a release holds at once")
    ] = 4
    source: str = (
        "Guidance for national authorities operating the countercyclical capital buffer (Basel Committee on Banking "
        "Supervision, 2010, from memory): from 2 to 10 points of credit over GDP above a one-sided trend, 0 to 2.5%; "
        "credit here is that of the market, its gap a share of the trend"
    )
    verified: bool = False

    IDLE = {"most_share": 0.0}
    STRICT = {"most_share": 0.5, "lower_gap": -1.0, "upper_gap": -0.99, "notice_quarters": 0}
    TRACE, ACTS_THROUGH = CountercyclicalBuffer.TRACE, CountercyclicalBuffer.ACTS_THROUGH
    ADAPTIVE = True

    def check_figures(self) -> None:
        """Raise ValueError when the thresholds are the wrong way round."""
        if self.lower_gap >= self.upper_gap:
            raise ValueError(f"lower_gap: must be less than upper_gap {self.upper_gap}, was {self.lower_gap}")

    def describe(self) -> str:
        """Return the rule in words."""
        return (
            f"a capital buffer of up to {self.most_share:.2%} of risk-weighted assets while credit stands "
            f"{self.lower_gap:.0%} to {self.upper_gap:.0%} above its trend"
        )

    def respond(self, seen: Indicators) -> CountercyclicalBuffer:
        """Return the fixed buffer that the credit gaps seen so far ask for."""
        found = gaps(seen.credit_shares, self.smoothing)
        asked = tuple(buffer_of(gap, self.lower_gap, self.upper_gap, self.most_share) for gap in found)
        return CountercyclicalBuffer(
            announce_month=self.announce_month,
            effective_month=self.effective_month,
            kinds=self.kinds,
            buffer_share=noticed(asked, self.notice_quarters),
            source=self.source,
            verified=self.verified,
        )

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules as they are while nothing has been seen of credit."""
        return self.respond(NOTHING_SEEN).amend(rules, kind, month)
