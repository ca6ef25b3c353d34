"""Why a ratio has no value, in words: what there was none of."""

from __future__ import annotations

from experiments.tables.ratios import Mean, Ratio, made_of
from experiments.tables.spelling import MINUS

NOTHING_TO_DIVIDE_BY = "there is nothing to divide by"
NO_LOANS = "there were no loans"
NOBODY_APPLIED = "nobody applied"
NOTHING_LENT = "no loans were granted, so there is no price"
# By what stands below.
WORDS = {
    "originations_fen + refinanced_fen": NOTHING_LENT,
    "originations_fen": NOTHING_LENT,
    "originations_count": "no loans were granted",
    "original_fen": "no loans were granted",
    "applications": NOBODY_APPLIED,
    "new_applications": "nobody without a line there applied",
    "line_applications": "nobody with a line there applied",
    "offered_applications": "nobody applied in a band that is served",
    "managed_loans_fen": NO_LOANS,
    "managed_loans_12m_fen": NO_LOANS,
    "lagged_managed_loans_fen": NO_LOANS,
    "lagged_loans_fen": NO_LOANS,
    "loans_fen": NO_LOANS,
    "loans": NO_LOANS,
    "debt_fen": "there was no debt",
    "dpd30_fen": "nothing was more than 30 days late",
    "stage3_fen": "nothing was more than 90 days late",
    "risk_weighted_assets_fen": "there were no risk-weighted assets",
    "equity_12m_fen": "equity was not positive",
    "net_income_12m_fen": "income was not positive",
    "wholesale_fen": "there was no wholesale debt",
    "lots_sold_fen": "no claims were sold",
    "line_limits_fen": "there were no open lines",
    "people": "nobody is followed",
    "refused_people": "nobody was refused",
}


def why_absent(table: str, column: str) -> str:
    """Return why a column of a table may have no value."""
    made = made_of(table, column)
    below = made.below if isinstance(made, Ratio) else made.over if isinstance(made, Mean) else ""
    return WORDS.get(below, NOTHING_TO_DIVIDE_BY)


def why_outcome_absent(outcome: str) -> str:
    """Return why an outcome, named as in a study's file, may have no value."""
    first, minus, _ = outcome.partition(MINUS)
    table, *parts = first.split(".")
    return NOTHING_TO_DIVIDE_BY if minus or not parts else why_absent(table, parts[-1])
