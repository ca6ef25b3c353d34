"""The rulebook of 2016 to 2025: every rule comes into force on its date, and each can be taken out alone."""

from functools import cache

import pytest

from experiments.compose.dates import months_after
from experiments.compose.market import document_of, read_market
from experiments.compose.study import compose, compose_study
from experiments.compose.tree import members_of_bundles
from experiments.refusal import Refusal
from sim.params import LENDER_KINDS, MarketConfig
from sim.policies.base import compose_rulebook
from sim.values import Rules
from tests.variants import fast_first

RULEBOOK = "policy=[china_2016_2025]"
HISTORY = (RULEBOOK, "calendar.start=2017-01", "months=108")


@cache
def history() -> MarketConfig:
    return compose(HISTORY)


NAMES = tuple(name for name in members_of_bundles("policy") if not name.startswith("r08"))


def rules(config: MarketConfig, date: str, kind: str) -> Rules:
    return compose_rulebook(config, months_after(config.calendar.start, date)).of(kind)


def test_months_count_from_the_first_of_the_run() -> None:
    assert months_after("2017-01", "2017-01") == 0
    assert months_after("2017-01", "2016-12") == -1
    assert months_after("2021-11", "2022-02") == 3


def test_a_date_counts_more_than_the_months_of_the_file() -> None:
    dates = ["policy.rate_cap.announced=2022-01", "policy.rate_cap.effective=2022-06"]
    cap = dict(compose(["policy=[rate_cap]", "calendar.start=2021-01", *dates]).policy)["rate_cap"]
    assert (cap.announce_month, cap.effective_month) == (12, 17)


@pytest.mark.parametrize(
    ("date", "kind", "field", "before", "after"),
    [
        ("2017-12", "micro_lender", "max_apr_bp", 1_000_000, 3600),
        ("2017-12", "platform", "needs_income", 0, 1),
        ("2018-02", "bank", "coverage_floor_share", 0.0, 1.2),
        ("2020-09", "micro_lender", "wholesale_multiple", 1e9, 1.0),
        ("2021-02", "bank", "joint_loan_share", 1.0, 0.5),
        ("2021-02", "bank", "single_partner_share", 1e9, 0.25),
        ("2021-03", "platform", "disclosure_share", 0.0, 0.8),
        ("2022-01", "platform", "own_share_floor", 0.0, 0.3),
        ("2024-01", "bank", "risk_weight_share", -1.0, 0.75),
        ("2024-04", "consumer_finance", "minimum_capital_share", 0.08, 0.105),
        ("2024-04", "consumer_finance", "minimum_leverage_share", 0.0, 0.04),
        ("2025-01", "micro_lender", "large_exposure_share", 1e9, 0.1),
        ("2025-10", "bank", "max_apr_bp", 1_000_000, 2400),
        ("2025-10", "platform", "max_apr_bp", 3600, 2400),
    ],
)
def test_a_rule_holds_from_its_month_and_for_its_kind(
    date: str, kind: str, field: str, before: float, after: float
) -> None:
    config = history()
    month = months_after("2017-01", date)
    assert getattr(compose_rulebook(config, month - 1).of(kind), field) == before
    assert getattr(compose_rulebook(config, month).of(kind), field) == after


def test_rules_older_than_the_run_hold_from_the_beginning_of_the_warm_up() -> None:
    config = history()
    first = compose_rulebook(config, -config.calendar.warm_up_months)
    assert first.of("bank").conservation_buffer_share == 0.025
    assert first.of("bank").large_exposure_share == 0.1
    assert first.of("platform").own_share_floor == 0.0
    later = compose([RULEBOOK, "calendar.start=2026-01"])
    start = compose_rulebook(later, -later.calendar.warm_up_months)
    assert start.rules == compose_rulebook(later, 60).rules


def test_rules_of_after_the_run_or_of_nobody_are_left_out() -> None:
    config = compose([RULEBOOK, "calendar.start=2021-01", "months=24", "lender=[bank_a,platform_a]"])
    names = [name for name, _ in config.policy]
    assert "r07_joint_lending_floor" in names
    assert not {"r12_rate_cap", "r09_funding_leverage", "r11_capital"} & set(names)


@pytest.mark.parametrize("name", fast_first(NAMES, 4))
def test_every_rule_can_be_taken_out_alone(name: str) -> None:
    whole, without = history(), compose([*HISTORY, f"~policy.{name}"])
    assert {each for each, _ in whole.policy} - {each for each, _ in without.policy} == {name}
    assert without.policy == tuple(member for member in whole.policy if member[0] != name)


def test_every_rule_of_the_rulebook_says_where_it_comes_from_and_survives_its_document() -> None:
    config = history()
    assert read_market(document_of(config)) == config
    assert {name for name, _ in config.policy} == set(NAMES)
    assert "reading" in dict(config.policy)["r12_rate_cap"].source
    assert not dict(config.policy)["r12_rate_cap"].verified


def test_an_arm_may_take_one_rule_out() -> None:
    study = compose_study(
        ["study=baseline", *HISTORY, "++study.arms={baseline: [], without: ['~policy.r07_joint_loan_cap']}"]
    )
    names = [{name for name, _ in study.markets["calm", arm].policy} for arm in ("baseline", "without")]
    assert names[0] - names[1] == {"r07_joint_loan_cap"}


def test_a_lender_kind_without_lenders_is_bound_by_nothing_that_matters() -> None:
    config = history()
    assert all(rules(config, "2019-06", kind).own_share_floor == 0.0 for kind in LENDER_KINDS)
    with pytest.raises(Refusal, match="kinds"):
        compose(["policy=[funding_leverage]", "lender=[bank_a]"])
