"""P6, the joint-lending floor: where capital binds the platform shrinks, partners and others grow, the total falls."""

from functools import cache

import pandas as pd
import pytest

from experiments.compare.effects import compare
from experiments.compose.study import StudyConfig, compose_study
from sim.market import CreditMarket
from sim.params import MarketConfig
from tests.market.small_market import one_lender

HORIZON = "3-12"
SCENARIOS = ("owners_pay_in", "owners_stay_out")
ARMS = ("baseline", "floor")
PLATFORM = "lender.platform_a.managed_loans_fen"
ALL = "lender.all.managed_loans_fen"


class Size:
    """How large a study is run: people, months of warm-up, replicates."""

    tiny = (1_500, 24, 2)
    small = (6_000, 48, 8)


@cache
def planned(people: int, warm_up: int) -> StudyConfig:
    return compose_study(
        ["study=joint_lending", "months=37", f"population.size={people}", f"calendar.warm_up_months={warm_up}"]
    )


@cache
def run_of(config: MarketConfig, seed: int, replicate: int) -> dict[str, pd.DataFrame]:
    market = CreditMarket(config, rng=seed, replicate=replicate)
    market.run()
    return {name: market.record.table(name).to_pandas() for name in ("lender", "budgets")}


@cache
def table_of_run(size: tuple[int, int, int], table: str, **platform: float) -> pd.DataFrame:
    """One table of all runs of the study, as a study gathers it; `platform` changes the platform in every arm."""
    people, warm_up, replicates = size
    plan = planned(people, warm_up)
    return pd.concat(
        run_of(one_lender(plan.markets[scenario, arm], "platform_a", **platform), plan.seed, replicate)[table].assign(
            scenario=scenario, arm=arm, replicate=replicate
        )
        for scenario in SCENARIOS
        for arm in ARMS
        for replicate in range(replicates)
    )


def effects(size: tuple[int, int, int], **platform: float) -> pd.DataFrame:
    """The declared effects of the floor, with intervals, by outcome and scenario."""
    table, _ = compare(planned(*size[:2]), {"lender": table_of_run(size, "lender", **platform)})
    rows = table.to_pandas()
    rows = rows[rows["primary"] & (rows["horizon"] == HORIZON)]
    rows["relative"] = rows["mean"] / rows["baseline_mean"]
    return rows.set_index(["outcome", "scenario"])


def has_declared_sign(row: pd.Series) -> bool:
    return bool(row["mean"] > 0) == (row["expected_sign"] == "+")


def test_every_sign_was_declared_beforehand() -> None:
    primary = planned(*Size.tiny[:2]).settings.primary
    assert {one.outcome: one.expected_sign for one in primary if one.outcome in (PLATFORM, ALL)} == {
        PLATFORM: "-",
        ALL: "-",
    }
    assert {one.expected_sign for one in primary if one.outcome not in (PLATFORM, ALL)} == {"+"}


@pytest.mark.slow
def test_signs_over_seeds_in_a_tiny_market() -> None:
    found = effects(Size.tiny)
    assert len(found) == 14, "seven outcomes, with owners and without"
    wrong = [row_index for row_index, row in found.iterrows() if not has_declared_sign(row)]
    assert wrong == []


@pytest.mark.slow
def test_it_is_capital_that_refuses() -> None:
    budgets = table_of_run(Size.tiny, "budgets")
    after = budgets[(budgets["lender"] == "platform_a") & (budgets["month"] >= 27)]
    refused = after.groupby(["arm", "constraint"])["refused_fen"].sum()
    assert refused["floor"].idxmax() == "capital_policy"
    assert refused["floor", "capital_policy"] > 5 * refused["baseline", "capital_policy"]


@pytest.mark.slow
def test_where_capital_does_not_bind_the_platform_hardly_shrinks() -> None:
    """A platform that already holds what the floor asks for, and asks little for it, has no need to shrink."""
    bound, free = effects(Size.tiny), effects(Size.tiny, capital_target_share=2.0, target_roe=0.05)
    for scenario in SCENARIOS:
        assert abs(free.loc[(PLATFORM, scenario), "relative"]) < 0.2 * abs(bound.loc[(PLATFORM, scenario), "relative"])


@pytest.mark.slow
def test_the_months_before_the_announcement_are_alike() -> None:
    rows = table_of_run(Size.tiny, "lender")
    before = rows[rows["month"] < 24].drop(columns="arm")
    halves = [before[rows.loc[rows["month"] < 24, "arm"] == arm].reset_index(drop=True) for arm in ARMS]
    pd.testing.assert_frame_equal(*halves, check_exact=True)


@pytest.mark.slow
def test_every_interval_over_seeds_lies_on_its_declared_side() -> None:
    found = effects(Size.small)
    assert all(has_declared_sign(row) for _, row in found.iterrows())
    spans_zero = found[(found["low"] <= 0.0) & (found["high"] >= 0.0)]
    assert list(spans_zero.index) == []
    for scenario in SCENARIOS:
        assert found.loc[(PLATFORM, scenario), "high"] < found.loc[(ALL, scenario), "low"] < 0.0, (
            "others take up a part of what the platform gives up, and not all"
        )


@pytest.mark.slow
def test_owners_who_pay_in_soften_it() -> None:
    found = effects(Size.small)["mean"]
    assert found[PLATFORM, "owners_pay_in"] > found[PLATFORM, "owners_stay_out"]
