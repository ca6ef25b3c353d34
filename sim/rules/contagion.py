"""How a rumour and defaults spread: mean-field on tallies of communities, no graph of persons."""

from __future__ import annotations

from sim.compiling import rule
from sim.params import ContagionParameters

UNTOLD, BELIEVES, IMMUNE = 0, 1, 2  # of a rumour


@rule
def hearing_chance(
    aware_share_community: float, aware_share_all: float, seed_share: float, contagion: ContagionParameters
) -> float:
    """Return the chance that a rumour reaches a person this month, from outside, neighbours or the crowd."""
    inside = (1.0 - contagion.rumour_between_share) * aware_share_community
    contact = contagion.rumour_contact_share * (inside + contagion.rumour_between_share * aware_share_all)
    return min(1.0, seed_share + contact)


@rule
def next_belief(belief: int, hearing: float, contagion: ContagionParameters, u: float) -> int:
    """Return UNTOLD, BELIEVES or IMMUNE of next month; one draw serves hearing, forgetting and learning better.

    Of those who stop believing, a share has seen through the rumour and never believes it again.
    """
    if belief == IMMUNE:
        return IMMUNE
    if belief == BELIEVES:
        if u < contagion.rumour_forget_share * contagion.rumour_immune_share:
            return IMMUNE
        return UNTOLD if u < contagion.rumour_forget_share else BELIEVES
    return BELIEVES if u < hearing else UNTOLD


@rule
def belief_of(is_aware: int, is_immune: int) -> int:
    """Return what a person holds of the rumour about a lender."""
    if is_immune == 1:
        return IMMUNE
    return BELIEVES if is_aware == 1 else UNTOLD


@rule
def community_default_points(
    defaults: int, people: int, region_defaults: int, region_people: int, shrink_people: int
) -> float:
    """Return the share of a community that defaulted in twelve months, in percentage points, shrunk to its region."""
    region_rate = region_defaults / max(1, region_people)
    return 100.0 * (defaults + shrink_people * region_rate) / (people + shrink_people)
