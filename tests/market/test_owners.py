"""Owners in a living market: with them a floor on joint loans shrinks the platform for a shorter time."""

from functools import cache

import pandas as pd
import pytest

from sim.market import CreditMarket
from sim.params import MarketConfig
from sim.policies.joint_lending_floor import JointLendingFloor
from tests.market.small_market import completed, differing, every_lender, small

EFFECTIVE = 4
OWNER_ACTS = {"asks_owners", "owners_pay_in", "owners_decline"}


@cache
def with_floor(raise_share: float, **changes: float) -> MarketConfig:
    floor = JointLendingFloor(announce_month=3, effective_month=EFFECTIVE)
    config = small(people=3_000, warm_up=24, months=48, policy=(("joint_lending_floor", floor),))
    return every_lender(config, raise_share=raise_share, **changes)


def platform(market: CreditMarket) -> pd.DataFrame:
    rows = market.record.table("lender").to_pandas()
    return rows[rows["lender"] == "platform_a"].set_index("month")


@pytest.mark.slow
def test_owners_who_pay_in_let_the_platform_recover_faster_under_a_joint_lending_floor() -> None:
    alone, helped = platform(completed(with_floor(0.0))), platform(completed(with_floor(0.1)))
    assert helped["capital_raised_fen"].sum() > 0
    assert alone["capital_raised_fen"].sum() == 0
    last_year = slice(36, 47)
    assert helped.loc[last_year, "managed_loans_fen"].mean() > 1.1 * alone.loc[last_year, "managed_loans_fen"].mean()


def test_shrinking_stays_the_main_way_back_to_the_target() -> None:
    """In the year after the floor the platform's own capital grows by far less than its loans shrink."""
    rows = platform(completed(with_floor(0.1)))
    before, after = rows.loc[EFFECTIVE - 1], rows.loc[EFFECTIVE + 12]
    lent_less_share = 1.0 - after["managed_loans_fen"] / before["managed_loans_fen"]
    raised_share = rows.loc[EFFECTIVE : EFFECTIVE + 12, "capital_raised_fen"].sum() / before["equity_fen"]
    assert lent_less_share > 2.0 * raised_share
    assert raised_share > 0.0


def test_every_fen_that_owners_pay_in_is_an_act_with_its_reason() -> None:
    market = completed(with_floor(0.1))
    acts = market.record.table("actions").to_pandas()
    paid = acts[acts["act"] == "owners_pay_in"].groupby("actor")["value"].sum()
    rows = market.record.table("lender").to_pandas()
    raised = rows.groupby("lender")["capital_raised_fen"].sum()
    assert paid.astype(int).to_dict() == raised[raised > 0].to_dict()
    assert acts.loc[acts["act"] == "owners_pay_in", "reason"].str.contains("return on equity").all()


@pytest.mark.slow
def test_a_share_of_zero_switches_owners_off_exactly() -> None:
    market = completed(with_floor(0.0))
    other = completed(with_floor(0.0, raise_patience_months=1, raise_delay_months=1, raise_hurdle_roe=-10.0))
    assert differing(market.record.tables, other.record.tables) == []
    assert not OWNER_ACTS & set(market.record.table("actions")["act"].to_pylist())
    assert sum(market.record.table("lender")["capital_raised_fen"].to_pylist()) == 0
