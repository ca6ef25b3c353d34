"""Intervals and corrections against known answers."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.statistics import holm, paired_effect


def test_identical_arms_differ_by_exactly_zero_without_a_p_value() -> None:
    effect = paired_effect([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], "x")
    assert (effect.mean, effect.low, effect.high, effect.method) == (0.0, 0.0, 0.0, "identical")
    assert math.isnan(effect.p)


def test_interval_and_p_value_are_those_of_the_paired_t_test() -> None:
    chance = np.random.Generator(np.random.Philox(1))
    changed, unchanged = chance.normal(1, 2, 12), chance.normal(0, 2, 12)
    effect = paired_effect(list(changed), list(unchanged), "x")
    known = stats.ttest_rel(changed, unchanged)
    interval = known.confidence_interval(0.95)
    assert effect.p == pytest.approx(known.pvalue, rel=1e-9)
    assert (effect.low, effect.high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert effect.correlation == pytest.approx(np.corrcoef(changed, unchanged)[0, 1])
    spread = changed.var(ddof=1) + unchanged.var(ddof=1)
    assert effect.variance_reduction == pytest.approx(spread / (changed - unchanged).var(ddof=1))


def test_incomplete_pairs_are_left_out() -> None:
    effect = paired_effect([1.0, 2.0, math.nan, 4.0], [0.0, 0.0, 0.0, math.nan], "x")
    assert (effect.replicates, effect.mean) == (2, 1.5)


def test_one_pair_gives_no_interval() -> None:
    effect = paired_effect([2.0], [1.0], "x")
    assert (effect.mean, effect.method, effect.replicates) == (1.0, "single", 1)
    assert math.isnan(effect.low)
    assert math.isnan(effect.high)


def test_no_pair_gives_nothing() -> None:
    effect = paired_effect([math.nan], [1.0], "x")
    assert (effect.replicates, effect.method) == (0, "none")
    assert math.isnan(effect.mean)


def test_skewed_differences_get_a_second_interval_that_repeats_and_leans_to_the_long_tail() -> None:
    changed = [0.1, 0.2, 0.1, 0.3, 0.2, 0.1, 0.2, 9.0, 0.1, 0.2]
    effect = paired_effect(changed, [0.0] * 10, "x")
    assert effect == paired_effect(changed, [0.0] * 10, "x")
    assert "bootstrap-t" in effect.method
    assert effect.bootstrap_high - effect.mean > effect.mean - effect.bootstrap_low
    assert effect.bootstrap_low < effect.mean < effect.bootstrap_high


def test_symmetric_differences_get_none() -> None:
    assert math.isnan(paired_effect([-2.0, -1.0, 0.5, 1.0, 2.0, 3.0], [0.0] * 6, "x").bootstrap_low)


def test_holm_on_a_worked_example() -> None:
    assert holm([0.01, 0.04, math.nan, 0.03]) == pytest.approx([0.03, 0.06, math.nan, 0.06], nan_ok=True)
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([0.01, 0.04], family=4) == pytest.approx([0.04, 0.12]), "two that were declared could not be tested"


def test_no_effect_is_rejected_about_one_time_in_twenty() -> None:
    chance = np.random.Generator(np.random.Philox(7))
    rejected = sum(
        paired_effect(list(chance.normal(size=10)), list(chance.normal(size=10)), "x").p < 0.05 for _ in range(1000)
    )
    assert 32 <= rejected <= 70
