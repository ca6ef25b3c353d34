"""What surrounds people between months: neighbours who defaulted, rumours, and the informal lender's means.

All of it is sums over people of earlier months, fixed before the next pass, so that the order of persons cannot matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.codes import FROZEN, LINE_CUT, REGIONS
from sim.counted import Flow, HouseholdFlow
from sim.draws import MonthDraws
from sim.economy.population import Communities
from sim.params import ContagionParameters, InformalParameters
from sim.state import People, Tallies
from sim.values import Economy, Rulebook

MEMORY_MONTHS = 12
AWARE = Flow.AWARE
RULES_ON_LOANS = (  # fields of Rules that decide who may borrow, how much and at what price
    "max_apr_bp",
    "max_headline_apr_bp",
    "max_unguaranteed_apr_bp",
    "max_lpr_multiple",
    "max_headline_lpr_multiple",
    "max_unguaranteed_lpr_multiple",
    "borrower_cap_fen",
    "borrower_cap_income_months",
    "debt_service_share",
    "most_lenders",
    "needs_income",
    "youngest_age_band",
    "longest_term_months",
)


class Rumour(NamedTuple):
    """A rumour about one lender as it stood at the last month's end."""

    lender: int
    lender_id: int
    seed_share: float
    aware_share_all: float
    aware_share_community: NDArray[np.float64]


class Listening(Protocol):
    """The part of `sim.people.engine` that a rumour needs."""

    tallies: Tallies

    def spread_word(self, rumour: Rumour, chance: MonthDraws) -> None:
        """Let a rumour be heard or forgotten."""


class Neighbourhoods:
    """How many people of each community defaulted within a year."""

    def __init__(self, people: People, communities: Communities, contagion: ContagionParameters) -> None:
        """Count people by community."""
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
        self.debt_fen = int(tallies.household[HouseholdFlow.INFORMAL_DEBT])
        self.wanted_fen = int(tallies.household[HouseholdFlow.INFORMAL_WANTED])

    def supply_share(self, wage_index: float) -> float:
        """Return the share of each person's want that is met: the means left, over last month's want.

        Last month's want stands for this month's, because a person may only read what was fixed before the pass.
        """
        room = max(0, int(self.total_cap_fen * wage_index) - self.debt_fen)
        if self.wanted_fen <= room:
            return 1.0
        return room / self.wanted_fen


class Expectations:
    """Purchases that people bring forward because a rule on loans is coming, and do not make once it is there."""

    def __init__(self, share: float) -> None:
        """Start with nothing brought forward; `share` is of a month's purchases."""
        self.share = share
        self.brought_forward = 0.0  # months' worth of purchases

    def purchase_factor(self, rulebook: Rulebook) -> float:
        """Return how many purchases come to mind beside the usual: more until the last announced rule is in force.

        As many as came early are missing afterwards, at the same pace.
        """
        if self.share == 0.0:
            return 1.0
        if is_tightening_for_people(rulebook):
            self.brought_forward += self.share
            return 1.0 + self.share
        missing = min(self.share, self.brought_forward)
        self.brought_forward -= missing
        return 1.0 - missing


def is_tightening_for_people(rulebook: Rulebook) -> bool:
    """Return whether a rule on prices, contracts or persons has been announced and is not yet in full force."""
    return any(
        getattr(rulebook.ahead_of(kind), name) != getattr(rules, name)
        for kind, rules in rulebook.rules
        for name in RULES_ON_LOANS
    )


class Rumours:
    """Who has heard that a lender is closing, by community."""

    def __init__(
        self,
        people: People,
        communities: int,
        lender_ids: Sequence[int],
        told_by_refused: float = 0.0,
    ) -> None:
        """Start with nobody aware; every customer refused on a line that was cut makes so many people aware."""
        self.told_by_refused = told_by_refused
        self.size = np.bincount(people.borrowers.community, minlength=communities)
        self.lender_ids = list(lender_ids)
        self.aware = np.zeros((communities, len(lender_ids)), dtype=np.int64)

    def aware_share(self, lender: int) -> float:
        """Return the share of all people who believe the rumour about a lender."""
        return int(self.aware[:, lender].sum()) / max(1, int(self.size.sum()))

    def talked_by_refused(self, outcome_count: NDArray[np.int64], lender: int) -> float:
        """Return the share of all people whom customers tell that asked this month in vain to draw on their line.

        `outcome_count` is that of the month's tallies. Whoever is refused for another reason has nothing to tell.
        """
        in_vain = int(outcome_count[lender, :, [LINE_CUT, FROZEN]].sum())
        return self.told_by_refused * in_vain / max(1, int(self.size.sum()))

    def spread(
        self, people: Listening, economy: Economy, chance: MonthDraws, believed_shares: Sequence[float] | None = None
    ) -> None:
        """Let word spread about every lender that is talked about, from shares at the last month's end.

        Of the word about a lender a share is believed, in order of id: all of it unless said otherwise.
        """
        for lender, lender_id in enumerate(self.lender_ids):
            seed_share = economy.rumour_seed_shares[lender]
            if self.told_by_refused > 0.0:
                seed_share = min(1.0, seed_share + self.talked_by_refused(people.tallies.outcome_count, lender))
            if seed_share == 0.0 and not self.aware[:, lender].any():
                continue
            believed = 1.0 if believed_shares is None else believed_shares[lender]
            shares = self.aware[:, lender] / np.maximum(1, self.size) * believed
            told = Rumour(lender, lender_id, seed_share * believed, self.aware_share(lender) * believed, shares)
            people.spread_word(told, chance)
        self.aware[...] = people.tallies.community_aware
