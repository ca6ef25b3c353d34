"""A branch is, to the last byte, the market that would have run under its configuration from the beginning."""

import gc
import weakref
from dataclasses import replace
from functools import cache
from typing import Any

import mesa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mesa.datacollection import DataCollector

from experiments.compose.study import compose_study
from sim.lenders.lender import Lender
from sim.market import CreditMarket
from sim.params import MarketConfig, ObserveParameters, QuietCutParameters, RationingParameters
from sim.past import past_of
from sim.policies.rate_cap import RateCap
from sim.shocks.funding_freeze import FundingFreeze
from sim.shocks.shutdown_rumour import ShutdownRumour
from sim.shocks.unemployment import Unemployment
from tests.market.small_market import SEED, changed_state, completed, differing, one_lender, small
from tests.reference.market import ReferenceMarket
from tests.variants import fast_first

TINY = {"people": 60, "warm_up": 3, "months": 6}
CAP = RateCap(5, 6, max_apr=0.14)
SLUMP = Unemployment(5, months=4, add_share=0.2)


def at(month: int, config: MarketConfig, kind: type[CreditMarket] = CreditMarket, **others: Any) -> CreditMarket:
    """A market that has run all months before one."""
    market = kind(config, rng=SEED, **others)
    while market.month < month:
        market.run_month() if month <= 0 else market.step()
    return market


def assert_same(branch: CreditMarket, config: MarketConfig, kind: type[CreditMarket] = CreditMarket) -> None:
    whole = completed(config, kind=kind)
    assert differing(branch.record.tables, whole.record.tables) == []
    assert changed_state(branch, whole) == []
    assert branch.record.hash() == whole.record.hash()
    assert branch.record.people().equals(whole.record.people())
    assert branch.ledger.balances == whole.ledger.balances


def ended(branch: CreditMarket) -> CreditMarket:
    branch.run()
    return branch


# --- from the end of the warm-up --------------------------------------------------------------------------------------
@pytest.mark.slow
def test_every_arm_and_scenario_of_the_main_study_may_share_a_warm_up() -> None:
    size = ["population.size=500", "calendar.warm_up_months=8", "study.replicates=1"]
    study = compose_study(["study=tightening", *size, "months=44"])
    parent = at(0, study.markets["calm", "baseline"])
    for config in study.markets.values():
        assert_same(ended(parent.branch(config)), config)
    hashes = {completed(config).record.hash() for config in study.markets.values()}
    assert len(hashes) >= 4, "otherwise there would be nothing to tell apart"


FROM_MONTH_0: dict[str, dict[str, Any]] = {
    "a policy in force at once": {"policy": (("rate_cap", RateCap(0, 0, max_apr=0.14)),)},
    "all shocks at once": {
        "shock": (
            ("funding_freeze", FundingFreeze(0, months=6)),
            ("shutdown_rumour", ShutdownRumour(0, months=3, seed_share=0.5)),
            ("unemployment", Unemployment(0, months=6, add_share=0.2)),
        )
    },
    "a path": {"economy": small().economy._replace(unemployment_path=(0.06, 0.2), warm_up_from_paths=False)},
    "a path from the warm-up's level on": {"economy": small().economy._replace(unemployment_path=(0.052, 0.2))},
    "other windows": {"observe": ObserveParameters(0, 3, 3, 9)},
    "quiet cuts": {"lender": one_lender(small(), "platform_a", quiet_cut=QuietCutParameters(cut_share=0.9)).lender},
    "a cut at random": {
        "lender": one_lender(small(), "platform_a", rationing=RationingParameters(refused_share=0.9)).lender
    },
}


@pytest.mark.parametrize("name", fast_first(FROM_MONTH_0, 2))
def test_what_begins_in_month_0_may_differ(name: str) -> None:
    config = small(**FROM_MONTH_0[name])
    assert_same(ended(at(0, small()).branch(config)), config)
    other, parent = completed(config).record, completed(small()).record
    assert differing(other.tables, parent.tables) or other.people() != parent.people()


FOLLOWED = {
    "liquidity": ObserveParameters(liquidity_lender="platform_a", liquidity_month=3),
    "cohort": ObserveParameters(baseline_until=9, cohort_months=3),
    "thinned": ObserveParameters(baseline_until=9, cohort_months=3, new_loans_share=0.5),
}


