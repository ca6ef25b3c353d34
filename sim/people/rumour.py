"""Kernel: word spreads. Who has heard a rumour about which lender, over a range of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiling import kernel
from sim.counted import Flow
from sim.draws import RUMOUR, uniform
from sim.lender_sets import contains, with_member
from sim.params import BehaviourParameters
from sim.rules.contagion import BELIEVES, IMMUNE, belief_of, hearing_chance, next_belief
from sim.state import Borrowers, Tallies


@kernel
def spread_rows(
    first: int,
    last: int,
    borrowers: Borrowers,
    keys: NDArray[np.uint64],
    month: int,
    lender: int,
    lender_id: int,
    seed_share: float,
    aware_share_all: float,
    aware_share_community: NDArray[np.float64],
    behaviour: BehaviourParameters,
    tallies: Tallies,
) -> None:
    """Let rows first..last-1 hear or forget the rumour about one lender; shares are those at the last month's end."""
    contagion = behaviour.contagion
    for i in range(first, last):
        community = borrowers.community[i]
        aware_of, immune_to = borrowers.aware_of[i], borrowers.immune_to[i]
        held = belief_of(contains(aware_of, lender), contains(immune_to, lender))
        hearing = hearing_chance(aware_share_community[community], aware_share_all, seed_share, contagion)
        u = uniform(keys, RUMOUR, month, i, lender_id)
        belief = next_belief(held, hearing, contagion, u)
        borrowers.aware_of[i] = with_member(aware_of, lender, belief == BELIEVES)
        borrowers.immune_to[i] = with_member(immune_to, lender, belief == IMMUNE)
        if belief == BELIEVES:
            tallies.community_aware[community, lender] += 1
            tallies.flow[lender, Flow.AWARE] += 1
