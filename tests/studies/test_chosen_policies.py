"""Policies and shocks are found by name among the modules that are there, and checked like everything else."""

from functools import cache

import pytest

from experiments.compose.market import canonical, document_of, read_market
from experiments.compose.registry import kinds
from experiments.compose.study import compose, compose_study
from experiments.compose.tree import groups, members_of_bundles
from experiments.refusal import Refusal
from sim.params import MarketConfig
from sim.policies.rate_cap import RateCap


def test_chosen_policy_becomes_its_frozen_instance() -> None:
    config = compose(["policy=[rate_cap,credit_registry]", "policy.rate_cap.max_apr=0.2"])
    assert [name for name, _ in config.policy] == ["credit_registry", "rate_cap"]
    cap = dict(config.policy)["rate_cap"]
    assert isinstance(cap, RateCap)
    assert cap.max_apr == 0.2
    assert read_market(document_of(config)) == config


@cache
def with_one(group: str, name: str) -> MarketConfig:
    return compose([f"{group}=[{name}]"])


@pytest.mark.slow
@pytest.mark.parametrize("group", ["policy", "shock"])
def test_every_file_of_the_group_composes_and_survives_its_document(group: str) -> None:
    names, plain = groups()[group], canonical(document_of(compose()))
    assert len(names) >= 3
    for name in names:
        config = with_one(group, name)
        members = [found for found, _ in getattr(config, group)]
        assert members == [name] or set(members) <= set(members_of_bundles(group))
        assert members
        assert read_market(document_of(config)) == config
        assert canonical(document_of(config)) != plain


@pytest.mark.parametrize("group", ["policy", "shock"])
@pytest.mark.slow
def test_every_class_has_a_file(group: str) -> None:
    documents = [document_of(with_one(group, name))[group] for name in groups()[group]]
    assert {member["kind"] for document in documents for member in document.values()} == set(kinds(group))


REFUSED = [
    (["policy=[rate_cpa]"], ["policy", "nearest valid name is rate_cap", "was 'rate_cpa'"]),
    (["policy.rate_cap.max_apr=0.2"], ["policy.rate_cap", "not chosen", "policy=[rate_cap]"]),
    (["policy=[rate_cap]", "policy.rate_cap.max_apr=-3"], ["policy.rate_cap.max_apr", "must lie in 0 to 10", "was -3"]),
    (
        ["policy=[rate_cap]", "policy.rate_cap.max_aper=0.2"],
        ["policy.rate_cap.max_aper", "nearest valid name is max_apr"],
    ),
    (["policy=[rate_cap]", "policy.rate_cap.max_apr=true"], ["policy.rate_cap.max_apr", "was True"]),
    (["policy=[rate_cap]", "policy.rate_cap.effective_month=72"], ["effective_month", "calendar.months", "was 72"]),
    (["policy=[rate_cap]", "months=12"], ["policy.rate_cap.announce_month", "0 to 11", "was 24"]),
    (["policy=[rate_cap]", "policy.rate_cap.announce_month=31"], ["announce_month", "effective_month 30", "was 31"]),
    (["policy=[rate_cap]", "policy.rate_cap.kind=os"], ["policy.rate_cap.kind", "no such policy", "was 'os'"]),
    (["policy=[rate_cap]", "policy.rate_cap.kind=base"], ["policy.rate_cap.kind", "no such policy"]),
    (["policy=[rate_cap]", "policy.rate_cap.kind=../rate_cap"], ["policy.rate_cap.kind"]),
    (["policy=[rate_cap]", "policy.rate_cap.kinds=[bnak]"], ["policy.rate_cap", "bank"]),
    (["policy=[growth_quota]", "policy.growth_quota.growth_share=-0.1"], ["growth_share", "was -0.1"]),
    (
        ["policy=[joint_loan_cap]", "policy.joint_loan_cap.phase_in_months=60"],
        ["policy.joint_loan_cap", "phase_in_months", "before month 72", "was 60"],
    ),
    (
        ["policy=[funding_leverage]", "lender=[bank_a,platform_a]"],
        ["policy.funding_leverage.kinds", "no lender of this market", "was ['micro_lender']"],
    ),
    (
        ["policy=[micro_loan_draft_2020,joint_lending_floor]", "policy.joint_lending_floor.own_share=0.2"],
        ["policy.joint_lending_floor", "asks nothing of platform", "r08_joint_lending_floor"],
    ),
    (
        [
            "policy=[countercyclical_buffer]",
            "policy.countercyclical_buffer.release_after_months=3",
            "policy.countercyclical_buffer.phase_in_months=3",
        ],
        ["release_after_months", "more than phase_in_months 3", "was 3"],
    ),
    (
        ["policy=[credit_gap_buffer]", "policy.credit_gap_buffer.upper_gap=0.02"],
        ["lower_gap", "less than upper_gap 0.02"],
    ),
    (
        ["policy=[risk_weights]", "policy.risk_weights.productive_weight=-0.5"],
        ["productive_weight", "0 or more, or -1", "was -0.5"],
    ),
    (["policy=[china_2016_2025]", "policy.r12_rate_cap.effective=2025-13"], ["effective", "YYYY-MM", "was '2025-13'"]),
    (["policy=[china_2016_2025]", "policy.r12_rate_cap.effective=soon"], ["effective", "YYYY-MM", "was 'soon'"]),
    (["policy=[china_2016_2025]", "policy.r12_rate_cap.effective=2025-03"], ["announced", "2025-03", "was 2025-04"]),
    (["policy=[rate_cap]", "policy.rate_cap.announced=2022-01"], ["effective", "beside announced"]),
    (["policy=[china_2016_2025]", "policy.r12_rate_cpa.max_apr=0.2"], ["policy.r12_rate_cpa", "r12_rate_cap"]),
    (["shock=[unemploymnt]"], ["shock", "nearest valid name is unemployment"]),
    (["shock=[unemployment]", "shock.unemployment.start_month=72"], ["start_month", "was 72"]),
]


