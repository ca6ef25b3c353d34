"""A person's month is told only where the market run again is the one on record; otherwise it is refused by place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mesa.datacollection import DataCollector

from sim.lenders.lender import Lender
from sim.market import CreditMarket
from sim.params import MarketConfig
from sim.policies.rate_cap import RateCap
from sim.values import Offer
from tests.market.small_market import SEED, completed, small
from tests.variants import fast_first

TINY = {"people": 200, "warm_up": 4, "months": 8}
CONFIG = small(**TINY)
APPLIED = 3  # the month that is told


class StrictMarket(CreditMarket):
    """Gives nobody a new loan from month 2 on, by a lender's terms set in a month of its own."""

    def run_month(self) -> None:
        for lender in self.lenders:
            lender.lending_frozen = self.month >= 2
        super().run_month()


class SteppedMarket(CreditMarket):
    """Does the same in its step, as Mesa's users do."""

    def step(self) -> None:
        for lender in self.lenders:
            lender.lending_frozen = self.month >= 2
        super().step()


class QuarterlyMarket(CreditMarket):
    """Lives three months a step."""

    def step(self) -> None:
        for _ in range(3):
            super().step()


class AskingMarket(CreditMarket):
    """Is built of one thing more, and says how to build it again."""

    def __init__(self, config: MarketConfig, *, rng: int, freeze_from: int, replicate: int = 0) -> None:
        super().__init__(config, rng=rng, replicate=replicate)
        self.freeze_from = freeze_from

    def run_month(self) -> None:
        for lender in self.lenders:
            lender.lending_frozen = self.month >= self.freeze_from
        super().run_month()


class RememberingMarket(AskingMarket):
    def founded_again(self) -> CreditMarket:
        return type(self)(self.config, rng=self.root_seed, freeze_from=self.freeze_from, replicate=self.replicate)


def run(market: CreditMarket) -> CreditMarket:
    market.run()
    return market


def refused_rows(market: CreditMarket) -> list[int]:
    asked = market.people.state().applications
    return np.flatnonzero(asked.outcome > 1).tolist()


# --- classes of a user ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", fast_first((StrictMarket, SteppedMarket), 1))
def test_a_subclass_is_run_again_as_itself(kind: type[CreditMarket]) -> None:
    market = kind(CONFIG, rng=SEED)
    market.run_until(APPLIED + 1)
    asked = market.people.state().applications
    told = [market.explain(row) for row in np.flatnonzero(asked.outcome > 0)[:6]]
    assert {each.outcome for each in told} == {"no_lender"}, "nobody makes a new loan"
    market.run()
    assert [market.explain(each.borrower, APPLIED) for each in told] == told
    plain = completed(CONFIG).explain(told[0].borrower, APPLIED)
    assert plain != told[0], "the plain market tells another life"


def test_a_step_of_several_months_is_told_month_by_month() -> None:
    market = QuarterlyMarket(small(people=200, warm_up=4, months=6), rng=SEED)
    market.run()
    for month in (1, 4):
        assert market.explain(17, month) == completed(small(people=200, warm_up=4, months=6)).explain(17, month)


def test_a_class_that_asks_for_more_is_refused_unless_it_says_how_it_is_built() -> None:
    with pytest.raises(ValueError, match=r"AskingMarket cannot be founded .*freeze_from.*overrides founded_again"):
        run(AskingMarket(CONFIG, rng=SEED, freeze_from=2)).explain(17)
    asking = run(RememberingMarket(CONFIG, rng=SEED, freeze_from=2))
    assert asking.explain(17, 5) == run(StrictMarket(CONFIG, rng=SEED)).explain(17, 5)


class LawlessMarket(CreditMarket):
    """Needs an attribute that only hands can give it."""

    def run_month(self) -> None:
        self.lenders[0].lending_frozen = self.is_closed  # type: ignore[attr-defined]
        super().run_month()


class SilentMarket(CreditMarket):
    """Writes nothing down."""

    def write_down(self, economy: Any, tallies: Any) -> None:
        """Leave the record empty."""


def test_a_class_that_needs_hands_or_writes_nothing_down_is_refused() -> None:
    lawless = LawlessMarket(CONFIG, rng=SEED)
    lawless.is_closed = True  # type: ignore[attr-defined]
    lawless.run_until(1)
    with pytest.raises(ValueError, match=r"LawlessMarket cannot be founded and run again .*is_closed"):
        lawless.explain(17)
    silent = SilentMarket(CONFIG, rng=SEED, datacollector=DataCollector())
    silent.run_until(1)
    with pytest.raises(ValueError, match="month 0 is not on record: SilentMarket did not write it down"):
        silent.explain(17)


def test_a_lenders_own_method_replaced_by_hand_is_found_out() -> None:
    market = CreditMarket(CONFIG, rng=SEED)
    lender = market.lenders[0]

    def dear(*asked: Any) -> Offer:
        offer = Lender.set_terms(lender, *asked)
        return offer._replace(apr_bp=tuple(price + 100 for price in offer.apr_bp))

    lender.set_terms = dear  # type: ignore[method-assign]
    market.run()
    with pytest.raises(ValueError, match=r"month -3 of the warm-up, .* is not what CreditMarket, its configuration"):
        market.explain(17, 5)


