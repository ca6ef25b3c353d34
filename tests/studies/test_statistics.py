"""Intervals and corrections against known answers, and that equal values are never taken for certainty."""

import hashlib
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.compare.complete_pairs import complete_pairs, half_width
from experiments.compare.count_bounds import FEW_EVENTS, count_bounds, p_of_totals
from experiments.compare.intervals import paired_intervals
from experiments.compare.statistics import bootstrap_t, holm, paired_effect

NAN = math.nan


def ends(effect: object) -> list[float]:
    return [effect.low, effect.high, effect.p, effect.bootstrap_low, effect.bootstrap_high]


def test_only_arms_known_to_be_one_market_are_identical() -> None:
    same = paired_effect([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], "x", is_same_market=True)
    assert (same.mean, same.method) == (0.0, "identical")
    assert np.isnan(ends(same)).all(), "what cannot differ is no estimate, and has no interval"
    equal = paired_effect([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], "x")
    assert (equal.mean, equal.sd, equal.method) == (0.0, 0.0, "no spread")
    assert np.isnan(ends(equal)).all()


@pytest.mark.parametrize(
    ("changed", "unchanged"),
    [
        ([5.0, 6.0, 7.0], [2.0, 3.0, 4.0]),  # the same difference everywhere
        ([0.1 + 0.2, 0.7 + 0.1], [0.3, 0.8]),  # equal but for rounding
        ([1e12 + 0.25, 3e12 + 0.5], [1e12, 3e12]),  # of their size, less than rounding leaves
        ([0.5, 0.5], [0.5, 0.5]),
    ],
)
def test_differences_without_spread_have_no_interval_and_no_p_value(
    changed: list[float], unchanged: list[float]
) -> None:
    effect = paired_effect(changed, unchanged, "x")
    assert (effect.method, effect.sd) == ("no spread", 0.0)
    assert effect.mean == pytest.approx(np.mean(np.subtract(changed, unchanged)))
    assert np.isnan([*ends(effect), effect.correlation, effect.variance_reduction, effect.skewness]).all()
    assert math.isnan(complete_pairs(changed, unchanged).reach(0.99))


@given(st.floats(-1e9, 1e9), st.integers(2, 40), st.floats(0.5, 0.999))
def test_no_number_of_equal_values_makes_an_interval(value: float, count: int, confidence: float) -> None:
    assert math.isnan(complete_pairs([value] * count, [1.0] * count).reach(confidence))
    assert math.isnan(half_width(0.0, count, confidence))


