"""Budgets in a living market: caps hold on real flows, several partners share loans, bad input stays defined."""

import numpy as np
import pandas as pd
import pytest

from sim.codes import OUTCOMES, REGIONS, SECTORS
from sim.market import CreditMarket
from sim.params import BudgetParameters, LenderParameters, PartnerParameters
from sim.shocks.funding_freeze import FundingFreeze
from tests.market.known_values import assert_known_values_are_finite
from tests.market.made_markets import PARTNERS, limited
from tests.market.small_market import (
    completed,
    differing,
    every_lender,
    one_lender,
    small,
)

PLATFORM = "platform_a"


def rows(market: CreditMarket, table: str, lender: str = "") -> pd.DataFrame:
    found = market.record.table(table).to_pandas()
    return found[found["lender"] == lender] if lender else found


def test_every_refusal_for_want_of_money_is_booked_to_one_headroom() -> None:
    market = completed(limited())
    budgets = rows(market, "budgets")
    assert set(budgets["constraint"]) <= set(OUTCOMES)
    assert (budgets["binding"] == (budgets["refused_fen"] > 0)).all()
    told = rows(market, "refused")
    bound = set(budgets[budgets["binding"] == 1]["constraint"])
    assert bound >= {"sector_cap", "region_cap", "growth_quota", "liquidity_policy"}
    for constraint in sorted(bound):
        said = set(map(tuple, told[told["constraint"] == constraint][["month", "lender"]].to_numpy().tolist()))
        mine = budgets[(budgets["constraint"] == constraint) & (budgets["binding"] == 1)]
        assert said == set(map(tuple, mine[["month", "lender"]].to_numpy().tolist()))


def test_the_default_market_writes_down_its_budgets() -> None:
    market = completed(small())
    budgets, lenders = rows(market, "budgets"), rows(market, "lender")
    assert set(budgets["constraint"]) == {"capital_policy", "capital_rule", "growth_plan", "partner"}
    bound = lenders[lenders["binding"] != "none"][["month", "lender", "binding"]]
    first = budgets[budgets["binding"] == 1].rename(columns={"constraint": "bound"})
    assert len(bound) > 0
    merged = bound.merge(first, left_on=["month", "lender", "binding"], right_on=["month", "lender", "bound"])
    assert len(merged) == len(bound)


@pytest.mark.parametrize("dimension", ["sector", "region"])
def test_new_flow_to_one_sector_or_region_never_exceeds_its_cap(dimension: str) -> None:
    capped = BudgetParameters(**{f"{dimension}_cap_share": 0.25})
    market = CreditMarket(every_lender(small(people=1_500, warm_up=6, months=6), budget=capped), rng=7)
    refused = 0
    while market.running:
        market.step()
        for lender in market.lenders:
            caps = lender.budget.caps
            assert caps is not None
            used = caps.sector_used if dimension == "sector" else caps.region_used
            cap = caps.sector_fen if dimension == "sector" else caps.region_fen
            assert len(used) == len(SECTORS if dimension == "sector" else REGIONS)
            assert max(used) <= cap
            assert sum(used) == lender.budget.used[0]
            refused += sum(use.refused_fen for use in lender.budget.uses() if "cap" in OUTCOMES[use.constraint])
    assert refused > 0


def test_capped_flow_is_what_people_of_the_sector_drew() -> None:
    market = CreditMarket(limited(), rng=3)
    market.warm_up()
    market.step()
    people = market.people.state()
    step = market.month - 1 + market.config.calendar.warm_up_months
    for lender in market.lenders:
        caps = lender.budget.caps
        assert caps is not None
        drawn = np.zeros(len(SECTORS), dtype=np.int64)
        approved = (people.applications.outcome == OUTCOMES.index("approved")) & (
            people.applications.lender == lender.index
        )
        np.add.at(drawn, people.borrowers.sector[approved], people.applications.amount[approved].astype(np.int64))
        assert drawn.tolist() == list(caps.sector_used)
        new = (people.loans.lender == lender.index) & (people.loans.origination_month == step)
        assert people.loans.principal[new].sum() >= sum(caps.sector_used)


# --- several partners -------------------------------------------------------------------------------------------------


