"""Vintages: what the loans of one month came to, by months on book."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import VINTAGE_MONTHS
from sim.state import Tallies

FLOWS = ("original", "ever30", "ever60", "ever90", "charged_off", "capitalised")


class Vintages:
    """Flows of every lender's loans added up by month of origination, counted from the start of the warm-up.

    What was lent in the month of origination is the original amount and stays; what is lent to a cohort later is the
    interest that payment holidays put on top.
    """

    def __init__(self, names: Sequence[str], warm_up_months: int) -> None:
        """Start without a past, for lenders in order of id."""
        self.names = list(names)
        self.warm_up_months = warm_up_months
        self.flows: dict[int, NDArray[np.int64]] = {}  # by month of origination, shape (lenders, FLOWS)
        self.nothing_yet = np.zeros((len(self.names), len(FLOWS)), dtype=np.int64)

    def follow(self, step: int, tallies: Tallies) -> None:
        """Add the month's vintage flows to their cohorts."""
        self.flows[step] = self.nothing_yet.copy()
        ages = min(step + 1, VINTAGE_MONTHS)
        for age in np.flatnonzero(tallies.vintage_flow[:, :ages].any(axis=(0, 2))).tolist():
            cohort = self.flows[step - age]
            lent, late = tallies.vintage_flow[:, age, 0], tallies.vintage_flow[:, age, 1:]
            cohort[:, 0 if age == 0 else len(FLOWS) - 1] += lent
            cohort[:, 1 : len(FLOWS) - 1] += late
        self.flows.pop(step - VINTAGE_MONTHS, None)

    def columns(self, step: int, tallies: Tallies) -> dict[str, list[Any]]:
        """Return every cohort lent in reported months, by lender, as columns."""
        ages = min(step - self.warm_up_months + 1, VINTAGE_MONTHS)
        lenders = len(self.names)
        flows = np.stack([self.flows[step - age] for age in range(ages)], axis=1)  # (L, ages, FLOWS)
        cohorts = [step - age - self.warm_up_months for age in range(ages)]
        return {
            "lender": [name for name in self.names for _ in range(ages)],
            "cohort": cohorts * lenders,
            "months_on_book": list(range(ages)) * lenders,
            "balance_fen": tallies.vintage_stock[:, :ages].reshape(-1).tolist(),
            **{f"{name}_fen": flows[:, :, column].reshape(-1).tolist() for column, name in enumerate(FLOWS)},
        }
