"""The clear engine: one month over everybody, as Mesa agents that live it one by one. The reference of the fast one."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import EMPTY, NO_LINE, PRIORITIES
from sim.draws import MonthDraws
from sim.economy.spillovers import Rumour
from sim.params import BehaviourParameters
from sim.people.terms import Conditions, Cutoffs, Terms
from sim.state import (
    NOTHING_COUNTED,
    Applications,
    Borrowers,
    Counting,
    Lines,
    Loans,
    People,
    Tallies,
    blank_columns,
    blank_tallies,
    columns_of,
)
from sim.values import LineCuts
from tests.reference.borrower import Borrower
from tests.reference.circumstances import Allotment, Circumstances, LenderTerms
from tests.reference.counts import Counts
from tests.reference.credit import Application, Credit, Line, Loan
from tests.reference.person import MesaModel, empty_world


class ReferenceEngine:
    """Everybody's month as the lives of `Borrower` agents; the verbs are those of `PeopleEngine`."""

    def __init__(
        self,
        people: People,
        lenders: int,
        communities: int,
        behaviour: BehaviourParameters,
        model: MesaModel | None = None,
        counting: Counting = NOTHING_COUNTED,
    ) -> None:
        """Bring the people of the arrays to life in a Mesa model; without one, in an empty one."""
        self.behaviour = behaviour
        self.lenders = lenders
        self.tallies = blank_tallies(self.lenders, communities, counting)
        self.borrowers = borrowers_of(people, lenders, empty_world() if model is None else model)

    def follow(self, liquidity: NDArray[np.int8]) -> None:
        """Set who is followed from now on, and in which tercile of liquidity."""
        for borrower, tercile in zip(self.borrowers, liquidity.tolist(), strict=True):
            borrower.liquidity = tercile

    def count_in_strata(self, strata: int) -> None:
        """Count demand in so many strata from the next month on."""
        self.tallies = self.tallies._replace(demand=np.zeros((self.lenders, strata, PRIORITIES), dtype=np.int64))

    def begin_month(self) -> None:
        """Clear the tallies."""
        for table in self.tallies:
            table[...] = 0

    def earn(self, conditions: Conditions, chance: MonthDraws) -> None:
        """Let people keep, lose or find work, and receive income."""
        world, counts = self.world(conditions, chance), Counts(self.tallies)
        for borrower in self.borrowers:
            borrower.earn(world, counts)

    def seek_credit(self, terms: Terms, conditions: Conditions, chance: MonthDraws) -> NDArray[np.int64]:
        """Let people ask for credit; return the fen that wait for money by lender, stratum and priority."""
        world, counts = self.world(conditions, chance, terms), Counts(self.tallies)
        for borrower in self.borrowers:
            borrower.seek(world, counts)
        return self.tallies.demand

    def try_elsewhere(
        self, approvals: Cutoffs, terms: Terms, conditions: Conditions, chance: MonthDraws
    ) -> NDArray[np.int64]:
        """Let those refused ask one other lender; return the fen that wait by lender, stratum and priority."""
        self.tallies.demand[...] = 0
        self.tallies.demand_count[...] = 0
        world, counts = self.world(conditions, chance, terms), Counts(self.tallies)
        for borrower in self.borrowers:
            borrower.try_elsewhere(allotments(approvals), world, counts)
        return self.tallies.demand

    def settle(
        self, first_round: Cutoffs, second_round: Cutoffs, terms: Terms, conditions: Conditions, chance: MonthDraws
    ) -> Tallies:
        """Let people draw what was approved, pay or miss, spend or save; return everything counted this month."""
        world, counts = self.world(conditions, chance, terms), Counts(self.tallies)
        first, second = allotments(first_round), allotments(second_round)
        for borrower in self.borrowers:
            borrower.settle(first, second, world, counts)
        return self.tallies

    def spread_word(self, rumour: Rumour, chance: MonthDraws) -> None:
        """Let a rumour about one lender be heard or forgotten."""
        counts = Counts(self.tallies)
        for borrower in self.borrowers:
            borrower.update_belief(
                rumour.lender,
                rumour.lender_id,
                rumour.seed_share,
                float(rumour.aware_share_community[borrower.community]),
                rumour.aware_share_all,
                self.behaviour.contagion,
                chance,
                counts,
            )

    def state(self) -> People:
        """Return the state of everybody as arrays of the same types as the fast engine's."""
        size = len(self.borrowers)
        contracts = [borrower.credit.held for borrower in self.borrowers]
        lines = [
            [(lender, line) for lender, line in enumerate(borrower.credit.lines) if line.status != NO_LINE]
            for borrower in self.borrowers
        ]
        people = People(
            Borrowers(**blank_columns(Borrowers, size)),
            Loans(**{**blank_columns(Loans, sum(map(len, contracts))), "first": firsts(contracts)}),
            Lines(**{**blank_columns(Lines, sum(map(len, lines))), "first": firsts(lines)}),
            Applications(**blank_columns(Applications, size)),
        )
        for row, borrower in enumerate(self.borrowers):
            copy_fields(borrower, people.borrowers._asdict(), row)
            copy_fields(borrower.application, people.applications._asdict(), row)
        for row, loan in enumerate(chain(*contracts)):
            copy_fields(loan, columns_of(people.loans), row)
        of_lines = {name: values for name, values in columns_of(people.lines).items() if name != "lender"}
        for row, (lender, line) in enumerate(chain(*lines)):
            people.lines.lender[row] = lender
            copy_fields(line, of_lines, row)
        return people

    def world(self, conditions: Conditions, chance: MonthDraws, terms: Terms | None = None) -> Circumstances:
        """Return the month in plain Python, as one person lives it."""
        told = {name: plain(value) for name, value in conditions._asdict().items()}
        lenders = () if terms is None else lender_terms(terms)
        return Circumstances(**told, lenders=lenders, behaviour=self.behaviour, chance=chance)


