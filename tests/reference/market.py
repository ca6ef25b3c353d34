"""A market whose people live in plain Python: the same bytes as `CreditMarket`, slowly."""

from __future__ import annotations

from typing import Any

from sim.market import CreditMarket
from sim.people.engine import counting_for
from sim.state import People
from tests.reference.engine import ReferenceEngine


class ReferenceMarket(CreditMarket):
    """The market with every borrower an agent that takes its own decisions, one after the other."""

    def engine_of(self, population: People, communities: int) -> Any:
        """Return the reference engine over the same people."""
        return ReferenceEngine(
            population, len(self.config.lender), communities, self.config.behaviour, self, counting_for(self.config)
        )
