"""Why a ratio has no value, in words: what there was none of."""

from __future__ import annotations

from experiments.tables.dictionary import TABLES
from experiments.tables.ratios import Mean, Ratio, made_of
from experiments.tables.spelling import MINUS

NOTHING_TO_DIVIDE_BY = "there is nothing to divide by"


def why_absent(table: str, column: str) -> str:
    """Return why a column of a table may have no value: what its table says of the part below."""
    made = made_of(table, column)
    if not isinstance(made, Ratio | Mean):
        return NOTHING_TO_DIVIDE_BY
    below = (made.below if isinstance(made, Ratio) else made.over).split()[0]
    found = TABLES[table].column(below)
    return found.if_none if found is not None and found.if_none else NOTHING_TO_DIVIDE_BY


def why_outcome_absent(outcome: str) -> str:
    """Return why an outcome, named as in a study's file, may have no value."""
    first, minus, _ = outcome.partition(MINUS)
    table, *parts = first.split(".")
    return NOTHING_TO_DIVIDE_BY if minus or not parts else why_absent(table, parts[-1])
