"""Markets are let go of when nobody holds them, and go on as they were after being copied, pickled or batched."""

import copy
import gc
import pickle
import weakref
from functools import partial
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.batchrunner import batch_run
from mesa.datacollection import DataCollector

from sim.market import CreditMarket
from sim.mesa_agents import SelfNumberingModel
from sim.params import MarketConfig
from sim.people.person import Borrower
from tests.market.small_market import SEED, changed_state, completed, small
from tests.reference.market import ReferenceMarket
from tests.variants import fast_first

TINY = {"people": 60, "warm_up": 3, "months": 4}


def tiny() -> MarketConfig:
    return small(**TINY)


def given_up(kind: type[CreditMarket], month: int, branches: bool) -> weakref.ref[CreditMarket]:
    """A market that is left in the middle, and a user's agent in it."""
    market = kind(tiny(), rng=SEED)
    mesa.Agent(market)
    assert len(market.agents_by_type[Borrower]) == 60
    market.run_until(month)
    return weakref.ref(market.branch(market.config) if branches else market)


@pytest.mark.parametrize("kind", [CreditMarket, pytest.param(ReferenceMarket, marks=pytest.mark.slow)])
@pytest.mark.parametrize("branches", [False, True])
def test_markets_given_up_early_are_not_kept(kind: type[CreditMarket], branches: bool) -> None:
    left = [given_up(kind, month % 4, branches) for month in range(8)]
    gc.collect()
    assert [each() for each in left] == [None] * 8
    table = getattr(mesa.Agent, "_ids", {})
    assert not any(isinstance(model, SelfNumberingModel) for model in table)


def test_agents_of_a_market_and_of_a_user_are_numbered_together() -> None:
    market = CreditMarket(tiny(), rng=SEED)
    newcomers = [mesa.Agent(market).unique_id for _ in range(2)]
    assert sorted(agent.unique_id for agent in market.agents) == list(range(1, 10))
    assert newcomers == [8, 9]
    other = mesa.Model(rng=1)
    assert [mesa.Agent(other).unique_id for _ in range(2)] == [1, 2], "Mesa's own count of other models goes on"


@pytest.mark.parametrize("kind", fast_first((CreditMarket, ReferenceMarket), 1))
@pytest.mark.parametrize("month", fast_first((2, 0), 1))
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda market: pickle.loads(pickle.dumps(market))])  # noqa: S301
def test_a_copy_goes_on_to_the_same_bytes(kind: type[CreditMarket], month: int, copied: Any) -> None:
    market = kind(tiny(), rng=SEED)
    market.run_until(month)
    assert len(market.agents_by_type[Borrower]) == 60
    twin = copied(market)
    twin.run()
    whole = completed(tiny(), kind=kind)
    assert twin.record.hash() == whole.record.hash()
    assert changed_state(twin, whole) == []
    assert twin.datacollector.model_vars == whole.datacollector.model_vars
    assert market.month == month, "the copy went on alone"
    assert all(agent.model is twin for agent in twin.agents)
    assert twin.explain(17, 3) == whole.explain(17, 3)


def test_a_fresh_market_can_be_pickled_before_its_warm_up() -> None:
    twin = pickle.loads(pickle.dumps(CreditMarket(tiny(), rng=SEED)))  # noqa: S301
    twin.run()
    assert twin.record.hash() == completed(tiny()).record.hash()


# --- Mesa's batch_run -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.slow
def test_batch_run_takes_a_configuration_in_a_list(processes: int) -> None:
    seeds = [SEED, SEED + 1]
    rows = batch_run(
        CreditMarket, {"config": [tiny()], "rng": seeds}, number_processes=processes, display_progress=False
    )
    debts = {row["rng"]: row["debt_fen"] for row in rows}
    assert debts == {seed: completed(tiny(), seed).record.table("market")["debt_fen"].to_pylist()[-1] for seed in seeds}


@pytest.mark.parametrize("processes", fast_first([1, 2], 1))
def test_batch_run_with_a_bare_configuration_is_told_about_the_list(processes: int) -> None:
    # Two processes refuse two sections of the configuration at once: either may be the first to be heard of.
    with pytest.raises(TypeError, match=r'was \w+Parameters.*batch_run.*\{"config": \[config\]\}'):
        batch_run(CreditMarket, {"config": tiny()}, number_processes=processes, display_progress=False)


def test_a_partial_may_hold_the_configuration() -> None:
    rows = batch_run(partial(CreditMarket, tiny()), {"rng": SEED}, display_progress=False)
    assert [row["month"] for row in rows] == [3]


# --- what is no market, no seed, no way out ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, r"^config: must be a MarketConfig, was dict \{\}; make one with experiments.compose.study.compose"),
        ("scale=smoke", "was str 'scale=smoke'"),
        (None, "was NoneType None"),
        (small().calendar, r"was CalendarParameters .*\[config\]"),
    ],
)
def test_what_is_no_configuration_is_refused_by_name(config: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        CreditMarket(config, rng=1)
    with pytest.raises(TypeError, match=words):
        CreditMarket(tiny(), rng=1).branch(config)


@pytest.mark.parametrize("rng", ["7", 1.5, True, [1]])
def test_what_is_no_seed_is_refused_by_name(rng: Any) -> None:
    with pytest.raises(TypeError, match="rng: must be a whole number or a NumPy generator, was "):
        CreditMarket(tiny(), rng=rng)


def test_whole_numbers_of_numpy_are_seeds() -> None:
    assert CreditMarket(tiny(), rng=np.int64(5)).root_seed == 5


def test_who_belongs_to_a_market_cannot_be_removed() -> None:
    market = CreditMarket(tiny(), rng=SEED)
    person = next(iter(market.agents_by_type[Borrower]))
    with pytest.raises(RuntimeError, match=r"Borrower.remove: nobody leaves .* population.size"):
        person.remove()
    with pytest.raises(RuntimeError, match=r"Borrower\.remove"):
        market.deregister_agent(person)
    with pytest.raises(RuntimeError, match=r"Lender.remove: .*lender_exit"):
        market.lenders[0].remove()
    with pytest.raises(RuntimeError, match=r"Regulator.remove: .*always has its regulator"):
        market.regulator.remove()
    with pytest.raises(RuntimeError, match=r"\.remove: "):
        market.remove_all_agents()
    assert len(market.agents) == 7
    newcomer = mesa.Agent(market)
    newcomer.remove()
    assert len(market.agents) == 7


def test_a_users_collector_that_can_be_pickled_is_kept() -> None:
    collector = DataCollector(model_reporters={"month": "month"})
    market = CreditMarket(tiny(), rng=SEED, datacollector=collector)
    market.run_until(2)
    twin = pickle.loads(pickle.dumps(market))  # noqa: S301
    twin.run()
    assert twin.datacollector.model_vars == {"month": [1, 2, 3, 4]}
