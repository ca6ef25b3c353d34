"""A sample of people followed month by month, and their loans: what an outside researcher would be given.

The sample is drawn once, by keyed draws, so that it is the same people in every arm; a larger sample holds a smaller
one. Nothing here reaches the market; with nobody to follow, nothing is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.codes import (
    AGE_BANDS,
    APPROVED,
    CHARGED_OFF,
    NO_LENDER,
    NOT_APPLIED,
    OPEN,
    OUTCOMES,
    QUINTILES,
    REGIONS,
    SECTORS,
)
from sim.draws import Draws
from sim.economy.population import parts_of_groups
from sim.observe.builders import Block, Texts
from sim.observe.side_by_side import people_at
from sim.observe.tape import Followed, contracts_of, founded, month_of, tape_block
from sim.params import LENDER_KINDS
from sim.state import Applications, Loans, People

Rows = NDArray[np.int64]
TRAITS = {"income_quintile": QUINTILES, "region": REGIONS, "sector": SECTORS, "age_band": AGE_BANDS}


def followed_people(draws: Draws, people: int, wanted: int) -> Rows:
    """Return the rows of the people who are followed, in order; everybody when more are wanted than there are."""
    if wanted == 0:
        return np.zeros(0, dtype=np.int64)
    draw = draws.of(0).uniforms("panel", people)
    return np.sort(np.argsort(draw, kind="stable")[:wanted])


class Panel:
    """The people who are followed, and how things stood with them at the last month's end."""

    def __init__(
        self,
        lenders: Sequence[tuple[str, str]],
        rows: Rows,
        warm_up_months: int,
        state: Callable[[], People],
    ) -> None:
        """Begin to follow some rows; `lenders` are name and kind in order of id."""
        self.names = [name for name, _ in lenders]
        kinds = [kind for _, kind in lenders]
        self.lenders_of_kind = {kind: [j for j, own in enumerate(kinds) if own == kind] for kind in LENDER_KINDS}
        self.rows = rows
        self.warm_up_months = warm_up_months
        if len(rows):
            people = people_at(state(), rows, len(self.names))
            self.remember(people, founded(contracts_of(state().loans, rows)))

    def remember(self, people: People, loans: Followed) -> None:
        """Keep what next month is held against."""
        self.savings = people.borrowers.savings.astype(np.int64)
        self.hardship_months = people.borrowers.hardship_months.copy()
        self.loans = loans

    def blocks(self, month: int, state: Callable[[], People]) -> Iterator[tuple[str, Block]]:
        """Yield the month's rows of each micro table, by its name; none in the warm-up."""
        if not len(self.rows):
            return
        people = people_at(state(), self.rows, len(self.names))
        loans = month_of(self.loans, state().loans, self.rows)
        if month >= 0:
            yield "panel", self.panel_block(month, people)
            yield "tape", tape_block(month, self.names, self.warm_up_months, loans)
        self.remember(people, loans.now)

    def panel_block(self, month: int, people: People) -> Block:
        """Return the month's rows of the people."""
        borrowers = people.borrowers
        parts = parts_of_groups()[borrowers.group.astype(np.int64)]
        return {
            "month": np.full(len(self.rows), month),
            "borrower": self.rows,
            **{name: Texts(parts[:, column], texts) for column, (name, texts) in enumerate(TRAITS.items())},
            "employed": borrowers.employed,
            "income_fen": borrowers.cash.astype(np.int64) - self.savings,
            "savings_fen": borrowers.savings,
            "consumption_fen": borrowers.consumption,
            **self.debts(people.loans),
            "unused_lines_fen": borrowers.unused_lines,
            **self.requests(people.applications),
            "defaulted": borrowers.months_since_default == 0,
            "hardship": borrowers.hardship_months > self.hardship_months,
            "informal_debt_fen": borrowers.informal_debt,
        }

    def debts(self, loans: Loans) -> Block:
        """Return what is owed, to whom, and how late."""
        is_open = loans.status == OPEN
        owed = np.where(is_open, loans.principal, 0).astype(np.int64)
        lenders_owed = [(is_open & (loans.lender == lender)).any(axis=1) for lender in range(len(self.names))]
        return {
            "debt_fen": owed.sum(axis=1),
            **{
                f"debt_{kind}_fen": np.where(np.isin(loans.lender, members), owed, 0).sum(axis=1)
                for kind, members in self.lenders_of_kind.items()
            },
            "claims_fen": np.where(loans.status == CHARGED_OFF, loans.principal, 0).sum(axis=1, dtype=np.int64),
            "lenders_owed": np.sum(lenders_owed, axis=0),
            "late_bucket": np.where(is_open, loans.bucket, 0).max(axis=1),
        }

    def requests(self, applications: Applications) -> Block:
        """Return what people asked for this month, of whom, and what became of it."""
        outcome = applications.outcome.astype(np.int64)
        approved = outcome == APPROVED
        refusal = np.where(approved, applications.first_outcome, outcome).astype(np.int64)
        nobody = np.isin(outcome, (NOT_APPLIED, NO_LENDER))
        asked = np.where(nobody, len(self.names), applications.lender)
        return {
            "applied": ~np.isin(outcome, (NOT_APPLIED, NO_LENDER)),
            "applied_to": Texts(asked.astype(np.int64), (*self.names, "none")),
            "wanted_fen": applications.wanted,
            "approved": approved,
            "borrowed_fen": np.where(approved, applications.amount, 0),
            "refusal": Texts(refusal, ("none", *OUTCOMES[1:])),
        }
