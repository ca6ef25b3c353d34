"""Two engines with one vocabulary: arrays (the fast one) and objects (the clear one)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.codes import LOTS
from sim.draws import Chance
from sim.engines.arrays import ArraysEngine, Rumour
from sim.engines.tables import Conditions, Cutoffs, Terms
from sim.params import MarketConfig
from sim.policies.base import caps_flow
from sim.scoring.outcomes import counting_of
from sim.state import People, Tallies

if TYPE_CHECKING:  # whoever only compiles or plans need not wait for Mesa
    from sim.agents.membership import SelfNumberingModel


class Engine(Protocol):
    """The verbs of a month over everybody."""

    tallies: Tallies

    def follow(self, liquidity: NDArray[np.int8]) -> None:
        """Set who is followed from now on, and in which tercile of liquidity."""

    def count_in_lots(self, lots: int) -> None:
        """Count demand in so many lots from the next month on."""

    def begin_month(self) -> None:
        """Clear the tallies."""

    def earn(self, conditions: Conditions, chance: Chance) -> None:
        """Let people keep, lose or find work, and receive income."""

    def seek_credit(self, terms: Terms, conditions: Conditions, chance: Chance) -> NDArray[np.int64]:
        """Let people ask for credit; return the fen that wait for money by lender, lot and priority."""

    def try_elsewhere(
        self, approvals: Cutoffs, terms: Terms, conditions: Conditions, chance: Chance
    ) -> NDArray[np.int64]:
        """Let those refused ask one other lender."""

    def settle(
        self, first_round: Cutoffs, second_round: Cutoffs, terms: Terms, conditions: Conditions, chance: Chance
    ) -> Tallies:
        """Let people draw, pay or miss, spend or save."""

    def spread_word(self, rumour: Rumour, chance: Chance) -> None:
        """Let a rumour be heard or forgotten."""

    def state(self) -> People:
        """Return the state of everybody as arrays."""


def people_engine(config: MarketConfig, people: People, communities: int, model: SelfNumberingModel) -> Engine:
    """Return the engine the configuration names; raises ValueError for another name."""
    counting = counting_of(config)._replace(lots=lots_of(config))
    if config.engine == "arrays":
        return ArraysEngine(people, communities, config.behaviour, config.shards, config.threads, counting)
    if config.engine == "objects":
        from sim.engines.objects import ObjectsEngine

        return ObjectsEngine(people, communities, config.behaviour, model, counting)
    raise ValueError(f"engine: must be one of arrays, objects; was {config.engine!r}")


def lots_of(config: MarketConfig) -> int:
    """Return in how many lots demand is counted: one, unless a lender or a rule caps new flow by sector or region."""
    by_lenders = any(lender.budget.caps_flow for _, lender in config.lender)
    return LOTS if by_lenders or caps_flow(config) else 1
