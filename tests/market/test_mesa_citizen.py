"""What somebody who knows Mesa will try."""

import gc
import weakref

import mesa
import numpy as np
import pytest
from mesa.datacollection import DataCollector

from sim.codes import EMPTY, NO_LINE, OPEN
from sim.lenders.lender import Lender
from sim.market import CreditMarket
from sim.observe.columns import SCHEMAS
from sim.people.person import Borrower
from sim.state import Borrowers
from sim.supervisor.regulator import Regulator
from tests.market.small_market import SEED, completed, differing, small

TINY = {"people": 60, "warm_up": 3, "months": 4}


def test_a_market_is_a_mesa_model_and_its_lenders_and_regulator_are_agents() -> None:
    market = CreditMarket(small(**TINY), rng=SEED)
    assert isinstance(market, mesa.Model)
    assert all(isinstance(agent, mesa.Agent) for agent in market.agents)
    assert set(market.agent_types) == {Lender, Regulator, Borrower}
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
    lenders = completed(small()).agents_by_type[Lender]
    banks = lenders.select(lambda lender: lender.kind == "bank")
    assert sorted(banks.get("name")) == ["bank_a", "bank_b"]
    assert lenders.agg("managed", sum) == sum(lender.managed_fen() for lender in completed(small()).lenders)
    assert lenders.map("equity_fen") == [lender.equity_fen() for lender in lenders]
    assert lenders.sort("id", ascending=True).get("id") == [1, 2, 3, 4, 5, 6]
    assert set(lenders.groupby("kind").groups) == {"platform", "bank", "consumer_finance", "micro_lender"}
    market = CreditMarket(small(**TINY), rng=SEED)
    market.agents_by_type[Lender].do("log", 0, "greets", "a user's own act", 1.0)
    assert [len(lender.take_acts()) for lender in market.lenders] == [1] * 6


def test_the_default_collector_has_the_markets_series() -> None:
    frame = completed(small()).datacollector.get_model_vars_dataframe()
    assert len(frame) == 18
    assert list(frame.columns) == list(SCHEMAS["market"])
    assert len(frame.columns) >= 20
    table = completed(small()).record.table("market").to_pydict()
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
    assert market.record.hash() == completed(small()).record.hash()


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


def test_people_are_agents_that_are_made_when_they_are_asked_for() -> None:
    market = CreditMarket(small(**TINY), rng=SEED)
    assert len(market.agents) == 7
    borrowers = market.agents_by_type[Borrower]
    assert len(borrowers) == 60
    assert borrowers.get("unique_id") == list(range(60))
    assert len(market.agents) == 7, "views are not registered"
    assert list(market.agents_by_type) == [Lender, Regulator], "nobody meets sixty views who goes through all types"
    with pytest.raises(KeyError):
        market.agents_by_type[mesa.Agent]


def test_views_show_people_as_they_stand_now() -> None:
    market = CreditMarket(small(**TINY), rng=SEED)
    borrowers = market.agents_by_type[Borrower]
    opening = borrowers.get("savings")
    market.run()
    state = market.people.state()
    assert borrowers.get("savings") == state.borrowers.savings.tolist() != opening
    assert len(borrowers.select(lambda person: person.employed == 0)) == (state.borrowers.employed == 0).sum()
    assert borrowers.agg("debt", sum) == state.loans.principal[state.loans.status == OPEN].sum() > 0
    assert sum(len(person.loans) for person in borrowers) == (state.loans.status > EMPTY).sum()
    assert sum(len(person.lines) for person in borrowers) == (state.lines.status != NO_LINE).sum()
    assert [person.application["wanted"] for person in borrowers] == state.applications.wanted.tolist()
    for name in Borrowers._fields:
        assert borrowers.get(name) == getattr(state.borrowers, name).tolist()


def test_a_view_names_the_lender_of_a_loan_and_of_a_line() -> None:
    market = completed(small())
    loans, names = market.people.state().loans, [lender.name for lender in market.lenders]
    debtor = next(person for person in market.agents_by_type[Borrower] if person.loans)
    first, last = loans.first[debtor.row : debtor.row + 2]
    row = next(row for row in range(first, last) if loans.status[row] > EMPTY)
    loan = debtor.loans[0]
    assert loan.lender == names[loans.lender[row]]
    assert (loan.principal, loan.apr_bp) == (loans.principal[row], loans.apr_bp[row])
    assert loan.is_open == (loans.status[row] == OPEN)
    assert loan.lender in debtor.lines
    partnered = [loan for person in market.agents_by_type[Borrower] for loan in person.loans if loan.partner]
    assert {loan.partner for loan in partnered} <= set(names)


def test_agent_sets_call_views_one_by_one() -> None:
    met = []
    borrowers = CreditMarket(small(**TINY), rng=SEED).agents_by_type[Borrower]
    borrowers.shuffle_do(lambda person: met.append(person.row))
    assert sorted(met) == list(range(60))
    assert met != sorted(met)
    assert borrowers.groupby("employed").count().keys() == {0, 1}


def test_a_view_is_for_looking() -> None:
    person = list(CreditMarket(small(**TINY), rng=SEED).agents_by_type[Borrower])[3]
    with pytest.raises(AttributeError, match=r"Borrower\.savings cannot be set: a view is for looking"):
        person.savings = 5
    with pytest.raises(AttributeError, match=r"has no attribute 'saving'; there are permanent_income, "):
        person.saving  # noqa: B018
    assert {"savings", "loans", "debt"} <= set(dir(person))


def test_a_collector_follows_people() -> None:
    collector = DataCollector(agenttype_reporters={Borrower: {"savings": "savings", "debt": lambda one: one.debt}})
    market = CreditMarket(small(**TINY), rng=SEED, datacollector=collector)
    market.run()
    frame = collector.get_agenttype_vars_dataframe(Borrower)
    assert len(frame) == 4 * 60
    last = frame.xs(4, level="Step")
    assert last["savings"].tolist() == market.people.state().borrowers.savings.tolist()
    assert market.record.hash() == completed(small(**TINY)).record.hash(), "looking changes nothing"


def test_a_collector_of_all_agents_meets_lenders_and_the_regulator() -> None:
    collector = DataCollector(agent_reporters={"status": lambda agent: getattr(agent, "status", None)})
    market = CreditMarket(small(**TINY), rng=SEED, datacollector=collector)
    market.run()
    assert len(collector.get_agent_vars_dataframe()) == 4 * 7


def test_batch_run_varies_configurations_and_seeds() -> None:
    config = small(**TINY)
    rows = mesa.batch_run(CreditMarket, {"config": [config], "rng": [1, 2]}, number_processes=1, display_progress=False)
    assert [row["rng"] for row in rows] == [1, 2]
    assert all(row["debt_fen"] > 0 for row in rows)
    assert rows[0]["debt_fen"] == completed(config, seed=1).record.last_market_row["debt_fen"]


def test_a_market_that_has_ended_leaves_no_memory_behind() -> None:
    market = CreditMarket(small(**TINY), rng=SEED)
    assert len(market.agents_by_type[Borrower]) == 60
    market.run()
    gone = weakref.ref(market)
    del market
    gc.collect()
    assert gone() is None


def test_former_name_of_run_until_does_the_same_and_warns() -> None:
    old, new = CreditMarket(small(), rng=SEED), CreditMarket(small(), rng=SEED)
    with pytest.warns(FutureWarning, match="live_until is now run_until"):
        old.live_until(2)
    new.run_until(2)
    assert old.month == new.month == 2
    assert not differing(old.record.tables, new.record.tables)
