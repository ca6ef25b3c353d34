"""Vintages: what the loans of one month came to, by months on book."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import VINTAGE_MONTHS
from sim.state import Tallies


class Vintages:
    """Flows of every lender's loans added up by month of origination, counted from the start of the warm-up."""

    def __init__(self, names: Sequence[str], warm_up_months: int) -> None:
        """Start without a past, for lenders in order of id."""
        self.names = list(names)
        self.warm_up_months = warm_up_months
        self.flows: dict[int, NDArray[np.int64]] = {}  # by month: lent, 30+, 60+, 90+, charged off, shape (lenders, 5)
        self.nothing_yet = np.zeros((len(self.names), 5), dtype=np.int64)

    def follow(self, step: int, tallies: Tallies) -> None:
        """Add the month's vintage flows to their cohorts."""
        for age in range(min(step + 1, VINTAGE_MONTHS)):
            cohort = self.flows.setdefault(step - age, self.nothing_yet.copy())
            cohort += tallies.vintage_flow[:, age, :]
        self.flows.pop(step - VINTAGE_MONTHS, None)

    def columns(self, step: int, tallies: Tallies) -> dict[str, list[Any]]:
        """Return every cohort lent in reported months, by lender, as columns."""
        ages = min(step - self.warm_up_months + 1, VINTAGE_MONTHS)
        lenders = len(self.names)
        flows = np.stack([self.flows[step - age] for age in range(ages)], axis=1)  # (L, ages, 5)
        cohorts = [step - age - self.warm_up_months for age in range(ages)]
        return {
            "lender": [name for name in self.names for _ in range(ages)],
            "cohort": cohorts * lenders,
            "months_on_book": list(range(ages)) * lenders,
            "balance_fen": tallies.vintage_stock[:, :ages].reshape(-1).tolist(),
            "ever30_fen": flows[:, :, 1].reshape(-1).tolist(),
            "ever60_fen": flows[:, :, 2].reshape(-1).tolist(),
            "ever90_fen": flows[:, :, 3].reshape(-1).tolist(),
            "charged_off_fen": flows[:, :, 4].reshape(-1).tolist(),
            "original_fen": flows[:, :, 0].reshape(-1).tolist(),
        }
