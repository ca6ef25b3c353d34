"""The strongest test: kernels and reference, written apart, agree on every field and tally, every month, to the bit."""

from __future__ import annotations

import random

import mesa
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.codes import FRAUD, OPEN, OUTCOMES, PENDING, PRIORITIES
from sim.counted import TRUTH_COLUMNS, Flag, Flow, HouseholdFlow
from sim.state import STATE_TYPES, People
from tests.people.made_market import (
    OPENING_MONTH,
    Market,
    differences,
    made_market,
    named_arrays,
    run_month,
    started,
)
from tests.people.side_by_side import blank_side_by_side
from tests.reference.borrower import Borrower
from tests.reference.engine import ReferenceEngine


def assert_engines_agree(market: Market, months: int) -> None:
    arrays, reference = started(market), started(market, ReferenceEngine)
    assert differences(arrays, reference) == []
    for month in range(OPENING_MONTH, OPENING_MONTH + months):
        demand = run_month(arrays, market, month)
        same_demand = run_month(reference, market, month)
        for round_number in (0, 1):
            assert np.array_equal(demand[round_number], same_demand[round_number])
        assert differences(arrays, reference) == [], f"seed {market.seed}, month {month}"


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10**6),
    size=st.integers(1, 80),
    lenders=st.integers(1, 7),
    communities=st.integers(1, 4),
    steady=st.booleans(),
)
def test_reference_agrees_on_random_markets(seed, size, lenders, communities, steady):
    assert_engines_agree(made_market(seed, size, lenders, communities, steady), months=8)


@pytest.mark.slow
def test_reference_agrees_for_two_years():
    assert_engines_agree(made_market(seed=1, size=150, lenders=6, steady=True), months=24)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_reference_agrees_on_many_more_markets(seed):
    assert_engines_agree(made_market(seed=1_000 + seed, size=200, lenders=6), months=24)


def test_reference_agrees_on_frauds_that_a_moratorium_postpones():
    """Who never meant to repay a loan neither expects to pay it nor is spared anything by its postponement."""
    market = made_market(seed=4, size=60, lenders=6)
    market.people.borrowers.employed[:] = 0
    market.people.loans.purpose[market.people.loans.status == OPEN] = FRAUD
    assert_engines_agree(market, months=6)


def test_made_markets_visit_every_corner():
    """Agreement proves little about what never happens: every flow, outcome and flag must occur in these markets."""
    flows, household = np.zeros(len(Flow), dtype=np.int64), np.zeros(len(HouseholdFlow), dtype=np.int64)
    outcomes, rolls, flags, offers = np.zeros(len(OUTCOMES), dtype=np.int64), 0, 0, 0
    ended = set()
    for seed in range(12):
        market = made_market(seed, size=150, steady=seed % 2 == 0)
        engine = started(market)
        for month in range(OPENING_MONTH, OPENING_MONTH + 12):
            run_month(engine, market, month)
            flows += engine.tallies.flow.sum(axis=0)
            household += engine.tallies.household
            outcomes += engine.tallies.outcome_count.sum(axis=(0, 1))
            rolls = rolls + engine.tallies.roll_count.sum(axis=0)
            offers = offers + engine.tallies.offer_test.sum(axis=0)
            ended |= set(engine.state().applications.outcome.tolist())
        flags |= int(np.bitwise_or.reduce(engine.state().borrowers.flags))
    assert [name for name, total in zip(Flow.titles(), flows, strict=True) if total == 0] == []
    assert [name for name, total in zip(HouseholdFlow.titles(), household, strict=True) if total == 0] == []
    assert [flag.title for flag in Flag if not flags & flag] == []
    unused = {"pending"} if PENDING not in ended else set()
    assert {name for code, name in enumerate(OUTCOMES) if code not in ended} == unused
    assert (offers > 0).all(), "every arm of a trial with offers taken, declined, lent and gone bad"
    assert all(rolls[bucket, : bucket + 1].sum() > 0 for bucket in range(1, 4)), "cures of one and of several months"
    assert all(rolls[bucket, bucket + 1] > 0 for bucket in range(12)), "every bucket rolls on"


