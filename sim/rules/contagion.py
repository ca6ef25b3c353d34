"""How a rumour and defaults spread: mean-field on tallies of communities, no graph of persons."""

from __future__ import annotations

from sim.compiling import rule
from sim.params import ContagionParameters


@rule
def hearing_chance(
    aware_share_community: float, aware_share_all: float, seed_share: float, contagion: ContagionParameters
) -> float:
    """Return the chance that a person hears a rumour this month, from outside, neighbours or the crowd."""
    inside = (1.0 - contagion.rumour_between_share) * aware_share_community
    contact = contagion.rumour_contact_share * (inside + contagion.rumour_between_share * aware_share_all)
    return min(1.0, seed_share + contact)


@rule
def next_awareness(aware: int, hearing: float, forgetting: float, luck: float) -> int:
    """Return 1 when the person believes the rumour next month; one draw serves hearing and forgetting alike."""
    if aware == 1:
        return 0 if luck < forgetting else 1
    return 1 if luck < hearing else 0


@rule
def community_default_points(
    defaults: int, people: int, region_defaults: int, region_people: int, shrink_people: int
) -> float:
    """Return the share of a community that defaulted in twelve months, in percentage points, shrunk to its region."""
    region_rate = region_defaults / max(1, region_people)
    return 100.0 * (defaults + shrink_people * region_rate) / (people + shrink_people)
