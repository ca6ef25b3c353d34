"""P5, caps on one sector or region: what they save a lender at home there in its slump, and what they cost before."""

import pytest

from experiments.compose.study import compose_study
from sim.market import CreditMarket
from tests.studies.completed_study import completed_study, effect

MANY = (4_000, 5)
CAPPED = [
    ("sector_slump", "sector_cap", "lender.consumer_finance_a"),
    ("region_slump", "region_cap", "lender.platform_b"),
]
BEFORE, SLUMP = "1-17", "18-41"


@pytest.mark.slow
def test_the_study_declares_its_signs_and_leaves_the_system_open() -> None:
    study = compose_study(["study=concentration"])
    signs = {(each.outcome, each.arm): each.expected_sign for each in study.settings.primary}
    assert signs["lender.consumer_finance_a.charge_offs_fen", "sector_cap"] == "-"
    assert signs["lender.all.charge_offs_fen", ""] == "?"
    assert set(study.scenarios) == {"calm", "sector_slump", "region_slump"}


@pytest.mark.slow
def test_the_cap_is_what_refuses_the_company_s_home_sector_and_no_other_lender_notices_much() -> None:
    study = compose_study(["study=concentration", "population.size=1500", "months=31", "calendar.warm_up_months=24"])
    market = CreditMarket(study.markets["calm", "sector_cap"], rng=1)
    market.run()
    rows = market.record.table("budgets").to_pandas()
    ruled = rows[rows["constraint"] == "sector_rule"]
    assert ruled["month"].min() == 12
    refused = ruled.groupby("lender")["refused_fen"].sum()
    assert refused["consumer_finance_a"] > 0
    assert refused["consumer_finance_a"] == refused.max()


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "cap", "lender"), CAPPED)
def test_a_lender_at_home_in_the_slump_loses_less_under_the_cap(scenario: str, cap: str, lender: str) -> None:
    found = completed_study("concentration", *MANY, (cap,), scenario)
    assert effect(found, f"{lender}.charge_offs_fen", SLUMP, cap)["high"] < 0.0


@pytest.mark.slow
def test_the_cap_costs_business_in_calm() -> None:
    found = completed_study("concentration", *MANY, ("sector_cap",), "calm")
    lent = effect(found, "lender.consumer_finance_a.originations_fen", BEFORE, "sector_cap")
    assert lent["high"] < 0.0
    assert effect(found, "lender.consumer_finance_a.profit_fen", BEFORE, "sector_cap")["mean"] < 0.0
