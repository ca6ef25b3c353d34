"""What the simulator knows and no lender does: how an applicant fared anywhere in the months after applying.

For somebody who was refused there is no loan to look at, so the truth is taken from the person: bad means 90 days late
or charged off at any lender at any month end of the window. Who owed nobody in all that time could not show anything
and is counted apart, never as good. The full counterfactual, what the refused would have done with this very loan, is
an arm of a study in which the lender approves everybody; people meet the same draws there.
"""

from __future__ import annotations

from sim.codes import APPROVED, DECLINED_PRICE
from sim.compiling import rule

TOOK_LOAN, WAS_REFUSED, DECLINED = 0, 1, 2  # the order of TRUTH_GROUPS
DECISION_BITS = 3
IN_DEBT = 4
TURNED_BAD = 8


@rule
def decision_of(outcome: int) -> int:
    """Return how an application ended: a loan, a refusal on any ground, or the person's own no to the price."""
    if outcome == APPROVED:
        return TOOK_LOAN
    if outcome == DECLINED_PRICE:
        return DECLINED
    return WAS_REFUSED


@rule
def truth_column(decision: int, in_debt: int, turned_bad: int) -> int:
    """Return the column of an outcome among TRUTH_GROUPS x TRUTH_OUTCOMES; the marks count as set when not zero."""
    if turned_bad != 0:
        return decision * 3 + 1
    if in_debt != 0:
        return decision * 3
    return decision * 3 + 2
