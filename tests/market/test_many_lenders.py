"""As many lenders as a market may have, and people with any number of loans: all of it agrees with the reference."""

import numpy as np

from sim.codes import MOST_LENDERS
from sim.market import CreditMarket
from sim.params import MarketConfig
from sim.shocks.shutdown_rumour import ShutdownRumour
from tests.market.small_market import SEED, changed_state, completed, completed_by_reference, differing, small


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


def test_by_default_people_hold_any_number_of_contracts_at_one_lender() -> None:
    loans = completed(small(people=2_000)).people.state().loans
    owner = np.repeat(np.arange(2_000), np.diff(loans.first))
    stands = loans.status > 0
    contracts = np.unique(owner[stands] * MOST_LENDERS + loans.lender[stands], return_counts=True)[1]
    assert contracts.max() > 2
    refinanced = completed(small(people=2_000)).record.table("lender")["refinanced_fen"]
    assert sum(refinanced.to_pylist()) == 0
