"""P5, caps on one sector or region: what they save a lender at home there in its slump, and what they cost before."""

import pandas as pd
import pytest

from experiments.config import compose_study
from sim.market import CreditMarket
from tests.studies.lived_study import effect, lived_study

FEW = (1_500, 1)
MANY = (10_000, 6)
COMPANY = "lender.consumer_finance_a"
BEFORE, SLUMP = "1-17", "18-41"


def of_cap(size: tuple[int, int], scenario: str, outcome: str, horizon: str) -> pd.Series:
    found = lived_study("concentration", *size, ("sector_cap",), scenario)
    return effect(found, f"{COMPANY}.{outcome}", horizon, "sector_cap")


def test_the_study_declares_its_signs_and_leaves_the_system_open() -> None:
    study = compose_study(["study=concentration"])
    signs = {(each.outcome, each.arm): each.expected_sign for each in study.settings.primary}
    assert signs[f"{COMPANY}.charge_offs_fen", "sector_cap"] == "-"
    assert signs["lender.all.charge_offs_fen", ""] == "?"
    assert set(study.scenarios) == {"calm", "sector_slump", "region_slump"}


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
