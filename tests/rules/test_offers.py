"""Personal offers: arms by one draw, prices and limits within every bound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.counted import CHEAPER, CONTROL, DEARER, NARROWER, OFFER_ARMS, UNTESTED, WIDER
from sim.rules.offers import arm_met, offer_arm, personal_limit, personal_price

arms = st.integers(0, len(OFFER_ARMS) - 1)


@pytest.mark.parametrize(
    ("draw", "arm"),
    [(0.0, CONTROL), (0.019, CONTROL), (0.0201, DEARER), (0.05, CHEAPER), (0.07, WIDER), (0.099, NARROWER), (0.1, 0)],
)
def test_a_tenth_in_the_trial_is_a_fiftieth_in_each_arm(draw: float, arm: int) -> None:
    assert offer_arm(draw, 0.1) == arm


@given(st.floats(0.0, 1.0, exclude_max=True), st.floats(0.0, 1.0))
def test_every_draw_has_an_arm_and_a_larger_share_only_adds_people(draw: float, share: float) -> None:
    arm = offer_arm(draw, share)
    assert UNTESTED <= arm < len(OFFER_ARMS)
    assert (arm == UNTESTED) == (draw >= share)


@given(arms, arms)
def test_an_arm_of_limits_is_for_life_and_all_others_have_prices_tried(for_life: int, arm: int) -> None:
    found = arm_met(for_life, arm)
    if for_life in (WIDER, NARROWER):
        assert found == for_life
    else:
        assert found == (UNTESTED if arm in (WIDER, NARROWER) else arm)


def test_prices_of_the_arms() -> None:
    assert [personal_price(1_500, arm, 200, 550, 2_400) for arm in range(6)] == [
        1_500,
        1_500,
        1_700,
        1_300,
        1_500,
        1_500,
    ]
    assert personal_price(2_300, DEARER, 200, 550, 2_400) == 2_400, "the law or the lender's own ceiling"
    assert personal_price(600, CHEAPER, 200, 550, 2_400) == 550, "the lender's floor"


@given(st.integers(0, 4_000), arms, st.integers(0, 5_000), st.integers(1, 4_000), st.integers(0, 4_000))
def test_a_personal_price_never_leaves_its_bounds(apr_bp: int, arm: int, step: int, least: int, most: int) -> None:
    price = personal_price(apr_bp, arm, step, least, most)
    assert (price == 0) == (apr_bp == 0), "a closed band stays closed"
    assert min(apr_bp, least) <= price <= max(apr_bp, most)
    assert arm in (DEARER, CHEAPER) or price == apr_bp


def test_limits_of_the_arms() -> None:
    limits = [personal_limit(1_000_000, arm, 0.25, 1_200_000) for arm in range(6)]
    assert limits == [1_000_000] * 4 + [1_200_000, 750_000]


@given(st.integers(0, 500), arms, st.floats(0.0, 1.0), st.integers(0, 600))
def test_a_personal_limit_is_whole_hundreds_and_legal(hundreds: int, arm: int, step: float, largest: int) -> None:
    limit = personal_limit(hundreds * 10_000, arm, step, largest * 10_000)
    assert limit % 10_000 == 0
    assert 0 <= limit <= max(hundreds, largest) * 10_000
