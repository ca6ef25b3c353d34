"""Which lender a person turns to: a logit over the lenders whose channel reaches them."""

from __future__ import annotations

from sim.compiling import inlined_rule, rule
from sim.elementary import logarithm
from sim.params import ChoiceParameters

GIVEN_UP_BUCKET = 2  # more than 30 days late, or in collection, people expect no new lender to answer; assumed


@rule
def perceived_apr(
    apr: float, headline_apr: float, literacy: int, disclosure_share: float, revealed_share: float
) -> float:
    """Return the yearly price a person believes in: the headline and the part of the gap they see.

    Literacy shows its holder up to `revealed_share` of the gap; mandatory disclosure shows its share to all, and
    whichever shows more counts.
    """
    seen = max(disclosure_share, revealed_share * literacy / 1000.0)
    return headline_apr + (apr - headline_apr) * min(1.0, seen)


@rule
def is_discouraged(worst_bucket: int, months_since_refused: int, choice: ChoiceParameters) -> int:
    """Return 1 when a person does not ask lenders they do not know: after a refusal, 30 days late, or in collection.

    The second choice within the month of a refusal is not kept from anybody in lesser arrears.
    """
    if worst_bucket >= GIVEN_UP_BUCKET:
        return 1
    return 1 if months_since_refused <= choice.discouraged_months else 0


@inlined_rule
def distaste(u: float) -> float:
    """Return how little a person likes a lender beside its terms: minus an extreme value, of a uniform draw."""
    return logarithm(-logarithm(u))


@rule
def appeal(
    perceived: float,
    has_room_on_line: int,
    in_scene: float,
    recently_refused: int,
    distaste: float,
    choice: ChoiceParameters,
) -> float:
    """Return how much a lender appeals: tastes are independent extreme values, one draw for each lender."""
    utility = -choice.price_weight * perceived
    utility += choice.line_weight * has_room_on_line
    utility += choice.scene_weight * in_scene
    utility -= choice.rejection_weight * recently_refused
    return utility - distaste
