"""Policies that a command adds to a study: beside nothing as an arm, beside arms never in silence."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from experiments.analyses.request import STUDY as ANALYSED
from experiments.compose.contents import contents
from experiments.compose.study import StudyConfig, compose_study
from experiments.compose.warnings import unusual_settings
from experiments.compose.warnings.warning import LAID_OVER
from experiments.execute import dry_run
from experiments.refusal import Refusal
from experiments.run import main
from experiments.validate import STUDY as VALIDATED
from tests.studies.fake_study import ASKED, fake_market
from tests.variants import fast_first


def shared(study: StudyConfig) -> list[str]:
    """Return the notices on policies that were laid over arms."""
    return [flag.why for flag in unusual_settings(study) if flag.kind == LAID_OVER]


def policies(study: StudyConfig, scenario: str = "calm") -> dict[str, list[str]]:
    return {arm: [name for name, _ in study.markets[scenario, arm].policy] for arm in study.arms}


def test_a_policy_of_the_market_as_it_is_becomes_its_comparison_with_nothing() -> None:
    study = compose_study(["study=baseline", "policy=[rate_cap]", "policy.rate_cap.max_apr=0.20"])
    assert policies(study) == {"baseline": [], "rate_cap": ["rate_cap"], "placebo": []}
    assert dict(study.markets["calm", "rate_cap"].policy)["rate_cap"].max_apr == 0.20
    assert study.settings.placebo == "placebo"
    without, placebo = study.markets["calm", "baseline"], study.markets["calm", "placebo"]
    assert study.markets["calm", "rate_cap"]._replace(policy=()) == without
    assert [name for name, (one, other) in enumerate(zip(placebo, without, strict=True)) if one != other] == [
        placebo._fields.index("lender")
    ]
    assert (study.name, study.settings.announce_month) == ("effect of rate_cap", 24)
    assert "rate_cap" in study.settings.question
    assert study.settings.primary
    assert unusual_settings(study) == ()


def test_other_settings_beside_it_are_in_every_arm() -> None:
    study = compose_study(["study=baseline", "policy=[rate_cap]", "shock=[unemployment]", "population.size=3000"])
    assert [market.population.size for market in study.markets.values()] == [3000] * 3
    assert all([name for name, _ in market.shock] == ["unemployment"] for market in study.markets.values())
    assert [(asked.text, asked.arms()) for asked in study.asked] == [
        ("shock=[unemployment]", study.arms),
        ("population.size=3000", study.arms),
    ]


@pytest.mark.parametrize(
    ("texts", "announced"),
    [
        (["policy=[moratorium]"], 48),
        (["policy=[rate_cap,moratorium]"], 24),
        (["policy=[rate_cap]", "policy.rate_cap.announce_month=12"], 12),
        (["policy=[moratorium]", "study.announce_month=30"], 30),
        (["policy=[china_2016_2025]", "~policy.r07_joint_loan_cap"], 0),  # most of it is older than the run
    ],
)
def test_horizons_count_from_the_first_announcement(texts: list[str], announced: int) -> None:
    study = compose_study(["study=baseline", *texts])
    assert study.settings.announce_month == announced
    assert policies(study)["baseline"] == policies(study)["placebo"] == []
    assert "r07_joint_loan_cap" not in policies(study)[study.arms[1]]


def test_what_the_user_names_is_kept() -> None:
    study = compose_study(["study=baseline", "policy=[rate_cap]", "study.name=mine", "study.question='What?'"])
    assert (study.name, study.settings.question) == ("mine", "What?")


def test_many_policies_and_a_market_without_the_usual_lenders_find_a_name_and_a_placebo() -> None:
    many = "borrower_cap,conservation_buffer,collection_conduct,credit_registry,disclosure"
    study = compose_study(["study=baseline", f"policy=[{many}]", "lender=[bank_b]"])
    assert study.arms == ("baseline", "5 policies", "placebo")
    assert dict(study.markets["calm", "placebo"].lender)["bank_b"].budget_extra_fen == 1


def test_a_sweep_may_vary_the_arm_that_a_policy_became() -> None:
    sweep = "study.sweep={kind: one_factor, arm: rate_cap, over: {policy.rate_cap.max_apr: [0.3, 0.2]}}"
    study = compose_study(["study=baseline", "policy=[rate_cap]", sweep])
    assert study.arms == ("baseline", "max_apr 0.3", "max_apr 0.2", "placebo")


@pytest.mark.parametrize("base", [ANALYSED, VALIDATED, ("study=baseline", "study.chosen_policy.place=in_every_arm")])
def test_where_one_market_is_asked_for_the_policy_is_part_of_it(base: tuple[str, ...]) -> None:
    study = compose_study([*base, "policy=[rate_cap]"])
    assert policies(study) == {"baseline": ["rate_cap"]}
    assert shared(study) == []


def test_a_place_for_policies_that_does_not_exist_is_refused() -> None:
    with pytest.raises(
        Refusal, match=r"study.chosen_policy.place: must be one of 'in_every_arm' or 'as_an_arm', was 'arm'"
    ):
        compose_study(["study=baseline", "study.chosen_policy.place=arm"])


def test_outcomes_declared_for_a_policy_are_those_of_its_comparison_alone() -> None:
    """They take the study's horizons, and are no part of a study without it."""
    study = compose_study(["study=baseline", "policy=[rate_cap]", "study.horizons=['1-6']"])
    assert {primary.horizon for primary in study.settings.primary} == {"1-6"}
    assert {primary.expected_sign for primary in study.settings.primary} == {"?"}
    assert compose_study(["study=baseline"]).settings.primary == ()
    mine = "study.primary=[{outcome: market.hhi, horizon: end, expected_sign: '-'}]"
    asked = compose_study(["study=baseline", "policy=[rate_cap]", mine])
    assert [primary.outcome for primary in asked.settings.primary] == ["market.hhi"]