@pytest.mark.parametrize("table", fast_first(FOLLOWED, 1))
def test_who_is_followed_may_be_chosen_in_a_branch(table: str) -> None:
    config = small(observe=FOLLOWED[table])
    branch = ended(at(3, small()).branch(config))
    assert_same(branch, config)
    assert branch.record.table(table).num_rows > 0


def test_lenders_in_another_order_are_the_same_market() -> None:
    config = small()
    assert_same(ended(at(0, config).branch(config._replace(lender=config.lender[::-1]))), config)


def test_the_reference_branches_too() -> None:
    config = small(**TINY, policy=(("rate_cap", RateCap(0, 1, max_apr=0.14)),))
    parent = at(0, small(**TINY), ReferenceMarket)
    branch = ended(parent.branch(config))
    assert isinstance(branch, ReferenceMarket)
    assert_same(branch, config)
    assert_same(branch, config, ReferenceMarket)
    assert all(agent.model is branch for agent in branch.agents)
    assert len(branch.agents) == len(parent.agents) == 67


def test_shards_and_threads_branch_too() -> None:
    assert_same(ended(at(0, small(shards=3, threads=2)).branch(small(shards=3, threads=2))), small())


# --- one parent, many branches ----------------------------------------------------------------------------------------
def test_parent_and_branches_leave_each_other_alone() -> None:
    calm, capped, slump = small(), small(policy=(("rate_cap", CAP),)), small(shock=(("unemployment", SLUMP),))
    parent = at(0, calm)
    first = parent.branch(capped)
    first.step()
    second = parent.branch(slump)
    parent.step()
    second.run()
    first.run()
    parent.run()
    assert_same(first, capped)
    assert_same(second, slump)
    assert_same(parent, calm)


def test_a_branch_may_be_branched() -> None:
    capped = small(policy=(("rate_cap", CAP),))
    both = capped._replace(shock=(("unemployment", SLUMP),))
    assert_same(ended(at(2, small()).branch(capped).branch(both)), both)


def test_a_market_that_has_ended_goes_on_in_a_branch_with_a_longer_horizon() -> None:
    shorter = CreditMarket(small(months=11), rng=SEED)
    shorter.run()
    branch = shorter.branch(small())
    assert branch.running
    assert_same(ended(branch), small())
    assert not shorter.running


def test_a_person_of_a_branch_is_explained() -> None:
    config = small(policy=(("rate_cap", CAP),))
    branch = ended(at(4, small()).branch(config))
    assert branch.explain(17, 12) == completed(config).explain(17, 12)


# --- any month, any dates ---------------------------------------------------------------------------------------------
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(month=st.integers(-2, 6), announced=st.integers(0, 5), wait=st.integers(0, 2), starts=st.integers(0, 5))
@pytest.mark.slow
def test_a_branch_is_exact_or_refused_by_the_dates(month: int, announced: int, wait: int, starts: int) -> None:
    cap = RateCap(announced, min(5, announced + wait), max_apr=0.14)
    rumour = ShutdownRumour(starts, seed_share=0.9)
    config = small(**TINY, policy=(("rate_cap", cap),), shock=(("shutdown_rumour", rumour),))
    parent = at(month, small(**TINY))
    if announced < month or starts < month:
        with pytest.raises(ValueError, match=rf"^(policy.rate_cap|shock.shutdown_rumour): acts before month {month}"):
            parent.branch(config)
    else:
        assert_same(ended(parent.branch(config)), config)


# --- what is refused --------------------------------------------------------------------------------------------------
def with_path(*path: float) -> MarketConfig:
    return small(economy=small().economy._replace(unemployment_path=path))


