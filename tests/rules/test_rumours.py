"""A rumour is heard, believed, and seen through; who has seen through it stays immune as far as the parameter says."""

import numpy as np
import pytest

from sim.codes import MOST_LENDERS
from sim.draws import Draws
from sim.params import ContagionParameters
from sim.rules.contagion import BELIEVES, IMMUNE, UNTOLD, belief_in, next_belief, with_belief

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


@pytest.mark.parametrize("lender", [0, 7, MOST_LENDERS - 1])
def test_beliefs_about_lenders_are_kept_apart(lender: int) -> None:
    others = 0
    for other in range(MOST_LENDERS):
        others = with_belief(others, other, (UNTOLD, BELIEVES, IMMUNE)[other % 3])
    for belief in (UNTOLD, BELIEVES, IMMUNE):
        beliefs = with_belief(others, lender, belief)
        assert belief_in(beliefs, lender) == belief
        for other in range(MOST_LENDERS):
            if other != lender:
                assert belief_in(beliefs, other) == (UNTOLD, BELIEVES, IMMUNE)[other % 3]
    assert 0 <= others < np.iinfo(np.int32).max


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
