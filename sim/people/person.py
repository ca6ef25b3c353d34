"""One person of a market as Mesa's tools look at agents: a view that reads the arrays at the moment it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from sim.codes import EMPTY, NO_LINE, NOBODY, OPEN
from sim.mesa_agents import PermanentAgent
from sim.state import Applications, Borrowers


class Loan(NamedTuple):
    """One open loan or charged-off claim; money in fen."""

    lender: str
    partner: str  # the bank that holds the other part, "" = nobody
    principal: int  # outstanding; of a charged-off loan the claim
    original: int
    instalment: int
    instalments_left: int
    apr_bp: int  # all-in price, basis points a year
    origination_month: int  # counted from the start of the warm-up
    bucket: int  # months past due
    is_open: bool  # False = charged off, and still collected


class Line(NamedTuple):
    """One credit line; money in fen."""

    limit: int
    opened_month: int  # counted from the start of the warm-up
    status: int  # one of the codes LINE_*


class Borrower(PermanentAgent):
    """One person as they stand now: every field of `state.Borrowers`, their loans, lines and last application.

    A view owns nothing and is not among `market.agents`: `market.agents_by_type[Borrower]` makes one for each person
    when first asked. It is for looking, so that its fields cannot be set. `unique_id` is the person's row, which is the
    `borrower` of the tables and of `market.explain`; money is in fen.
    """

    ways_out: ClassVar[str] = (
        "nobody leaves the population, for their loans and savings stand in other people's books; "
        "a smaller market is population.size"
    )
    set_by_mesa: ClassVar[frozenset[str]] = frozenset({"model", "unique_id", "pos"})

    def __init__(self, market: Any, row: int) -> None:
        """View person number `row` of a market; the view is not registered."""
        self.model = market
        self.unique_id = row
        self.pos = None

    @property
    def row(self) -> int:
        """The person's row in every array, and their number in every table."""
        return int(self.unique_id)

    @property
    def loans(self) -> list[Loan]:
        """Loans and claims, the oldest first."""
        table, names = self.model.people.state().loans, self._lender_names()
        return [
            Loan(
                lender=names[table.lender[row]],
                partner="" if table.partner[row] == NOBODY else names[table.partner[row]],
                is_open=bool(table.status[row] == OPEN),
                **{name: int(getattr(table, name)[row]) for name in Loan._fields if name in WHOLE_OF_LOAN},
            )
            for row in range(table.first[self.row], table.first[self.row + 1])
            if table.status[row] > EMPTY
        ]

    @property
    def lines(self) -> Mapping[str, Line]:
        """Credit lines by the name of the lender; lenders that gave none are left out."""
        table, names = self.model.people.state().lines, self._lender_names()
        return {
            names[table.lender[row]]: Line(*(int(getattr(table, name)[row]) for name in Line._fields))
            for row in range(table.first[self.row], table.first[self.row + 1])
            if table.status[row] != NO_LINE
        }

    @property
    def application(self) -> Mapping[str, int]:
        """What the person asked for in the last month, field by field of `state.Applications`."""
        table = self.model.people.state().applications
        return {name: int(getattr(table, name)[self.row]) for name in Applications._fields}

    @property
    def debt(self) -> int:
        """Principal of all open loans, fen; claims are no part of it."""
        return sum(loan.principal for loan in self.loans if loan.is_open)

    def _lender_names(self) -> list[str]:
        return [lender.name for lender in self.model.lenders]

    def __getattr__(self, name: str) -> int:
        """Return a field of `state.Borrowers`; raises AttributeError for any other name."""
        if name not in Borrowers._fields:
            raise AttributeError(f"Borrower has no attribute {name!r}; there are {', '.join(Borrowers._fields)}")
        return int(getattr(self.model.people.state().borrowers, name)[self.row])

    def __setattr__(self, name: str, value: object) -> None:
        """Set what Mesa keeps of an agent; raises AttributeError for the rest."""
        if name not in self.set_by_mesa:
            raise AttributeError(
                f"Borrower.{name} cannot be set: a view is for looking; people follow from the configuration"
            )
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        """List the fields beside the methods, for completion."""
        return sorted({*super().__dir__(), *Borrowers._fields})


WHOLE_OF_LOAN = frozenset(Loan._fields) - {"lender", "partner", "is_open"}
