"""The shape of a lender's book: how small its loans are, and how much hangs on few borrowers, trades or regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.codes import REGIONS, SECTORS
from sim.counted import SIZE_BOUNDS_YUAN
from sim.observe.metrics import herfindahl, with_ratios
from sim.state import Tallies

SMALL_TICKETS_YUAN = (1_000, 5_000, 10_000)
TOP_SHARE = 0.01


def shape_row(name: str, index: int, month: int, tallies: Tallies) -> dict[str, Any]:
    """Return one lender's row of the table `shape`; whole loans, partners' parts included."""
    loans, lent, owed = tallies.tickets[index].T.tolist()
    debtors, debts = tallies.debtors[index].T.tolist()
    region_sectors = tallies.region_sectors[index].reshape(len(REGIONS), len(SECTORS))
    small: dict[str, int] = {}
    for bound in SMALL_TICKETS_YUAN:
        below = SIZE_BOUNDS_YUAN.index(bound) + 1
        small[f"loans_below_{bound}"], small[f"owed_below_{bound}_fen"] = sum(loans[:below]), sum(owed[:below])
    return with_ratios(
        "shape",
        {
            "month": month,
            "lender": name,
            "loans": sum(loans),
            "lent_fen": sum(lent),
            "owed_fen": sum(owed),
            **small,
            "ticket_gini": gini(loans, lent),
            "debtors": sum(debtors),
            "debt_gini": gini(debtors, debts),
            "top_percent_share": top_share(debtors, debts, TOP_SHARE),
            "size_hhi": herfindahl(debts),
            "sector_hhi": herfindahl(region_sectors.sum(axis=0).tolist()),
            "region_hhi": herfindahl(region_sectors.sum(axis=1).tolist()),
        },
    )


def gini(numbers: Sequence[int], amounts: Sequence[int]) -> float | None:
    """Return the Gini coefficient of amounts in classes from small to large, everybody in a class alike.

    It is a lower bound: inequality inside a class does not show. None when there is nothing.
    """
    everybody, total = sum(numbers), sum(amounts)
    if total == 0:
        return None
    area, held = 0, 0
    for number, amount in zip(numbers, amounts, strict=True):
        area += number * (2 * held + amount)  # twice the area under the Lorenz curve, in whole numbers
        held += amount
    return 1.0 - area / (everybody * total)


def top_share(numbers: Sequence[int], amounts: Sequence[int], top: float) -> float | None:
    """Return the share of the amount held by the largest holders, a part `top` of all; alike inside a class.

    A lower bound for the same reason as `gini`; None when there is nothing.
    """
    wanted, held = top * sum(numbers), 0.0
    for number, amount in zip(reversed(numbers), reversed(amounts), strict=True):
        if number:
            taken = min(float(number), wanted)
            held += amount * (taken / number)
            wanted -= taken
    total = int(np.sum(amounts))
    return held / total if total else None
