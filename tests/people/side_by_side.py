"""People whose loans and lines lie side by side, as tests write them down and look at them: one row a person."""

from __future__ import annotations

import numpy as np

from sim.codes import EMPTY, NO_LINE
from sim.market import CreditMarket
from sim.observe.side_by_side import people_at
from sim.state import (
    STATE_TYPES,
    UNSET,
    Applications,
    Borrowers,
    Lines,
    Loans,
    People,
    blank_columns,
    blank_people,
    columns_of,
)

COLUMNS = 4  # loans that a person can be given side by side


def blank_side_by_side(size: int, lenders: int) -> People:
    """Return blank people with room for COLUMNS loans and a line at every lender: fields of shape (people, ...)."""

    def spread(table: type, columns: int) -> dict[str, np.ndarray]:
        fields = {
            name: np.full((size, columns), UNSET.get(name, 0), dtype=kind)
            for name, kind in STATE_TYPES[table.__name__].items()
        }
        return {**fields, "first": np.arange(size + 1, dtype=np.int32) * columns}

    lines = Lines(**spread(Lines, lenders))
    lines.lender[:] = np.arange(lenders)
    return People(
        Borrowers(**blank_columns(Borrowers, size)),
        Loans(**spread(Loans, COLUMNS)),
        lines,
        Applications(**blank_columns(Applications, size)),
    )


def tables_of(beside: People) -> People:
    """Return people side by side as the market keeps them: only what stands, loans by age, lines by lender."""
    loans, lines = beside.loans, beside.lines
    blank = blank_people(len(loans.status))
    order = [
        (row, column)
        for row in range(len(loans.status))
        for column in sorted(
            np.flatnonzero(loans.status[row] != EMPTY), key=lambda at: loans.origination_month[row, at]
        )
    ]
    stand = tuple(np.array(order, dtype=np.int64).reshape(-1, 2).T)
    held = lines.status != NO_LINE
    return People(
        Borrowers._make(values.copy() for values in beside.borrowers),
        Loans(
            first=np.append(0, (loans.status != EMPTY).sum(axis=1).cumsum()).astype(blank.loans.first.dtype),
            **{name: values[stand] for name, values in columns_of(loans).items()},
        ),
        Lines(
            first=np.append(0, held.sum(axis=1).cumsum()).astype(blank.lines.first.dtype),
            **{name: values[held] for name, values in columns_of(lines).items()},
        ),
        Applications._make(values.copy() for values in beside.applications),
    )


def side_by_side(people: People, lenders: int) -> People:
    """Return a copy of everybody with loans and lines side by side."""
    return people_at(people, np.arange(len(people.borrowers.employed)), lenders)


def what_stands(people: People) -> People:
    """Return people without the rows of what ended in the last month, as the reference keeps them."""
    loans, lines = people.loans, people.lines

    def kept(first: np.ndarray, stands: np.ndarray) -> np.ndarray:
        return np.append(0, stands.cumsum())[first].astype(first.dtype)

    stands, held = loans.status > EMPTY, lines.status != NO_LINE
    return people._replace(
        loans=Loans(kept(loans.first, stands), *(values[stands] for values in columns_of(loans).values())),
        lines=Lines(kept(lines.first, held), *(values[held] for values in columns_of(lines).values())),
    )


def people_of(market: CreditMarket) -> People:
    """Return a copy of everybody in a market as they stand now, with loans and lines side by side."""
    return side_by_side(market.people.state(), len(market.lenders))
