"""A growth quota over a rolling window: what is not lent in one month carries over, until the window has passed."""

from __future__ import annotations

from typing import NamedTuple


class Quota(NamedTuple):
    """What each month of the window allowed and what was lent in it, fen of whole loans; the last is this month."""

    allowed: tuple[int, ...] = ()
    lent: tuple[int, ...] = ()

    def opened(self, allowance_fen: int, window_months: int) -> Quota:
        """Return the quota with a new month; what is older than the window lapses, used or not."""
        return Quota((*self.allowed, allowance_fen)[-window_months:], (*self.lent, 0)[-window_months:])

    def after(self, lent_fen: int) -> Quota:
        """Return the quota after lending an amount this month; without a window there is nothing to remember."""
        return self._replace(lent=(*self.lent[:-1], self.lent[-1] + lent_fen)) if self.lent else self

    def room_fen(self) -> int:
        """Return what this month may lend, never below nothing."""
        return max(0, sum(self.allowed) - sum(self.lent))
