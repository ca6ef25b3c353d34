"""What a lender makes of a trial: worked examples of prices, losses and limits, and what luck may not decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.trials import (
    LIFE_PERCENT,
    NOTHING_COUNTED,
    OUTCOME_LAG_MONTHS,
    TRIAL_MONTHS,
    Counts,
    Group,
    LimitTrial,
    Trial,
    Yields,
    added,
    advised,
    group,
    is_beyond_luck,
    limit_trial,
    price_trial,
)
from sim.counted import CHEAPER, DEARER, NARROWER, OFFER_ARMS, OFFER_COUNTS, WIDER
from sim.rules.pricing import MEAN_LIFE_YEARS

ALONE = Yields(10_000, 10_000, 900, 8_000)  # 9% a year of money, work and capital; 80 fen lost of a bad yuan
YUAN = 100
SPAN = TRIAL_MONTHS + OUTCOME_LAG_MONTHS


def month(**arms: tuple[int, ...]) -> Counts:
    """A month's counts; each arm is offers, accepted, price in basis points, and then what the trial counts."""
    rows = [[0] * len(OFFER_COUNTS) for _ in OFFER_ARMS]
    for name, (offers, accepted, price, *rest) in arms.items():
        rows[OFFER_ARMS.index(name)] = [offers, accepted, offers * price, *rest, *[0] * (4 - len(rest))]
    return tuple(tuple(row) for row in rows)


def found(cheaper: tuple[int, ...], dearer: tuple[int, ...], yields: Yields = ALONE, least: int = 100) -> Trial | None:
    return price_trial([month(cheaper=cheaper, dearer=dearer)], yields, least)


def test_the_life_of_a_loan_is_that_of_prices() -> None:
    assert LIFE_PERCENT / 100 == MEAN_LIFE_YEARS


def test_a_trial_of_prices_by_hand() -> None:
    # 80% take 10%, 60% take 14%: take-up of 70% falls by 5 points for each point of price; 70 / 5 = 14 points.
    assert found((200, 160, 1_000), (200, 120, 1_400)) == Trial(1_400, 400, 0.8, 0.6)
    # Twice as sensitive: 80% and 40% make 60 / 10 = 6 points. Unequal arms do not matter.
    assert found((500, 400, 1_000), (100, 40, 1_400)) == Trial(600, 600, 0.8, 0.4)


def test_beside_a_partner_the_markup_is_on_ones_own_part() -> None:
    # It keeps 45% of the price for 10% of the money, so a rise is worth 4.5 times as much on that.
    assert found((200, 160, 1_000), (200, 120, 1_400), ALONE._replace(income_share_bp=4_500, part_share_bp=1_000)) == (
        Trial(6_300, 400, 0.8, 0.6)
    )


def test_a_trial_of_prices_that_cannot_say_says_so() -> None:
    assert found((99, 50, 1_000), (500, 50, 1_400)) is None
    assert price_trial([], ALONE, 0) is None
    assert found((100, 50, 1_000), (100, 60, 1_400)) == Trial(None, 200, 0.5, 0.6)
    assert found((100, 50, 1_000), (100, 40, 1_000)) == Trial(None, 200, 0.5, 0.4), "a cap took the step"
    assert found((100, 50, 1_000), (100, 0, 1_400)) == Trial(200, 200, 0.5, 0.0)


def test_a_trial_advises_towards_the_best_markup() -> None:
    trial = Trial(400, 400, 0.8, 0.6)
    assert [advised(trial, markup, 25) for markup in (300, 376, 400, 424, 425)] == [1, 0, 0, 0, -1]
    assert advised(trial._replace(best_margin_bp=None), 10_000, 25) == 1


def with_losses(bads_cheap: int, bads_dear: int, scale: int = 1) -> list[Counts]:
    """Months in which 1,000 yuan are lent on each of 200 offers at 10% and at 14%; each bad loan owes 500 yuan."""
    cheaper = (200 * scale, 160 * scale, 1_000, 200 * scale, 200_000 * YUAN * scale)
    dearer = (200 * scale, 120 * scale, 1_400, 200 * scale, 200_000 * YUAN * scale)
    return [
        month(
            cheaper=(*cheaper, bads_cheap * scale, bads_cheap * 500 * YUAN * scale),
            dearer=(*dearer, bads_dear * scale, bads_dear * 500 * YUAN * scale),
        )
    ] * SPAN


def test_losses_that_come_with_a_dearer_price_lower_the_best_markup() -> None:
    # 5 more bad loans of 500 yuan on 200,000 lent lose 1% of it, 2.38% a year over 0.42 years, of a rise of 4%: 59.5%.
    trial = price_trial(with_losses(5, 10, scale=10), ALONE, 100)
    assert trial is not None
    assert trial.lost_of_rise_bp == 5_952
    assert trial.best_margin_bp == 1_400 * (10_000 - 5_952) // 10_000
    # 10 more lose more than the rise brings: the dearer price does not pay at any margin.
    assert price_trial(with_losses(5, 15, scale=10), ALONE, 100) == Trial(0, 48_000, 0.8, 0.6, 11_904)
    # Losses that fall with the price speak for a dearer one.
    better = price_trial(with_losses(10, 5, scale=10), ALONE, 100)
    assert better is not None
    assert better.best_margin_bp == 1_400 * (10_000 + 5_953) // 10_000


