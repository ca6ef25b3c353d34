"""The numbers by which a lender takes lines back from customers it has; by default it never does."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.parameters.quantity import ASSUMED, OneOf, Quantity


class QuietCutParameters(NamedTuple):
    """A programme with dates that cuts and freezes lines opened before it, without notice."""

    start_month: Annotated[int, Quantity("month, negative in the warm-up", -240, 600, "the study's choice")] = 0
    months: Annotated[int, Quantity("months over which the cut is spread evenly", 1, 120, ASSUMED)] = 3
    cut_share: Annotated[float, Quantity("share of the limit cut in all", 0.0, 1.0, "the study's choice")] = 0.0
    freeze_share: Annotated[
        float, Quantity("share of customers in scope who can draw nothing", 0.0, 1.0, "the study's choice")
    ] = 0.0
    freeze_months: Annotated[int, Quantity("months that a freeze lasts", 1, 600, ASSUMED)] = 12
    scope: Annotated[str, OneOf(("all", "unused"))] = "all"  # unused: only lines on which nothing is owed
    from_band: Annotated[int, Quantity("band, 0 safest; safer lines are left alone", 0, 20, "the study's choice")] = 0
    customer_share: Annotated[
        float, Quantity("share of customers in scope whose limit is cut", 0.0, 1.0, "drawn once in a life; the choice")
    ] = 1.0


class ReviewParameters(NamedTuple):
    """What the review of lines holds against a customer, and how much of the limit it takes for that."""

    late_cut_share: Annotated[float, Quantity("share of the limit when a loan here falls late", 0.0, 1.0, ASSUMED)] = (
        0.0
    )
    debt_cut_share: Annotated[
        float, Quantity("share of the limit every six months, for debt elsewhere", 0.0, 1.0, ASSUMED)
    ] = 0.0
    debt_cut_months: Annotated[
        float, Quantity("months of income owed elsewhere from which lines are cut", 0.0, 120.0, ASSUMED)
    ] = 6.0
    band_cut_share: Annotated[
        float, Quantity("share of the limit every six months, for the behavioural score", 0.0, 1.0, ASSUMED)
    ] = 0.0
    band_cut_from: Annotated[int, Quantity("band from which lines are cut, 0 safest", 0, 20, ASSUMED)] = 15
