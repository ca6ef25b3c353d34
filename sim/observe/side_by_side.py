"""Some people's loans and lines side by side, one row a person: what those who look at few people count by.

A column for each loan, the oldest first, as many as the one with most of them has; and a column for each lender's line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import EMPTY
from sim.state import UNSET, Applications, Borrowers, Lines, Loans, People, columns_of

Rows = NDArray[np.int64]


def people_at(people: People, rows: Rows, lenders: int) -> People:
    """Return a copy of some people, with their loans and lines side by side."""
    return People(
        Borrowers._make(values[rows] for values in people.borrowers),
        loans_at(people.loans, rows),
        lines_at(people.lines, rows, lenders),
        Applications._make(values[rows] for values in people.applications),
    )


def loans_at(loans: Loans, rows: Rows) -> Loans:
    """Return loans side by side: every field has shape (people, most rows of one of them), at least one column."""
    first = loans.first.astype(np.int64)
    counts = first[rows + 1] - first[rows]
    width = max(1, int(counts.max(initial=0)))
    person, place = np.nonzero(np.arange(width) < counts[:, None])
    return Loans(**_spread(columns_of(loans), first[rows][person] + place, (person, place), (len(rows), width)))


def lines_at(lines: Lines, rows: Rows, lenders: int) -> Lines:
    """Return lines side by side: every field has shape (people, lenders), with NO_LINE where there is none."""
    first = lines.first.astype(np.int64)
    counts = first[rows + 1] - first[rows]
    person = np.repeat(np.arange(len(rows)), counts)
    source = first[rows][person] + np.arange(len(person)) - (counts.cumsum() - counts)[person]
    cells = (person, lines.lender[source].astype(np.int64))
    found = Lines(**_spread(columns_of(lines), source, cells, (len(rows), lenders)))
    found.lender[:] = np.arange(lenders)
    return found


def standing(loans: Loans) -> Loans:
    """Return loans side by side without the rows in which no contract stands, in the same order."""
    stands = loans.status > EMPTY
    person, column = np.nonzero(stands)
    place = (stands.cumsum(axis=1) - 1)[person, column]
    shape = (len(stands), max(1, int(stands.sum(axis=1).max(initial=0))))
    return Loans(**_spread(columns_of(loans), (person, column), (person, place), shape))


def _spread(columns: Mapping[str, NDArray[Any]], source: Any, cells: Any, shape: tuple[int, int]) -> dict[str, Any]:
    """Return the fields of a table with values put into cells of a blank one of a shape."""
    fields: dict[str, Any] = {"first": np.arange(shape[0] + 1, dtype=np.int32) * np.int32(shape[1])}
    for name, values in columns.items():
        fields[name] = np.full(shape, UNSET.get(name, 0), dtype=values.dtype)
        fields[name][cells] = values[source]
    return fields