def test_losses_that_luck_may_have_made_do_not_count() -> None:
    # 60 and 72 bad loans in a year: 12 more, with a standard error of 16.
    few = price_trial(with_losses(5, 6), ALONE, 100)
    assert few is not None
    assert (few.lost_of_rise_bp, few.best_margin_bp) == (0, 1_400)
    sure = price_trial(with_losses(5, 6), ALONE, 100, standard_errors=0.5)
    assert sure is not None
    assert sure.lost_of_rise_bp > 0


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**9), st.floats(0.0, 10.0))
def test_luck_has_no_sign_and_being_surer_asks_more(difference: int, error: int, least: float) -> None:
    assert is_beyond_luck(difference, error**2, least) == is_beyond_luck(-difference, error**2, least)
    assert is_beyond_luck(difference, error**2, least) or not is_beyond_luck(difference, error**2, least + 1.0)
    if error > 0 and abs(difference) > 0:
        assert is_beyond_luck(difference, error**2, 0.0)


def limits(wide_bads: int, narrow_bads: int) -> list[Counts]:
    """Months in which wider lines draw 130,000 yuan, narrower ones 100,000, all at 15%; a bad loan owes 1,000."""
    return [
        month(
            wider=(100, 100, 1_500, 100, 130_000 * YUAN, wide_bads, wide_bads * 1_000 * YUAN),
            narrower=(100, 100, 1_500, 100, 100_000 * YUAN, narrow_bads, narrow_bads * 1_000 * YUAN),
        )
    ] * SPAN


def test_a_trial_of_limits_by_hand() -> None:
    # A yuan earns 15% - 9% = 6% a year, 2.52% over its life; in a year 1,560,000 earn 39,312 and 1,200,000 earn 30,240.
    # No losses: 9,072 yuan more, with a standard error of the square root of 2 x (39,312 ^ 2 + 30,240 ^ 2) / 1,200.
    trial = limit_trial(limits(0, 0), ALONE, 100)
    assert trial == LimitTrial(1, 2_400, 39_312 * YUAN, 30_240 * YUAN)
    # One more bad loan a month there loses 800 yuan each time, 9,600 in all: the narrower earn more, but not surely.
    assert limit_trial(limits(2, 1), ALONE, 100) == LimitTrial(0, 2_400, 20_112 * YUAN, 20_640 * YUAN)
    # Three more: 19,728 yuan less, with a standard error of 9,700 or so.
    assert limit_trial(limits(4, 1), ALONE, 100) == LimitTrial(-1, 2_400, 912 * YUAN, 20_640 * YUAN)
    assert limit_trial(limits(4, 1), ALONE, 100, standard_errors=3.0) == LimitTrial(0, 2_400, 912 * YUAN, 20_640 * YUAN)


def test_a_trial_of_limits_is_silent_until_loans_can_be_judged() -> None:
    assert limit_trial([], ALONE, 0) is None
    assert limit_trial(limits(0, 0)[:OUTCOME_LAG_MONTHS], ALONE, 1) is None, "no loan is old enough"
    assert limit_trial(limits(0, 0)[: OUTCOME_LAG_MONTHS + 1], ALONE, 101) is None
    assert limit_trial(limits(0, 0)[: OUTCOME_LAG_MONTHS + 1], ALONE, 100) is not None


def test_a_lender_that_loses_nothing_and_earns_nothing_sees_no_difference() -> None:
    assert limit_trial(limits(0, 0), ALONE._replace(cost_bp=1_500), 1) == LimitTrial(0, 2_400, 0, 0)


@given(st.integers(0, 12), st.integers(0, 12))
def test_what_speaks_for_wider_speaks_against_narrower(wide_bads: int, narrow_bads: int) -> None:
    months = limits(wide_bads, narrow_bads)
    changed = []
    for counts in months:
        rows = list(counts)
        rows[WIDER], rows[NARROWER] = rows[NARROWER], rows[WIDER]
        changed.append(tuple(rows))
    one, other = (limit_trial(each, ALONE, 1) for each in (months, changed))
    assert one is not None
    assert other is not None
    assert one.direction == -other.direction


def test_bad_loans_are_held_against_the_lending_they_come_from() -> None:
    """18 months kept: lending of the first twelve, what went bad in the last twelve."""
    early = month(wider=(10, 10, 1_500, 10, 1_000, 0, 0))
    late = month(wider=(10, 10, 1_700, 20, 3_000, 2, 100))
    assert group([early] * 12 + [late] * 6, WIDER) == Group(120, 12_000, 1_500, 12, 600)
    assert group([early] * 6 + [late] * 3, WIDER) == Group(30, 3_000, 1_500, 6, 300), "spans are as long"
    assert group([], WIDER) == Group(0, 0, 0, 0, 0)


def test_months_of_a_trial_add_up() -> None:
    one = month(cheaper=(3, 2, 1_000), dearer=(4, 1, 1_400))
    other = month(cheaper=(1, 1, 900), dearer=(2, 2, 1_300))
    total = added([one, other])
    assert total[CHEAPER][:3] == (4, 3, 3_900)
    assert total[DEARER][:3] == (6, 3, 8_200)
    assert added([]) == NOTHING_COUNTED


@pytest.mark.parametrize("price", [0, 1_500])
def test_nothing_lent_is_worth_nothing(price: int) -> None:
    assert Group(0, 0, price, 0, 0).profit_fen(ALONE) == 0
    assert Group(0, 0, price, 0, 0).profit_variance(ALONE) == 0
