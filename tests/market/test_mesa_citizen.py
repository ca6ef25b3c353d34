"""What somebody who knows Mesa will try."""

import gc
import weakref

import mesa
import numpy as np
import pytest
from mesa.datacollection import DataCollector

from sim.agents.borrower import Borrower
from sim.agents.lender import Lender
from sim.agents.regulator import Regulator
from sim.market import CreditMarket
from sim.observe.schemas import SCHEMAS
from tests.market.small_market import SEED, lived, small

TINY = {"people": 60, "warm_up": 3, "months": 4}


def test_a_market_is_a_mesa_model_and_its_lenders_and_regulator_are_agents() -> None:
    market = CreditMarket(small(**TINY), rng=SEED)
    assert isinstance(market, mesa.Model)
    assert all(isinstance(agent, mesa.Agent) for agent in market.agents)
    assert set(market.agent_types) == {Lender, Regulator}
    assert len(market.agents_by_type[Lender]) == 6
    assert list(market.agents_by_type[Regulator]) == [market.regulator]


def test_seed_and_rng_name_the_same_root_and_are_not_given_together() -> None:
    by_rng, by_seed = CreditMarket(small(**TINY), rng=5), CreditMarket(small(**TINY), seed=5)
    by_rng.run()
    by_seed.run()
    assert by_rng.record.hash() == by_seed.record.hash()
    with pytest.raises(ValueError, match="either rng or seed"):
        CreditMarket(small(**TINY), rng=5, seed=5)


def test_a_generator_gives_its_next_word_as_root() -> None:
    roots = [CreditMarket(small(**TINY), rng=np.random.default_rng(8)).root_seed for _ in range(2)]
    assert roots[0] == roots[1]
    assert CreditMarket(small(**TINY), rng=np.random.default_rng(9)).root_seed != roots[0]
    assert CreditMarket(small(**TINY)).root_seed != CreditMarket(small(**TINY)).root_seed


def test_agent_sets_select_aggregate_and_call() -> None:
    lenders = lived(small()).agents_by_type[Lender]
    banks = lenders.select(lambda lender: lender.kind == "bank")
    assert sorted(banks.get("name")) == ["bank_a", "bank_b"]
    assert lenders.agg("managed", sum) == sum(lender.managed_fen() for lender in lived(small()).lenders)
    assert lenders.map("equity_fen") == [lender.equity_fen() for lender in lenders]
    assert lenders.sort("id", ascending=True).get("id") == [1, 2, 3, 4, 5, 6]
    assert set(lenders.groupby("kind").groups) == {"platform", "bank", "consumer_finance", "micro_lender"}
    market = CreditMarket(small(**TINY), rng=SEED)
    market.agents_by_type[Lender].do("log", 0, "greets", "a user's own act", 1.0)
    assert [len(lender.take_acts()) for lender in market.lenders] == [1] * 6


def test_the_default_collector_has_the_markets_series() -> None:
    frame = lived(small()).datacollector.get_model_vars_dataframe()
    assert len(frame) == 18
    assert list(frame.columns) == list(SCHEMAS["market"])
    assert len(frame.columns) >= 20
    table = lived(small()).record.table("market").to_pydict()
    assert {column: frame[column].tolist() for column in frame} == table


def test_a_users_own_collector_is_used() -> None:
    collector = DataCollector(
        model_reporters={"debt": lambda market: market.record.last_market_row["debt_fen"], "month": "month"},
        agenttype_reporters={Lender: {"equity": lambda lender: lender.equity_fen(), "status": "status"}},
    )
    market = CreditMarket(small(), rng=SEED, datacollector=collector)
    market.run()
    frame = collector.get_model_vars_dataframe()
    assert frame["debt"].tolist() == market.record.table("market")["debt_fen"].to_pylist()
    assert frame["month"].tolist() == list(range(1, 19)), "collected when the month has closed"
    equities = collector.get_agenttype_vars_dataframe(Lender)["equity"].tolist()
    assert equities == market.record.table("lender")["equity_fen"].to_pylist()
    assert market.record.hash() == lived(small()).record.hash()


def test_running_ends_with_the_horizon() -> None:
    market = CreditMarket(small(**TINY), rng=SEED)
    assert market.running
    for month in range(4):
        market.step()
        assert market.month == month + 1
    assert not market.running
    market.step()
    assert market.month == 4
    assert len(market.datacollector.get_model_vars_dataframe()) == 4


def test_borrowers_of_the_objects_engine_are_agents() -> None:
    market = CreditMarket(small(**TINY)._replace(engine="objects"), rng=SEED)
    borrowers = market.agents_by_type[Borrower]
    assert len(borrowers) == 60
    assert len(market.agents) == 67
    market.step()
    state = market.people.state().borrowers
    assert borrowers.sort("row", ascending=True).get("savings") == state.savings.tolist()
    assert len(borrowers.select(lambda person: person.employed == 0)) == (state.employed == 0).sum()


def test_a_market_that_has_ended_leaves_no_memory_behind() -> None:
    market = CreditMarket(small(**TINY)._replace(engine="objects"), rng=SEED)
    market.run()
    gone = weakref.ref(market)
    del market
    gc.collect()
    assert gone() is None


def test_an_engine_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="arrays, objects; was 'abacus'"):
        CreditMarket(small(**TINY)._replace(engine="abacus"), rng=SEED)