# --- acts by hand -----------------------------------------------------------------------------------------------------
def cheaper(market: CreditMarket) -> None:
    lender = market.lenders[0]
    lender.parameters = lender.parameters._replace(price_ceiling_apr=lender.parameters.price_floor_apr)


def frozen(market: CreditMarket) -> None:
    market.lenders[0].lending_frozen = True


def dearer_work(market: CreditMarket) -> None:
    """Nobody's life is touched in the month: only the lender's own books show it."""
    lender = market.lenders[2]
    lender.parameters = lender.parameters._replace(opex_apr=lender.parameters.opex_apr * 2)


def other_config(market: CreditMarket) -> None:
    cap = RateCap(market.month, market.month, max_apr=0.10)
    market.config = market.config._replace(policy=(("rate_cap", cap),))
    market.regulator.follow(market.config)


def poorer(market: CreditMarket) -> None:
    market.people.state().borrowers.permanent_income[:] //= 2


def jobless(market: CreditMarket) -> None:
    market.people.state().borrowers.employed[:40] = 0


@pytest.mark.parametrize("act", fast_first([cheaper, poorer, frozen, dearer_work, jobless], 2))
def test_what_was_changed_by_hand_is_refused_from_the_month_on(act: Callable[[CreditMarket], None]) -> None:
    market = CreditMarket(CONFIG, rng=SEED)
    market.run_until(3)
    act(market)
    market.run()
    with pytest.raises(ValueError, match=r"^explain: month 3, \w+\.\w+ is not what"):
        market.explain(17, 5)
    if act is poorer:
        return  # what is fixed at birth is not kept month by month
    assert market.explain(17, 2) == completed(CONFIG).explain(17, 2), "the months before it are as they were"


def test_another_configuration_put_in_by_hand_is_refused() -> None:
    market = CreditMarket(CONFIG, rng=SEED)
    market.run_until(3)
    other_config(market)
    market.run()
    assert market.record.hash() != completed(CONFIG).record.hash()
    market.config = CONFIG
    with pytest.raises(ValueError, match="month 3, "):
        market.explain(17, 5)


def test_one_persons_savings_changed_by_hand_are_found_in_the_month_after() -> None:
    market = CreditMarket(CONFIG, rng=SEED)
    market.run_until(3)
    market.people.state().borrowers.savings[17] += 1
    with pytest.raises(ValueError, match=r"borrowers.savings of borrower 17 was changed after month 2 had closed"):
        market.explain(17)
    assert market.explain(18) == completed(CONFIG).explain(18, 2), "the others are as they were"


def test_a_trait_changed_by_hand_is_found_at_the_person() -> None:
    market = CreditMarket(CONFIG, rng=SEED)
    market.run()
    market.people.state().borrowers.stigma[17] += 1
    with pytest.raises(ValueError, match=r"borrowers.stigma of borrower 17 was changed"):
        market.explain(17, 2)


# --- what is no other past --------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_a_collector_a_generator_a_branch_and_the_end_are_told_as_they_were() -> None:
    collector = DataCollector(model_reporters={"month": "month"})
    market = CreditMarket(CONFIG, rng=np.random.default_rng(3), replicate=2, datacollector=collector)
    market.run()
    twin = run(CreditMarket(CONFIG, rng=market.root_seed, replicate=2))
    assert market.explain(17, 5) == twin.explain(17, 5)
    assert collector.model_vars == {"month": list(range(1, 9))}, "running it again collects nothing there"
    parent = StrictMarket(CONFIG, rng=SEED)
    parent.run_until(4)
    capped = CONFIG._replace(policy=(("rate_cap", RateCap(5, 6, max_apr=0.10)),))
    branch = run(parent.branch(capped))
    assert branch.explain(17, 7) == run(StrictMarket(capped, rng=SEED)).explain(17, 7)


def test_a_market_lived_beyond_its_horizon_is_told_too() -> None:
    market = CreditMarket(small(people=200, warm_up=4, months=2), rng=SEED)
    market.run()
    market.run_month()
    assert market.explain(17, 2).month == 2


@pytest.mark.parametrize(
    ("borrower", "month", "words"),
    [
        ("x", None, "borrower: must be a whole number from 0 to 199, was 'x'"),
        (1.5, None, r"borrower: must be a whole number .*was 1\.5"),
        (True, None, "borrower: .* was True"),
        (None, None, "borrower: .* was None"),
        (17, "3", "month: must be a whole number from 0 to 7, the months run so far, was '3'"),
        (17, 2.0, r"month: .* was 2\.0"),
    ],
)
def test_who_and_when_are_whole_numbers(borrower: Any, month: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        completed(CONFIG).explain(borrower, month)


def test_whole_numbers_of_numpy_are_people_and_months() -> None:
    assert completed(CONFIG).explain(np.int64(17), np.int32(3)) == completed(CONFIG).explain(17, 3)
