"""Difference-in-differences on panels with a planted effect and planted faults, and the parts of an estimate."""

import math

import numpy as np
import pytest

from experiments.analyses.difference_in_differences.panel_regression import (
    event_study,
    parts_of,
    two_way,
    two_way_effect,
)

PEOPLE, MONTHS, EVENT, EFFECT = 120, tuple(range(10, 22)), 16, 5.0
AFTER = np.array(MONTHS) >= EVENT
TREATED = np.arange(PEOPLE) % 3 == 0


def panel(seed: int, effect: float = EFFECT, noise: float = 4.0) -> np.ndarray:
    """People and months with levels of their own, noise that lasts within a person, and an effect on the treated."""
    chance = np.random.Generator(np.random.Philox(seed))
    people, months = chance.normal(50, 20, size=(PEOPLE, 1)), chance.normal(0, 5, size=(1, len(MONTHS)))
    lasting = np.cumsum(chance.normal(0, noise / 4, size=(PEOPLE, len(MONTHS))), axis=1)
    residuals = chance.normal(0, noise, size=(PEOPLE, len(MONTHS))) + lasting
    return people + months + residuals + effect * np.outer(TREATED, AFTER)


def test_a_planted_effect_is_found_exactly_without_noise() -> None:
    values = panel(1, noise=0.0) + 0.0
    assert two_way_effect(values + 1e-9 * panel(2), TREATED, AFTER).effect == pytest.approx(EFFECT, abs=1e-6)


def test_the_estimate_is_the_classic_difference_of_differences() -> None:
    values = panel(3)
    means = [[values[rows][:, months].mean() for months in (AFTER, ~AFTER)] for rows in (TREATED, ~TREATED)]
    classic = (means[0][0] - means[0][1]) - (means[1][0] - means[1][1])
    assert two_way_effect(values, TREATED, AFTER).effect == pytest.approx(classic)


def test_clustered_intervals_cover_the_truth_as_often_as_they_say() -> None:
    found = [two_way_effect(panel(100 + seed), TREATED, AFTER) for seed in range(150)]
    covered = np.mean([each.low <= EFFECT <= each.high for each in found])
    assert 0.90 <= covered <= 0.99, "a hundred and fifty panels whose noise lasts; 0.95 in the long run"


def test_an_event_study_is_flat_before_and_steps_up_at_the_event() -> None:
    found = event_study(panel(4, noise=1.0), TREATED, MONTHS, EVENT, EVENT - 1)
    assert EVENT - 1 not in found.months
    by_month = dict(zip(found.months, found.effects, strict=True))
    assert all(abs(by_month[month].effect) < 1.5 for month in by_month if month < EVENT)
    assert all(abs(by_month[month].effect - EFFECT) < 1.5 for month in by_month if month >= EVENT)
    assert found.pretrend_p > 0.01


def test_a_planted_pretrend_is_noticed_and_its_absence_seldom_suspected() -> None:
    drift = 0.8 * np.outer(TREATED, np.arange(len(MONTHS)))
    assert event_study(panel(5) + drift, TREATED, MONTHS, EVENT, EVENT - 1).pretrend_p < 0.05
    honest = [event_study(panel(300 + seed), TREATED, MONTHS, EVENT, EVENT - 1).pretrend_p for seed in range(24)]
    assert np.sum(np.array(honest) < 0.05) <= 5


def test_a_panel_without_any_difference_has_no_pretrend_to_test() -> None:
    flat = np.tile(np.arange(PEOPLE, dtype=float)[:, None], (1, len(MONTHS)))
    found = event_study(flat, TREATED, MONTHS, EVENT, EVENT - 1)
    assert all(each.effect == pytest.approx(0.0, abs=1e-9) for each in found.effects)
    for each in found.effects:
        assert all(math.isnan(value) for value in each[1:]), "an outcome that never varies has no standard error"
    assert math.isnan(found.pretrend_p)


def test_an_outcome_that_is_rare_has_intervals_in_the_months_in_which_it_varies() -> None:
    rare = np.zeros((PEOPLE, len(MONTHS)))
    rare[5, 2] = rare[9, 8] = 1.0
    found = event_study(rare, TREATED, MONTHS, EVENT, EVENT - 1)
    assert np.isfinite([each.effect for each in found.effects]).all()
    errors = np.array([each.standard_error for each in found.effects])
    assert np.isfinite(errors).any()
    assert (errors[np.isfinite(errors)] > 1e-6).all(), "no error that is rounding alone"
    assert two_way_effect(rare, TREATED, AFTER).standard_error > 0.0


def test_two_way_demeaning_leaves_neither_person_nor_month() -> None:
    values = two_way(panel(6))
    assert np.abs(values.mean(axis=0)).max() < 1e-12
    assert np.abs(values.mean(axis=1)).max() < 1e-12


def test_the_parts_add_up_to_the_estimate_exactly() -> None:
    without = panel(7, effect=0.0) + 0.5 * np.outer(TREATED, np.arange(len(MONTHS)))
    made = EFFECT * np.outer(TREATED, AFTER) + 2.0 * np.outer(~TREATED, AFTER)
    made[TREATED, EVENT - MONTHS[0] - 2] += 3.0
    with_policy = without + made
    parts = parts_of(with_policy, without, TREATED, ~AFTER, AFTER)
    assert parts.effect_on_treated == pytest.approx(EFFECT)
    assert parts.spillover == pytest.approx(2.0)
    assert parts.anticipation == pytest.approx(3.0 / (~AFTER).sum())
    assert parts.estimate == pytest.approx(two_way_effect(with_policy, TREATED, AFTER).effect)
    assert parts.other_trend == pytest.approx(two_way_effect(without, TREATED, AFTER).effect), "the placebo's estimate"


def test_no_policy_leaves_nothing_but_the_other_trend() -> None:
    values = panel(8, effect=0.0)
    parts = parts_of(values, values, TREATED, ~AFTER, AFTER)
    assert (parts.effect_on_treated, parts.spillover, parts.anticipation) == (0.0, 0.0, 0.0)
