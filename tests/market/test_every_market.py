"""What every market promises, tried on markets that between them switch on every family of mechanisms.

A new mechanism adds a market to tests/market/made_markets.py and is held to all of this.
"""

from __future__ import annotations

import copy
from functools import cache

import numpy as np
import pytest

from sim.market import CreditMarket
from sim.params import MarketConfig, ObserveParameters
from tests.market.made_markets import MARKETS, smaller
from tests.market.small_market import SEED, changed_state, completed, completed_by_reference, differing

ALONE = ("shape", "liquidity", "cohort", "thinned", "panel", "tape")  # tables that only followers write

WRITES = {  # a table in which the market shows that what it is here for is at work
    "everything_on": "offer_tests",
    "policies": "budgets",
    "supervised": "returns",
    "learning": "scorecards",
    "second_model": "scorecards",
    "strategic": "offer_tests",
    "rationed": "cohort",
    "reviewed": "liquidity",
    "followed": "panel",
}


@cache
def market_of(name: str) -> MarketConfig:
    return MARKETS[name]()


def assert_same(market: CreditMarket, other: CreditMarket) -> None:
    """Tables, people and books are the same, to the bit and to the fen."""
    assert differing(market.record.tables, other.record.tables) == []
    assert changed_state(market, other) == []
    assert market.record.hash() == other.record.hash()
    assert market.record.people().equals(other.record.people())
    assert market.ledger.balances == other.ledger.balances
    for left, right in zip(market.lenders, other.lenders, strict=True):
        assert left.scorecard.card == right.scorecard.card


@pytest.mark.parametrize("name", MARKETS)
class TestEveryMarket:
    @pytest.mark.fast_first(3)
    def test_it_agrees_with_the_reference(self, name: str) -> None:
        config = smaller(market_of(name))
        assert_same(completed_by_reference(config), completed(config))

    @pytest.mark.fast_first(4)
    def test_shards_and_threads_do_not_matter(self, name: str) -> None:
        config = market_of(name)
        assert_same(completed(config._replace(shards=5, threads=2)), completed(config))

    @pytest.mark.fast_first(4)
    def test_a_branch_goes_on_as_the_market_would(self, name: str) -> None:
        config = market_of(name)
        market = CreditMarket(config, rng=SEED)
        market.run_until(4)
        branch = market.branch(config)
        branch.run()
        assert_same(branch, completed(config))

    @pytest.mark.fast_first(4)
    def test_a_copy_goes_on_as_the_market_would(self, name: str) -> None:
        config = market_of(name)
        market = CreditMarket(config, rng=SEED)
        market.run_until(3)
        twin = copy.deepcopy(market)
        market.run_until(5)
        twin.run()
        assert_same(twin, completed(config))

    @pytest.mark.fast_first(4)
    def test_it_is_the_same_again(self, name: str) -> None:
        again = CreditMarket(market_of(name), rng=SEED)
        again.run()
        assert_same(again, completed(market_of(name)))

    def test_what_it_is_here_for_is_at_work(self, name: str) -> None:
        assert set(WRITES) <= set(MARKETS)
        if name in WRITES:
            assert completed(market_of(name)).record.table(WRITES[name]).num_rows > 0
        if name != "plain":
            assert market_of(name) != market_of("plain")

    def test_books_close_to_the_fen(self, name: str) -> None:
        """Every month has passed the audit, which tolerates nothing; here the ledger's own sums once more."""
        market = completed(market_of(name))
        assert market.ledger.total_cash() == 0
        assert set(market.ledger.imbalances().values()) == {0}

    @pytest.mark.fast_first(4)
    def test_following_people_changes_nothing_else(self, name: str) -> None:
        config = market_of(name)
        truth = config.observe.truth_months  # learning lenders count it, and their tables show it
        unseen = config._replace(observe=ObserveParameters(truth_months=truth))
        seen = config._replace(
            observe=unseen.observe._replace(
                panel_people=30, liquidity_lender="platform_a", liquidity_month=4, shape_every_months=3, cohort_months=4
            )
        )
        changed = differing(
            {table: rows for table, rows in completed(unseen).record.tables.items() if table not in ALONE},
            {table: rows for table, rows in completed(seen).record.tables.items() if table not in ALONE},
        )
        assert changed == []

    def test_another_seed_is_another_market(self, name: str) -> None:
        one, other = (CreditMarket(smaller(market_of(name)), rng=seed) for seed in (SEED, SEED + 1))
        for market in (one, other):
            market.run_until(1)
        assert not np.array_equal(one.people.state().borrowers.savings, other.people.state().borrowers.savings)