@pytest.mark.parametrize(("overrides", "message"), REFUSED, ids=[" ".join(overrides) for overrides, _ in REFUSED])
def test_policy_or_shock_is_refused(overrides: list[str], message: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        compose(overrides)
    assert [part for part in message if part not in str(refused.value)] == []


def test_value_inside_a_policy_concerns_only_the_arms_that_hold_it() -> None:
    study = compose_study(["study=tightening", "scale=smoke", "policy.rate_cap.max_apr=0.18"])
    assert study.markets["calm", "baseline"].policy == ()
    assert dict(study.markets["calm", "tightening"].policy)["rate_cap"].max_apr == 0.18
    assert dict(study.markets["shock", "tightening"].policy)["rate_cap"].max_apr == 0.18


def test_value_inside_a_policy_of_no_arm_is_refused() -> None:
    with pytest.raises(Refusal, match=r"policy.rate_cap.max_apr: changes no arm"):
        compose_study(["study=baseline", "policy.rate_cap.max_apr=0.18"])


def test_policy_announced_before_the_study_says_so_is_refused() -> None:
    with pytest.raises(Refusal, match=r"policy.rate_cap.announce_month: must not be earlier .* 24, was 20"):
        compose_study(["study=tightening", "policy.rate_cap.announce_month=20"])


def test_tightening_differs_from_its_placebo_in_one_fen() -> None:
    study = compose_study(["study=tightening", "scale=smoke"])
    assert study.arms == ("baseline", "tightening", "placebo")
    baseline, placebo = (document_of(study.markets["calm", arm]) for arm in ("baseline", "placebo"))
    assert placebo["lender"]["platform_a"].pop("budget_extra_fen") == 1
    assert baseline["lender"]["platform_a"].pop("budget_extra_fen") == 0
    assert placebo["lender"]["platform_a"].pop("budget_extra_from_month") == study.settings.announce_month
    assert baseline["lender"]["platform_a"].pop("budget_extra_from_month") == 0
    assert placebo == baseline
