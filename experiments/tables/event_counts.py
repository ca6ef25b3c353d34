"""Which outcomes count events, for which there are bounds that are right for counts however rare they are.

An event happens in a month and is counted there once. What stands at a month's end (customers, open loans, people in
hardship) is counted again every month, and is none; nor are the people and loans that shares are taken of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from experiments.tables.outcomes import Outcome

if TYPE_CHECKING:  # configurations name outcomes too, and must not wait for pandas
    import pandas as pd

RUN = ["scenario", "arm", "replicate"]

EVENTS: dict[str, tuple[str, ...]] = {
    "market": (
        "applications",
        "approvals",
        "new_applications",
        "new_approvals",
        "line_applications",
        "line_approvals",
        "defaults",
        "informal_defaults",
    ),
    "lender": (
        "lines_cut",
        "lines_frozen",
        "new_applications",
        "new_approvals",
        "line_applications",
        "line_approvals",
        "applications",
        "approvals",
        "offered_applications",
        "originations_count",
        "defaults",
        "defaults_by_choice",
    ),
    "segment": ("applications", "approvals", "defaults"),
    "liquidity": ("applied", "approved", "moved_lender", "refused_line_cut"),
    "cohort": ("defaults_elsewhere", "lenders_defaulted_elsewhere", "defaults_here"),
    "scorecards": ("bads", "stranger_bads", "approved_bads", "refused_bads", "refused_stranger_bads"),
}
# Whole numbers that count no events: what stands at a month's end, what shares are taken of, marks and versions.
NO_EVENTS: dict[str, tuple[str, ...]] = {
    "market": ("in_slowdown", "borrowers", "indebted", "unemployed", "hardship", "aware"),
    "lender": ("customers", "open_lines"),
    "segment": ("borrowers", "indebted", "unemployed", "hardship"),
    "shape": ("loans", "debtors", "loans_below_1000", "loans_below_5000", "loans_below_10000"),
    "liquidity": ("people", "informal", "hardship", "late"),
    "cohort": ("people",),
    "scorecards": (
        "model_version",
        "loans",
        "stranger_loans",
        "truth_people",
        "approved_people",
        "refused_people",
        "refused_never_in_debt",
        "refused_strangers",
        "compared_people",
    ),
}


def counts_events(outcome: Outcome) -> bool:
    """Return whether an outcome is a number of events; the difference of two is none."""
    return outcome.less is None and outcome.column in EVENTS.get(outcome.table, ())


def months_counted(monthly: pd.Series[float], window: range) -> pd.Series[int]:
    """Return by (scenario, arm, replicate) in how many months of a window there is a value."""
    inside = monthly[monthly.index.get_level_values("month").isin(list(window))]
    return inside.groupby(level=RUN, sort=True, observed=True).count()


def event_months(outcome: Outcome, months: Iterable[int]) -> int:
    """Return over how many months events were counted, when it is as many in all these runs; otherwise 0."""
    found = {int(count) for count in months}
    return found.pop() if counts_events(outcome) and len(found) == 1 else 0
