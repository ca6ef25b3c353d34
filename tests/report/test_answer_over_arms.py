"""The answer covers every arm, scenario and primary outcome, and says of all only what is true of each."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.report.blocks import Table
from experiments.report.comparison import DOWN, NO_INTERVAL, SAME, UNCLEAR, UP, Cell, Contrast, outcome_clause
from experiments.report.effects import Effect, outcome_words, read_effects
from experiments.report.reading import Study
from experiments.report.sections.answer import answer_section, five_sentences
from tests.report.made_effects import IDENTICAL, made

APPROVAL, DEBT, PRICE = "market.approval_share", "market.indebted_share", "lender.all.mean_apr"
FALL, RISE, NOTHING = (-0.03, -0.04, -0.02), (0.02, 0.01, 0.03), (-0.001, -0.004, 0.002)
NAN = float("nan")


def five_answers(study: Study) -> list[str]:
    return [text.replace("\u2212", "-").replace("\u202f", " ") for text in five_sentences(study, read_effects(study))]


def tables(study: Study) -> list[Table]:
    return [block for block in answer_section(study).blocks if isinstance(block, Table)]


def over(arms: tuple[str, ...], ends: tuple[object, ...], outcome: str = APPROVAL, scenario: str = "calm") -> dict:
    return {(outcome, arm, scenario): each for arm, each in zip(arms, ends, strict=True)}


CAPS = ("cap 0.36", "cap 0.24", "cap 0.20", "cap 0.18", "cap 0.16")


def test_a_sweep_is_described_by_ranges_and_its_exceptions_by_name(tmp_path: Path) -> None:
    ends = (NOTHING, *((-size, -size - 0.01, -size + 0.005) for size in (0.01, 0.02, 0.04, 0.08)))
    study = made(tmp_path / "made", over(CAPS, ends))
    opening, calm, *_ = five_answers(study)
    assert "5 arms, “cap 0.36” to “cap 0.16”, were each run beside “baseline” in 10 pairs" in opening
    assert (
        "down under 4 of 5 arms, from -1.00 (“cap 0.24”) to -8.00 percentage points (“cap 0.16”), and "
        "not distinguishable from zero under “cap 0.36” (-0.10 percentage points, -0.40 to +0.20)"
    ) in calm
    (table,) = tables(study)
    assert [row[0] for row in table.rows] == list(CAPS)
    assert table.rows[0][2].endswith("not distinguishable from 0")
    assert [row[2].rsplit(" ", 1)[1] for row in table.rows[1:]] == ["down"] * 4


def test_opposite_signs_are_distinguished(tmp_path: Path) -> None:
    study = made(tmp_path / "made", over(("lax", "strict"), (RISE, FALL)))
    calm = five_answers(study)[1]
    assert "down under “strict” (-3.0 percentage points, -4.0 to -2.0)" in calm
    assert "up under “lax” (+2.00 percentage points, +1.00 to +3.00)" in calm
    assert "both" not in calm
    assert (
        "1 had the sign expected beforehand, 1 the opposite sign and 0 could not be distinguished"
        in five_answers(study)[-1]
    )
    assert "“lax”: 0 had the sign expected" in five_answers(study)[-1]


def test_what_all_do_is_said_of_all(tmp_path: Path) -> None:
    calm = five_answers(made(tmp_path / "made", over(("one", "two"), (FALL, FALL))))[1]
    assert "down under both arms, “one” (-3.0 percentage points, -4.0 to -2.0) and “two” (" in calm


def test_an_effect_on_nothing_is_said_to_be_none(tmp_path: Path) -> None:
    calm = five_answers(made(tmp_path / "made", over(CAPS, (NOTHING,) * 5)))[1]
    assert "not distinguishable from zero under all 5 arms" in calm
    assert "down" not in calm
    calm = five_answers(made(tmp_path / "same", over(CAPS, (IDENTICAL,) * 5)))[1]
    assert "identical to the reference under all 5 arms" in calm


def test_a_sign_that_was_left_open_is_neither_met_nor_called_unclear(tmp_path: Path) -> None:
    verdict = five_answers(made(tmp_path / "made", over(("one", "two"), (FALL, NOTHING)), expected="?"))[-1]
    assert "Of 2 primary estimates over 2 arms, no sign was expected and 1 can be distinguished from zero" in verdict
    assert "opposite" not in verdict
    mixed = {**over(("one",), (FALL,)), **over(("one",), (RISE,), DEBT)}
    assert "1 had the sign expected" in five_answers(made(tmp_path / "mixed", mixed))[-1]


def test_what_could_not_be_compared_is_said_and_never_counted_as_nothing(tmp_path: Path) -> None:
    cells = over(("one", "two", "three"), (FALL, None, FALL))
    study = made(tmp_path / "made", cells)
    assert "not compared for want of values under “two”" in five_answers(study)[1]
    assert "all 3" not in five_answers(study)[1]
    study = made(tmp_path / "absent", over(("one", "two"), (FALL, FALL)), left_out=[(APPROVAL, "two", "calm")])
    assert "not compared for want of values under “two”" in five_answers(study)[1]
    assert [row[2] for row in tables(study)[0].rows][1] == "no value"


def test_one_pair_has_no_interval_and_is_said_so(tmp_path: Path) -> None:
    study = made(tmp_path / "made", over(("one", "two"), ((-0.03, NAN, NAN), (0.02, NAN, NAN))), pairs=1)
    opening, calm, *_ = five_answers(study)
    assert "in 1 pair per scenario" in opening
    assert "without an interval under both arms" in calm
    assert "down" not in calm


def test_missing_pairs_are_said_by_their_range(tmp_path: Path) -> None:
    study = made(tmp_path / "made", over(("one", "two"), (FALL, FALL)))
    path = study.folder / "tables" / "effects.parquet"
    table = pd.read_parquet(path)
    table.loc[0, "replicates"] = 7
    table.to_parquet(path)
    again = Study(study.folder)
    assert "in 7 to 10 pairs per scenario" in five_answers(again)[0]
    assert "with 7 to 10 pairs" in five_answers(again)[-1]


@pytest.mark.parametrize("arms", [1, 2, 9])
def test_more_than_six_outcomes_are_all_there(tmp_path: Path, arms: int) -> None:
    outcomes = [f"market.outcome{number}_share" for number in range(8)]
    names = [f"arm {number}" for number in range(arms)]
    cells = {
        (outcome, arm, "calm"): (FALL, RISE, NOTHING)[at % 3] for at, outcome in enumerate(outcomes) for arm in names
    }
    study = made(tmp_path / "made", cells)
    calm, shown = five_answers(study)[1], tables(study)
    assert all(outcome_words(outcome) in calm for outcome in outcomes)
    assert {title.split(" (")[0] for table in shown for title in (*table.head, *(row[0] for row in table.rows))} >= {
        outcome_words(outcome) for outcome in outcomes
    }
    cells_shown = [cell for table in shown for row in table.rows for cell in row if "pp" in cell or "points" in cell]
    assert len(cells_shown) == 8 * arms


def test_every_scenario_is_described(tmp_path: Path) -> None:
    ends = {"calm": FALL, "shock": NOTHING, "slump": RISE}
    cells = {(APPROVAL, arm, scenario): found for scenario, found in ends.items() for arm in ("one", "two")}
    study = made(tmp_path / "made", cells)
    other = five_answers(study)[2]
    assert re.search(r"Under “shock”, .*not distinguishable from zero under both arms", other)
    assert re.search(r"Under “slump”, .*up under both arms", other)


def test_a_sweep_over_scenarios_is_described_over_all_of_them(tmp_path: Path) -> None:
    scenarios = ["calm", *(f"shock {size}" for size in (1, 2, 3, 4, 5))]
    cells = {(APPROVAL, "cap", scenario): FALL for scenario in scenarios} | {(APPROVAL, "cap", "shock 5"): RISE}
    study = made(tmp_path / "made", cells)
    other = five_answers(study)[2]
    assert "down under 4 of 5 scenarios" in other
    assert "up under “shock 5”" in other
    assert [row[1] for row in tables(study)[0].rows] == scenarios


def test_arms_by_many_scenarios_count_their_cases(tmp_path: Path) -> None:
    cells = {(APPROVAL, arm, scenario): FALL for arm in ("one", "two") for scenario in ("calm", "a", "b", "c")}
    assert "down under all 6 cases" in five_answers(made(tmp_path / "made", cells))[2]


@pytest.mark.parametrize(
    ("signs", "message"),
    [
        (["-", "+"], "2 primary outcomes and their signs were declared beforehand"),
        (["?", "?"], "2 primary outcomes, of no expected sign, were declared beforehand"),
        (["-", "?"], "2 primary outcomes, 1 of them with its sign, were declared beforehand"),
    ],
)
def test_the_opening_says_which_signs_were_declared(tmp_path: Path, signs: list[str], message: str) -> None:
    study = made(tmp_path / "made", {**over(("one",), (FALL,)), **over(("one",), (FALL,), DEBT)})
    path = study.folder / "tables" / "effects.parquet"
    table = pd.read_parquet(path)
    table["expected_sign"] = signs
    table.to_parquet(path)
    assert message in five_answers(Study(study.folder))[0]


def test_the_placebo_is_left_out_of_the_answer_and_that_is_said(tmp_path: Path) -> None:
    study = made(tmp_path / "made", over(("cap", "placebo"), (FALL, RISE)), placebo="placebo")
    sentences = five_answers(study)
    assert "“placebo” is no policy and stands in the full table of the key effects" in sentences[0]
    assert not any("placebo" in text for text in sentences[1:])
    alone = made(tmp_path / "alone", over(("placebo",), (NOTHING,)), placebo="placebo")
    assert "“placebo” was run beside" in five_answers(alone)[0]


def test_an_outcome_declared_for_one_arm_is_marked_at_the_others(tmp_path: Path) -> None:
    study = made(tmp_path / "made", over(("one", "two"), (FALL, RISE)))
    path = study.folder / "tables" / "effects.parquet"
    table = pd.read_parquet(path)
    table["primary"] = table["arm"] == "one"
    table.to_parquet(path)
    again = Study(study.folder)
    (shown,) = tables(again)
    assert [row[2].endswith(" *") for row in shown.rows] == [False, True]
    assert "*: not declared beforehand for this arm" in shown.caption
    assert "Of 1 primary estimate over 2 arms" in five_answers(again)[-1]


def test_one_arm_keeps_its_sentences_and_needs_no_table(tmp_path: Path) -> None:
    study = made(tmp_path / "made", {(APPROVAL, "cap", "calm"): FALL, (APPROVAL, "cap", "shock"): RISE})
    assert "changed by -3.0 percentage points (95% interval -4.0 to -2.0, 10 pairs)" in five_answers(study)[1]
    assert tables(study) == []


# --- what is not known, and what it is known from ---------------------------------------------------------------------
def test_an_outcome_without_a_value_was_declared_all_the_same(tmp_path: Path) -> None:
    study = made(tmp_path / "made", {(APPROVAL, "cap", "calm"): FALL, (PRICE, "cap", "calm"): None})
    opening, *_, verdict = five_answers(study)
    assert "2 primary outcomes and their signs were declared beforehand" in opening
    assert "Of 2 primary estimates, 1 had the sign expected beforehand" in verdict
    assert "0 could not be distinguished from zero, 1 was without a value (1 hold at 5%" in verdict


def test_an_effect_without_an_interval_is_not_among_those_that_were_not_distinguishable_from_zero(
    tmp_path: Path,
) -> None:
    study = made(tmp_path / "made", {(APPROVAL, "cap", "calm"): (0.1, NAN, NAN)})
    assert "0 could not be distinguished from zero, 1 was without an interval" in five_answers(study)[-1]


def test_months_and_pairs_that_were_left_out_are_said_beside_the_effect(tmp_path: Path) -> None:
    lost = {"months_without_value": 110, "pairs_without_value": 2}
    study = made(tmp_path / "one", {(PRICE, "cap", "calm"): RISE}, more=lost)
    assert (
        "10 pairs), without 110 months of 10 pairs and 2 whole pairs, in which an arm has no value"
        in five_answers(study)[1]
    )
    several = made(tmp_path / "several", over(("lax", "strict"), (RISE, FALL)), more=lost)
    assert "up under “lax” (+2.00 percentage points, +1.00 to +3.00 †)" in five_answers(several)[1]
    (table,) = tables(several)
    assert table.caption.endswith("†: months or pairs in which an arm has no value are left out")
    assert all(" †" in row[2] for row in table.rows)
    whole = made(tmp_path / "whole", over(("lax", "strict"), (RISE, FALL)))
    assert "†" not in str(tables(whole)) + "".join(five_answers(whole))


@pytest.mark.parametrize(("name", "kind"), [("count", "bound for counts"), ("bootstrap", "bootstrap-t")])
def test_an_effect_is_distinguishable_from_zero_only_if_no_interval_holds_it(
    tmp_path: Path, name: str, kind: str
) -> None:
    holding = {f"{name}_low": -0.05, f"{name}_high": 0.01}
    study = made(tmp_path / "one", {(APPROVAL, "cap", "calm"): FALL}, more=holding)
    interval = f"95% interval -4.0 to -2.0, {kind} -5.0 to +1.0"
    assert f"({interval}, 10 pairs), not distinguishable from zero" in five_answers(study)[1]
    assert (
        "0 had the sign expected beforehand, 0 the opposite sign and 1 could not be distinguished"
        in five_answers(study)[-1]
    )
    assert "(0 hold at 5% after Holm's correction)" in five_answers(study)[-1]
    several = made(tmp_path / "several", over(("lax", "strict"), (FALL, FALL)), more=holding)
    assert "not distinguishable from zero under both arms" in five_answers(several)[1]
    (table,) = tables(several)
    assert (
        table.rows[0][2]
        .replace("\u2212", "-")
        .endswith(f"(-4.0 to -2.0; {kind} -5.0 to +1.0), not distinguishable from 0")
    )
    clear = made(
        tmp_path / "clear", {(APPROVAL, "cap", "calm"): FALL}, more={f"{name}_low": -0.05, f"{name}_high": -0.01}
    )
    assert kind not in five_answers(clear)[1]
    assert "1 had the sign expected beforehand" in five_answers(clear)[-1]


# --- what is stated of all is true of each ----------------------------------------------------------------------------
KINDS = {DOWN: FALL, UP: RISE, UNCLEAR: NOTHING, SAME: IDENTICAL, NO_INTERVAL: (0.1, NAN, NAN)}


def cell(index: int, kind: str) -> Cell:
    mean, low, high = KINDS[kind]
    method = "identical" if kind == SAME else "t"
    effect = Effect("market.x_share", True, 0, "a", "b", "end", mean, low, high, 5, 0.5, 0.1, 0.0, method, "", None, ())
    return Cell(Contrast(str(index), "calm", f"“{index}”"), effect)


@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=12))
def test_all_is_said_only_where_all_are_alike_and_every_exception_is_named_or_counted(kinds: list[str]) -> None:
    cells = [cell(index, kind) for index, kind in enumerate(kinds)]
    message = outcome_clause(("market.x_share", "end"), cells, "arm")
    assert ("under all" in message or "under both" in message) == (len(set(kinds)) == 1)
    for kind in set(kinds):
        mine = [one for one in cells if one.kind == kind]
        named = all(one.contrast.words in message for one in mine)
        assert named or f"under {len(mine)} of {len(kinds)} arms" in message or len(mine) == len(kinds)


def test_every_kind_of_cell_is_among_those_that_are_made() -> None:
    assert {cell(0, kind).kind for kind in KINDS} == set(KINDS)
