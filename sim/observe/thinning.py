"""Books in which every loan made since the announcement counts as a part of one: less lending with hazards frozen.

Nobody in the market does anything differently, so what moves here is arithmetic: the late loans above the line are
older than the book below it. Vintages do not move at all, since each is thinned above and below alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import LAG_MONTHS, OPEN
from sim.parameters.world import ObserveParameters
from sim.state import Loans, People

LATE_BUCKET = 2  # 30 days


class ThinnedBooks:
    """Each lender's book as it would be; without months to follow, nothing is ever looked at."""

    def __init__(self, names: Sequence[str], observe: ObserveParameters, warm_up_months: int) -> None:
        """Prepare to count the loans of lenders named in order of id."""
        self.names = list(names)
        self.warm_up_months = warm_up_months
        self.books: dict[int, list[int]] = {}  # by month, by lender
        self.follow(observe)

    def follow(self, observe: ObserveParameters) -> None:
        """Take over what to count from a configuration with the same past."""
        self.announce_month = observe.baseline_until
        self.last_month = observe.baseline_until + observe.cohort_months
        self.is_following = observe.cohort_months > 0
        self.new_loans_share = observe.new_loans_share

    def rows(self, month: int, state: Callable[[], People]) -> Iterator[dict[str, Any]]:
        """Yield one row for each lender from the announcement on; the months before it give the lagged books."""
        if not self.is_following or not self.announce_month - LAG_MONTHS <= month <= self.last_month:
            return
        loans = state().loans
        is_open = loans.status == OPEN
        self.books[month] = self.thinned(loans, is_open)
        lagged = self.books.get(month - LAG_MONTHS)
        if month < self.announce_month or lagged is None:
            return
        late = self.thinned(loans, is_open & (loans.bucket >= LATE_BUCKET))
        for index, name in enumerate(self.names):
            yield {
                "month": month,
                "lender": name,
                "loans_fen": self.books[month][index],
                "late_fen": late[index],
                "lagged_loans_fen": lagged[index],
            }

    def thinned(self, loans: Loans, chosen: NDArray[np.bool_]) -> list[int]:
        """Return the principal of chosen loans by lender, new loans in part."""
        is_new = loans.origination_month >= self.announce_month + self.warm_up_months
        old, new = (self.by_lender(loans, chosen & part) for part in (~is_new, is_new))
        return [whole + int(part * self.new_loans_share) for whole, part in zip(old, new, strict=True)]

    def by_lender(self, loans: Loans, chosen: NDArray[np.bool_]) -> list[int]:
        """Return the principal of chosen loans by lender, in fen; whole numbers far below the limit of a double."""
        totals = np.bincount(loans.lender[chosen], weights=loans.principal[chosen], minlength=len(self.names))
        return [int(total) for total in totals]
