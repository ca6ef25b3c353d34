"""A lender's scorecard over the years: when it is looked at, what it is judged on, and what it becomes."""

import math

import numpy as np
import pytest

from sim.counted import TRUTH_COLUMNS
from sim.observe.builders import written
from sim.observe.columns import SCHEMAS
from sim.params import LearningParameters
from sim.scoring.features import CELLS, CELLS_WITH_SECTOR, cell_of
from sim.scoring.outcomes import MonthCounts
from sim.scoring.review import LearningScorecard
from sim.scoring.scorecard import EXPERT, band_of_cell, shifted

YEARLY = LearningParameters(review_months=12, window_months=3, memory_months=24)
CALM = 0.052
SAFE, RISKY = cell_of(0, 0, 0, 4, 4, 2), cell_of(2, 3, 1, 1, 0, 0)


def month_counts(loans: int, bad_share: float, cells: int = CELLS, block: int = 0) -> MonthCounts:
    """A month with `loans` in a safe and in a risky cell, of which a share turned bad at three months on book."""
    counts = MonthCounts(
        np.zeros(cells, np.int32),
        np.zeros(cells, np.int32),
        np.zeros((4, cells), np.int32),
        np.zeros((cells, TRUTH_COLUMNS), np.int32),
    )
    for cell, factor in ((SAFE, 1), (RISKY, 3)):
        counts.applied[block * CELLS + cell] = 2 * loans
        counts.lent[block * CELLS + cell] = loans
        counts.bad[3, block * CELLS + cell] = int(loans * bad_share * factor)
    return counts


def after_months(
    months: int, parameters: LearningParameters = YEARLY, bad_share: float = 0.1, cells: int = CELLS
) -> LearningScorecard:
    held = LearningScorecard(parameters, -0.3, cells)
    for month in range(months):
        held.observe(month, month_counts(100, bad_share, cells), CALM)
    return held


def test_without_reviews_the_card_is_the_experts_for_ever() -> None:
    held = LearningScorecard(LearningParameters(), -0.3, CELLS)
    assert not held.is_counting
    assert not any(held.is_due(month) for month in range(-240, 600))
    assert (held.bands(0.05) == band_of_cell(shifted(EXPERT, -0.3))).all()
    assert held.bands(0.05) is held.bands(0.25), "an expert does not read the unemployment figures"


def test_reviews_come_on_schedule_and_with_a_new_model() -> None:
    held = LearningScorecard(YEARLY._replace(first_review_month=3, model_two_from_month=20), 0.0, CELLS_WITH_SECTOR)
    assert [month for month in range(-24, 40) if held.is_due(month)] == [3, 15, 20, 27, 39]
    assert [held.version_in(month) for month in (19, 20, 27)] == [1, 2, 2]


def test_a_refit_moves_the_bands_towards_what_happened() -> None:
    held = after_months(12)
    before = held.bands(CALM).copy()
    review = held.refit(11)
    assert review.before.card == shifted(EXPERT, -0.3)
    assert review.after_review is not None
    assert held.card == review.after_review.card != review.before.card
    # Twelve months of loans, nine of them past their window: 100 each in both cells, 10 and 30 bad.
    assert (review.after.loans, review.after.bads) == (1_800, 360)
    assert review.after.predicted_share == pytest.approx(0.2, abs=0.002)
    assert review.before.own.predicted_share < 0.1
    after = held.bands(CALM)
    assert after[SAFE] > before[SAFE]
    assert review.after.auc_share == pytest.approx((270 * 810 + 0.5 * (90 * 810 + 270 * 630)) / (360 * 1_440))


def test_the_card_in_force_is_judged_on_loans_it_has_not_seen() -> None:
    held = after_months(12)
    held.refit(11)
    for month in range(12, 24):
        held.observe(month, month_counts(50, 0.2), CALM)
    review = held.refit(23)
    assert review.before.own.loans == 3 * 200 + 9 * 100, "made from month 9 to month 20"
    assert review.after.loans == 12 * 200 + 9 * 100


def test_measuring_alone_leaves_the_card() -> None:
    held = after_months(12, YEARLY._replace(refits=False))
    review = held.refit(11)
    assert review.after_review is None
    assert review.after == review.before.own
    assert held.card == shifted(EXPERT, -0.3)
    assert [row["card"] for row in review.rows()] == ["before"]


@pytest.mark.parametrize(("loans", "bad_share"), [(0, 0.0), (100, 0.0), (9, 0.334)])
def test_odd_outcomes_give_a_card_and_whole_rows(loans: int, bad_share: float) -> None:
    """Nothing lent, all good, and (three in nine) all bad in the risky cell."""
    held = LearningScorecard(YEARLY, 0.0, CELLS)
    for month in range(12):
        held.observe(month, month_counts(loans, bad_share), CALM)
    review = held.refit(11)
    for row in review.rows():
        assert set(row) | {"lender"} == set(written(SCHEMAS["scorecards"]))
        missing = {name for name, value in row.items() if value is None}
        assert all(math.isfinite(value) for value in row.values() if isinstance(value, int | float))
        assert "realised_share" in missing if loans == 0 else "realised_share" not in missing
        assert {name for name, value in row.items() if isinstance(value, int)} >= {"loans", "refused_bads"}
    for row in review.band_rows():
        assert set(row) | {"lender"} == set(written(SCHEMAS["scorecard_bands"]))
    if loans == 0:
        assert held.card == EXPERT
        assert list(review.band_rows()) == []


