"""Expected losses in three stages: chains worked by hand, and laws that hold for any chain.

Lines between the stages: IFRS 9, B5.5.19 (30 days) and B5.5.37 (90 days).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.impairment import (
    PRIOR_INSTALMENT_SHARE,
    PRIOR_ROLLS,
    Experience,
    Moves,
    Outlook,
    default_shares,
    expected_loss,
    moves_of,
    outlook_of,
    stages_of,
)
from sim.codes import BUCKETS
from sim.parameters.books import IFRS9, ProvisionParameters
from sim.params import LenderParameters
from tests.books.made_books import LOST, PAID_OFF, Contract, Town, tallies_of

NEVER_LATE = ((1.0, 0.0, 0.0, 0.0, 0.0),) * 4


def test_a_chain_worked_by_hand() -> None:
    # Of loans three months late half default and the rest is paid off; of those two months late 0.4 get three months
    # late; of those one month late 0.5 get two months late; of current ones 0.1 fall behind.
    outlook = Outlook(((0.9, 0.1, 0, 0, 0), (0, 0, 0.5, 0, 0), (0, 0, 0, 0.4, 0), (0, 0, 0, 0, 0.5)), 0.2)
    assert default_shares(outlook, 1) == (0.0, 0.0, 0.0, 0.5)
    assert default_shares(outlook, 2) == pytest.approx((0.0, 0.0, 0.2, 0.5))
    assert default_shares(outlook, 3) == pytest.approx((0.0, 0.1, 0.2, 0.5))
    assert default_shares(outlook, 4) == pytest.approx((0.01, 0.1, 0.2, 0.5))
    # A month later a current balance may have been current once more, when a fifth of it is repaid: 0.9 x 0.8 x 0.01.
    assert default_shares(outlook, 5)[0] == pytest.approx(0.01 + 0.0072)


def test_a_constant_hazard_has_its_closed_form() -> None:
    outlook = Outlook((*NEVER_LATE[:3], (0.0, 0.0, 0.0, 0.7, 0.2)), 0.0)
    for months in (1, 12, 24):
        assert default_shares(outlook, months)[3] == pytest.approx(0.2 * (1 - 0.7**months) / 0.3)


def test_a_book_worked_by_hand() -> None:
    outlook = Outlook(((0, 0, 0, 0, 0.1), (0, 0, 0, 0, 0.2), (0, 0, 0, 0, 0.3), (0, 0, 0, 0, 0.4)), 0.0)
    stock = [1_000, 500, 400, 300, 200, 100, *[0] * 6, 7]
    assert stages_of(stock) == (1_500, 700, 307)
    # At a loss of half: 5% of 1,000, 10% of 500, 15% of 400, 20% of 300, 50% of 200, 100 and 7 (3.5, half a fen up).
    assert expected_loss(stock, outlook, 0.5) == 50 + 50 + 60 + 60 + 100 + 50 + 4


@pytest.mark.parametrize("bucket", range(BUCKETS))
def test_the_stages_follow_the_days(bucket: int) -> None:
    stock = [0] * BUCKETS
    stock[bucket] = 1
    days_late = 30 * bucket  # at most
    expected = (1, 0, 0) if days_late <= 30 else (0, 1, 0) if days_late <= 90 else (0, 0, 1)
    assert stages_of(stock) == expected


def test_a_book_with_another_number_of_buckets_is_refused() -> None:
    with pytest.raises(ValueError, match="13 buckets, was 2"):
        stages_of([1, 2])


def test_a_young_book_is_judged_by_the_prior_and_an_old_one_by_itself() -> None:
    assert outlook_of(Experience(), 3.0) == Outlook(PRIOR_ROLLS, PRIOR_INSTALMENT_SHARE)
    assert outlook_of(Experience(), 0.0) == Outlook(PRIOR_ROLLS, PRIOR_INSTALMENT_SHARE)
    calm = Moves(((800, 0, 0, 0, 0, 200), *((0,) * 6,) * 3), 80)
    experience = Experience()
    for _ in range(20):
        experience = experience.after(calm)
    assert len(experience.months) == 12
    own = outlook_of(experience, 0.0)
    assert own.rolls[0] == (0.8, 0.0, 0.0, 0.0, 0.0)
    assert own.rolls[1:] == PRIOR_ROLLS[1:], "buckets that never held anything keep the prior"
    assert own.instalment_share == pytest.approx(0.1)
    assert outlook_of(experience, 12.0).rolls[0][1] == pytest.approx(PRIOR_ROLLS[0][1] / 2)


def test_moves_are_read_off_the_tallies() -> None:
    tallies = tallies_of(
        2,
        [
            Contract(0, opening=1_000, repaid=100),
            Contract(0, opening=700, repaid=700, next_bucket=PAID_OFF),
            Contract(0, opening=300, next_bucket=1),
            Contract(0, opening=250, bucket=3, next_bucket=4),
            Contract(0, opening=50, bucket=3, next_bucket=LOST),
            Contract(0, opening=40, bucket=5, next_bucket=6),
            Contract(1, opening=9, next_bucket=1),
        ],
    )
    zero = (0,) * 6
    assert moves_of(tallies, (0,)) == Moves(((1_000, 300, 0, 0, 0, 700), zero, zero, (0, 0, 0, 0, 300, 0)), 100)
    assert moves_of(tallies, (0, 1)).rolled[0] == (1_000, 309, 0, 0, 0, 700)


shares = st.lists(st.integers(0, 100), min_size=6, max_size=6).filter(any)
rows = st.lists(shares, min_size=4, max_size=4)
stocks = st.lists(st.integers(0, 10**13), min_size=BUCKETS, max_size=BUCKETS)


def made_outlook(weights: list[list[int]], instalment_share: float) -> Outlook:
    return Outlook(tuple(tuple(w / sum(row) for w in row[:5]) for row in weights), instalment_share)


@given(rows, st.floats(0.0, 1.0), st.integers(1, 40))
def test_default_is_a_share_that_grows_with_the_horizon(weights: list[list[int]], paid: float, months: int) -> None:
    outlook = made_outlook(weights, paid)
    for sooner, later in zip(default_shares(outlook, months), default_shares(outlook, months + 1), strict=True):
        assert 0.0 <= sooner <= later + 1e-12
        assert later <= 1.0 + 1e-12


@given(rows, stocks, st.floats(0.0, 1.0))
def test_an_allowance_lies_between_nothing_and_the_whole_book(
    weights: list[list[int]], stock: list[int], loss: float
) -> None:
    outlook = made_outlook(weights, 0.1)
    assert 0 <= expected_loss(stock, outlook, loss) <= sum(stock)
    assert expected_loss(stock, outlook, 0.0) == 0
    impaired = [0] * 4 + stock[4:]
    assert expected_loss(impaired, outlook, 1.0) == sum(impaired)


def test_the_standard_chosen_drives_the_accounts_and_the_other_is_shown() -> None:
    found = {}
    for standard in ("five_category", IFRS9):
        parameters = LenderParameters(kind="consumer_finance", provisions=ProvisionParameters(standard, 3.0))
        town = Town(("one", parameters))
        town.month(-1, Contract(0, lent=1_000_000))
        town.month(0, Contract(0, opening=1_000_000, next_bucket=1))
        found[standard] = town.lenders[0].report()
    five, staged = found["five_category"], found[IFRS9]
    for name in ("allowance_five_category_fen", "allowance_ifrs9_fen", "stage1_fen"):
        assert five[name] == staged[name]
    assert five["allowance_fen"] == five["allowance_five_category_fen"] == 20_000
    assert staged["allowance_fen"] == staged["allowance_ifrs9_fen"] != 20_000
    assert five["stage1_fen"] == 1_000_000


def test_parts_in_joint_loans_are_judged_by_what_joint_loans_did() -> None:
    bank = LenderParameters(id=1, kind="bank", provisions=ProvisionParameters(prior_months=0.0))
    platform = LenderParameters(id=2, partner="bank", partner_share=0.5)
    town = Town(("bank", bank), ("platform", platform))
    joint = {"lender": 1, "partner": 0, "share_bp": 5_000}
    town.month(-1, Contract(0, lent=1_000), Contract(**joint, lent=1_000), Contract(**joint, lent=1_000))
    town.month(
        0, Contract(0, opening=1_000), Contract(**joint, opening=1_000), Contract(**joint, opening=1_000, next_bucket=1)
    )
    lender = town.lenders[0]
    assert lender.experience.months[-1].rolled[0] == (1_000, 0, 0, 0, 0, 0)
    assert lender.joint_experience.months[-1].rolled[0] == (1_000, 1_000, 0, 0, 0, 0)
