"""P3, a ceiling on prices: who is shut out, what lenders lose, and whether few lenders differ from many."""

import pandas as pd
import pytest

from experiments.compose.study import compose_study
from tests.studies.completed_study import completed_study, effect

FEW = (1_500, 1)
MANY = (5_000, 4)
LATE = "13-24"


def found(size: tuple[int, int], scenario: str) -> pd.DataFrame:
    return completed_study("rate_cap", *size, ("cap_24",), scenario)


@pytest.mark.slow
def test_the_study_declares_its_signs_and_leaves_open_what_theory_leaves_open() -> None:
    study = compose_study(["study=rate_cap"])
    signs = {primary.outcome: primary.expected_sign for primary in study.settings.primary}
    assert signs["lender.all.mean_apr"] == signs["market.approvals"] == "-"
    assert signs["market.informal_debt_fen"] == "?"
    lenders = {scenario: len(market.lender) for (scenario, _), market in study.markets.items()}
    assert lenders == {"two_lenders": 2, "six_lenders": 6, "ten_lenders": 10}


@pytest.mark.slow
def test_lenders_of_the_study_are_alike_but_for_their_number() -> None:
    market = compose_study(["study=rate_cap"]).markets["ten_lenders", "baseline"]
    assert len({lender._replace(id=1) for _, lender in market.lender}) == 1
    assert all(
        lender.competition.believed_price_weight == market.behaviour.choice.price_weight for _, lender in market.lender
    )


@pytest.mark.slow
def test_a_ceiling_lowers_the_price_and_shuts_risky_bands() -> None:
    effects = found(FEW, "two_lenders")
    assert effect(effects, "lender.all.mean_apr", LATE, "cap_24")["mean"] < 0.0
    assert effect(effects, "market.approvals", LATE, "cap_24")["mean"] < 0.0


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["two_lenders", "six_lenders", "ten_lenders"])
def test_a_ceiling_shuts_out_the_poor_and_hardly_the_rich(scenario: str) -> None:
    effects = completed_study("rate_cap", *MANY, ("five_times_prime",), scenario)
    poor, rich = (
        effect(effects, f"segment.income_quintile.{quintile}.approvals", LATE, "five_times_prime")
        for quintile in (1, 5)
    )
    assert poor["high"] < 0.0
    assert poor["mean"] / poor["baseline_mean"] < rich["low"] / rich["baseline_mean"]


@pytest.mark.slow
def test_with_few_lenders_prices_fall_more_and_access_less() -> None:
    few, many = (
        completed_study("rate_cap", *MANY, ("five_times_prime",), scenario)
        for scenario in ("two_lenders", "ten_lenders")
    )
    price, access = (
        [effect(found, outcome, LATE, "five_times_prime") for found in (few, many)]
        for outcome in ("lender.all.mean_apr", "market.approvals")
    )
    assert price[0]["high"] < price[1]["low"] < 0.0
    assert access[1]["high"] < access[0]["low"] < 0.0