REFUSED: dict[str, tuple[MarketConfig, str]] = {
    "another lender's cost": (one_lender(small(), "bank_b", opex_apr=0.031), "lender.bank_b.opex_apr"),
    "a lender less": (small(lender=small().lender[:-1]), f"lender.{small().lender[-1][0]}: .*; was absent"),
    "more people": (small(people=601), "population.size: .* 600; was 601"),
    "a longer warm-up": (small(warm_up=13), "calendar.warm_up_months"),
    "another number of threads": (small()._replace(threads=2), "threads: .* 1; was 2"),
    "an earlier policy": (small(policy=(("cap", RateCap(7, 9)),)), "policy.cap: .* absent; was present"),
    "an earlier shock": (small(shock=(("slump", Unemployment(7)),)), "shock.slump: acts before month 8"),
    "another past of jobs": (with_path(0.052, 0.07), "economy.unemployment_path"),
    "a path whose level the warm-up would have had": (with_path(0.12, 0.12), "economy.unemployment_path: .* 0.12"),
    "a window already begun": (small(observe=ObserveParameters(6, 24)), "observe.baseline_from: .* 0; was 6"),
    "earlier quiet cuts": (
        one_lender(small(), "bank_b", quiet_cut=QuietCutParameters(7, cut_share=0.1)),
        "lender.bank_b.quiet_cut.start_month",
    ),
    "people followed before": (
        small(observe=ObserveParameters(liquidity_lender="bank_b", liquidity_month=7)),
        "observe.liquidity_lender",
    ),
    "debtors followed before": (
        small(observe=ObserveParameters(baseline_until=8, cohort_months=3)),
        "observe.cohort_months",
    ),
    "debtors followed whose books were needed before": (
        small(observe=ObserveParameters(baseline_until=13, cohort_months=3)),
        "observe.(baseline_until|cohort_months)",
    ),
    "a horizon already passed": (small(months=7), "calendar.months: must be at least 8, .* was 7"),
    "an absent lender talked about": (
        small(shock=(("rumour", ShutdownRumour(9, lender="bank_z")),)),
        "shock.rumour.lender: .*bank_z",
    ),
}


@cache
def in_month_8() -> CreditMarket:
    """A market for those who are refused: they leave it as it is."""
    return at(8, small())


@pytest.mark.parametrize("name", REFUSED)
def test_a_configuration_with_another_past_is_refused(name: str) -> None:
    config, words = REFUSED[name]
    market = in_month_8()
    with pytest.raises(ValueError, match=f"^{words}"):
        market.branch(config)


def test_a_policy_that_has_been_announced_can_neither_change_nor_go() -> None:
    capped = small(policy=(("rate_cap", CAP),))
    market = at(6, capped)
    with pytest.raises(ValueError, match=r"^policy.rate_cap.max_apr: acts before month 6.* 0.14; was 0.2"):
        market.branch(small(policy=(("rate_cap", replace(CAP, max_apr=0.2)),)))
    with pytest.raises(ValueError, match=r"^policy.rate_cap: .* present; was absent"):
        market.branch(small())
    before = at(5, capped)
    assert_same(ended(before.branch(small())), small())


def test_a_path_that_agrees_so_far_is_the_same_past() -> None:
    calm = small().economy.unemployment_share
    assert past_of(with_path(calm, calm, 0.1), 2) == past_of(small(), 2)
    assert past_of(with_path(calm, calm, 0.1), 3) != past_of(small(), 3)


# --- Mesa -------------------------------------------------------------------------------------------------------------
def test_a_collector_goes_on_from_what_it_has_collected() -> None:
    def collector() -> DataCollector:
        return DataCollector({"debt": lambda market: market.record.last_market_row["debt_fen"], "month": "month"})

    config = small(policy=(("rate_cap", CAP),))
    parent = at(4, small(), datacollector=collector())
    branch = ended(parent.branch(config))
    frame = branch.datacollector.get_model_vars_dataframe()
    assert frame["month"].tolist() == list(range(1, 19))
    assert frame["debt"].tolist() == completed(config).record.table("market")["debt_fen"].to_pylist()
    assert len(parent.datacollector.get_model_vars_dataframe()) == 4


def test_agents_belong_to_their_branch_and_new_ones_get_new_numbers() -> None:
    parent = at(0, small(**TINY))
    branch = parent.branch(small(**TINY))
    assert set(branch.agents).isdisjoint(parent.agents)
    assert sorted(branch.agents_by_type[Lender].get("name")) == sorted(parent.agents_by_type[Lender].get("name"))
    newcomers = [mesa.Agent(market).unique_id for market in (branch, parent)]
    assert newcomers[0] == newcomers[1]
    assert newcomers[0] not in branch.agents_by_type[Lender].get("unique_id")
    assert branch.steps == parent.steps


def test_a_branch_that_has_ended_leaves_no_memory_behind() -> None:
    parent = at(0, small(**TINY), ReferenceMarket)
    gone = weakref.ref(ended(parent.branch(parent.config)))
    gc.collect()
    assert gone() is None
