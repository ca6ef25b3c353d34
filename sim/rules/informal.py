"""The informal lender: last resort of the rationed, limited per person and in total."""

from __future__ import annotations

from sim.compiling import rule
from sim.params import InformalParameters


@rule
def informal_offer(
    shortage: int, debt: int, monthly_income: int, missed: int, supply_share: float, informal: InformalParameters
) -> int:
    """Return what the informal lender hands over in fen: the shortage, within the person's cap and its own means.

    Those who stopped paying it (`missed` below zero) get nothing until they are forgiven.
    """
    if shortage <= 0 or missed < 0:
        return 0
    room = max(0, int(informal.cap_months * monthly_income) - debt)
    return int(min(shortage, room) * supply_share)


@rule
def next_informal_missed(missed: int, debt: int, interest_paid: int, interest_due: int) -> int:
    """Return the count of months of interest missed; negative counts the months of exclusion upwards to zero."""
    if missed < 0:
        return missed + 1
    if debt == 0 or interest_paid >= interest_due:
        return 0
    return missed + 1
