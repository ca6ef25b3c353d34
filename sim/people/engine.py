"""The verbs of a month over everybody, each a pass of compiled code over the arrays of the population."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import PRIORITIES, STRATA
from sim.draws import MonthDraws
from sim.economy.spillovers import Rumour
from sim.params import BehaviourParameters, MarketConfig
from sim.people.blocks import Shards
from sim.people.credit_search import seek_rows, try_elsewhere_rows
from sim.people.job import earn_rows
from sim.people.room import count_rows, move_lines, move_loans
from sim.people.rumour import spread_rows
from sim.people.settlement import settle_rows
from sim.people.terms import Conditions, Cutoffs, Terms
from sim.people.worksheet import earning_sheet, most_in_a_block, search_sheet, worksheet
from sim.policies.base import caps_flow
from sim.scoring.outcomes import counting_of
from sim.state import NOTHING_COUNTED, STATE_TYPES, Counting, Lines, Loans, People, Tallies, blank_tallies


class PeopleEngine:
    """Everybody's month as passes over arrays, in blocks of rows that may run on several threads."""

    def __init__(
        self,
        people: People,
        lenders: int,
        communities: int,
        behaviour: BehaviourParameters,
        shards: int = 1,
        threads: int = 1,
        counting: Counting = NOTHING_COUNTED,
    ) -> None:
        """Take over the state of a population."""
        self.people = people
        self.behaviour = behaviour
        self.lenders = lenders
        self.communities = communities
        size = len(people.borrowers.employed)
        self.shards = Shards(size, self.lenders, communities, shards, threads, counting)
        self.tallies = blank_tallies(self.lenders, communities, counting)

    def follow(self, liquidity: NDArray[np.int8]) -> None:
        """Set who is followed from now on, and in which tercile of liquidity."""
        self.people.borrowers.liquidity[:] = liquidity

    def count_in_strata(self, strata: int) -> None:
        """Count demand in so many strata from the next month on."""
        self.shards.counting = self.shards.counting._replace(strata=strata)
        self.tallies = self.tallies._replace(demand=np.zeros((self.lenders, strata, PRIORITIES), dtype=np.int64))

    def begin_month(self) -> None:
        """Clear the tallies."""
        for table in self.tallies:
            table[...] = 0

    def earn(self, conditions: Conditions, chance: MonthDraws) -> None:
        """Let people keep, lose or find work, and receive income."""
        self.shards.run(
            lambda first, last, tallies: earn_rows(
                first, last, self.people.borrowers, chance.keys, conditions, self.behaviour, earning_sheet(), tallies
            ),
            self.tallies,
        )

    def seek_credit(self, terms: Terms, conditions: Conditions, chance: MonthDraws) -> NDArray[np.int64]:
        """Let people ask for credit; return the fen that wait for money by lender, stratum and priority."""
        self.shards.run(
            lambda first, last, tallies: seek_rows(
                first,
                last,
                self.people,
                chance.keys,
                conditions,
                terms,
                self.behaviour,
                search_sheet(self.lenders),
                tallies,
            ),
            self.tallies,
        )
        return self.tallies.demand

    def try_elsewhere(
        self, approvals: Cutoffs, terms: Terms, conditions: Conditions, chance: MonthDraws
    ) -> NDArray[np.int64]:
        """Let those refused ask one other lender; return the fen that wait by lender, stratum and priority."""
        self.tallies.demand[...] = 0
        self.tallies.demand_count[...] = 0
        self.shards.run(
            lambda first, last, tallies: try_elsewhere_rows(
                first,
                last,
                self.people,
                chance.keys,
                conditions,
                terms,
                self.behaviour,
                approvals,
                search_sheet(self.lenders),
                tallies,
            ),
            self.tallies,
        )
        return self.tallies.demand

    def settle(
        self, first_round: Cutoffs, second_round: Cutoffs, terms: Terms, conditions: Conditions, chance: MonthDraws
    ) -> Tallies:
        """Let people draw what was approved, pay or miss, spend or save; return everything counted this month."""
        self.make_room(first_round, second_round)
        self.shards.run(
            lambda first, last, tallies: settle_rows(
                first,
                last,
                self.people,
                chance.keys,
                conditions,
                terms,
                self.behaviour,
                first_round,
                second_round,
                worksheet(most_in_a_block(self.people.loans.first, first, last)),
                tallies,
            ),
            self.tallies,
        )
        return self.tallies

    def make_room(self, first_round: Cutoffs, second_round: Cutoffs) -> None:
        """Give every approved loan a row, and every line that it opens; rows of what has ended go."""
        old = self.people
        size = len(old.borrowers.employed)
        counts = np.empty((2, size), dtype=np.int32)
        self.shards.each(
            lambda first, last: count_rows(
                first, last, old, first_round, second_round, running_counts(old, first, last), counts[0], counts[1]
            )
        )
        loans, lines = Loans(**room_for(Loans, counts[0])), Lines(**room_for(Lines, counts[1]))
        self.shards.each(lambda first, last: move_loans(first, last, old.loans, loans))
        self.shards.each(lambda first, last: move_lines(first, last, old.lines, lines, old.applications))
        self.people = old._replace(loans=loans, lines=lines)

    def spread_word(self, rumour: Rumour, chance: MonthDraws) -> None:
        """Let a rumour about one lender be heard or forgotten."""
        self.shards.run(
            lambda first, last, tallies: spread_rows(
                first,
                last,
                self.people.borrowers,
                chance.keys,
                chance.month,
                rumour.lender,
                rumour.lender_id,
                rumour.seed_share,
                rumour.aware_share_all,
                rumour.aware_share_community,
                self.behaviour,
                tallies,
            ),
            self.tallies,
        )

    def state(self) -> People:
        """Return the state of everybody as arrays."""
        return self.people


def running_counts(people: People, first: int, last: int) -> NDArray[np.int32]:
    """Return scratch space for one block of people first..last-1: a number for each row of a table, and one more."""
    most = max(most_in_a_block(table.first, first, last) for table in (people.loans, people.lines))
    return np.zeros(most + 1, dtype=np.int32)


def room_for(table: type, counts: NDArray[np.int32]) -> dict[str, Any]:
    """Return the fields of a table with so many rows for each borrower, not yet written but for `first`."""
    first = np.zeros(len(counts) + 1, dtype=np.int32)
    np.cumsum(counts, out=first[1:])
    types = STATE_TYPES[table.__name__]
    return {name: first if name == "first" else np.empty(first[-1], dtype=kind) for name, kind in types.items()}


def people_engine(config: MarketConfig, people: People, communities: int) -> PeopleEngine:
    """Return the engine of a market, which counts what its lenders will ask for."""
    counting = counting_for(config)
    return PeopleEngine(
        people, len(config.lender), communities, config.behaviour, config.shards, config.threads, counting
    )


def counting_for(config: MarketConfig) -> Counting:
    """Return what the passes count beside flows: cohorts of scorecards that are reviewed, and demand by stratum."""
    return counting_of(config)._replace(strata=strata_of(config))


def strata_of(config: MarketConfig) -> int:
    """Return in how many strata demand is counted: one, unless a lender or a rule caps new flow by sector or region."""
    by_lenders = any(lender.budget.caps_flow for _, lender in config.lender)
    return STRATA if by_lenders or caps_flow(config) else 1
