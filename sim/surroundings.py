"""What surrounds people between months: neighbours who defaulted, rumours, and the informal lender's means.

All of it is sums over people of earlier months, fixed before the next pass, so that the order of persons cannot matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.draws import Chance
from sim.engines.arrays import Rumour
from sim.params import ContagionParameters, InformalParameters
from sim.population import Communities
from sim.state import People, Tallies
from sim.values import FLOW, HOUSEHOLD_FLOW, REGIONS, Economy

MEMORY_MONTHS = 12
AWARE = FLOW["aware"]


class Listening(Protocol):
    """The part of an engine that a rumour needs."""

    tallies: Tallies

    def spread_word(self, rumour: Rumour, chance: Chance) -> None:
        """Let a rumour be heard or forgotten."""


class Neighbourhoods:
    """How many people of each community defaulted within a year."""

    def __init__(self, people: People, communities: Communities, contagion: ContagionParameters) -> None:
        """Count who lives where."""
        self.region = communities.region
        self.size = np.bincount(people.borrowers.community, minlength=communities.count)
        self.region_size = np.bincount(self.region, weights=self.size, minlength=len(REGIONS)).astype(np.int64)
        self.contagion = contagion
        self.months: deque[NDArray[np.int64]] = deque(maxlen=MEMORY_MONTHS)

    def remember(self, tallies: Tallies) -> None:
        """Add this month's defaults and forget those of a year ago."""
        self.months.append(tallies.community_defaults.copy())

    def default_points(self) -> NDArray[np.float64]:
        """Return by community the share that defaulted in twelve months, in points, shrunk to the region's."""
        defaults = sum(self.months, np.zeros(len(self.size), dtype=np.int64))
        region_defaults = np.zeros(len(REGIONS), dtype=np.int64)
        np.add.at(region_defaults, self.region, defaults)
        region_rate = region_defaults / np.maximum(1, self.region_size)
        weight = self.contagion.shrink_people
        points: NDArray[np.float64] = 100.0 * (defaults + weight * region_rate[self.region]) / (self.size + weight)
        return points


class InformalSupply:
    """How much of what is wanted the informal lender can hand over this month."""

    def __init__(self, people: People, informal: InformalParameters) -> None:
        """Fix its means: a share of everybody's monthly income."""
        self.total_cap_fen = int(informal.total_cap_share * int(people.borrowers.permanent_income.sum(dtype=np.int64)))
        self.debt_fen = 0
        self.wanted_fen = 0

    def remember(self, tallies: Tallies) -> None:
        """Note what was wanted and what is owed at month end."""
        self.debt_fen = int(tallies.household[HOUSEHOLD_FLOW["informal_debt"]])
        self.wanted_fen = int(tallies.household[HOUSEHOLD_FLOW["informal_wanted"]])

    def supply_share(self, wage_index: float) -> float:
        """Return the share of each person's want that is met: the means left, over last month's want.

        Last month's want stands for this month's, because a person may only read what was fixed before the pass.
        """
        room = max(0, int(self.total_cap_fen * wage_index) - self.debt_fen)
        if self.wanted_fen <= room:
            return 1.0
        return room / self.wanted_fen


class Rumours:
    """Who has heard that a lender is closing, by community."""

    def __init__(self, people: People, communities: int, lender_ids: Sequence[int]) -> None:
        """Start with nobody told."""
        self.size = np.bincount(people.borrowers.community, minlength=communities)
        self.lender_ids = list(lender_ids)
        self.aware = np.zeros((communities, len(lender_ids)), dtype=np.int64)

    def aware_share(self, lender: int) -> float:
        """Return the share of all people who believe the rumour about a lender."""
        return int(self.aware[:, lender].sum()) / max(1, int(self.size.sum()))

    def spread(
        self, people: Listening, economy: Economy, chance: Chance, believed_shares: Sequence[float] | None = None
    ) -> None:
        """Let word spread about every lender that is talked about, from shares at the last month's end.

        Of the word about a lender a share is believed, in order of id: all of it unless said otherwise.
        """
        for lender, lender_id in enumerate(self.lender_ids):
            seed_share = economy.rumour_seed_shares[lender]
            if seed_share == 0.0 and not self.aware[:, lender].any():
                continue
            believed = 1.0 if believed_shares is None else believed_shares[lender]
            shares = self.aware[:, lender] / np.maximum(1, self.size) * believed
            told = Rumour(lender, lender_id, seed_share * believed, self.aware_share(lender) * believed, shares)
            people.spread_word(told, chance)
        self.aware[...] = people.tallies.community_aware