def joint_parts(market: CreditMarket) -> dict[str, int]:
    """What each bank has of the platform's loans."""
    assert market.last_month is not None
    stock = market.last_month.partner_stock[0].sum(axis=1)
    return {lender.name: int(stock[lender.index]) for lender in market.lenders if stock[lender.index]}


def test_loans_are_shared_by_weight_until_a_bank_leaves_and_then_run_off() -> None:
    config = one_lender(small(people=3_000, warm_up=24, months=18), PLATFORM, partner="", partners=PARTNERS)
    market = CreditMarket(config, rng=5)
    parts = []
    while market.running:
        market.step()
        parts.append(joint_parts(market))
    stays, leaves = (np.array([month.get(bank, 0) for month in parts]) for bank in ("bank_a", "bank_b"))
    assert leaves[5] / (stays + leaves)[5] == pytest.approx(0.4, abs=0.05)
    assert (np.diff(leaves[5:]) <= 0).all(), "nothing new with the bank that left"
    assert leaves[-1] < 0.25 * leaves[5]
    assert stays[-1] > stays[5]
    acts = rows(market, "actions")
    lost = acts[acts["act"] == "loses_partner"]
    assert lost[["month", "actor"]].to_numpy().tolist() == [[6, PLATFORM]]
    assert "it was to stay until month 6" in lost["reason"].item()


def test_a_list_of_one_is_the_same_as_the_one_partner() -> None:
    plain = completed(small())
    fee = dict(small().lender)[PLATFORM].service_fee_share
    listed = one_lender(small(), PLATFORM, partner="", partners=(PartnerParameters("bank_a", 1.0, fee),))
    assert differing(plain.record.tables, completed(listed).record.tables) == []


def test_when_its_only_partner_leaves_the_platform_lends_alone_and_less() -> None:
    leaving = (PartnerParameters("bank_a", 1.0, 0.42, until_month=4),)
    market = completed(one_lender(small(), PLATFORM, partner="", partners=leaving))
    kept = rows(completed(small()), "lender", PLATFORM)["originations_fen"].to_numpy()
    alone = rows(market, "lender", PLATFORM)["originations_fen"].to_numpy()
    assert (alone[:4] == kept[:4]).all()
    assert 0 < alone[4:10].sum() < kept[4:10].sum()
    after = rows(market, "budgets", PLATFORM)
    assert set(after[after["month"] >= 4]["constraint"]) & {"partner"} == set()


# --- bad input --------------------------------------------------------------------------------------------------------


BAD = {
    "a budget of nothing": every_lender(small(), growth_quota_share=0.0, founding_plan_yuan=0.0),
    "a quota of nothing": every_lender(
        small(), budget=BudgetParameters(quota_window_months=1, quota_growth_share=-1.0)
    ),
    "caps of nothing": every_lender(
        small(), budget=BudgetParameters(sector_cap_share=0.0, region_cap_share=0.0, partner_cap_share=0.0)
    ),
    "a leverage nobody can have": every_lender(small(), budget=BudgetParameters(leverage_target_share=1.0)),
    "one lender only": small()._replace(lender=(("only", LenderParameters(id=1)),)),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_defined_and_never_nan(case: str) -> None:
    market = completed(BAD[case])
    assert_known_values_are_finite(market)
    lenders = rows(market, "lender")
    if case in ("a budget of nothing", "caps of nothing"):
        assert lenders["originations_fen"].sum() == 0
        assert lenders["applications"].sum() > 0
        assert rows(market, "refused")["amount_fen"].sum() > 0
    if case == "one lender only":
        assert lenders["originations_fen"].sum() > 0


def test_a_lender_without_funding_is_held_back_by_it_and_ends_in_the_log_if_it_fails() -> None:
    nothing = (("funding_freeze", FundingFreeze(start_month=2, months=16, rollover_cut_share=1.0)),)
    market = completed(small(shock=nothing))
    assert_known_values_are_finite(market)
    budgets = rows(market, "budgets")
    assert "funding" in set(budgets[(budgets["month"] >= 2) & (budgets["binding"] == 1)]["constraint"])
    assert "funding" not in set(budgets[budgets["month"] < 2]["constraint"])
    lenders = rows(market, "lender")
    failed = set(lenders[lenders["status"] == "resolution"]["lender"])
    acts = rows(market, "actions")
    assert failed == set(acts[acts["act"] == "enters_resolution"]["actor"])
