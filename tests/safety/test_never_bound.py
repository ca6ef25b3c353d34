"""A rule is reported as never binding only where that is exact; otherwise its channels are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from experiments.compare.asked_rules import raised_rules
from experiments.compare.identical_arms import NestedArms
from experiments.compare.never_bound import MADE_OF, idle_instruments
from experiments.compose.registry import kinds, member_class
from experiments.compose.study import StudyConfig, compose_study
from experiments.compose.warnings.warning import IDLE, MATCHED, NAMELESS, Flag
from experiments.keep.files import write_table
from sim.codes import OUTCOMES
from sim.policies.base import Instrument
from sim.values import Rules

SHORT = ("months=60", "lender=[bank_a,platform_a]")
LIMITS = ("lender", "month", "constraint", "refused_fen", "narrowed_by_rules")


@cache
def study(*texts: str) -> StudyConfig:
    return compose_study([*SHORT, *texts])


@cache
def with_policy(name: str) -> StudyConfig:
    """A market with one policy and the market without it."""
    return study("study=baseline", f"policy=[{name}]")


def record(
    folder: Path, refused: Sequence[tuple[str, str, int]] = (), limits: Sequence[tuple[str, tuple[object, ...]]] = ()
) -> Path:
    """Write refusals by arm, constraint and number; and limits by arm: lender, month, constraint, refused, narrowed."""
    arms = [arm for arm, *_ in refused]
    rows = {"arm": arms, "scenario": ["calm"] * len(arms), "constraint": [name for _, name, _ in refused]}
    write_table(folder / "refused.parquet", pa.table(rows | {"applications": [count for *_, count in refused]}))
    columns = {name: [values[index] for _, values in limits] for index, name in enumerate(LIMITS)}
    keys = {"arm": [arm for arm, _ in limits], "scenario": ["calm"] * len(limits)}
    if limits:
        write_table(folder / "budgets.parquet", pa.table(keys | columns))
    return folder


def found(one: StudyConfig, tables: Path, nested: Sequence[NestedArms] = ()) -> list[tuple[str, str]]:
    return [(flag.kind, flag.setting) for flag in idle_instruments(one, tables, nested)]


# --- the capital rule -------------------------------------------------------------------------------------------------
CAPITAL = "policy.capital_adequacy"
BOUND = ("bank_a", 40, "capital_policy", 500, 1)  # the rule is in force from month 30


def test_a_capital_rule_that_refuses_under_the_lenders_own_target_is_not_called_idle(tmp_path: Path) -> None:
    one = with_policy("capital_adequacy")
    refused = [("capital_adequacy", "capital_policy", 3), ("baseline", "limit", 1)]
    assert found(one, record(tmp_path, refused, [("capital_adequacy", BOUND)])) == []


@pytest.mark.parametrize(
    "limit",
    [
        ("bank_a", 40, "capital_policy", 500, 0),  # the lender's own target, whatever the rule
        ("bank_a", 40, "capital_policy", 0, 1),  # tighter, and nobody was refused
        ("bank_a", 29, "capital_policy", 500, 1),  # before the rule was in force
        ("bank_a", 40, "leverage_policy", 500, 1),  # a limit that another rule makes
        ("bank_a", 40, "growth_plan", 500, 0),
    ],
    ids=str,
)
def test_refusals_that_the_rule_has_no_part_in_are_not_attributed_to_it(
    tmp_path: Path, limit: tuple[object, ...]
) -> None:
    one = with_policy("capital_adequacy")
    tables = record(tmp_path, [("capital_adequacy", "capital_policy", 3)], [("capital_adequacy", limit)])
    (flag,) = idle_instruments(one, tables)
    assert (flag.kind, flag.setting) == (NAMELESS, CAPITAL)
    assert "never" not in flag.sentence
    assert "can act through lenders' own target of capital" in flag.usual
    assert "effects" in flag.why


def test_of_two_rules_the_one_that_sets_the_target_is_at_work(tmp_path: Path) -> None:
    texts = ("policy=[capital_adequacy,leverage_ratio]", "study.chosen_policy.place=in_every_arm")
    one = study("study=baseline", *texts)
    tables = record(tmp_path, [("baseline", "capital_policy", 3)], [("baseline", BOUND)])
    assert found(one, tables) == [(NAMELESS, "policy.leverage_ratio")]


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("conservation_buffer", ("bank_a", 40, "capital_policy", 5, 1)),
        ("countercyclical_buffer", ("bank_a", 40, "capital_policy", 5, 1)),
        ("risk_weights", ("bank_a", 40, "capital_policy", 5, 1)),
        ("leverage_ratio", ("bank_a", 40, "leverage_policy", 5, 1)),
        ("joint_lending_floor", ("platform_a", 40, "capital_policy", 5, 1)),
    ],
)
def test_every_rule_that_lenders_meet_through_a_target_of_their_own_is_seen_there(
    tmp_path: Path, name: str, limit: tuple[object, ...]
) -> None:
    one = with_policy(name)
    tables = record(tmp_path, [(name, str(limit[2]), 3), ("baseline", "limit", 1)], [(name, limit)])
    assert found(one, tables) == []


# --- what is exact ----------------------------------------------------------------------------------------------------
def test_a_rule_that_asks_for_no_more_than_the_others_never_bound(tmp_path: Path) -> None:
    one = study("study=baseline", "policy=[capital_adequacy]", "policy.capital_adequacy.minimum_share=0.05")
    assert found(one, record(tmp_path, [("capital_adequacy", "limit", 2)])) == [(IDLE, CAPITAL)]
    two = study("study=baseline", "policy=[rate_cap,borrower_cap]")  # 200,000 yuan are the cap before any instrument
    tables = record(tmp_path, [("rate_cap and borrower_cap", name, 2) for name in ("rate_cap", "borrower_cap")])
    assert found(two, tables) == [(IDLE, "policy.borrower_cap")]


def with_rate_caps(**caps: float) -> StudyConfig:
    """A market with several caps on the same price."""
    one = with_policy("rate_cap")
    cell = ("calm", "rate_cap")
    (_, cap), *_ = one.markets[cell].policy
    policy = tuple((name, replace(cap, max_apr=apr)) for name, apr in caps.items())
    return one._replace(markets={**one.markets, cell: one.markets[cell]._replace(policy=policy)})


@pytest.mark.parametrize(
    ("caps", "expected"),
    [
        ({"first": 0.24, "second": 0.24}, {"first": "second", "second": "first"}),
        ({"first": 0.24, "second": 0.36}, {"second": "first"}),
        (
            {"first": 0.24, "second": 0.36, "third": 0.24},
            {"first": "third", "second": "first, third", "third": "first"},
        ),
    ],
)
def test_a_rule_that_another_asks_for_as_well_is_not_said_never_to_have_bound(
    tmp_path: Path, caps: dict[str, float], expected: dict[str, str]
) -> None:
    """Two caps of 24% close bands together, though either could be taken out."""
    flags = idle_instruments(with_rate_caps(**caps), record(tmp_path, [("rate_cap", "rate_cap", 2)]))
    assert {flag.setting: flag.kind for flag in flags} == {f"policy.{name}": MATCHED for name in expected}
    for flag in flags:
        assert f"since as much or more is asked by {expected[flag.setting.removeprefix('policy.')]};" in flag.why
        assert IDLE not in flag.sentence


@pytest.mark.parametrize("name", ["debt_service_cap", "lender_count_cap", "eligible_borrowers", "soft_risk_limit"])
def test_a_rule_that_acts_by_refusals_alone_never_bound_when_there_was_none(tmp_path: Path, name: str) -> None:
    one = with_policy(name)
    trace = member_class("policy", name, "policy").TRACE
    assert found(one, record(tmp_path, [(name, "limit", 2)])) == [(IDLE, f"policy.{name}")]
    assert found(one, record(tmp_path, [(name, trace, 2)])) == []


def nested_arm(name: str, is_same: bool, policies: tuple[str, ...] = ()) -> NestedArms:
    return NestedArms("calm", name, "baseline", policies or (name,), is_same)


@pytest.mark.parametrize("name", ["rate_cap", "capital_adequacy", "disclosure", "collection_conduct", "risk_weights"])
def test_runs_that_are_the_same_without_it_prove_that_it_never_bound_and_others_that_it_did(
    tmp_path: Path, name: str
) -> None:
    one = with_policy(name)
    tables = record(tmp_path, [(name, "limit", 2), ("baseline", "limit", 2)])
    assert found(one, tables, [nested_arm(name, True)]) == [(IDLE, f"policy.{name}")]
    assert "“baseline”" in idle_instruments(one, tables, [nested_arm(name, True)])[0].why
    assert found(one, tables, [nested_arm(name, False)]) == []


def test_an_arm_without_several_of_them_tells_of_each_only_when_nothing_differs(tmp_path: Path) -> None:
    one = study("study=baseline", "policy=[rate_cap,capital_adequacy]")
    arm = "rate_cap and capital_adequacy"
    tables, both = record(tmp_path, [(arm, "limit", 2)]), ("capital_adequacy", "rate_cap")
    assert found(one, tables, [nested_arm(arm, True, both)]) == [(IDLE, CAPITAL), (IDLE, "policy.rate_cap")]
    assert found(one, tables, [nested_arm(arm, False, both)]) == [(NAMELESS, CAPITAL), (NAMELESS, "policy.rate_cap")]


def test_a_record_without_the_attribution_is_read_as_it_is(tmp_path: Path) -> None:
    one = with_policy("capital_adequacy")
    tables = record(tmp_path, [("capital_adequacy", "capital_policy", 3)])
    old = {"arm": ["capital_adequacy"], "scenario": ["calm"], "constraint": ["capital_policy"], "refused_fen": [5]}
    write_table(tables / "budgets.parquet", pa.table(old))
    assert found(one, tables) == [(NAMELESS, CAPITAL)]


# --- every instrument -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(kinds("policy")))
def test_every_instrument_says_what_it_acts_through(name: str) -> None:
    instrument = member_class("policy", name, "policy")
    assert isinstance(instrument.ACTS_THROUGH, tuple)
    assert instrument.ACTS_THROUGH != Instrument.ACTS_THROUGH, "its file tells the ways"
    assert instrument.TRACE or instrument.ACTS_THROUGH, "what refuses nobody does something else"
    assert all(way and way == way.strip() and not way.endswith(".") for way in instrument.ACTS_THROUGH)


def test_limits_are_made_of_rules_that_there_are() -> None:
    assert set(MADE_OF) <= set(OUTCOMES)
    assert all(fields <= set(Rules._fields) for fields in MADE_OF.values())


def test_what_an_instrument_raises_is_what_the_rulebook_lacks_without_it() -> None:
    one = study("study=baseline", "policy=[capital_adequacy,conservation_buffer]", "months=48")
    market = one.markets["calm", one.arms[1]]
    raised = raised_rules(market)
    assert raised["capital_adequacy"].by_kind_and_month["bank", 30] == {"minimum_capital_share"}
    assert raised["conservation_buffer"].by_kind_and_month["platform", 47] == {"conservation_buffer_share"}
    assert set(raised["capital_adequacy"].by_kind_and_month) == {
        (kind, month) for kind in ("bank", "platform") for month in range(30, 48)
    }


def test_an_instrument_that_waits_for_what_it_sees_is_not_judged_beforehand(tmp_path: Path) -> None:
    one = with_policy("credit_gap_buffer")
    assert found(one, record(tmp_path, [("credit_gap_buffer", "limit", 1)])) == [(NAMELESS, "policy.credit_gap_buffer")]


def test_a_flag_that_nobody_was_refused_by_name_reads_as_a_sentence() -> None:
    flag = Flag(NAMELESS, CAPITAL, "", "it refuses as capital rule, and can act through prices", "look at effects", ())
    assert flag.sentence == (
        "policy.capital_adequacy: refused nobody by name; it refuses as capital rule, and can act through prices: "
        "look at effects"
    )