def test_no_policies_at_all_change_nothing() -> None:
    assert compose_study(["study=baseline", "policy=[]"]).arms == ("baseline",)


EVERYWHERE = "applies to every arm, the baseline included; effects are those of the arms on top of it"
ANEW = "where policy is chosen anew;"
OTHERS = f"{ANEW} effects there are those of that choice in place of"
RUMOURS = "rumour, weak_rumour, strong_rumour, rumour_and_freeze"
SHOCK_ANEW = OTHERS.replace("policy", "shock")
CAPS = ", ".join(f"max_apr {cap}" for cap in (0.36, 0.24, 0.21, 0.18, 0.15))
BESIDE_ARMS = [
    (["study=rumour", "policy=[rate_cap]"], f"rate_cap {EVERYWHERE}"),
    (
        ["study=baseline", "policy=[rate_cap]", "+study.arms.other=['economy.policy_rate_apr=0.03']"],
        f"rate_cap {EVERYWHERE}",
    ),
    (
        ["study=tightening", "policy=[rate_cap,disclosure]"],
        f"rate_cap, disclosure applies to baseline, placebo, and not to tightening, {OTHERS} rate_cap, disclosure",
    ),
    (
        ["study=history", "policy=[rate_cap]"],
        f"rate_cap applies to no_rule, and not to 12 others, {ANEW} effects of no_rule include those of rate_cap",
    ),
    (
        ["study=rumour", "shock=[unemployment]"],
        f"unemployment applies to baseline, placebo, and not to {RUMOURS}, {SHOCK_ANEW} unemployment",
    ),
    (
        ["study=sweep_of_rate_cap", "policy=[disclosure]"],
        f"disclosure applies to baseline, placebo, and not to {CAPS}, {OTHERS} disclosure",
    ),
]


@pytest.mark.parametrize(("texts", "message"), fast_first(BESIDE_ARMS, 3))
def test_a_policy_laid_over_the_baseline_of_a_study_with_arms_is_said(texts: list[str], message: str) -> None:
    assert shared(compose_study(texts)) == [message]


BY_KEY = "policy.debt_service_cap={kind: debt_service_cap, max_share: 0.3, announce_month: 24, effective_month: 24}"
AT_THE_ROOT = """
policy:
  debt_service_cap: {kind: debt_service_cap, announce_month: 24, effective_month: 24}
calendar: {months: 48}
observe: {outcome_until: 48}
study:
  name: capped
  question: Is it seen?
  announce_month: 24
  arms: {baseline: [], capped: ["policy=[rate_cap]"]}
  horizons: [end]
"""


def test_a_rule_that_its_key_lays_over_every_arm_is_said() -> None:
    assert shared(compose_study(["study=tightening", BY_KEY])) == [f"debt_service_cap {EVERYWHERE}"]


