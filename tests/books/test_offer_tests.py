"""What a lender makes of an offer test: worked examples of prices, losses and limits, and what draw may not decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.offer_tests import (
    LATE_MONTHS,
    NOTHING_COUNTED,
    Counts,
    Group,
    LimitTestResult,
    PriceTestResult,
    Yields,
    added,
    advised,
    group,
    is_significant,
    limit_test_result,
    lost_of_a_rise_bp,
    price_test_result,
)
from sim.books.strategy import YEAR_MONTHS
from sim.counted import CHEAPER, DEARER, NARROWER, OFFER_ARMS, WIDER, OfferCount
from sim.lenders.offer_test import yields_at
from sim.lenders.state import OfferTest
from sim.parameters.lender import OfferTestParameters
from sim.rules.pricing import Stake
from tests.books.made_books import Town
from tests.books.test_lender import PLAIN

ALONE = Yields(10_000, 10_000, 900, 8_000)  # 9% a year of money, work and capital; 80 fen lost of a bad yuan
YUAN = 100
SPAN = YEAR_MONTHS + LATE_MONTHS


def month(**arms: dict[str, int]) -> Counts:
    """A month's counts by arm; `price` is the basis points of all its offers."""
    rows = [[0] * len(OfferCount) for _ in OFFER_ARMS]
    for name, counts in arms.items():
        counts = {**counts, "offered_bp": counts.get("offers", 0) * counts.get("price", 0)}
        rows[OFFER_ARMS.index(name)] = [counts.get(column, 0) for column in OfferCount.titles()]
    return tuple(tuple(row) for row in rows)


def offers(number: int, accepted: int, price: int) -> dict[str, int]:
    return {"offers": number, "accepted": accepted, "price": price}


def found(
    cheaper: tuple[int, int, int], dearer: tuple[int, int, int], yields: Yields = ALONE, least: int = 100
) -> PriceTestResult | None:
    return price_test_result([month(cheaper=offers(*cheaper), dearer=offers(*dearer))], yields, least)


# --- prices -----------------------------------------------------------------------------------------------------------
def test_a_trial_of_prices_by_hand() -> None:
    # 80% take 10%, 60% take 14%: take-up of 70% falls by 5 points for each point of price; 70 / 5 = 14 points.
    assert found((200, 160, 1_000), (200, 120, 1_400)) == PriceTestResult(1_400, 10_000, 400, 0.8, 0.6)
    # Twice as sensitive: 80% and 40% make 60 / 10 = 6 points. Unequal arms do not matter.
    assert found((500, 400, 1_000), (100, 40, 1_400)) == PriceTestResult(600, 10_000, 600, 0.8, 0.4)


def test_beside_a_partner_the_markup_is_on_ones_own_part() -> None:
    # It keeps 45% of the price for 10% of the money, so a rise is worth 4.5 times as much on that.
    result = found((200, 160, 1_000), (200, 120, 1_400), ALONE._replace(income_share_bp=4_500, part_share_bp=1_000))
    assert result is not None
    assert (result.free_margin_bp, result.kept_bp, result.best_margin_bp) == (1_400, 45_000, 6_300)


def test_a_trial_of_prices_that_cannot_say_says_so() -> None:
    assert found((99, 50, 1_000), (500, 50, 1_400)) is None
    assert price_test_result([], ALONE, 0) is None
    assert found((100, 50, 1_000), (100, 60, 1_400)) == PriceTestResult(None, 10_000, 200, 0.5, 0.6)
    assert found((100, 50, 1_000), (100, 40, 1_000)) == PriceTestResult(None, 10_000, 200, 0.5, 0.4), (
        "a cap took the step"
    )
    assert found((100, 50, 1_000), (100, 0, 1_400)) == PriceTestResult(200, 10_000, 200, 0.5, 0.0)


def test_a_trial_advises_towards_the_best_markup() -> None:
    result = PriceTestResult(400, 10_000, 400, 0.8, 0.6)
    assert [advised(result, markup, 25) for markup in (300, 376, 400, 424, 425)] == [1, 0, 0, 0, -1]
    assert advised(result._replace(free_margin_bp=None), 10_000, 25) == 1
    assert advised(result._replace(kept_bp=5_000), 400, 25) == -1
    assert advised(result._replace(free_margin_bp=None, kept_bp=0), 100, 25) == -1, "nobody minds, and nothing is kept"


def with_losses(bads_cheap: int, bads_dear: int, each: int = 500) -> list[Counts]:
    """Months at whose ends 500,000 yuan are owed at 10% and at 14%; each loan that goes bad owes so many yuan."""
    owed = {"open": 500, "owed": 500_000 * YUAN}

    def late(bads: int) -> dict[str, int]:
        return {"bads": bads, "bad_owed": bads * each * YUAN}

    return [
        month(
            cheaper=offers(200, 160, 1_000) | owed | late(bads_cheap),
            dearer=offers(200, 120, 1_400) | owed | late(bads_dear),
        )
    ] * SPAN


