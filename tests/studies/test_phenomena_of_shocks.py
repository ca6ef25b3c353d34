"""What must come out of disclosure, rumours and the loop through jobs: signs written into the studies beforehand.

Quick ones use a few thousand people and look at signs alone; slow ones ask more of more seeds.
"""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.compose.study import compose, compose_study
from sim.codes import RESOLUTION
from sim.market import CreditMarket
from tests.studies.completed_study import assert_signs, completed_study, effect
from tests.variants import fast_first

START, MONTHS = 6, 24  # of the markets in which a platform may fail
STRENGTHS = (0.01, 0.05, 0.2)  # share of people told at first
CASH_SHARES = (0.08, 0.3, 1.0)  # of loans, that the platform means to have at hand


@pytest.mark.parametrize("name", fast_first(["rumour", "disclosure", "macro_loop"], 1))
def test_every_study_declares_its_signs_and_holds_a_placebo(name: str) -> None:
    study = compose_study([f"study={name}", "scale=smoke"])
    assert {primary.expected_sign for primary in study.settings.primary} & {"+", "-"}
    assert study.settings.placebo in study.arms


@pytest.mark.slow
def test_demand_moves_to_lenders_that_hide_little_of_their_price() -> None:
    found = completed_study("disclosure", 4_000, 3, ("shown",))
    assert effect(found, "lender.micro_lender.applications", "1-12", "shown")["mean"] < 0.0
    assert effect(found, "lender.micro_lender.new_applications", "1-12", "shown")["mean"] < 0.0
    assert effect(found, "lender.bank.applications", "1-12", "shown")["mean"] > 0.0


@pytest.mark.slow
def test_a_rumour_makes_customers_draw_at_once_and_a_freeze_leaves_fewer_of_them_with_the_money() -> None:
    found = completed_study("rumour", 4_000, 3, ("rumour", "weak_rumour", "rumour_and_freeze"), "calm_funders")
    attempted, completed = "lender.platform_a.line_applications", "lender.platform_a.line_approvals"
    tried = effect(found, attempted, "1-1", "rumour")["mean"]
    assert 0.0 < effect(found, attempted, "1-1", "weak_rumour")["mean"] < tried
    got, frozen = (effect(found, completed, "2-6", arm)["mean"] for arm in ("rumour", "rumour_and_freeze"))
    assert frozen < min(0.0, got), "who is frozen out completes nothing"
    assert got < tried, "the platform's money does not suffice for all who rush"


def months_to_failure(seed: int, cash_share: float, people: int, strengths: tuple[float, ...]) -> list[int]:
    """How long platform A lives after rumours of several strengths, funders listening; MONTHS = it does not fail."""
    sizes = [f"population.size={people}", "calendar.warm_up_months=60", f"calendar.months={MONTHS}"]
    lender = [
        "lender.platform_a.funders={rumour_rollover_slope:2.0}",
        f"lender.platform_a.cash_target_share={cash_share}",
    ]
    eve = CreditMarket(compose([*sizes, *lender]), rng=seed)
    eve.run_until(START)
    months_to_failure = []
    for share in strengths:
        rumour = ["shock=[shutdown_rumour]", f"shock.shutdown_rumour.start_month={START}"]
        branch = eve.branch(compose([*sizes, *lender, *rumour, f"shock.shutdown_rumour.seed_share={share}"]))
        branch.run()
        rows = branch.record.table("lender").to_pandas().query("lender == 'platform_a'")
        failed = rows.loc[rows["status"] == RESOLUTION, "month"]
        months_to_failure.append(int(failed.min()) - START if len(failed) else MONTHS)
    return months_to_failure


def table_of_failures(seeds: range, people: int) -> pd.DataFrame:
    """Months to failure summed over seeds: a row for each liquidity, a column for each strength of the rumour."""
    rows = [
        pd.DataFrame(
            [months_to_failure(seed, cash, people, STRENGTHS) for seed in seeds], columns=list(STRENGTHS)
        ).sum()
        for cash in CASH_SHARES
    ]
    return pd.DataFrame(rows, index=list(CASH_SHARES))


@pytest.mark.slow
def test_a_platform_with_much_at_hand_survives_a_rumour_that_closes_it_with_little() -> None:
    little, much = (sum(months_to_failure(2, cash, 1_500, (0.05,))) for cash in (0.08, 1.0))
    assert little < MONTHS
    assert little < much


@pytest.mark.slow
def test_a_yuan_not_lent_costs_jobs() -> None:
    found = completed_study("macro_loop", 4_000, 2, ("tightening",), "slump")
    assert effect(found, "market.unemployment_share", "1-24", "tightening")["mean"] > 0.0
    assert effect(found, "market.originations_fen", "1-24", "tightening")["mean"] < 0.0


@pytest.mark.slow
def test_disclosure_over_seeds() -> None:
    assert_signs(completed_study("disclosure", 20_000, 6, ("shown",)))


@pytest.mark.slow
def test_the_rush_over_seeds() -> None:
    found = completed_study("rumour", 20_000, 6, ("rumour", "rumour_and_freeze"), "calm_funders")
    assert_signs(found)
    got, frozen = (
        effect(found, "lender.platform_a.line_approvals", "2-6", arm) for arm in ("rumour", "rumour_and_freeze")
    )
    assert frozen["high"] < got["low"]


@pytest.mark.slow
def test_failure_falls_with_liquidity_at_every_strength_of_the_rumour() -> None:
    months = table_of_failures(range(1, 5), 2_000)
    for strength in STRENGTHS:
        assert months[strength].is_monotonic_increasing, months
        assert months[strength].iloc[0] < months[strength].iloc[-1], months


@pytest.mark.slow
def test_the_same_yuan_of_tightening_costs_more_jobs_in_a_slump_than_in_a_boom() -> None:
    """Jobs lost for each yuan not lent, so that the tightening realised is the same in both."""
    cost = {}
    for scenario in ("boom", "slump"):
        found = completed_study("macro_loop", 20_000, 6, ("tightening",), scenario)
        assert_signs(found)
        jobs = effect(found, "market.unemployment_share", "1-24", "tightening")
        lent = effect(found, "market.originations_fen", "1-24", "tightening")
        cost[scenario] = {side: jobs[side] / -lent["mean"] for side in ("low", "mean", "high")}
    assert cost["boom"]["high"] < cost["slump"]["low"], cost
