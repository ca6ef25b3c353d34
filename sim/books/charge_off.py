"""How often a loan that is 90 days late is charged off in the end, from the lender's own roll rates.

A learned card speaks of loans 90 days late within its window, a price of loans charged off. The bridge between them is
the product of the roll rates beyond 90 days: from there a loan is cured by paying all arrears at once, or rolls on.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.books.impairment import DEFAULT_BUCKET, YEAR_MONTHS
from sim.codes import BUCKETS
from sim.state import Tallies

PRIOR_ROLL_SHARE = 0.92  # of loans in each bucket beyond 90 days that roll on in a month; assumed
CHARGED_OFF = BUCKETS + 1  # column of the roll matrix


class LateRolls(NamedTuple):
    """Loans beyond 90 days late in one month: by bucket from 4 on, how many there were and how many rolled on."""

    loans: tuple[int, ...]
    rolled: tuple[int, ...]


class LateExperience(NamedTuple):
    """The rolls of the last twelve months, oldest first."""

    months: tuple[LateRolls, ...] = ()

    def after(self, rolls: LateRolls) -> LateExperience:
        """Return the experience a month later."""
        return LateExperience((*self.months, rolls)[-YEAR_MONTHS:])


def late_rolls_of(tallies: Tallies, lender: int) -> LateRolls:
    """Return one month's moves of a lender's loans that were more than 90 days late when it began."""
    rows = tallies.roll_count[lender].tolist()
    late = range(DEFAULT_BUCKET, BUCKETS)
    return LateRolls(
        tuple(sum(rows[bucket]) for bucket in late),
        tuple(sum(rows[bucket][bucket + 1 : BUCKETS]) + rows[bucket][CHARGED_OFF] for bucket in late),
    )


def charge_off_share(experience: LateExperience, charge_off_bucket: int, prior_months: float) -> float:
    """Return the chance that a loan which reaches 90 days late is charged off, to a basis point.

    Each bucket weighs the prior as so many months of its own; a bucket without loans keeps it.
    """
    share = 1.0
    for row in range(charge_off_bucket - DEFAULT_BUCKET + 1):
        seen = [month for month in experience.months if month.loans[row]]
        loans = sum(month.loans[row] for month in seen)
        rolled = sum(month.rolled[row] for month in seen)
        weight = len(seen) / (len(seen) + prior_months) if seen else 0.0
        share *= weight * (rolled / max(1, loans)) + (1.0 - weight) * PRIOR_ROLL_SHARE
    return round(share, 4)
