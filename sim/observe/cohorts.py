"""People who owe several lenders when a policy is announced, followed to see who defaults at the others.

The groups are fixed at the end of the month before the announcement, so they are the same people in every arm. Default
means 90 days late or charged off; who had defaulted anywhere by then is in no group. Nothing of it reaches the market.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import CHARGED_OFF, OPEN, SHORTFALL
from sim.observe.metrics import with_ratios
from sim.observe.side_by_side import loans_at
from sim.parameters.world import ObserveParameters
from sim.state import Loans, People, owners_of

DEFAULT_BUCKET = 4  # 90 days late
# Each group of people by dimension and value; a person is in one value of a dimension, or in none.
COHORT_GROUPS = {
    "all": ("all",),
    "lenders_owed": ("2", "3_or_more"),
    "rolled_over": ("yes", "no"),  # owes a loan that was taken to pay bills
    "rolled_over_lenders_owed": ("2", "3_or_more"),  # of those who rolled over
    "score": ("low", "high"),  # riskier or safer than the middle band of the cohort's loans
}

Rows = NDArray[np.int64]
Marks = NDArray[np.bool_]


class Cohort(NamedTuple):
    """The people who owe one lender and at least one other, and at which lenders they have defaulted since."""

    rows: Rows  # shape (members,)
    groups: dict[tuple[str, str], Marks]  # by dimension and value, shape (members,)
    defaulted: Marks  # shape (members, lenders)


class Cohorts:
    """One cohort for every lender; without months to follow, nothing is ever looked at."""

    def __init__(self, names: Sequence[str], observe: ObserveParameters) -> None:
        """Prepare to follow the debtors of each lender, named in order of id."""
        self.names = list(names)
        self.cohorts: list[Cohort] = []
        self.follow(observe)

    def follow(self, observe: ObserveParameters) -> None:
        """Take the months in which people are followed from this configuration."""
        self.announce_month = observe.baseline_until
        self.last_month = observe.baseline_until + observe.cohort_months
        self.is_following = observe.cohort_months > 0

    def rows(self, month: int, state: Callable[[], People]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a month that has closed; the month before the announcement fixes who is followed."""
        if not self.is_following or not self.announce_month - 1 <= month <= self.last_month:
            return
        loans = state().loans
        if month == self.announce_month - 1:
            self.cohorts = [cohort_of(loans, lender, len(self.names)) for lender in range(len(self.names))]
            return
        for lender, (name, cohort) in enumerate(zip(self.names, self.cohorts, strict=True)):
            yield from month_rows(month, name, lender, cohort, loans)


def cohort_of(loans: Loans, lender: int, lenders: int) -> Cohort:
    """Return the people who owe a lender and at least one other, none of whom has defaulted so far."""
    owners, is_open = owners_of(loans), loans.status == OPEN
    owes = np.zeros((lenders, len(loans.first) - 1), dtype=bool)
    owes[loans.lender[is_open], owners[is_open]] = True
    lenders_owed = owes.sum(axis=0)
    has_defaulted = np.zeros(len(lenders_owed), dtype=bool)
    has_defaulted[owners[in_default(loans)]] = True
    rows = np.flatnonzero(owes[lender] & (lenders_owed >= 2) & ~has_defaulted)
    counts, theirs = lenders_owed[rows], loans_at(loans, rows)
    owed = theirs.status == OPEN
    rolled_over = (owed & (theirs.purpose == SHORTFALL)).any(axis=1)
    worst_band = np.where(owed, theirs.band, -1).max(axis=1, initial=-1)
    is_low = worst_band > (np.median(worst_band) if len(rows) else 0)
    by_count = {"2": counts == 2, "3_or_more": counts >= 3}
    marks = {
        "all": {"all": np.ones(len(rows), dtype=bool)},
        "lenders_owed": by_count,
        "rolled_over": {"yes": rolled_over, "no": ~rolled_over},
        "rolled_over_lenders_owed": {value: rolled_over & counted for value, counted in by_count.items()},
        "score": {"low": is_low, "high": ~is_low},
    }
    groups = {(dimension, value): marks[dimension][value] for dimension, vs in COHORT_GROUPS.items() for value in vs}
    return Cohort(rows, groups, np.zeros((len(rows), lenders), dtype=bool))


def in_default(loans: Loans) -> Marks:
    """Return which contracts are 90 days late or charged off, in the shape of the loans."""
    late = (loans.status == OPEN) & (loans.bucket >= DEFAULT_BUCKET)
    return np.asarray(late | (loans.status == CHARGED_OFF))


def month_rows(month: int, name: str, lender: int, cohort: Cohort, loans: Loans) -> Iterator[dict[str, Any]]:
    """Yield one row for each group of a cohort; a person's first default at the others, and here, counts once.

    So does the first at each of the others, in `lenders_defaulted_elsewhere`.
    """
    theirs = loans_at(loans, cohort.rows)
    is_bad, is_other = in_default(theirs), np.arange(cohort.defaulted.shape[1]) != lender
    now = np.stack([(is_bad & (theirs.lender == at)).any(axis=1) for at in range(len(is_other))], axis=1)
    newly = np.logical_and(now, ~cohort.defaulted)
    before = cohort.defaulted[:, is_other].any(axis=1)
    newly_elsewhere, newly_here = newly[:, is_other].any(axis=1) & ~before, newly[:, lender]
    np.logical_or(cohort.defaulted, newly, out=cohort.defaulted)
    newly_at = newly[:, is_other].sum(axis=1)
    elsewhere_open = (theirs.status == OPEN) & (theirs.lender != lender)
    owed = np.where(elsewhere_open, theirs.principal, 0).sum(axis=1, dtype=np.int64)
    for (dimension, value), members in cohort.groups.items():
        yield with_ratios(
            "cohort",
            {
                "month": month,
                "lender": name,
                "dimension": dimension,
                "value": value,
                "people": int(members.sum()),
                "defaults_elsewhere": int(newly_elsewhere[members].sum()),
                "lenders_defaulted_elsewhere": int(newly_at[members].sum()),
                "defaults_here": int(newly_here[members].sum()),
                "owed_elsewhere_fen": int(owed[members].sum()),
            },
        )
