"""The fast engine: one month over everybody, as kernels over arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import LOAN_SLOTS, PRIORITIES
from sim.draws import Chance
from sim.engines.earning import BLOCK, earn_rows
from sim.engines.seeking import seek_rows, try_elsewhere_rows
from sim.engines.settling import settle_rows
from sim.engines.shards import Shards
from sim.engines.spreading import spread_rows
from sim.engines.tables import Conditions, Cutoffs, Terms
from sim.params import BehaviourParameters
from sim.state import NOTHING_COUNTED, Counting, People, Tallies, blank_tallies


class Rumour(NamedTuple):
    """A rumour about one lender as it stood at the last month's end."""

    lender: int
    lender_id: int
    seed_share: float
    aware_share_all: float
    aware_share_community: NDArray[np.float64]


def block_scratch() -> NDArray[np.float64]:
    """Return room for the draws of one block of rows; kernels may not allocate."""
    return np.zeros((4, BLOCK))


class ArraysEngine:
    """Everybody's month as passes over arrays; the verbs are those of `ObjectsEngine`."""

    def __init__(
        self,
        people: People,
        communities: int,
        behaviour: BehaviourParameters,
        shards: int = 1,
        threads: int = 1,
        counting: Counting = NOTHING_COUNTED,
    ) -> None:
        """Take over the state of a population."""
        self.people = people
        self.behaviour = behaviour
        self.communities = communities
        size, self.lenders = people.lines.limit.shape
        self.shards = Shards(size, self.lenders, communities, shards, threads, counting)
        self.tallies = blank_tallies(self.lenders, communities, counting)

    def follow(self, liquidity: NDArray[np.int8]) -> None:
        """Set who is followed from now on, and in which tercile of liquidity."""
        self.people.borrowers.liquidity[:] = liquidity

    def count_in_lots(self, lots: int) -> None:
        """Count demand in so many lots from the next month on."""
        self.shards.counting = self.shards.counting._replace(lots=lots)
        self.tallies = self.tallies._replace(demand=np.zeros((self.lenders, lots, PRIORITIES), dtype=np.int64))

    def begin_month(self) -> None:
        """Clear the tallies."""
        for table in self.tallies:
            table[...] = 0

    def earn(self, conditions: Conditions, chance: Chance) -> None:
        """Let people keep, lose or find work, and receive income."""
        self.shards.run(
            lambda first, last, tallies: earn_rows(
                first, last, self.people.borrowers, chance.keys, conditions, self.behaviour, block_scratch(), tallies
            ),
            self.tallies,
        )

    def seek_credit(self, terms: Terms, conditions: Conditions, chance: Chance) -> NDArray[np.int64]:
        """Let people ask for credit; return the fen that wait for money by lender, lot and priority."""
        self.shards.run(
            lambda first, last, tallies: seek_rows(
                first, last, self.people, chance.keys, conditions, terms, self.behaviour, block_scratch(), tallies
            ),
            self.tallies,
        )
        return self.tallies.demand

    def try_elsewhere(
        self, approvals: Cutoffs, terms: Terms, conditions: Conditions, chance: Chance
    ) -> NDArray[np.int64]:
        """Let those refused ask one other lender; return the fen that wait by lender, lot and priority."""
        self.tallies.demand[...] = 0
        self.tallies.demand_count[...] = 0
        self.shards.run(
            lambda first, last, tallies: try_elsewhere_rows(
                first, last, self.people, chance.keys, conditions, terms, self.behaviour, approvals, tallies
            ),
            self.tallies,
        )
        return self.tallies.demand

    def settle(
        self, first_round: Cutoffs, second_round: Cutoffs, terms: Terms, conditions: Conditions, chance: Chance
    ) -> Tallies:
        """Let people draw what was approved, pay or miss, spend or save; return everything counted this month."""
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
                np.zeros(LOAN_SLOTS, dtype=np.bool_),
                tallies,
            ),
            self.tallies,
        )
        return self.tallies

    def spread_word(self, rumour: Rumour, chance: Chance) -> None:
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
