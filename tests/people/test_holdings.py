"""How a line ends, which loan a new one repays, who is remembered as having refused: kernels and reference by case."""

from __future__ import annotations

import numpy as np
import pytest

from sim.codes import (
    CHARGED_OFF,
    LINE_BARRED,
    LINE_OPEN,
    NO_LINE,
    NO_ROW,
    NOBODY,
    OPEN,
    OWN_POLICY,
    PURCHASE,
)
from sim.counted import Flow
from sim.draws import Draws
from sim.people.engine import PeopleEngine
from sim.people.holdings import loan_to_repay
from sim.people.terms import cuts_of
from sim.state import People
from sim.values import LineCuts
from tests.people.made_market import (
    OPENING_MONTH,
    Engine,
    Market,
    everybody_served,
    made_conditions,
    made_market,
    made_terms,
    run_month,
    started,
)
from tests.people.side_by_side import COLUMNS, blank_side_by_side, side_by_side, tables_of, what_stands
from tests.people.test_one_borrower import plain_surroundings, steadfast
from tests.reference.engine import ReferenceEngine, borrowers_of
from tests.reference.person import empty_world

ENGINES = [PeopleEngine, ReferenceEngine]
HERE, THERE = 0, 1
DORMANT_MONTHS, BARRED_MONTHS, COLLECTION_MONTHS = 5, 7, 24


def live_without_cash(engine: Engine, market: Market, month: int) -> None:
    """Let a month pass in which nobody lends."""
    terms, conditions = plain_surroundings(market, month)
    terms = terms._replace(
        dormant_months=np.full(2, DORMANT_MONTHS),
        barred_months=np.full(2, BARRED_MONTHS),
        cuts=cuts_of([LineCuts()] * 2),
    )
    everybody = everybody_served(lenders=2)
    chance = Draws(market.seed).of(month)
    engine.begin_month()
    engine.earn(conditions, chance)
    engine.seek_credit(terms, conditions, chance)
    engine.try_elsewhere(everybody, terms, conditions, chance)
    engine.settle(everybody, everybody, terms, conditions, chance)


def lone_market(people: People) -> Market:
    """Return a market of one who pays what can be paid and keeps the rest."""
    behaviour = steadfast()
    saving = behaviour.spending._replace(spend_share=0.0, long_term_saving_share=0.0)
    return Market(1, people, 1, behaviour._replace(spending=saving), (6, 12))


def line_statuses(people: People, kind: type[Engine], months: range) -> list[int]:
    """Return the status of the line here at the end of each month."""
    market = lone_market(people)
    engine = started(market, kind)
    statuses = []
    for month in months:
        live_without_cash(engine, market, month)
        statuses.append(int(side_by_side(engine.state(), 2).lines.status[0, HERE]))
    return statuses


@pytest.mark.parametrize("kind", ENGINES)
def test_an_unused_line_is_closed_and_blank_afterwards(kind):
    people = blank_side_by_side(1, 2)
    people.lines.status[0, HERE] = LINE_OPEN
    people.lines.limit[0, HERE] = 1_000_000
    people.lines.last_owed_month[0, HERE] = 10
    assert line_statuses(people, kind, range(11, 17)) == [LINE_OPEN] * 4 + [NO_LINE] * 2
    engine = started(lone_market(people), kind)
    live_without_cash(engine, lone_market(people), 40)
    assert not side_by_side(engine.state(), 2).lines.status.any()
    assert len(what_stands(engine.state()).lines.status) == 0


@pytest.mark.parametrize("kind", ENGINES)
def test_a_bar_outlasts_the_claim_by_the_lender_s_months(kind):
    """The claim is collected for two years after the month it was charged off in, and the bar runs from then."""
    people = blank_side_by_side(1, 2)
    people.lines.status[0, HERE] = LINE_BARRED
    people.loans.status[0, 0] = CHARGED_OFF
    people.loans.lender[0, 0] = HERE
    people.loans.principal[0, 0] = 100_000_000
    people.loans.instalments_left[0, 0] = COLLECTION_MONTHS
    statuses = line_statuses(people, kind, range(1, 41))
    # Owed for the last time at the end of month 23; collection stops within month 24.
    free_in = COLLECTION_MONTHS - 1 + BARRED_MONTHS
    assert statuses == [LINE_BARRED] * (free_in - 1) + [NO_LINE] * (40 - free_in + 1)