def test_version_two_learns_the_sector_and_reads_the_forecast() -> None:
    parameters = YEARLY._replace(model_two_from_month=0, unemployment_log_odds=0.1)
    held = LearningScorecard(parameters, 0.0, CELLS_WITH_SECTOR)
    for month in range(24):
        good, bad = (month_counts(60, share, CELLS_WITH_SECTOR, block) for share, block in ((0.02, 0), (0.3, 1)))
        held.observe(month, MonthCounts(*(left + right for left, right in zip(good, bad, strict=True))), CALM)
    held.refit(23)
    assert held.model_version == 2
    assert held.card.sector[1] > held.card.sector[0] + 500
    assert held.card.sector[3] == 0, "nobody came from there"
    assert held.card.unemployment == 100, "one level of unemployment teaches nothing of its slope"
    calm, slump = held.bands(CALM), held.bands(0.10)
    assert (slump >= calm).all()
    assert (slump > calm).any()
    assert (held.bands(0.05249) == held.bands(0.0516)).all(), "it is published to a tenth of a point"


def test_lenders_learn_each_from_their_own_loans() -> None:
    first, second = after_months(12, bad_share=0.02), after_months(12, bad_share=0.3)
    first.refit(11)
    second.refit(11)
    again = after_months(12, bad_share=0.02)
    again.refit(11)
    assert first.card == again.card
    assert first.card.intercept < second.card.intercept


def test_the_truth_leaves_out_those_who_owed_nobody() -> None:
    held = LearningScorecard(YEARLY, 0.0, CELLS)
    counts = month_counts(0, 0.0)
    counts.truth[SAFE] = [90, 10, 5, 6, 4, 100, 0, 0, 3]
    held.observe(0, counts, CALM)
    truth = held.refit(0).before.truth
    assert (truth.approved.loans, truth.approved.realised_share) == (100, 0.1)
    assert (truth.refused.loans, truth.refused.realised_share, truth.refused_never_in_debt) == (10, 0.4, 100)
    assert truth.everybody.loans == 110
    assert truth.refused_strangers.loans == 0
    assert truth.compared.people == 0, "they are customers; only strangers are compared"
    assert [(band.loans, band.bads) for band in truth.bands] == [(110, 14)]
    assert [(band.loans, band.bads) for band in truth.refused_bands] == [(10, 4)]
    held.observe(1, month_counts(0, 0.0), CALM)
    assert held.refit(1).before.truth.everybody.loans == 0, "counted once"


def test_calibration_by_band_tells_loans_from_people_and_the_refused_from_all() -> None:
    held = LearningScorecard(YEARLY, 0.0, CELLS)
    counts = month_counts(0, 0.0)
    counts.truth[SAFE] = [90, 10, 5, 0, 0, 0, 0, 0, 0]
    counts.truth[RISKY] = [0, 0, 0, 6, 4, 1, 0, 0, 0]
    held.observe(0, counts, CALM)
    safe, risky = [row for row in held.refit(0).band_rows() if row["card"] == "before"]
    assert safe["band"] < risky["band"]
    assert (safe["loans"], safe["truth_people"], safe["truth_bads"], safe["refused_people"]) == (0, 100, 10, 0)
    assert (risky["truth_people"], risky["refused_people"], risky["refused_bads"]) == (10, 10, 4)
    assert risky["refused_predicted_share"] == risky["truth_predicted_share"] > safe["truth_predicted_share"] > 0.0


def test_refused_strangers_are_compared_with_those_lent_to_in_their_cell() -> None:
    held = LearningScorecard(YEARLY, 0.0, CELLS)
    counts = month_counts(0, 0.0)
    counts.truth[RISKY] = [90, 10, 5, 6, 4, 100, 0, 0, 3]
    held.observe(0, counts, CALM)
    truth = held.refit(0).before.truth
    assert (truth.compared.people, truth.compared.excess_share) == (10, pytest.approx(0.3))
    assert (truth.refused_strangers.loans, truth.refused_strangers.realised_share) == (10, 0.4)


def test_what_the_second_model_may_not_use_it_does_not_tell_apart() -> None:
    """A stranger refused for a bad signal and one lent to for a good one are in one cell once the signal is gone."""
    good, bad = cell_of(1, 3, 1, 1, 4, 0), cell_of(1, 3, 1, 1, 0, 0)
    counts = month_counts(100, 0.1, CELLS_WITH_SECTOR)
    counts.truth[good] = [90, 10, 0, 0, 0, 0, 0, 0, 0]
    counts.truth[bad] = [0, 0, 0, 6, 4, 0, 0, 0, 0]
    found = {}
    for leaves_out in ((), ("signal",)):
        parameters = YEARLY._replace(model_two_from_month=6, model_two_leaves_out=leaves_out)
        held = LearningScorecard(parameters, 0.0, CELLS_WITH_SECTOR)
        held.observe(0, counts, CALM)
        for month in range(1, 7):
            held.observe(month, month_counts(100, 0.1, CELLS_WITH_SECTOR), CALM)
        review = held.refit(6)
        assert review.before.truth.compared.people == 0
        found[leaves_out] = review.after_review.truth.compared
    assert found[()].people == 0
    assert (found[("signal",)].people, found[("signal",)].excess_share) == (10, pytest.approx(0.3))
