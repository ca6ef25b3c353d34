"""From 90 days late to charge-off: the product of the lender's own roll rates, with a prior."""

import pytest

from sim.books.charge_off import PRIOR_ROLL_SHARE, LateExperience, LateRolls, charge_off_share, late_rolls_of
from sim.codes import BUCKETS
from sim.state import blank_tallies

LATE = BUCKETS - 4


def month(*buckets: tuple[int, int]) -> LateRolls:
    """Loans and those that rolled on, in bucket 4 and after."""
    filled = [*buckets, *[(0, 0)] * (LATE - len(buckets))]
    return LateRolls(tuple(loans for loans, _ in filled), tuple(rolled for _, rolled in filled))


def test_without_experience_the_prior_speaks() -> None:
    assert charge_off_share(LateExperience(), 6, 3.0) == round(PRIOR_ROLL_SHARE**3, 4) == 0.7787
    assert charge_off_share(LateExperience(), 12, 3.0) == round(PRIOR_ROLL_SHARE**9, 4)


def test_the_product_of_roll_rates_by_hand() -> None:
    # Charged off beyond bucket 5. Three months: 90 of 100 and 40 of 50 roll on; half of the weight is the prior's.
    experience = LateExperience((month((40, 40)), month((30, 25), (50, 40)), month((30, 25))))
    four = 0.5 * 0.9 + 0.5 * PRIOR_ROLL_SHARE
    five = 0.25 * 0.8 + 0.75 * PRIOR_ROLL_SHARE  # only one month had loans in bucket 5
    assert charge_off_share(experience, 5, 3.0) == pytest.approx(four * five, abs=5e-5)
    assert charge_off_share(experience, 5, 0.0) == pytest.approx(0.9 * 0.8, abs=5e-5)


def test_all_cured_and_all_lost_are_defined() -> None:
    assert charge_off_share(LateExperience((month((10, 0)),)), 4, 0.0) == 0.0
    assert charge_off_share(LateExperience((month((10, 10)),)), 4, 0.0) == 1.0


def test_only_a_year_is_remembered() -> None:
    experience = LateExperience()
    for count in range(20):
        experience = experience.after(month((count, 0)))
    assert [rolls.loans[0] for rolls in experience.months] == list(range(8, 20))


def test_moves_are_read_from_the_roll_matrix() -> None:
    tallies = blank_tallies(2, 1)
    tallies.roll_count[1, 4, [0, 5, BUCKETS, BUCKETS + 1]] = [3, 7, 2, 1]  # cured, rolled, paid off, charged off
    tallies.roll_count[1, 12, BUCKETS + 1] = 5
    tallies.roll_count[1, 3, 4] = 100
    found = late_rolls_of(tallies, 1)
    assert (found.loans[0], found.rolled[0]) == (13, 8)
    assert (found.loans[-1], found.rolled[-1]) == (5, 5)
    assert late_rolls_of(tallies, 0) == month()
