"""The regulator's own rule: two thresholds, notice, scope, and that it waits until it begins."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.compose.study import compose
from experiments.refusal import Refusal
from sim.params import LENDER_KINDS, RegulatorRuleParameters
from sim.supervisor.own_rule import RuleState, decided, opening_state
from sim.supervisor.regulator import Regulator
from tests.policies.test_supervision import DRAWS, MadeLender, acts, regulator_with

RULE = RegulatorRuleParameters(
    indicator="bad_loans_share", above_share=0.03, below_share=0.02, above_means="release", capital_buffer_share=0.025
)


def minimums(regulator: Regulator, bad_shares: list[float], kind: str = "bank") -> list[float]:
    """Live months in which bad loans are these shares; return the least capital asked for in each of them."""
    lender, asked = MadeLender(ratio=0.2), []
    for month, share in enumerate(bad_shares):
        lender.bad = int(share * lender.loans)
        asked.append(round(regulator.issue_rules(month).of(kind).minimum_capital_share, 12))
        regulator.supervise([lender], month, DRAWS.of(month))
    return asked


def with_rule(**changes: Any) -> Regulator:
    return regulator_with(report_lag_months=0, rule=RULE._replace(**changes))


def test_a_buffer_is_released_above_one_threshold_and_built_again_below_the_other() -> None:
    regulator = with_rule()
    bad = [0.01, 0.03, 0.031, 0.025, 0.02, 0.019, 0.01]
    assert minimums(regulator, bad) == [0.105, 0.105, 0.105, 0.08, 0.08, 0.08, 0.105]
    assert acts(regulator) == [(0, "rule begins"), (2, "rule releases"), (5, "rule tightens")]
    assert "bad_loans_share of 3.10% is above 3.00%" in regulator.acts[1].reason
    assert "from month 3" in regulator.acts[1].reason


def test_tightening_binds_after_its_notice_and_a_release_at_once() -> None:
    bad = [0.05, 0.01, 0.01, 0.01, 0.01, 0.05, 0.05]
    assert minimums(with_rule(notice_months=2), bad) == [0.105, 0.08, 0.08, 0.08, 0.105, 0.105, 0.08]


def test_a_release_before_the_notice_has_passed_means_it_never_bound() -> None:
    assert minimums(with_rule(notice_months=3), [0.05, 0.01, 0.05, 0.05, 0.05, 0.05]) == [0.105] + [0.08] * 5


def test_a_rule_that_tightens_above_begins_loose() -> None:
    assert minimums(with_rule(above_means="tighten"), [0.01, 0.05, 0.01, 0.01]) == [0.08, 0.08, 0.105, 0.08]


def test_it_waits_until_it_begins_and_binds_its_kinds_only() -> None:
    assert minimums(with_rule(from_month=2), [0.01] * 4) == [0.08, 0.08, 0.105, 0.105]
    assert minimums(with_rule(kinds=("platform",)), [0.01] * 2) == [0.08, 0.08]
    assert minimums(with_rule(kinds=("platform",)), [0.01] * 2, "platform") == [0.105, 0.105]


def test_it_sees_bad_loans_with_the_lag_of_returns() -> None:
    regulator = regulator_with(report_lag_months=2, rule=RULE)
    assert minimums(regulator, [0.01, 0.05, 0.05, 0.05, 0.05]) == [0.105, 0.105, 0.105, 0.105, 0.08]


def test_the_own_share_of_joint_loans_is_raised_too() -> None:
    regulator = with_rule(own_share_floor=0.3)
    rules = regulator.issue_rules(0)
    assert {rules.of(kind).own_share_floor for kind in LENDER_KINDS} == {0.3}


def test_the_lowest_capital_and_a_growth_without_history() -> None:
    tight = with_rule(indicator="lowest_capital_share", above_share=0.19, below_share=0.1, above_means="tighten")
    assert minimums(tight, [0.0] * 3) == [0.08, 0.105, 0.105]
    growing = with_rule(indicator="loan_growth_share", above_share=-0.1, below_share=-0.2)
    assert minimums(growing, [0.0] * 15) == [0.105] * 13 + [0.08] * 2, "nothing is known of growth in the first year"


@given(st.lists(st.floats(0.0, 0.1), max_size=30), st.booleans())
def test_between_the_thresholds_nothing_ever_changes(values: list[float], releases: bool) -> None:
    rule = RULE._replace(above_means="release" if releases else "tighten")
    state = opening_state(rule)
    for month, value in enumerate(values):
        after = decided(rule, state, value, month)
        if 0.02 <= value <= 0.03:
            assert after == state
        if value > 0.03:
            assert after.tight != releases
        if value < 0.02:
            assert after.tight == releases
        state = after
    assert isinstance(state, RuleState)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("regulator.rule.below_share=0.5", r"regulator\.rule\.below_share: must not exceed above_share 0\.0, was 0\.5"),
        ("regulator.rule.from_month=500", r"regulator\.rule\.from_month: must lie in 0 to \d+, .* was 500"),
        (
            "regulator.rule.kinds=[banks]",
            r"regulator\.rule\.kinds: must be one of .* is bank; was 'banks'",
        ),
        ("regulator.rule.above_means=loosen", r"regulator\.rule\.above_means: must be one of 'tighten' or 'release'"),
        ("regulator.rule.capital_buffer_share=0.3", r"regulator\.rule\.capital_buffer_share: must lie in 0 to 0\.2"),
        ("regulator.supervision.plan_months=0", r"regulator\.supervision\.plan_months: must lie in 1 to 120"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(override: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        compose(["regulator.rule.indicator=bad_loans_share", override])


def test_an_unknown_indicator_is_refused() -> None:
    with pytest.raises(Refusal, match=r"regulator\.rule\.indicator: must be one of"):
        compose(["regulator.rule.indicator=sunspots"])
