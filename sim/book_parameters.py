"""The numbers of a lender's books: sections of LenderParameters, documented like all parameters."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.quantity import Quantity

FIVE_CATEGORY, IFRS9 = "five_category", "ifrs9"
ALLOWANCE_STANDARDS = (FIVE_CATEGORY, IFRS9)


class ProvisionParameters(NamedTuple):
    """Which allowance drives the accounts; the other one is computed beside it and shown."""

    standard: str = FIVE_CATEGORY  # or "ifrs9"
    prior_months: Annotated[
        float,
        Quantity("months of own experience", 0.0, 120.0, "weight of assumed roll rates in a young book; assumed"),
    ] = 3.0
