"""What is noted of the people of a block from one pass of a month to the next; kernels may not allocate.

A pass is one sentence of the month, said of everybody in the block or of those on a list. Lists are filled without a
branch: every row is written down, and the count moves on only for those whom the sentence is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 1_024  # people: what is noted of them stays in the second-level cache


class Worksheet(NamedTuple):
    """Notes on one block: of its people shape (BLOCK,), of its loans shape (loans,), each counted from its first."""

    cash: NDArray[np.int64]  # fen in hand
    income: NDArray[np.int64]  # permanent, fen a month at this month's wages, at least 1
    dues: NDArray[np.int64]  # fen
    consumption: NDArray[np.int64]  # fen
    debt: NDArray[np.int64]  # fen on open loans at month end
    unused: NDArray[np.int64]  # fen that could be drawn at all lenders at month end
    informal_debt: NDArray[np.int64]  # fen
    informal_missed: NDArray[np.int64]  # months
    flags: NDArray[np.int64]
    late: NDArray[np.int64]  # 1 = a loan is in arrears now
    charged_off: NDArray[np.int64]  # loans that were
    listed: NDArray[np.int64]  # people whom a sentence is about
    holders: NDArray[np.int64]  # people with loans or claims
    # of loans
    forget_draws: NDArray[np.float64]
    owners: NDArray[np.int64]  # people, by their number
    unused_there: NDArray[np.int64]  # fen that the holder could still draw at the lender
    done: NDArray[np.bool_]  # had its turn


class SearchSheet(NamedTuple):
    """Notes on one block whose people seek credit: shape (BLOCK,), of its people or of those on its lists."""

    purchase_draws: NDArray[np.float64]
    chances: NDArray[np.float64]  # of a purchase or of stock to sell
    dues: NDArray[np.int64]  # fen expected to be paid this month
    contracts: NDArray[np.int64]
    listed: NDArray[np.int64]  # people whom a sentence is about
    choosers: NDArray[np.int64]  # people who turn to a lender, by their number
    lenders: NDArray[np.int64]  # whom each of them turns to
    distastes: NDArray[np.float64]  # (lenders, BLOCK) of each of them


def search_sheet(lenders: int) -> SearchSheet:
    """Return blank notes."""
    shares = {name: np.zeros(BLOCK) for name in ("purchase_draws", "chances")}
    return SearchSheet(**_blank(SearchSheet, shares | {"distastes": np.zeros((lenders, BLOCK))}))


class EarningSheet(NamedTuple):
    """Notes on one block whose people earn: shape (BLOCK,), counted from its first."""

    job_draws: NDArray[np.float64]
    income_draws: NDArray[np.float64]
    emergency_draws: NDArray[np.float64]
    transitory: NDArray[np.float64]  # this month's factor of a wage
    tail: NDArray[np.float64]
    wage_levels: NDArray[np.float64]
    incomes: NDArray[np.int64]  # fen
    listed: NDArray[np.int64]  # people whom a sentence is about


def earning_sheet() -> EarningSheet:
    """Return blank notes."""
    shares = ("job_draws", "income_draws", "emergency_draws", "transitory", "tail", "wage_levels")
    return EarningSheet(**_blank(EarningSheet, {name: np.zeros(BLOCK) for name in shares}))


def worksheet(loans: int) -> Worksheet:
    """Return blank notes with room for so many loans in a block."""
    of_loans = {
        "forget_draws": np.zeros(loans),
        "owners": np.zeros(loans, dtype=np.int64),
        "unused_there": np.zeros(loans, dtype=np.int64),
        "done": np.zeros(loans, dtype=np.bool_),
    }
    return Worksheet(**_blank(Worksheet, of_loans))


def _blank(sheet: Any, others: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the fields of a sheet: these, and for the rest whole numbers of the people of a block."""
    return {name: np.zeros(BLOCK, dtype=np.int64) for name in sheet._fields if name not in others} | dict(others)


def most_in_a_block(table_first: NDArray[np.int32], first: int, last: int) -> int:
    """Return the most rows of a table that one block of people first..last-1 has."""
    edges = np.append(np.arange(first, last, BLOCK), last)
    return int(np.diff(table_first[edges]).max(initial=0))