@pytest.mark.slow
def test_made_markets_fill_every_count_of_scorecards():
    applied, lent, bad, truth = 0, 0, np.zeros(13, dtype=np.int64), np.zeros(TRUTH_COLUMNS, dtype=np.int64)
    for seed in range(15):
        market = made_market(seed, size=150, steady=seed % 2 == 0)
        engine = started(market)
        for month in range(OPENING_MONTH, OPENING_MONTH + 12):
            run_month(engine, market, month)
            tallies, counting = engine.tallies, market.counting
            if counting.cells:
                flow = tallies.flow.sum(axis=0)
                asked = flow[Flow.NEW_APPLICATIONS] + flow[Flow.LINE_APPLICATIONS]
                assert tallies.cell_applied.sum() == asked
                assert tallies.cell_lent.sum() == flow[Flow.ORIGINATIONS_COUNT]
                applied += asked
                lent += tallies.cell_lent.sum()
                bad[: counting.ages] += tallies.cell_bad.sum(axis=(0, 2))
                truth += tallies.cell_truth.sum(axis=(0, 1))
    assert applied > lent > 0
    assert (bad[4:] > 0).all(), "loans turn bad at every age from four months on"
    impossible = 2  # whoever was lent to owes something at that month's end
    assert truth[impossible] == 0
    assert (np.delete(truth, impossible) > 0).all(), "every other group of applicants with every outcome"


def test_a_changed_number_is_noticed():
    """The comparison can fail: the smallest change of behaviour shows."""
    market = made_market(seed=1, size=100, steady=True)
    repayment = market.behaviour.repayment
    changed = market._replace(
        behaviour=market.behaviour._replace(repayment=repayment._replace(forget_share=repayment.forget_share * 2))
    )
    arrays, reference = started(market), started(changed, ReferenceEngine)
    for month in range(OPENING_MONTH, OPENING_MONTH + 6):
        run_month(arrays, market, month)
        run_month(reference, changed, month)
    assert differences(arrays, reference) != []


def test_the_order_of_people_does_not_matter():
    market = made_market(seed=5, size=60)
    in_order, shuffled = started(market, ReferenceEngine), started(market, ReferenceEngine)
    people = list(shuffled.borrowers)
    for month in range(OPENING_MONTH, OPENING_MONTH + 6):
        random.Random(month).shuffle(shuffled.borrowers)
        run_month(in_order, market, month)
        run_month(shuffled, market, month)
        shuffled.borrowers = list(people)
        assert differences(in_order, shuffled) == []


def test_borrowers_are_agents_of_the_model_they_are_given():
    model = mesa.Model(rng=1)
    market = made_market(seed=2, size=30)
    engine = started(market, ReferenceEngine, model=model)
    assert len(model.agents_by_type[Borrower]) == 30
    assert engine.borrowers[7].model is model
    employed = model.agents.select(lambda person: person.employed == 1)
    assert len(employed) == market.people.borrowers.employed.sum()
    assert model.agents.agg("savings", sum) == market.people.borrowers.savings.sum(dtype=np.int64)


def test_market_and_reference_export_the_documented_types():
    market = made_market(seed=3, size=10)
    for engine in (started(market), started(market, ReferenceEngine)):
        run_month(engine, market, OPENING_MONTH)
        for table in engine.state():
            for name, values in table._asdict().items():
                assert values.dtype == STATE_TYPES[type(table).__name__][name], name


def test_a_person_who_never_asks_leaves_everybody_else_alone():
    """With rumours off, other people's rows are the same with one more person in the market."""
    small = made_market(seed=8, size=40)
    engine = started(small)
    hermit = blank_side_by_side(1, 4)
    people = People(
        *(
            type(table)(*(np.concatenate([ours, theirs]) for ours, theirs in zip(table, added, strict=True)))
            for table, added in zip(small.people, hermit, strict=True)
        )
    )
    grown = started(small._replace(people=people))
    for month in range(OPENING_MONTH, OPENING_MONTH + 6):
        run_month(engine, small, month, spread=False)
        run_month(grown, small, month, spread=False)
        ours, theirs = named_arrays(engine), named_arrays(grown)
        for name, values in ours.items():
            if not name.startswith("Tallies"):
                assert np.array_equal(values, theirs[name][: len(values)]), name


def test_priorities_fit_the_table():
    market = made_market(seed=4, size=150, lenders=6)
    engine = started(market)
    for month in range(OPENING_MONTH, OPENING_MONTH + 6):
        run_month(engine, market, month)
        assert engine.state().applications.priority.max() < PRIORITIES
        assert engine.state().applications.priority.min() >= 0