@pytest.mark.parametrize("kind", ENGINES)
def test_a_line_with_a_debt_on_it_never_sleeps(kind):
    people = blank_side_by_side(1, 2)
    people.lines.status[0, HERE] = LINE_OPEN
    people.loans.status[0, 0] = OPEN
    people.loans.lender[0, 0] = HERE
    people.loans.principal[0, 0] = people.loans.original[0, 0] = 1_000_000
    people.loans.instalment[0, 0] = 100_000
    people.loans.instalments_left[0, 0] = 10
    people.borrowers.savings[0] = 10_000_000
    statuses = line_statuses(people, kind, range(1, 25))
    # The principal is gone with the tenth instalment, for this loan bears no interest; owed last at the end of month 9.
    closed_in = 9 + DORMANT_MONTHS
    assert statuses == [LINE_OPEN] * (closed_in - 1) + [NO_LINE] * (24 - closed_in + 1)


@pytest.mark.parametrize("kind", ENGINES)
def test_lines_of_made_markets_end_both_ways(kind):
    """Agreement of the engines proves little about what never happens."""
    market = made_market(seed=3, size=100, steady=True)
    engine = started(market, kind)
    ended = set()
    for month in range(OPENING_MONTH, OPENING_MONTH + 12):
        before = side_by_side(engine.state(), 4).lines.status
        run_month(engine, market, month)
        after = side_by_side(engine.state(), 4).lines.status
        ended |= set(before[(before != NO_LINE) & (after == NO_LINE)].tolist())
    assert ended == {LINE_OPEN, LINE_BARRED}


CURRENT, LATE, CLAIM = (OPEN, 0), (OPEN, 1), (CHARGED_OFF, 0)


@pytest.mark.parametrize(
    ("most_contracts", "contracts", "repaid"),
    [
        (0, [(HERE, CURRENT, 500)] * 4, NO_ROW),
        (2, [], NO_ROW),
        (2, [(HERE, CURRENT, 500)], NO_ROW),
        (2, [(THERE, CURRENT, 500), (THERE, LATE, 500)], NO_ROW),
        (2, [(HERE, CURRENT, 500), (HERE, CURRENT, 300)], 1),
        (2, [(HERE, CURRENT, 300), (THERE, CURRENT, 1), (HERE, CURRENT, 300)], 0),
        (2, [(HERE, CURRENT, 500), (HERE, LATE, 300)], 0),
        (2, [(HERE, LATE, 500), (HERE, CLAIM, 300)], NO_ROW),
        (1, [(HERE, CURRENT, 900)], 0),
        (3, [(HERE, CURRENT, 500), (HERE, CURRENT, 300)], NO_ROW),
    ],
)
def test_a_new_loan_is_one_more_or_tops_up_the_smallest_current_one(most_contracts, contracts, repaid):
    """Of equal ones the older is repaid; who is late or was given up there cannot ask, so that no loan is repaid."""
    people = blank_side_by_side(1, 2)
    for place, (lender, (status, bucket), principal) in enumerate(contracts):
        people.loans.lender[0, place] = lender
        people.loans.status[0, place] = status
        people.loans.bucket[0, place] = bucket
        people.loans.principal[0, place] = principal
        people.loans.origination_month[0, place] = place
    tables = tables_of(people)
    assert loan_to_repay(0, HERE, most_contracts, tables.loans) == repaid
    credit = borrowers_of(tables, 2, empty_world())[0].credit
    expected = credit.contracts[repaid] if repaid >= 0 else None
    assert credit.loan_to_repay(HERE, most_contracts) is expected


