"""As many lenders as a market may have, and people with any number of loans: all of it agrees with the reference."""

import numpy as np

from sim.codes import MOST_LENDERS
from sim.market import CreditMarket
from sim.params import MarketConfig
from sim.shocks.shutdown_rumour import ShutdownRumour
from sim.state import owners_of
from tests.market.small_market import (
    SEED,
    changed_state,
    completed,
    completed_by_reference,
    differing,
    every_lender,
    small,
)


def crowded(people: int = 150) -> MarketConfig:
    """Every lender of the small market again and again; a rumour runs about the last one."""
    config = small(people=people, warm_up=4, months=4)
    own = config.lender
    lenders = tuple(
        (f"{own[number % len(own)][0]}_{number}", own[number % len(own)][1]._replace(id=number + 1, partner=""))
        for number in range(MOST_LENDERS)
    )
    rumour = ShutdownRumour(start_month=0, seed_share=0.5, lender=lenders[-1][0])
    return config._replace(lender=lenders, shock=(("rumour", rumour),))


def test_the_most_lenders_there_may_be_agree_with_the_reference() -> None:
    config = crowded()
    ours, theirs = completed(config), completed_by_reference(config)
    assert differing(ours.record.tables, theirs.record.tables) == []
    assert changed_state(ours, theirs) == []


def test_the_last_of_the_most_lenders_is_reached_lent_by_and_spoken_of() -> None:
    market = CreditMarket(crowded(people=2_000), rng=SEED)
    market.run()
    people, last = market.people.state(), np.uint64(1) << np.uint64(MOST_LENDERS - 1)
    assert ((people.borrowers.reached_by & last) > 0).any()
    assert ((people.borrowers.aware_of & last) > 0).any()
    assert (people.lines.lender == MOST_LENDERS - 1).any()
    assert (people.loans.lender == MOST_LENDERS - 1).any()


def most_contracts(market: CreditMarket) -> int:
    """The most open loans and claims that one person has with one lender."""
    loans = market.people.state().loans
    stands = loans.status > 0
    return int(np.unique(owners_of(loans)[stands] * MOST_LENDERS + loans.lender[stands], return_counts=True)[1].max())


def test_people_hold_as_many_contracts_as_their_lender_allows_and_any_number_in_all() -> None:
    two, any_number = (completed(every_lender(small(people=2_000), contracts_per_customer=number)) for number in (2, 0))
    assert most_contracts(two) == 2
    assert most_contracts(any_number) > 2
    refinanced = [sum(each.record.table("lender")["refinanced_fen"].to_pylist()) for each in (two, any_number)]
    assert refinanced[0] > refinanced[1] == 0
    assert np.diff(two.people.state().loans.first).max() > 4
