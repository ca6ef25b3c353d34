"""Kernel: word spreads. Who has heard a rumour about which lender, over a range of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiling import kernel, wide
from sim.counted import Flow
from sim.draws import RUMOUR, uniform
from sim.params import BehaviourParameters
from sim.rules.contagion import BELIEVES, belief_in, hearing_chance, next_belief, with_belief
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
        beliefs = wide(borrowers.aware_of[i])
        hearing = hearing_chance(aware_share_community[community], aware_share_all, seed_share, contagion)
        u = uniform(keys, RUMOUR, month, i, lender_id)
        belief = next_belief(belief_in(beliefs, lender), hearing, contagion, u)
        borrowers.aware_of[i] = with_belief(beliefs, lender, belief)
        if belief == BELIEVES:
            tallies.community_aware[community, lender] += 1
            tallies.flow[lender, Flow.AWARE] += 1
