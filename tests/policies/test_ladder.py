"""The upper rungs: plans, licences lost and kept, fines, inspections, dressed returns, and the way down again."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.books.returns import Figures, Return, bad_loans_share, dressed, growth_share
from sim.params import DressingParameters, SupervisionParameters
from sim.supervisor.ladder import CLEAR, RUNGS, WAYS_DOWN, Ladder, Standing, after_return
from sim.supervisor.regulator import Regulator
from tests.policies.test_supervision import MadeLender, acts, regulator_with, supervise

PATIENT = 2


def supervised_with(**numbers: Any) -> Regulator:
    supervision = SupervisionParameters()._replace(**numbers)
    return regulator_with(report_lag_months=0, warning_months=PATIENT, supervision=supervision)


def told(ratio: float, month: int = 0, books: float | None = None) -> Return:
    true = ratio if books is None else books
    return Return(month, ratio, 0.08, Figures(true, 10_000_000, 50_000_000, 500_000), ratio - true)


# --- up and down ------------------------------------------------------------------------------------------------------
def test_a_lasting_breach_climbs_to_a_plan_and_costs_the_licence_when_the_plan_fails() -> None:
    regulator = supervised_with(plan_after_months=3, plan_months=4)
    lender = MadeLender(ratio=0.07)
    supervise(regulator, lender, {}, 20)
    assert acts(regulator) == [(0, "warning"), (2, "lending freeze"), (5, "capital plan"), (9, "licence withdrawn")]
    assert lender.status == "resolution"
    assert lender.asked_owners == 1
    reasons = [act.reason for act in regulator.acts]
    assert "3 months in breach under a freeze; capital is to be found by month 9" in reasons[2]
    assert "should have worked by month 9" in reasons[3]


def test_a_lender_that_improves_climbs_down_rung_by_rung() -> None:
    regulator = supervised_with(plan_after_months=1, plan_months=30, clean_returns=2)
    lender = MadeLender()
    supervise(regulator, lender, {0: 0.07, 6: 0.08}, 20)
    assert acts(regulator) == [
        (0, "warning"),
        (2, "lending freeze"),
        (3, "capital plan"),
        (7, "capital plan completed"),
        (9, "freeze lifted"),
        (11, "warning withdrawn"),
    ]
    assert lender.frozen_in == list(range(2, 9))
    assert lender.status == "open"


def test_the_first_clean_return_takes_a_lender_all_the_way_where_no_rung_by_rung_is_asked() -> None:
    regulator = supervised_with(plan_after_months=1, plan_months=30)
    lender = MadeLender()
    supervise(regulator, lender, {0: 0.07, 6: 0.09}, 9)
    assert acts(regulator)[3:] == [(6, "capital plan completed"), (6, "freeze lifted")]
    assert not lender.lending_frozen


def test_a_relapse_on_the_way_down_starts_the_count_of_clean_returns_anew() -> None:
    regulator = supervised_with(clean_returns=2)
    lender = MadeLender()
    supervise(regulator, lender, {0: 0.07, 4: 0.09, 5: 0.07, 6: 0.09}, 12)
    assert acts(regulator) == [(0, "warning"), (2, "lending freeze"), (7, "freeze lifted"), (9, "warning withdrawn")]


@settings(max_examples=200, deadline=None)
@given(
    ratios=st.lists(st.sampled_from([0.05, 0.0799999, 0.08, 0.12]), max_size=40),
    patience=st.integers(1, 4),
    plan_after=st.integers(0, 3),
    plan_months=st.integers(1, 5),
    clean=st.integers(0, 3),
)
def test_no_history_skips_a_rung_up_and_every_act_says_why(
    ratios: list[float], patience: int, plan_after: int, plan_months: int, clean: int
) -> None:
    rules = SupervisionParameters(plan_after_months=plan_after, plan_months=plan_months, clean_returns=clean)
    standing = Standing()
    for month, ratio in enumerate(ratios):
        report = told(ratio, month)
        step = after_return(standing, report, month, Ladder(patience, rules))
        assert step.standing.rung - standing.rung <= 1
        if ratio >= 0.08:
            assert step.standing.rung <= standing.rung
            assert step.standing.months_in_breach == 0
            assert clean > 0 or step.standing.rung == CLEAR
        else:
            assert step.standing.rung >= max(1, standing.rung)
        assert (step.standing.rung == standing.rung and not step.withdrawn) == (step.acts == ())
        assert all(report.describe() in reason for _, reason in step.acts)
        assert not step.withdrawn or (plan_after > 0 and month >= standing.plan_until)
        if step.withdrawn:
            break
        standing = step.standing
    assert len(RUNGS) == len(WAYS_DOWN) + 1


def test_supervision_begins_in_its_month() -> None:
    regulator = supervised_with(plan_after_months=1, plan_months=1, from_month=6)
    supervise(regulator, MadeLender(ratio=0.07), {}, 9)
    assert acts(regulator)[:3] == [(0, "warning"), (2, "lending freeze"), (6, "capital plan")]


# --- fines ------------------------------------------------------------------------------------------------------------
def test_a_step_up_costs_a_share_of_what_is_missing_and_no_more_than_there_is() -> None:
    regulator = supervised_with(breach_fine_share=0.5)
    lender = MadeLender(ratio=0.07, cash=1_000_000)  # 1% of 10,000,000 fen is missing
    supervise(regulator, lender, {}, 6)
    assert acts(regulator) == [(0, "warning"), (2, "lending freeze"), (2, "fine")]
    assert lender.cash == pytest.approx(1_000_000 - 50_000, abs=1)
    poor = MadeLender(ratio=0.07, cash=7)
    regulator = supervised_with(breach_fine_share=0.5)
    supervise(regulator, poor, {}, 6)
    assert poor.cash == 0
    assert "500 yuan to the treasury, of which 0 were paid" in regulator.acts[-1].reason


# --- dressed returns --------------------------------------------------------------------------------------------------
def test_dressing_hides_a_share_of_the_shortfall_and_no_more() -> None:
    dressing = DressingParameters(hidden_share=0.5, near_share=0.01, months=2)
    honest = told(0.07)
    filed = dressed(honest, dressing, 0)
    assert filed.capital_ratio_share == pytest.approx(0.07 + 0.5 * (0.08 + 0.01 - 0.07))
    assert filed.made_up_fen() == pytest.approx(100_000, abs=1)
    assert dressed(honest, dressing, 2) == honest, "it dares two months in a row"
    assert dressed(honest, dressing._replace(from_month=1), 0) == honest
    assert dressed(told(0.09), dressing, 0) == told(0.09), "exactly at what it wants to show"
    assert filed.put_right() == honest


@given(st.floats(0.0, 0.5), st.floats(0.0, 1.0), st.floats(0.0, 0.1))
def test_a_dressed_return_lies_between_the_truth_and_what_is_to_be_shown(
    ratio: float, hidden: float, near: float
) -> None:
    filed = dressed(told(ratio), DressingParameters(hidden_share=hidden, near_share=near), 0)
    assert ratio <= filed.capital_ratio_share <= max(ratio, 0.08 + near) + 1e-12
    assert dressed(told(ratio), DressingParameters(), 0) == told(ratio)


def test_dressing_keeps_a_lender_off_the_ladder_until_inspectors_come() -> None:
    def completed(visits: float) -> tuple[list[tuple[int, str]], MadeLender]:
        supervision = SupervisionParameters(inspections_a_year=visits, false_return_fine_share=1.0, weak_factor=1.0)
        regulator = regulator_with(report_lag_months=1, warning_months=2, supervision=supervision)
        lender = MadeLender(ratio=0.075, dressing=DressingParameters(hidden_share=1.0, months=600))
        supervise(regulator, lender, {}, 5)
        return acts(regulator), lender

    assert completed(0.0) == ([], completed(0.0)[1])
    log, lender = completed(12.0)  # every month
    assert log[:5] == [
        (0, "inspection"),
        (0, "false return found"),
        (0, "fine"),
        (0, "warning"),
        (0, "lending freeze"),
    ]
    assert lender.lending_frozen
    assert lender.cash < 1_000_000


def test_inspectors_put_right_what_is_on_its_way_and_read_each_return_once() -> None:
    supervision = SupervisionParameters(inspections_a_year=12.0, from_month=3)
    regulator = regulator_with(report_lag_months=6, warning_months=3, supervision=supervision)
    lender = MadeLender(ratio=0.075)
    supervise(regulator, lender, {}, 4)
    assert acts(regulator) == [(3, "inspection"), (3, "warning"), (3, "lending freeze")], "four returns at once"
    assert "a false return" not in regulator.acts[-1].reason
    assert regulator.standings["made"].returns == ()


def test_lenders_that_look_weak_are_visited_more_often_and_visits_are_keyed() -> None:
    def visits(ratio: float, number: int = 1) -> list[int]:
        supervision = SupervisionParameters(inspections_a_year=1.0, weak_factor=6.0, weak_margin_share=0.02)
        regulator = regulator_with(report_lag_months=0, supervision=supervision)
        supervise(regulator, MadeLender(id=number, ratio=ratio), {}, 60)
        return [act.month for act in regulator.acts if act.act == "inspection"]

    assert set(visits(0.2)) < set(visits(0.09)), "the same draws, a higher rate"
    assert visits(0.1) == visits(0.2), "exactly at the margin is not weak"
    assert visits(0.2) == visits(0.2)
    assert visits(0.09, 1) != visits(0.09, 2)


# --- indicators -------------------------------------------------------------------------------------------------------
def test_bad_loans_are_a_share_of_all_and_growth_looks_a_year_back() -> None:
    assert bad_loans_share([told(0.1), told(0.1)]) == pytest.approx(0.01)
    assert bad_loans_share([]) is None
    assert growth_share([tuple(range(100, 112))]) is None
    assert growth_share([tuple(range(100, 113)), (50,)]) == pytest.approx(0.12)
