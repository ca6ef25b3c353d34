"""Headrooms beside capital and funding: leverage, liquidity, undrawn lines, quota, and caps on part of the flow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.books.allocation import fill
from sim.books.budget import Budget
from sim.books.concentration import FlowCaps
from sim.books.headrooms import UNLIMITED, equity_asked_fen
from sim.books.quota import Quota
from sim.codes import (
    CAPITAL_POLICY,
    CAPITAL_RULE,
    GROWTH_PLAN,
    GROWTH_QUOTA,
    LEVERAGE_POLICY,
    LEVERAGE_RULE,
    LIQUIDITY_POLICY,
    LIQUIDITY_RULE,
    PRIORITIES,
    REGION_CAP,
    REGIONS,
    SECTOR_CAP,
    SECTORS,
    STRATA,
)
from sim.lenders.lender import Lender
from sim.params import BudgetParameters, LenderParameters
from sim.values import Headroom
from tests.books.made_books import Contract, Town, made_economy, made_rulebook
from tests.books.test_budget import ALONE, book_of_a_million, rooms_of


def limited(**changes: object) -> LenderParameters:
    return ALONE._replace(budget=BudgetParameters(**changes))  # type: ignore[arg-type]


def test_nothing_beside_capital_funding_and_plan_is_there_by_default() -> None:
    _, lender = book_of_a_million()
    assert not set(rooms_of(lender)) & {LEVERAGE_POLICY, LEVERAGE_RULE, LIQUIDITY_POLICY, LIQUIDITY_RULE, GROWTH_QUOTA}


def test_leverage_is_equity_over_all_assets() -> None:
    _, lender = book_of_a_million(limited(leverage_target_share=0.1))
    # Equity 118,800; assets: 1,000,000 of loans less 10,000 of allowance, and 100,000 of cash.
    assert lender.assets_fen() == 1_090_000
    assert rooms_of(lender)[LEVERAGE_POLICY] == 1_188_000 - 1_090_000 + 100_000


def test_a_leverage_rule_is_kept_apart_from_the_lenders_own_buffer() -> None:
    _, lender = book_of_a_million(limited(leverage_buffer_share=0.02))
    found = rooms_of(lender, rules={"minimum_leverage_share": 0.08})
    assert found[LEVERAGE_RULE] == 1_485_000 - 1_090_000 + 100_000
    assert found[LEVERAGE_POLICY] == 1_188_000 - 1_090_000 + 100_000


def test_leverage_and_funding_ask_for_equity_whatever_the_risk_weights() -> None:
    _, lender = book_of_a_million(limited(leverage_buffer_share=0.02))
    rules = made_rulebook().of(lender.kind)
    assert equity_asked_fen(lender, rules) == 0
    assert equity_asked_fen(lender, rules._replace(minimum_leverage_share=0.08)) == 109_000
    wholesale = lender.wholesale_fen()
    assert wholesale > 0
    assert equity_asked_fen(lender, rules._replace(wholesale_multiple=2.0)) == wholesale // 2


def test_liquidity_covers_a_month_in_which_nothing_is_renewed() -> None:
    _, lender = book_of_a_million(limited(liquidity_buffer_share=0.5))
    due = lender.funding_due_fen()
    assert due > 0
    found = rooms_of(lender, rules={"minimum_liquidity_share": 0.5})
    assert found[LIQUIDITY_RULE] == 100_000 + 100_000 - due // 2
    assert found[LIQUIDITY_POLICY] == max(0, 200_000 - due)


def test_a_part_of_deposits_may_leave() -> None:
    saver = limited(liquidity_target_share=1.0, deposit_runoff_share=0.1)._replace(deposit_share=1.0)
    _, lender = book_of_a_million(saver)
    assert lender.deposits_fen() > 0
    assert rooms_of(lender)[LIQUIDITY_POLICY] == 200_000 - lender.funding_due_fen() - int(0.1 * lender.deposits_fen())


def test_undrawn_lines_count_in_capital_policy_as_far_as_the_lender_says_and_never_in_the_rule() -> None:
    _, plain = book_of_a_million()
    _, careful = book_of_a_million(limited(line_buffer_share=0.4))
    for lender in (plain, careful):
        lender.unused_lines_fen = 300_000
    before, after = rooms_of(plain), rooms_of(careful)
    assert after[CAPITAL_POLICY] == before[CAPITAL_POLICY] - 120_000
    assert after[CAPITAL_RULE] == before[CAPITAL_RULE]


def test_the_books_remember_undrawn_lines() -> None:
    town = Town(("one", ALONE))
    town.month(-1, Contract(0, lent=1_000), flows={"unused_lines": 70_000})
    assert town.lenders[0].undrawn_fen() == 70_000


def test_own_limits_do_not_bind_in_the_warm_up() -> None:
    strict = limited(leverage_target_share=1.0, liquidity_target_share=20.0, quota_window_months=3)
    _, lender = book_of_a_million(strict)
    assert set(rooms_of(lender, month=-1)) & {LEVERAGE_POLICY, LIQUIDITY_POLICY, GROWTH_QUOTA} == set()
    assert rooms_of(lender)[LEVERAGE_POLICY] == rooms_of(lender)[LIQUIDITY_POLICY] == 0


# --- the quota --------------------------------------------------------------------------------------------------------


def test_what_is_not_used_in_one_month_carries_over_until_the_window_has_passed() -> None:
    quota, rooms = Quota(), []
    for lent in (0, 0, 250, 0, 0, 0):
        quota = quota.opened(100, window_months=3)
        rooms.append(quota.room_fen())
        quota = quota.after(lent)
    #                one, two, three months; 250 used; 250 of 300 still in the window; it has left the window
    assert rooms == [100, 200, 300, 50, 50, 300]


@given(st.lists(st.tuples(st.integers(0, 100), st.floats(0.0, 1.0)), min_size=1, max_size=30), st.integers(1, 6))
def test_no_window_ever_lends_more_than_it_allows(months: list[tuple[int, float]], window: int) -> None:
    quota, allowed, lent = Quota(), [], []
    for allowance, used_share in months:
        quota = quota.opened(allowance, window)
        lent.append(int(quota.room_fen() * used_share))
        allowed.append(allowance)
        quota = quota.after(lent[-1])
        assert sum(lent[-window:]) <= max(sum(allowed[-window:]), sum(lent[-window:-1]))


def test_the_lenders_quota_is_its_repayments_and_a_share_of_the_book() -> None:
    _, lender = book_of_a_million(limited(quota_window_months=2, quota_growth_share=-0.05))
    assert rooms_of(lender, month=0)[GROWTH_QUOTA] == 100_000 - 50_000
    demand = np.zeros((1, PRIORITIES), dtype=np.int64)
    demand[0, 0] = 30_000
    lender.allocate(demand)
    assert rooms_of(lender, month=1)[GROWTH_QUOTA] == 2 * 50_000 - 30_000


# --- sectors and regions ----------------------------------------------------------------------------------------------

sparse_demand = st.lists(
    st.tuples(st.integers(0, STRATA - 1), st.integers(0, 40), st.integers(1, 500)), min_size=1, max_size=40
)


def by_lot(entries: list[tuple[int, int, int]]) -> np.ndarray:
    demand = np.zeros((STRATA, PRIORITIES), dtype=np.int64)
    for stratum, priority, amount in entries:
        demand[stratum, priority] += amount
    return demand


@settings(deadline=None)
@given(
    st.lists(sparse_demand, min_size=2, max_size=2), st.integers(0, 4_000), st.integers(0, 1_500), st.integers(0, 1_500)
)
def test_no_cap_and_no_headroom_is_exceeded_by_a_fen_in_both_rounds_together(
    rounds: list[list[tuple[int, int, int]]], room: int, sector_cap: int, region_cap: int
) -> None:
    budget = Budget((Headroom(GROWTH_PLAN, room),), (0,), caps=FlowCaps(sector_cap, region_cap))
    lent = np.zeros(STRATA, dtype=np.int64)
    refused = 0
    for entries in rounds:
        demand = by_lot(entries)
        allocation, budget = fill(0, budget, demand)
        served = np.array([row[:cutoff].sum() for row, cutoff in zip(demand, allocation.stratum_cutoffs, strict=True)])
        assert served.sum() == allocation.approved_fen
        assert allocation.approved_fen + allocation.refused_fen == demand.sum()
        for stratum, row in enumerate(demand):
            if row[allocation.stratum_cutoffs[stratum] :].sum() > 0:
                assert allocation.stratum_bindings[stratum] in (GROWTH_PLAN, SECTOR_CAP, REGION_CAP)
        lent += served
        refused += allocation.refused_fen
    place = lent.reshape(len(REGIONS), len(SECTORS))
    assert lent.sum() <= room
    assert place.sum(axis=0).max() <= sector_cap
    assert place.sum(axis=1).max() <= region_cap
    assert sum(use.refused_fen for use in budget.uses()) == refused


def test_exactly_at_a_sectors_cap_passes_and_one_fen_over_does_not() -> None:
    demand = by_lot([(2, 0, 60), (2 + len(SECTORS), 1, 40), (3, 1, 500)])  # one sector in two regions, and another
    for cap, cutoffs in ((100, (PRIORITIES, PRIORITIES)), (99, (1, 1))):
        allocation, _ = fill(0, Budget((), (), caps=FlowCaps(cap, UNLIMITED)), demand)
        assert (allocation.stratum_cutoffs[2], allocation.stratum_cutoffs[2 + len(SECTORS)]) == cutoffs
        assert allocation.stratum_cutoffs[3] == 1, "500 never fit"


def test_caps_are_shares_of_the_least_other_headroom() -> None:
    _, lender = book_of_a_million(limited(sector_cap_share=0.3, region_cap_share=0.5))
    rooms_of(lender)
    assert lender.budget.caps == FlowCaps(45_000, 75_000)


@pytest.mark.parametrize("strata", [1, STRATA])
def test_a_lender_without_caps_does_not_tell_lots_apart(strata: int) -> None:
    lender: Lender = book_of_a_million()[1]
    rooms_of(lender)
    demand = np.zeros((strata, PRIORITIES), dtype=np.int64)
    demand[0, 3], demand[-1, 5] = 100_000, 60_000
    allocation = lender.allocate(demand)
    assert (allocation.cutoff, allocation.binding, allocation.stratum_cutoffs) == (5, GROWTH_PLAN, ())
    refused = {use.constraint: use.refused_fen for use in lender.budget.uses()}
    assert refused[GROWTH_PLAN] == 60_000
    assert sum(refused.values()) == 60_000


def test_the_uses_leave_out_what_sets_no_limit() -> None:
    _, lender = book_of_a_million()
    lender.plan_budget(made_economy(-1, 1), made_rulebook(-1))
    assert [use.constraint for use in lender.budget.uses()] == [GROWTH_PLAN]