def test_losses_that_come_with_a_dearer_price_lower_the_best_markup() -> None:
    # 20 more bad loans a month lose 20 x 500 x 80% x 12 = 96,000 yuan a year, 19.2% of what is owed, of a rise of 4%.
    assert price_test_result(with_losses(5, 25), ALONE, 100) == PriceTestResult(
        1_400, 0, 4_800, 0.8, 0.6, 48_000, losses_are_found=True
    )
    # 10 of 100 yuan instead: 0.8 x 12,000 / 500,000 = 1.92% of 4%: 48% of a rise is lost again.
    result = price_test_result(with_losses(10, 20, each=100), ALONE, 100)
    assert result is not None
    assert (result.lost_of_rise_bp, result.losses_are_found) == (4_800, True)
    assert result.best_margin_bp == 1_400 * 52 // 100
    # Losses that fall with the price speak for a dearer one.
    better = price_test_result(with_losses(20, 10, each=100), ALONE, 100)
    assert better is not None
    assert better.best_margin_bp == 1_400 * 148 // 100


def test_losses_that_luck_may_have_made_are_those_the_lender_believes_in() -> None:
    # 60 and 72 bad loans in a year: 12 more, with a standard error of 20.
    few = price_test_result(with_losses(5, 6), ALONE, 100)
    assert few is not None
    assert (few.lost_of_rise_bp, few.losses_are_found) == (0, False)
    # It believes that losses grow by 1.2 for a unit of price; 11 x 500 x 80% x 12 / 1,000,000 = 5.28% a year: 6.3%.
    believing = price_test_result(with_losses(5, 6), ALONE._replace(default_slope_percent=120), 100)
    assert believing is not None
    assert (believing.lost_of_rise_bp, believing.losses_are_found) == (633, False)
    assert believing.best_margin_bp == 1_400 * 9_367 // 10_000
    sure = price_test_result(with_losses(5, 6), ALONE, 100, standard_errors=0.5)
    assert sure is not None
    assert sure.losses_are_found


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**9), st.floats(0.0, 10.0))
def test_luck_has_no_sign_and_being_surer_asks_more(difference: int, error: int, least: float) -> None:
    assert is_significant(difference, error**2, least) == is_significant(-difference, error**2, least)
    assert is_significant(difference, error**2, least) or not is_significant(difference, error**2, least + 1.0)
    if error > 0 and abs(difference) > 0:
        assert is_significant(difference, error**2, 0.0)