def test_a_rule_at_the_root_of_a_study_s_file_is_said_until_an_arm_lacks_it(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(AT_THE_ROOT)
    assert shared(compose_study([f"study_file={path}"])) == [f"debt_service_cap {EVERYWHERE}"]
    path.write_text(AT_THE_ROOT.replace('"policy=[rate_cap]"', "~policy.debt_service_cap"))
    assert shared(compose_study([f"study_file={path}"])) == []


def test_a_rule_that_the_baseline_or_a_scenario_chooses_itself_is_not_said(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    both = AT_THE_ROOT.partition("\n")[2].partition("calendar")[2]
    both = f"calendar{both}".replace("[]", "['policy=[rate_cap]']").replace('[rate_cap]"', '[rate_cap,disclosure]"')
    path.write_text(both)
    assert shared(compose_study([f"study_file={path}"])) == []
    path.write_text(f"calendar{AT_THE_ROOT.partition('calendar')[2]}  scenarios: {{calm: ['{BY_KEY}']}}\n")
    assert shared(compose_study([f"study_file={path}"])) == []


def test_a_policy_of_the_market_as_it_is_may_be_made_by_its_key() -> None:
    study = compose_study(["study=baseline", BY_KEY])
    assert policies(study) == {"baseline": [], "debt_service_cap": ["debt_service_cap"], "placebo": []}
    assert (study.name, study.settings.announce_month) == ("effect of debt_service_cap", 24)
    assert study.settings.primary
    assert shared(study) == []
    whole = compose_study(["study=baseline", f"policy={{{BY_KEY.removeprefix('policy.').replace('=', ': ')}}}"])
    assert whole.markets == study.markets


@pytest.mark.slow
@pytest.mark.parametrize(
    "texts",
    [
        ["study=tightening"],
        ["study=tightening", "shock=[income]"],  # in the scenario that has no shock of its own, in all arms alike
        pytest.param(["study=tightening", "policy=[]"], marks=pytest.mark.slow),
        pytest.param(["study=tightening", "economy=feedback"], marks=pytest.mark.slow),
        pytest.param(["study=tightening", "policy.rate_cap.max_apr=0.2"], marks=pytest.mark.slow),
        pytest.param(["study=history", "policy.r12_rate_cap.max_apr=0.3"], marks=pytest.mark.slow),
        pytest.param(["study=rumour", "shock.shutdown_rumour.seed_share=0.1"], marks=pytest.mark.slow),
    ],
)
def test_nothing_is_said_of_what_only_the_arms_that_hold_it_take(texts: list[str]) -> None:
    assert shared(compose_study(texts)) == []


def test_the_plan_lists_what_each_arm_and_scenario_holds_and_prints_the_notices_of_a_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dry_run, "is_compiled", lambda: False)  # no trial: the reference's rates
    texts = ["study=tightening", "policy=[disclosure]", "policy.rate_cap.max_apr=0.07", "population.size=3000"]
    assert main([*texts, "--dry-run"]) == 0
    message = capsys.readouterr()
    lines = message.out.splitlines()
    assert "set policy=[disclosure]: in every arm but tightening" in lines
    assert "set policy.rate_cap.max_apr=0.07: in tightening" in lines
    assert "set population.size=3000: in every arm" in lines
    arm = next(index for index, line in enumerate(lines) if line.startswith("arm tightening: policy=[rate_cap,"))
    assert lines[arm + 1] == "  without disclosure, which baseline has"
    assert (
        "  rate_cap: all-in price of new loans at most 7.00% a year; announced month 24 (2023-01); "
        "in force month 30 (2023-07)" in lines[arm:]
    )
    assert any("phase_in_months=12" in line and "joint_lending_floor" in line for line in lines)
    shock = lines.index("scenario shock: shock=[unemployment]")
    assert lines[shock + 1] == "  unemployment: add_share 0.03; decay from month 36 (2024-01) over 24 months"
    flags = unusual_settings(compose_study(texts))
    assert len(flags) > 1
    assert message.err.splitlines() == [f"unusual: {flag.sentence}" for flag in flags]


def test_a_run_prints_the_same_notices_and_its_manifest_carries_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "sim.market", fake_market())
    texts = [*ASKED, "months=40", "policy=[rate_cap]", "+study.arms.other=['economy.policy_rate_apr=0.03']"]
    assert main([*texts, "study.replicates=1", "archive=none", f"out={tmp_path / 'out'}"]) == 0
    assert f"rate_cap {EVERYWHERE}" in capsys.readouterr().err
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert [flag["why"] for flag in manifest["flags"] if flag["kind"] == LAID_OVER] == [f"rate_cap {EVERYWHERE}"]
    cells = [["calm", "baseline"], ["calm", "other"]]
    assert {"text": "policy=[rate_cap]", "where": cells} in manifest["asked"]


@pytest.mark.slow
def test_what_all_hold_is_said_once_and_an_arm_is_listed_by_what_it_lacks() -> None:
    lines = contents(compose_study(["study=baseline", "shock=[unemployment]"]))
    assert lines[:2] == ["set shock=[unemployment]: in every arm", "in every arm and scenario:"]
    lines = contents(compose_study(["study=history"]))
    arm = next(index for index, line in enumerate(lines) if line.startswith("arm without_price_display"))
    assert lines[arm + 1 : arm + 3] == [
        "  without r13_disclosure, which rulebook has",
        "  with the rest of what rulebook has (22)",
    ]
    assert sum("r13_disclosure: yearly rates are displayed" in line for line in lines) == 1
