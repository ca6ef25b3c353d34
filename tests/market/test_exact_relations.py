"""Relations that hold to the last bit: two markets that must agree do, and markets that must differ do."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

import sim.people.engine as arrays
from experiments.compose.market import document_of, read_market
from experiments.compose.study import compose
from sim.draws import Draws
from sim.economy.population import populate
from sim.market import CreditMarket
from sim.params import LenderParameters, MarketConfig
from sim.policies.borrower_cap import BorrowerCap
from sim.policies.capital_adequacy import CapitalAdequacy
from sim.policies.credit_registry import CreditRegistry
from sim.policies.disclosure import Disclosure
from sim.policies.joint_lending_floor import JointLendingFloor
from sim.policies.rate_cap import RateCap
from sim.shocks.funding_freeze import FundingFreeze
from sim.shocks.shutdown_rumour import ShutdownRumour
from sim.shocks.unemployment import Unemployment
from tests.market.made_markets import ANNOUNCED, BINDING, EFFECTIVE, SHOCKS
from tests.market.small_market import (
    SEED,
    changed_state,
    completed,
    composed,
    differing,
    every_lender,
    one_lender,
    small,
    tables_before,
    with_lender,
)
from tests.variants import fast_first

ROOT = Path(__file__).resolve().parents[2]

SLACK = {
    "rate_cap": RateCap(ANNOUNCED, EFFECTIVE, max_apr=10.0),
    "borrower_cap": BorrowerCap(ANNOUNCED, EFFECTIVE, max_yuan=10_000_000),
    "capital_adequacy": CapitalAdequacy(ANNOUNCED, EFFECTIVE, minimum_share=0.0),
    "joint_lending_floor": JointLendingFloor(ANNOUNCED, EFFECTIVE, own_share=0.0),
    "disclosure": Disclosure(ANNOUNCED, EFFECTIVE, shown_share=0.0),
    "credit_registry": CreditRegistry(ANNOUNCED, EFFECTIVE, coverage_share=0.0, memory_months=0),
}
NO_SHOCKS = {
    "unemployment": Unemployment(ANNOUNCED, months=6, add_share=0.0),
    "funding_freeze": FundingFreeze(ANNOUNCED, months=6, rollover_cut_share=0.0, spread_add_apr=0.0),
    "shutdown_rumour": ShutdownRumour(ANNOUNCED, months=3, seed_share=0.0),
}


def hash_of(config: MarketConfig, seed: int = SEED, replicate: int = 0) -> str:
    return completed(config, seed, replicate).record.hash()


# --- the same again ---------------------------------------------------------------------------------------------------
def test_the_same_inputs_give_the_same_bytes() -> None:
    again = CreditMarket(small(), rng=SEED)
    again.run()
    assert again.record.hash() == hash_of(small())
    assert differing(again.record.tables, completed(small()).record.tables) == []
    assert again.record.people().equals(completed(small()).record.people())
    assert changed_state(again, completed(small())) == []


@pytest.mark.slow
def test_a_new_process_gives_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "from tests.market.small_market import completed, small\n"
        "market = completed(small())\nprint(market.record.hash())\n"
    )
    elsewhere = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "Asia/Shanghai"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=elsewhere, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hash_of(small())


def test_stepping_equals_running() -> None:
    stepped = CreditMarket(small(), seed=SEED)
    while stepped.running:
        stepped.step()
    stepped.step()  # beyond the horizon nothing happens
    assert stepped.record.hash() == hash_of(small())


def test_looking_changes_nothing() -> None:
    seen = CreditMarket(small(), rng=SEED)
    seen.run(lambda _: (seen.record.hash(), seen.record.people(), [lender.report() for lender in seen.lenders]))
    assert seen.record.hash() == hash_of(small())


# --- shards and threads -----------------------------------------------------------------------------------------------
MORE_SHARDS = (pytest.param(*each, marks=pytest.mark.slow) for each in ((2, 1), (7, 1), (4, 2)))


@pytest.mark.parametrize(("shards", "threads"), [(3, 1), (7, 4), *MORE_SHARDS])
def test_shards_and_threads_change_nothing(shards: int, threads: int) -> None:
    cut = completed(small(shards=shards, threads=threads))
    assert cut.record.hash() == hash_of(small())
    assert changed_state(cut, completed(small())) == []


def test_more_shards_than_people_change_nothing() -> None:
    config = small(people=5, warm_up=6, months=12)
    assert hash_of(config._replace(shards=7, threads=2)) == hash_of(config)


def test_luck_that_depends_on_the_shard_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = arrays.earn_rows

    def planted(first, last, borrowers, keys, *others):  # type: ignore[no-untyped-def]
        honest(first, last, borrowers, keys if first == 0 else np.ascontiguousarray(keys[:, ::-1]), *others)

    monkeypatch.setattr(arrays, "earn_rows", planted)
    cut = CreditMarket(small(shards=2), rng=SEED)
    cut.run()
    assert cut.record.hash() != hash_of(small())


# --- time -------------------------------------------------------------------------------------------------------------
def test_a_longer_run_begins_like_a_shorter_one() -> None:
    longer, shorter = completed(small()), completed(small(months=11))
    assert differing(tables_before(longer, 11), shorter.record.tables) == []
    assert longer.record.hash() != shorter.record.hash()


@pytest.mark.parametrize("name", fast_first(BINDING, 2))
def test_before_the_announcement_of_a_policy_nothing_differs(name: str) -> None:
    arm, baseline = completed(small(policy=((name, BINDING[name]),))), completed(small())
    assert differing(tables_before(arm, ANNOUNCED), tables_before(baseline, ANNOUNCED)) == []
    later = {name.split(".")[0] for name in differing(arm.record.tables, baseline.record.tables)}
    assert {"market", "lender", "actions"} <= later, "and afterwards it does something"


@pytest.mark.parametrize("name", fast_first(SHOCKS, 2))
def test_before_a_shock_nothing_differs(name: str) -> None:
    arm, baseline = completed(small(shock=((name, SHOCKS[name]),))), completed(small())
    assert differing(tables_before(arm, ANNOUNCED), tables_before(baseline, ANNOUNCED)) == []
    assert differing(arm.record.tables, baseline.record.tables) != []


# --- what does not bind -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", fast_first(SLACK, 2))
def test_a_policy_that_does_not_bind_only_adds_its_own_lines_to_the_log(name: str) -> None:
    arm, baseline = completed(small(policy=((name, SLACK[name]),))), completed(small())
    ours, theirs = arm.record.tables, baseline.record.tables
    acts = ours.pop("actions")
    assert pc.sum(pc.equal(acts["target"], name)).as_py() == 2, "announcement and entry into force"
    assert acts.filter(pc.not_equal(acts["target"], name)).equals(theirs.pop("actions"))
    assert differing(ours, theirs) == []
    assert changed_state(arm, baseline) == []


@pytest.mark.parametrize("name", fast_first(NO_SHOCKS, 2))
def test_a_shock_of_size_zero_changes_nothing(name: str) -> None:
    assert hash_of(small(shock=((name, NO_SHOCKS[name]),))) == hash_of(small())


# --- who is there -----------------------------------------------------------------------------------------------------
UNREACHABLE = LenderParameters(id=7, kind="consumer_finance", reach_share=0.0)


@pytest.mark.parametrize("place", fast_first(["in between", "last"], 1))
def test_a_lender_whom_nobody_can_reach_changes_nothing(place: str) -> None:
    config = small() if place == "last" else one_lender(small(), "micro_lender_a", id=9)
    with_it = completed(with_lender(config, "unreachable", UNREACHABLE))
    without = completed(config)
    ours = {
        name: table.filter(pc.not_equal(table["lender"], "unreachable")) if "lender" in table.column_names else table
        for name, table in with_it.record.tables.items()
    }
    assert differing(ours, without.record.tables) == []
    assert "unreachable" in with_it.record.table("lender")["lender"].to_pylist()
    assert {lender.status for lender in with_it.lenders} == {"open"}


def roomy(config: MarketConfig) -> MarketConfig:
    """No budget binds, nobody's trouble reaches others: what one person does can't be felt by the next."""
    behaviour = config.behaviour
    config = config._replace(
        behaviour=behaviour._replace(
            repayment=behaviour.repayment._replace(stigma_community_slope=0.0),
            informal=behaviour.informal._replace(total_cap_share=10.0),
        )
    )
    return every_lender(
        config,
        capital_target_share=0.4,
        capital_buffer_share=0.0,
        growth_quota_share=5.0,
        founding_plan_yuan=100_000.0,
        partner_quota_share=5.0,
        partner_share=0.0,
        partner="",
    )


def test_one_more_borrower_who_never_applies_leaves_all_others_alone() -> None:
    adopted = populate(small(people=640), Draws(SEED)).borrowers.adopted
    people = next(row for row in range(600, 640) if adopted[row] == 0)
    fewer, more = (completed(roomy(small(people=size))) for size in (people, people + 1))
    bindings = set(fewer.record.table("lender")["binding"].to_pylist())
    assert bindings == {"none"}, "otherwise budgets, which grow with the number of people, would be shared differently"
    assert changed_state(fewer, more, people) == []
    lender = fewer.record.table("lender").select(["originations_fen", "managed_loans_fen", "dpd30_share"])
    assert lender.equals(more.record.table("lender").select(lender.column_names))
    assert fewer.record.table("market")["consumption_fen"] != more.record.table("market")["consumption_fen"]


# --- order and names --------------------------------------------------------------------------------------------------
def test_the_order_of_lenders_in_the_configuration_changes_nothing() -> None:
    config = small()
    assert hash_of(config._replace(lender=config.lender[::-1])) == hash_of(config)
    names = [name for name, _ in config.lender]
    assert compose(["scale=smoke", f"lender=[{','.join(names[::-1])}]"]) == composed()
    document = document_of(config)
    document["lender"] = dict(reversed(list(document["lender"].items())))
    assert read_market(document) == config


def test_a_new_name_changes_only_labels() -> None:
    config = small()
    renamed = config._replace(
        lender=tuple(
            (f"a_{name}" if index % 2 else f"z_{name}", lender) for index, (name, lender) in enumerate(config.lender)
        )
    )
    partner_index = [name for name, _ in config.lender].index("bank_a")
    renamed = one_lender(renamed, "z_platform_a", partner=renamed.lender[partner_index][0])
    ours, theirs = completed(renamed).record.tables, completed(config).record.tables
    for name, table in ours.items():
        if "lender" in table.column_names:
            labels = [label[2:] for label in table["lender"].to_pylist()]
            assert labels == theirs[name]["lender"].to_pylist()
            ours[name] = table.drop_columns(["lender"])
            theirs[name] = theirs[name].drop_columns(["lender"])
    ours.pop("actions")
    theirs.pop("actions")
    assert differing(ours, theirs) == []
    assert changed_state(completed(renamed), completed(config)) == []


# --- what must differ -------------------------------------------------------------------------------------------------
def test_another_seed_replicate_or_parameter_gives_another_market() -> None:
    config = small()
    demand = config.behaviour.demand
    hashes = {
        hash_of(config),
        hash_of(config, SEED + 1),
        hash_of(config, SEED, 1),
        hash_of(one_lender(config, "bank_b", opex_apr=0.031)),
        hash_of(
            config._replace(
                behaviour=config.behaviour._replace(demand=demand._replace(purchase_share=demand.purchase_share * 1.01))
            )
        ),
        hash_of(small(people=601)),
    }
    assert len(hashes) == 6
    assert all(len(each) == hashlib.sha256().digest_size * 2 for each in hashes)


def test_feedback_of_spending_on_jobs_acts_once_it_is_switched_on() -> None:
    config = small(shock=(("unemployment", SHOCKS["unemployment"]),))
    felt = completed(config._replace(economy=config.economy._replace(feedback_strength=2.0)))
    gaps = felt.record.table("market")["gap"].to_pylist()
    calm = completed(config).record.table("market")["gap"].to_pylist()
    assert gaps != calm
    assert min(gap - quiet for gap, quiet in zip(gaps[ANNOUNCED:], calm[ANNOUNCED:], strict=True)) < 0.0
