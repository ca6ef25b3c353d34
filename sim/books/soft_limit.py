"""A soft limit: risky loans may be made, but only as a share of all that is lent within a rolling window of months."""

from __future__ import annotations

from typing import NamedTuple

from sim.books.headrooms import UNLIMITED
from sim.codes import PRIORITIES, PRIORITY_STEPS
from sim.money import BASIS_POINTS, basis_points
from sim.scoring.scorecard import band_default_shares
from sim.values import Rules


class RiskyLending(NamedTuple):
    """What was lent in each month of the window, fen of whole loans; the last is this month."""

    share_bp: int  # of all lending that may be risky
    first_priority: int  # of the risky bands
    lent: tuple[int, ...] = ()
    risky: tuple[int, ...] = ()

    def opened(self, rules: Rules) -> RiskyLending:
        """Return the window with a new month, under the rules of that month."""
        months = rules.soft_limit_months
        return RiskyLending(
            basis_points(rules.soft_limit_quota_share),
            first_risky_priority(rules.soft_limit_default_share),
            (*self.lent, 0)[-months:],
            (*self.risky, 0)[-months:],
        )

    def room_fen(self, safe_fen: int) -> int:
        """Return what may still be lent at risk beside `safe_fen` of other loans in this round."""
        if self.share_bp >= BASIS_POINTS:
            return UNLIMITED
        allowed = self.share_bp * (sum(self.lent) + safe_fen) - BASIS_POINTS * sum(self.risky)
        return max(0, allowed // (BASIS_POINTS - self.share_bp))

    def after(self, lent_fen: int, risky_fen: int) -> RiskyLending:
        """Return the window after lending this month, of which a part was risky."""
        return self._replace(
            lent=(*self.lent[:-1], self.lent[-1] + lent_fen), risky=(*self.risky[:-1], self.risky[-1] + risky_fen)
        )


NOTHING_RISKY = RiskyLending(BASIS_POINTS, PRIORITIES)


def first_risky_priority(default_share: float) -> int:
    """Return the first priority of the bands whose expected default lies above a share; PRIORITIES when none does."""
    safe_bands = sum(share <= default_share for share in band_default_shares())
    return safe_bands * PRIORITY_STEPS