def test_interval_and_p_value_are_those_of_the_paired_t_test() -> None:
    chance = np.random.Generator(np.random.Philox(1))
    changed, unchanged = chance.normal(1, 2, 12), chance.normal(0, 2, 12)
    effect = paired_effect(list(changed), list(unchanged), "x")
    known = stats.ttest_rel(changed, unchanged)
    interval = known.confidence_interval(0.95)
    assert effect.method == "t"
    assert effect.p == pytest.approx(known.pvalue, rel=1e-9)
    assert (effect.low, effect.high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert effect.sd == pytest.approx((changed - unchanged).std(ddof=1), rel=1e-12)
    assert effect.correlation == pytest.approx(np.corrcoef(changed, unchanged)[0, 1])
    assert effect.skewness == pytest.approx(stats.skew(changed - unchanged))
    spread = changed.var(ddof=1) + unchanged.var(ddof=1)
    assert effect.variance_reduction == pytest.approx(spread / (changed - unchanged).var(ddof=1))


def test_incomplete_pairs_are_left_out() -> None:
    effect = paired_effect([1.0, 2.5, NAN, 4.0], [0.0, 0.0, 0.0, NAN], "x")
    assert (effect.replicates, effect.mean) == (2, 1.75)


def test_one_pair_gives_no_interval() -> None:
    effect = paired_effect([2.0], [1.0], "x")
    assert (effect.mean, effect.method, effect.replicates) == (1.0, "single", 1)
    assert math.isnan(effect.low)
    assert math.isnan(effect.high)
    assert paired_effect([1.0], [1.0], "x").method == "single", "one equal pair makes no market identical"


def test_no_pair_gives_nothing() -> None:
    effect = paired_effect([NAN], [1.0], "x", is_same_market=True)
    assert (effect.replicates, effect.method) == (0, "none")
    assert math.isnan(effect.mean)


SKEWED = [0.1, 0.2, 0.1, 0.3, 0.2, 0.1, 0.2, 9.0, 0.1, 0.2]


def test_skewed_differences_get_a_second_interval_that_repeats_and_leans_to_the_long_tail() -> None:
    effect = paired_effect(SKEWED, [0.0] * 10, "x")
    assert effect.method == "t, bootstrap-t beside"
    assert repr(effect) == repr(paired_effect(SKEWED, [0.0] * 10, "x"))
    assert effect.bootstrap_high - effect.mean > effect.mean - effect.bootstrap_low
    assert effect.bootstrap_low < effect.mean < effect.bootstrap_high


def test_the_second_interval_is_the_bootstrap_t_worked_out_sample_by_sample() -> None:
    """Every sample is studentised by its own standard error, with one degree of freedom taken off, as the whole is."""
    values = np.array(SKEWED)
    seed = int.from_bytes(hashlib.sha256(b"x").digest()[:8], "little")
    chance = np.random.Generator(np.random.Philox(seed))
    deviations = []
    for sample in values[chance.integers(0, 10, size=(4_000, 10))]:
        error = math.sqrt(sum((each - sample.mean()) ** 2 for each in sample) / 9) / math.sqrt(10)
        away = sample.mean() - values.mean()
        deviations.append(away / error if np.ptp(sample) > 0 else math.copysign(math.inf, away))
    error = math.sqrt(sum((each - values.mean()) ** 2 for each in values) / 9) / math.sqrt(10)
    known = [values.mean() - np.quantile(deviations, share) * error for share in (0.975, 0.025)]
    assert bootstrap_t(values, "x") == pytest.approx(known, rel=1e-9)


def test_samples_without_spread_are_no_reason_to_leave_them_out() -> None:
    """Of five values of which four are equal, a third of all samples hold nothing else: no end can be determined."""
    low, high = bootstrap_t(np.array([0.0, 0.0, 0.0, 0.0, 1.0]), "x")
    assert math.isnan(low)
    assert math.isnan(high)
    effect = paired_effect([1.3, 1.3, 1.3, 1.3, 9.0], [1.2, 1.2, 1.2, 1.2, 1.2], "x")
    assert abs(effect.skewness) > 1.0
    assert (effect.method, math.isnan(effect.bootstrap_low)) == ("t", True)


@pytest.mark.parametrize(("values", "has_second"), [([0.1, 0.2, 0.15, 9.0, 0.3], True), ([0.1, 0.2, 0.15, 9.0], False)])
def test_five_pairs_are_the_fewest_to_resample(values: list[float], has_second: bool) -> None:
    effect = paired_effect(values, [0.0] * len(values), "x")
    assert effect.skewness > 1.0
    assert math.isfinite(effect.bootstrap_low) == has_second


def test_symmetric_differences_get_none() -> None:
    assert math.isnan(paired_effect([-2.0, -1.0, 0.5, 1.0, 2.0, 3.0], [0.0] * 6, "x").bootstrap_low)


def test_holm_on_a_worked_example() -> None:
    assert holm([0.01, 0.04, math.nan, 0.03]) == pytest.approx([0.03, 0.06, math.nan, 0.06], nan_ok=True)
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([0.01, 0.04], family=4) == pytest.approx([0.04, 0.12]), "two that were declared could not be tested"
    assert holm([0.03, 0.01, 0.02], family=1) == pytest.approx([0.04, 0.03, 0.04]), "a family holds all that are tested"


def test_no_effect_is_rejected_about_one_time_in_twenty() -> None:
    chance = np.random.Generator(np.random.Philox(7))
    rejected = sum(
        paired_effect(list(chance.normal(size=10)), list(chance.normal(size=10)), "x").p < 0.05 for _ in range(1000)
    )
    assert 32 <= rejected <= 70


# --- counts -----------------------------------------------------------------------------------------------------------


def test_no_event_at_all_is_bounded_as_the_rule_of_three_says() -> None:
    """0 events in n replicates: -log(error) / n to one side; here each of four limits has a quarter of the error."""
    for count in (2, 10, 40):
        nothing = np.zeros((count, 1))
        low, high = count_bounds(nothing, nothing, 0.95)
        assert high[0] == pytest.approx(-math.log(0.05 / 4) / count)
        assert low[0] == -high[0]
        assert high[0] == pytest.approx(4.382 / count, rel=1e-4)


def test_bounds_on_events_are_exact_poisson_limits() -> None:
    """3 events in one arm and 1 in the other over 4 pairs, against limits from the chi-squared distribution."""
    low, high = count_bounds(np.array([[1.0], [1.0], [1.0], [0.0]]), np.array([[0.0], [0.0], [1.0], [0.0]]), 0.95)
    least, most = stats.chi2.ppf(0.0125, [6, 2]) / 2, stats.chi2.ppf(0.9875, [8, 4]) / 2
    assert low[0] == pytest.approx((least[0] - most[1]) / 4)
    assert high[0] == pytest.approx((most[0] - least[1]) / 4)


def test_events_that_come_in_clusters_widen_the_bound_to_the_interval_of_independent_arms() -> None:
    changed, unchanged = np.array([[0.0], [90.0], [0.0]]), np.array([[0.0], [0.0], [60.0]])
    low, high = count_bounds(changed, unchanged, 0.95)
    half = stats.t.ppf(0.975, 2) * math.sqrt((90.0**2 / 3 + 60.0**2 / 3) / 3)
    assert (low[0], high[0]) == pytest.approx((10.0 - half, 10.0 + half))


def test_a_rare_count_that_is_equal_in_all_pairs_gets_a_bound() -> None:
    """Means over 4 months of 2 and 1 events in both arms: 3 events in 2 pairs, so in 8 months."""
    effect = paired_effect([0.5, 0.25], [0.5, 0.25], "x", event_months=4)
    assert (effect.method, effect.mean, effect.sd) == ("count bound", 0.0, 0.0)
    spread = stats.t.ppf(0.975, 1) * math.sqrt((0.5 + 0.5) / 2) / 4  # variance of 2 and 1 events is one half, in both
    exact = (stats.chi2.ppf(0.9875, 8) / 2 - stats.chi2.ppf(0.0125, 6) / 2) / 8
    assert effect.high == effect.count_high == pytest.approx(max(exact, spread))
    assert effect.low == effect.count_low == -effect.high
    assert math.isnan(effect.p)
    assert paired_effect([0.5, 0.25], [0.5, 0.25], "x").method == "no spread", "what is no count has no bound"


def test_a_bound_on_counts_stands_beside_while_few_events_differ_and_the_wider_reach_counts() -> None:
    base = [3.0, 4.0, 2.0, 5.0, 3.0, 4.0]
    changed = [3.0, 4.0, 2.0, 6.0, 3.0, 4.0]
    effect = paired_effect(changed, base, "x", event_months=1)
    assert effect.method == "t, count bound beside"
    assert effect.low < 1 / 6 < effect.high
    assert effect.count_low < effect.low
    assert effect.high < effect.count_high
    reach = complete_pairs(changed, base, 1).reach(0.95)
    assert reach == pytest.approx(max(effect.mean - effect.count_low, effect.count_high - effect.mean))
    many = [value + 10.0 * index for index, value in enumerate(base)]
    assert sum(abs(one - other) for one, other in zip(many, base, strict=True)) >= FEW_EVENTS
    assert paired_effect(many, base, "x", event_months=1).method == "t"
    assert complete_pairs(many, base, 1).reach(0.95) == pytest.approx(
        half_width(np.std([0, 10, 20, 30, 40, 50], ddof=1), 6, 0.95)
    )


def test_a_count_of_which_no_event_was_seen_is_never_narrow() -> None:
    """Ten pairs without an event: a bound stands, right if events come one by one, and no study ends by it."""
    nothing = [0.0] * 10
    effect = paired_effect(nothing, nothing, "x", event_months=12)
    assert (effect.method, effect.high) == ("count bound", pytest.approx(math.log(80.0) / 10 / 12))
    assert math.isnan(complete_pairs(nothing, nothing, 12).reach(0.95))
    seen = [1 / 12, *nothing[1:]]
    assert math.isfinite(complete_pairs(seen, seen, 12).reach(0.95))


def test_few_events_have_a_p_value_that_is_right_for_counts() -> None:
    """Six of twenty pairs have one event less: t tests say 0.01, and six of six falls are 2 / 2^6."""
    effect = paired_effect([0.0] * 20, [1 / 12] * 6 + [0.0] * 14, "x", event_months=12)
    assert effect.p == pytest.approx(2 * 0.5**6)
    assert effect.low < effect.high < 0.0 < effect.count_high
    assert paired_effect([0.0] * 20, [1 / 12] * 6 + [0.0] * 14, "x").p == pytest.approx(0.0101, abs=1e-4)
    assert p_of_totals(3.0, 5.0) == pytest.approx(stats.binomtest(3, 8).pvalue)
    assert p_of_totals(4.0, 4.0) == p_of_totals(0.0, 0.0) == 1.0


def test_many_columns_take_the_wider_interval_where_few_events_differ() -> None:
    unchanged = np.array([[1.0] * 6 + [0.0] * 14]).T
    changed = np.zeros_like(unchanged)
    both = np.hstack([changed, changed]), np.hstack([unchanged, 30.0 * unchanged])
    found = paired_intervals(*both, np.array([False, False]), event_months=1)
    one = paired_effect(list(changed[:, 0]), list(unchanged[:, 0]), "x", event_months=1)
    assert (found.low[0], found.high[0]) == pytest.approx((one.count_low, one.count_high))
    assert list(found.method) == ["t, count bound beside", "t"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=12), st.integers(1, 24))
