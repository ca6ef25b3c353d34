"""In which order lenders, rules and shocks are written down is no part of a market."""

import itertools
from typing import Any

import pytest

from sim.market import CreditMarket
from sim.params import MarketConfig
from sim.policies.disclosure import Disclosure
from sim.policies.joint_lending_floor import JointLendingFloor
from sim.policies.rate_cap import RateCap
from sim.shocks.funding_freeze import FundingFreeze
from sim.shocks.shutdown_rumour import ShutdownRumour
from sim.shocks.unemployment import Unemployment
from tests.market.small_market import SEED, completed, differing, small
from tests.variants import fast_first

RULES = (
    ("rate_cap", RateCap(1, 2, max_apr=0.14)),
    ("joint_lending_floor", JointLendingFloor(1, 2)),
    ("disclosure", Disclosure(1, 2)),
)
SHOCKS = (
    ("funding_freeze", FundingFreeze(1, months=3)),
    ("shutdown_rumour", ShutdownRumour(1, months=3, seed_share=0.5)),
    ("unemployment", Unemployment(1, months=3, add_share=0.1)),
)


def made(policy: Any = RULES, shock: Any = SHOCKS) -> MarketConfig:
    return small(people=120, warm_up=4, months=5, policy=tuple(policy), shock=tuple(shock))


@pytest.mark.parametrize("group", fast_first(["policy", "shock", "lender"], 1))
def test_every_order_of_three_members_is_the_same_market(group: str) -> None:
    whole = completed(made())
    assert whole.record.table("actions").num_rows > 6, "otherwise there would be nothing to put in order"
    members = getattr(whole.config, group)
    for order in itertools.permutations(members[:3]):
        config = made()._replace(**{group: (*order, *members[3:])})
        market = CreditMarket(config, rng=SEED)
        market.run()
        assert differing(market.record.tables, whole.record.tables) == []
        assert market.record.hash() == whole.record.hash()


def test_acts_of_one_month_stand_in_order_of_who_acts_and_of_the_rules_names() -> None:
    config = made(policy=RULES[::-1])
    rows = completed(config).record.table("actions").to_pylist()
    announced = [row["target"] for row in rows if row["act"] == "announcement"]
    assert announced == sorted(dict(RULES))


def test_a_branch_takes_rules_and_shocks_in_any_order() -> None:
    parent = CreditMarket(made((), ()), rng=SEED)
    parent.run_until(1)
    branch = parent.branch(made(RULES[::-1], SHOCKS[1:] + SHOCKS[:1]))
    branch.run()
    assert branch.record.hash() == completed(made()).record.hash()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (made(policy=(RULES[0], RULES[0])), "policy: each must have its own name, and 'rate_cap' was given twice"),
        (made(shock=(SHOCKS[1], SHOCKS[1])), "shock: .* 'shutdown_rumour' was given twice"),
        (made()._replace(lender=small().lender[:1] * 2), "lender: each must have its own name"),
        (
            made()._replace(lender=(small().lender[0], ("other", small().lender[0][1]))),
            "lender: each must have its own id",
        ),
    ],
)
def test_two_members_that_cannot_be_told_apart_are_refused(config: MarketConfig, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        CreditMarket(config, rng=SEED)