def plain(value: Any) -> Any:
    """Return a number as it is and an array as a tuple of Python numbers."""
    return tuple(value.tolist()) if isinstance(value, np.ndarray) else value


def lender_terms(terms: Terms) -> tuple[LenderTerms, ...]:
    """Return every lender's terms in plain Python."""
    columns = {name: plain(values) for name, values in terms._asdict().items() if name != "cuts"}
    cuts = {name: plain(values) for name, values in terms.cuts._asdict().items()}
    return tuple(
        LenderTerms(
            lender=lender,
            **{name: values[lender] for name, values in columns.items()},
            cuts=LineCuts(**{name: values[lender] for name, values in cuts.items()}),
        )
        for lender in range(len(terms.lender_id))
    )


def allotments(cutoffs: Cutoffs) -> tuple[Allotment, ...]:
    """Return how far each lender's money went, in plain Python."""
    rows = zip(cutoffs.priority, cutoffs.binding, cutoffs.partner, strict=True)
    return tuple(Allotment(*(plain(values) for values in row)) for row in rows)


def borrowers_of(people: People, lenders: int, model: MesaModel) -> list[Borrower]:
    """Return one agent for every row of the arrays, in the order of rows."""
    loans, lines = columns_of(people.loans), columns_of(people.lines)
    borrowers = []
    for row in range(len(people.borrowers.employed)):
        contracts = [
            Loan(**fields(loans, each))
            for each in range(people.loans.first[row], people.loans.first[row + 1])
            if people.loans.status[each] > EMPTY
        ]
        held = [Line() for _ in range(lenders)]
        for each in range(people.lines.first[row], people.lines.first[row + 1]):
            values = fields(lines, each)
            lender = values.pop("lender")
            held[lender] = Line(**values)
        application = Application(**fields(people.applications._asdict(), row))
        who = fields(people.borrowers._asdict(), row)
        borrowers.append(Borrower(model, row, who, Credit(contracts, held), application))
    return borrowers


def firsts(rows: list[list[Any]]) -> NDArray[np.int32]:
    """Return where each borrower's rows begin in a table that holds those of all."""
    return np.append(0, np.cumsum([len(own) for own in rows])).astype(np.int32)


def fields(table: dict[str, NDArray[Any]], row: int) -> dict[str, int]:
    """Return one row of a table of arrays as plain numbers by name."""
    return {name: int(values[row]) for name, values in table.items()}


def copy_fields(holder: object, table: dict[str, NDArray[Any]], row: int) -> None:
    """Write the attributes of an object into its row of a table of arrays."""
    for name, values in table.items():
        values[row] = getattr(holder, name)