def test_bounds_hold_the_mean_swap_with_the_arms_and_widen_with_confidence(
    counts: list[tuple[int, int]], months: int
) -> None:
    changed, unchanged = (np.array(events, dtype=float)[:, None] for events in zip(*counts, strict=True))
    low, high = count_bounds(changed, unchanged, 0.95)
    mean = float((changed - unchanged).mean())
    assert low[0] < mean < high[0]
    other_low, other_high = count_bounds(unchanged, changed, 0.95)
    assert (other_low[0], other_high[0]) == pytest.approx((-high[0], -low[0]))
    wider_low, wider_high = count_bounds(changed, unchanged, 0.99)
    assert wider_low[0] < low[0]
    assert wider_high[0] > high[0]
    effect = paired_effect(list(changed[:, 0] / months), list(unchanged[:, 0] / months), "x", event_months=months)
    if math.isfinite(effect.count_low):
        assert (effect.count_low, effect.count_high) == pytest.approx((low[0] / months, high[0] / months))


def test_the_fewest_replicates_that_are_not_exploratory_are_said_in_one_place() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in (Path(__file__).resolve().parents[2] / "experiments").rglob("*.py")
    ]
    assert sum(len(re.findall(r"^EXPLORATORY_BELOW\b.*=", text, re.MULTILINE)) for text in texts) == 1