@pytest.mark.parametrize("kind", ENGINES)
def test_the_second_refusal_of_a_month_is_the_one_remembered(kind):
    market = made_market(seed=4, size=200, lenders=2, steady=True)
    market.people.borrowers.savings[:] = 0
    market.people.borrowers.employed[:] = 0
    market.people.borrowers.reached_by[:] = 3
    engine = started(market, kind)
    month = OPENING_MONTH
    terms = made_terms(market, month)._replace(
        new_cutoff=np.full(2, -1), line_cutoff=np.full(2, -1), open=np.ones(2, dtype=np.int64)
    )
    _, conditions = plain_surroundings(market, month)
    conditions = conditions._replace(community_default_points=np.zeros(market.communities))
    everybody = everybody_served(lenders=2)
    chance = Draws(market.seed).of(month)
    engine.begin_month()
    engine.earn(conditions, chance)
    engine.seek_credit(terms, conditions, chance)
    engine.try_elsewhere(everybody, terms, conditions, chance)
    state = engine.state()
    asked = state.applications
    twice = (asked.first_outcome == OWN_POLICY) & (asked.outcome == OWN_POLICY) & (asked.lender != asked.first_lender)
    assert twice.sum() > 5
    assert np.array_equal(state.borrowers.last_refused_by[twice], asked.lender[twice])


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize(("largest_fen", "cap_fen"), [(5_000_000, 1_000_000), (1_000_000, 5_000_000)])
def test_a_wider_opening_limit_passes_neither_the_largest_of_the_lender_nor_the_law(kind, largest_fen, cap_fen):
    """All lenders try wider limits, of three times as much as usual; half of the people are in that group for life."""
    market = made_market(seed=5, size=1_000, lenders=3)
    engine = started(market, kind)
    old = side_by_side(engine.state(), 3).lines.limit
    terms = made_terms(market, OPENING_MONTH)._replace(
        open=np.ones(3, dtype=np.int64),
        experiment_share=np.ones(3),
        experiment_limit_step=np.full(3, 2.0),
        largest_limit=np.full(3, largest_fen),
        borrower_cap=np.full(3, cap_fen),
    )
    chance = Draws(market.seed).of(OPENING_MONTH)
    conditions = made_conditions(market, OPENING_MONTH)
    everybody = everybody_served(lenders=3)
    engine.begin_month()
    engine.earn(conditions, chance)
    engine.seek_credit(terms, conditions, chance)
    engine.try_elsewhere(everybody, terms, conditions, chance)
    engine.settle(everybody, everybody, terms, conditions, chance)
    limits = side_by_side(engine.state(), 3).lines.limit
    opened = limits[(old == 0) & (limits > 0)]
    assert len(opened) >= 10
    assert opened.max() == min(largest_fen, cap_fen)


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize(("most_contracts", "is_refinanced"), [(0, False), (2, True), (3, False)])
def test_a_customer_may_hold_any_number_of_contracts_unless_the_lender_says_how_many(
    kind, most_contracts, is_refinanced
):
    """Everybody is poor, has two small loans on a wide line here, and may ask nobody else."""
    market = made_market(seed=4, size=800, lenders=2, steady=True)
    market.people.borrowers.savings[:] = 0
    market.people.borrowers.employed[:] = 0
    market.people.borrowers.reached_by[:] = 1 << HERE
    loans, lines = market.people.loans, market.people.lines
    loans.status[:] = np.where(np.arange(COLUMNS) < 2, OPEN, 0)
    loans.lender[:], loans.purpose[:], loans.bucket[:] = HERE, PURCHASE, 0
    loans.principal[:] = loans.original[:] = 100_000
    loans.instalment[:], loans.instalments_left[:], loans.apr_bp[:] = 20_000, 6, 1_200
    loans.origination_month[:], loans.partner[:] = np.arange(COLUMNS) + 2, NOBODY
    lines.status[:] = np.where(np.arange(2) == HERE, LINE_OPEN, NO_LINE)
    lines.limit[:] = 5_000_000
    engine = started(market, kind)
    terms = made_terms(market, OPENING_MONTH)._replace(
        open=np.ones(2, dtype=np.int64),
        most_contracts=np.full(2, most_contracts),
        line_cutoff=np.full(2, 100),
        borrower_cap=np.full(2, 100_000_000),
        closed=np.zeros((2, 20), dtype=np.int64),
    )
    _, conditions = plain_surroundings(market, OPENING_MONTH)
    conditions = conditions._replace(community_default_points=np.zeros(market.communities))
    chance = Draws(market.seed).of(OPENING_MONTH)
    everybody = everybody_served(lenders=2)
    engine.begin_month()
    engine.earn(conditions, chance)
    engine.seek_credit(terms, conditions, chance)
    engine.try_elsewhere(everybody, terms, conditions, chance)
    tallies = engine.settle(everybody, everybody, terms, conditions, chance)
    drawn = tallies.flow[HERE, Flow.ORIGINATIONS_COUNT]
    assert drawn > 20
    assert (tallies.flow[HERE, Flow.REFINANCED] > 0) == is_refinanced
    contracts = np.diff(what_stands(engine.state()).loans.first)
    assert (contracts == 3).sum() == (0 if is_refinanced else drawn)
