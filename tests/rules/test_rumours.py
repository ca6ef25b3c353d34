"""A rumour is heard, believed, and seen through; who has seen through it stays immune as far as the parameter says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.codes import MOST_LENDERS
from sim.draws import Draws
from sim.lender_sets import contains, with_member
from sim.params import ContagionParameters
from sim.rules.contagion import BELIEVES, IMMUNE, UNTOLD, belief_of, next_belief

CONTAGION = ContagionParameters(rumour_forget_share=0.4, rumour_immune_share=0.5)


@pytest.mark.parametrize(
    ("belief", "draw", "after"),
    [
        (UNTOLD, 0.29, BELIEVES),
        (UNTOLD, 0.31, UNTOLD),
        (BELIEVES, 0.19, IMMUNE),  # half of the 40% who stop believing
        (BELIEVES, 0.21, UNTOLD),
        (BELIEVES, 0.41, BELIEVES),
        (IMMUNE, 0.0, IMMUNE),
    ],
)
def test_one_draw_serves_hearing_forgetting_and_seeing_through(belief: int, draw: float, after: int) -> None:
    assert next_belief(belief, 0.3, CONTAGION, draw) == after


def test_with_no_immunity_everybody_may_be_told_again() -> None:
    fickle = CONTAGION._replace(rumour_immune_share=0.0)
    assert next_belief(BELIEVES, 0.3, fickle, 0.0) == UNTOLD


@given(st.sets(st.integers(0, MOST_LENDERS - 1)), st.integers(0, MOST_LENDERS - 1), st.booleans())
def test_a_set_of_lenders_holds_what_was_put_in_and_nothing_else(lenders: set[int], one: int, is_in: bool) -> None:
    found = np.uint64(0)
    for lender in lenders:
        found = np.uint64(with_member(found, lender, True))
    changed = np.uint64(with_member(found, one, is_in))
    expected = lenders | {one} if is_in else lenders - {one}
    assert {lender for lender in range(MOST_LENDERS) if contains(changed, lender)} == expected


def test_who_has_seen_through_a_rumour_does_not_believe_it() -> None:
    assert [belief_of(aware, immune) for aware, immune in ((0, 0), (1, 0), (0, 1), (1, 1))] == [
        UNTOLD,
        BELIEVES,
        IMMUNE,
        IMMUNE,
    ]


def test_a_rumour_that_is_seen_through_dies_out_and_one_that_is_forgotten_lives_on() -> None:
    """Mean-field, one community of a thousand: everybody told at first may recover for good, or only for a time."""
    shares = {}
    for immune_share in (0.0, 1.0):
        contagion = ContagionParameters(rumour_forget_share=0.35, rumour_immune_share=immune_share)
        beliefs = [BELIEVES if person < 50 else UNTOLD for person in range(1_000)]
        for month in range(36):
            aware = beliefs.count(BELIEVES) / len(beliefs)
            draw = Draws(3).of(month).uniforms("rumour", len(beliefs))
            beliefs = [next_belief(each, aware, contagion, drawn) for each, drawn in zip(beliefs, draw, strict=True)]
        shares[immune_share] = beliefs.count(BELIEVES) / len(beliefs)
    assert shares[1.0] < 0.01 < 0.3 < shares[0.0]
