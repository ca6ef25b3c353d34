"""Which limits on lending rules have made tighter, at the same books: the attribution of a lender's own targets."""

from __future__ import annotations

import pytest

from sim.codes import (
    CAPITAL_BUFFER,
    CAPITAL_POLICY,
    CAPITAL_RULE,
    FUNDING,
    FUNDING_LEVERAGE,
    GROWTH_PLAN,
    GROWTH_QUOTA_RULE,
    LEVERAGE_POLICY,
    LEVERAGE_RULE,
    SECTOR_RULE,
    SOFT_LIMIT_RULE,
)
from sim.lenders.lender import Lender
from sim.params import BudgetParameters
from tests.books.made_books import made_economy, made_rulebook
from tests.books.test_budget import ALONE, book_of_a_million, demand_of, rooms_of


def narrowed(lender: Lender, **rules: object) -> set[int]:
    """Return the limits of month 0 that these rules make tighter."""
    lender.take_rules(made_rulebook(0, **rules))
    rooms_of(lender, rules=rules)
    return {use.constraint for use in lender.budget.uses() if use.is_narrowed}


@pytest.mark.parametrize(
    ("rules", "tighter"),
    [
        ({}, set()),
        ({"minimum_capital_share": 0.08}, set()),  # what is asked before any instrument
        ({"minimum_capital_share": 0.105}, {CAPITAL_RULE, CAPITAL_POLICY}),
        ({"conservation_buffer_share": 0.02}, {CAPITAL_BUFFER, CAPITAL_POLICY}),
        ({"countercyclical_buffer_share": 0.01}, {CAPITAL_BUFFER, CAPITAL_POLICY}),
        ({"risk_weight_share": 1.5}, {CAPITAL_RULE, CAPITAL_POLICY}),
        ({"risk_weight_share": 0.75}, set()),  # lighter loans leave more room
        ({"minimum_leverage_share": 0.04}, {LEVERAGE_RULE, LEVERAGE_POLICY}),
        ({"wholesale_multiple": 2.0}, {FUNDING_LEVERAGE}),
        ({"growth_quota_share": 0.01, "growth_quota_months": 1}, {GROWTH_QUOTA_RULE}),
        ({"sector_flow_share": 0.2}, {SECTOR_RULE}),
        ({"soft_limit_quota_share": 0.1, "soft_limit_default_share": 0.1, "soft_limit_months": 3}, {SOFT_LIMIT_RULE}),
        ({"max_apr_bp": 1000, "borrower_cap_fen": 10, "registry_coverage_share": 1.0}, set()),
    ],
    ids=str,
)
def test_a_rule_makes_its_own_limit_and_the_lenders_target_above_it_tighter(
    rules: dict[str, object], tighter: set[int]
) -> None:
    _, lender = book_of_a_million()
    assert narrowed(lender, **rules) == tighter


def test_a_target_of_its_own_above_the_rule_and_its_buffer_is_not_the_rules() -> None:
    """9% of its own on leverage; the rule and a buffer of 2% come to less until the rule asks for 7%."""
    budget = BudgetParameters(leverage_target_share=0.09, leverage_buffer_share=0.02)
    _, lender = book_of_a_million(ALONE._replace(budget=budget))
    assert narrowed(lender, minimum_leverage_share=0.06) == {LEVERAGE_RULE}
    assert narrowed(lender, minimum_leverage_share=0.08) == {LEVERAGE_RULE, LEVERAGE_POLICY}


def test_caps_that_are_shares_of_what_all_limits_leave_are_narrowed_with_them() -> None:
    budget = BudgetParameters(sector_cap_share=0.5)
    _, lender = book_of_a_million(ALONE._replace(budget=budget, growth_quota_share=1.0))
    plain = rooms_of(lender)
    assert plain[CAPITAL_POLICY] < plain[GROWTH_PLAN], "capital is the least, and the cap a half of it"
    _, lender = book_of_a_million(ALONE._replace(budget=budget, growth_quota_share=1.0))
    assert len(narrowed(lender, minimum_capital_share=0.1)) == 3


def test_a_refusal_by_the_own_target_tells_whether_a_rule_had_set_it() -> None:
    """By hand: equity 118,800; at 8% and 1% on top 330,000 - 1 may be held beyond 990,000, at 11% and 1% exactly 0."""
    for minimum, is_narrowed in ((0.08, False), (0.11, True)):
        _, lender = book_of_a_million(ALONE._replace(growth_quota_share=10.0))
        room = rooms_of(lender, rules={"minimum_capital_share": minimum})[CAPITAL_POLICY]
        assert room == int(118_800 / (minimum + 0.01)) - 990_000 + 100_000
        lender.allocate(demand_of(room, 1))
        (use,) = (use for use in lender.budget.uses() if use.constraint == CAPITAL_POLICY)
        assert (use.room_fen, use.refused_fen, use.is_narrowed) == (room, 1, is_narrowed)


def test_the_lender_and_what_it_may_lend_are_left_as_they_were() -> None:
    rules = {"minimum_capital_share": 0.11, "risk_weight_share": 1.2}
    _, lender = book_of_a_million()
    lender.take_rules(made_rulebook(0, **rules))
    in_force = lender.rules
    rooms = rooms_of(lender, rules=rules)
    assert lender.rules is in_force
    assert rooms[CAPITAL_POLICY] == max(0, int(118_800 / (0.12 * 1.2)) - int(990_000 * 1.2 / 1.2) + 100_000)


def test_frightened_funders_are_no_rule() -> None:
    _, lender = book_of_a_million()
    lender.plan_budget(made_economy(0, 1, rollover_factors=(0.2,)), made_rulebook(0, minimum_capital_share=0.1))
    found = {use.constraint: use.is_narrowed for use in lender.budget.uses()}
    assert found[FUNDING] is False
    assert found[CAPITAL_POLICY] is True