# --- limits -----------------------------------------------------------------------------------------------------------
def limits(wide_bads: int, narrow_bads: int) -> list[Counts]:
    """Months at whose ends wider lines owe 1,300,000 yuan, narrower ones 1,000,000, at 15%; a bad loan owes 1,000."""

    def line(owed: int, bads: int) -> dict[str, int]:
        counts = {"loans": 100, "open": 1_000, "owed": owed * YUAN, "accrued": owed * YUAN * 15 // 1_200}
        return counts | {"bads": bads, "bad_owed": bads * 1_000 * YUAN}

    return [month(wider=line(1_300_000, wide_bads), narrower=line(1_000_000, narrow_bads))] * SPAN


def test_a_trial_of_limits_by_hand() -> None:
    # A yuan owed earns 15% - 9% = 6% a year: 78,000 yuan and 60,000. No losses: 18,000 more, with a standard error of
    # the square root of 3 x (78,000 ^ 2 + 60,000 ^ 2) / 1,000 = 5,390.
    assert limit_test_result(limits(0, 0), ALONE, 100) == LimitTestResult(1, 2_400, 78_000 * YUAN, 60_000 * YUAN)
    # Two more bad loans a month lose 800 yuan each, 19,200 a year: the narrower earn more, but not surely.
    assert limit_test_result(limits(4, 2), ALONE, 100) == LimitTestResult(0, 2_400, 39_600 * YUAN, 40_800 * YUAN)
    # Six more: 39,600 yuan less, with a standard error of the square root of 29.0 + 3 x (76,800 ^ 2 / 96 + 19,200 ^ 2 /
    # 24), 15,989.
    assert limit_test_result(limits(8, 2), ALONE, 100) == LimitTestResult(-1, 2_400, 1_200 * YUAN, 40_800 * YUAN)
    assert limit_test_result(limits(8, 2), ALONE, 100, standard_errors=3.0) == LimitTestResult(
        0, 2_400, 1_200 * YUAN, 40_800 * YUAN
    )


def test_a_trial_of_limits_is_silent_until_loans_can_be_judged() -> None:
    assert limit_test_result([], ALONE, 0) is None
    assert limit_test_result(limits(0, 0)[:LATE_MONTHS], ALONE, 1) is None, "no loan is old enough"
    assert limit_test_result(limits(0, 0)[: LATE_MONTHS + 1], ALONE, 101) is None
    assert limit_test_result(limits(0, 0)[: LATE_MONTHS + 1], ALONE, 100) is not None


def test_a_lender_that_loses_nothing_and_earns_nothing_sees_no_difference() -> None:
    assert limit_test_result(limits(0, 0), ALONE._replace(cost_bp=1_500), 1) == LimitTestResult(0, 2_400, 0, 0)


@given(st.integers(0, 12), st.integers(0, 12))
def test_what_speaks_for_wider_speaks_against_narrower(wide_bads: int, narrow_bads: int) -> None:
    months = limits(wide_bads, narrow_bads)
    changed = []
    for counts in months:
        rows = list(counts)
        rows[WIDER], rows[NARROWER] = rows[NARROWER], rows[WIDER]
        changed.append(tuple(rows))
    one, other = (limit_test_result(each, ALONE, 1) for each in (months, changed))
    assert one is not None
    assert other is not None
    assert one.direction == -other.direction


# --- what is counted --------------------------------------------------------------------------------------------------
def test_bad_loans_are_held_against_the_debt_of_three_months_before() -> None:
    early = month(wider={"loans": 10, "open": 40, "owed": 1_000, "accrued": 10})
    late = month(wider={"loans": 20, "open": 80, "owed": 3_000, "accrued": 40, "bads": 2, "bad_owed": 100})
    assert group([early] * 12 + [late] * 3, WIDER) == Group(120, 40, 12_000, 120, 6, 300)
    assert group([early] * 3 + [late] * 2, WIDER) == Group(20, 40, 2_000, 20, 4, 200), "spans are as long"
    assert group([], WIDER) == Group(0, 0, 0, 0, 0, 0)


def test_months_of_a_trial_add_up() -> None:
    one = month(cheaper=offers(3, 2, 1_000), dearer=offers(4, 1, 1_400))
    other = month(cheaper=offers(1, 1, 900), dearer=offers(2, 2, 1_300))
    total = added([one, other])
    assert total[CHEAPER][:3] == (4, 3, 3_900)
    assert total[DEARER][:3] == (6, 3, 8_200)
    assert added([]) == NOTHING_COUNTED


def test_nothing_owed_is_worth_nothing() -> None:
    assert Group(0, 0, 0, 0, 0, 0).profit_fen(ALONE) == 0
    assert Group(0, 0, 0, 0, 0, 0).profit_variance(ALONE) == 0


def test_what_a_yuan_is_worth_beside_a_partner_by_hand() -> None:
    # 10% of the loan, 45% of the interest; money at 5% and 12% on a tenth of it: 10% of 5.7%, and 6% of work.
    stake = Stake(0.10, 0.45, 0.06, 0.05, 0.9, 0.10, 0.12, 0.01, 1.2)
    assert yields_at(stake, bad_share=0.8) == Yields(4_500, 1_000, 657, 720, 120)


@pytest.mark.parametrize(("part", "expected"), [(0.0, 1), (0.00001, 1)])
def test_a_lender_without_money_of_its_own_in_a_loan_divides_by_no_zero(part: float, expected: int) -> None:
    assert yields_at(Stake(part, 0.3, 0.06, 0.05, 0.9, 0.10, 0.12, 0.01, 1.2), 1.0).part_share_bp == expected


def test_losses_say_nothing_where_one_group_owes_nothing_or_nothing_of_the_rise_is_kept() -> None:
    owing, nothing = Group(10, 10, 1_000_000, 100, 5, 50_000), Group(0, 0, 0, 0, 0, 0)
    assert lost_of_a_rise_bp(owing, nothing, 400, ALONE, 0.0) is None
    assert lost_of_a_rise_bp(nothing, owing, 400, ALONE, 0.0) is None
    assert lost_of_a_rise_bp(owing._replace(bads=50, bad_fen=500_000), owing, 0, ALONE, 0.0) is None
    assert lost_of_a_rise_bp(owing._replace(bads=50, bad_fen=500_000), owing, 400, ALONE, 0.0) is not None


def test_a_lender_is_told_what_its_trial_found_and_nothing_before_it_has_begun() -> None:
    lender = Town(("one", PLAIN._replace(offer_test=OfferTestParameters(share=0.1, least_offers=100)))).lenders[0]
    offer_test = OfferTest()
    assert offer_test.of_prices(lender) is offer_test.of_limits(lender) is None
    offer_test.yields = ALONE
    assert offer_test.of_prices(lender) is None
    counts = month(cheaper=offers(200, 160, 1_000), dearer=offers(200, 120, 1_400))
    offer_test.months.append(counts)
    assert offer_test.of_prices(lender) == price_test_result((counts,), ALONE, 100)
    offer_test.yields = None
    assert offer_test.of_prices(lender) is offer_test.of_limits(lender) is None
