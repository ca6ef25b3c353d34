"""Budgets: no allocation is ever above a headroom, ties and edges, and each fen of a partner pledged once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.budget import Budget
from sim.books.headrooms import UNLIMITED
from sim.codes import CAPITAL_POLICY, CAPITAL_RULE, FUNDING, GROWTH_PLAN, NOT_APPLIED, PARTNER, PRIORITIES
from sim.lenders.lender import Lender
from sim.lenders.returns import figures_of
from sim.params import LenderParameters
from sim.values import Headroom
from tests.books.made_books import Contract, Town, made_economy, made_rulebook

CONSTRAINTS = (CAPITAL_RULE, CAPITAL_POLICY, FUNDING, GROWTH_PLAN, PARTNER)


def with_rooms(*rooms: tuple[int, int]) -> Lender:
    lender = Town(("one", LenderParameters())).lenders[0]
    lender.budget = Budget(tuple(Headroom(*room) for room in rooms), (0,) * len(rooms))
    return lender


def demand_of(*amounts: int) -> np.ndarray:
    demand = np.zeros((1, PRIORITIES), dtype=np.int64)
    demand[0, : len(amounts)] = amounts
    return demand


rooms = st.lists(st.integers(0, 3_000), min_size=5, max_size=5)
rounds = st.lists(st.lists(st.integers(0, 500), max_size=12), min_size=2, max_size=2)


@given(rooms, rounds)
def test_both_rounds_together_fit_every_headroom_and_leave_no_place_that_fits(
    amounts: list[int], demands: list[list[int]]
) -> None:
    lender = with_rooms(*zip(CONSTRAINTS, amounts, strict=True))
    lent = 0
    for demand in demands:
        given_out = lender.allocate(demand_of(*demand))
        served = demand_of(*demand)[0, : given_out.cutoff]
        assert given_out.approved_fen == served.sum()
        assert given_out.approved_fen + given_out.refused_fen == sum(demand)
        lent += given_out.approved_fen
        assert lent <= min(amounts)
        if given_out.cutoff == PRIORITIES:
            assert given_out.binding == NOT_APPLIED
        else:
            assert given_out.binding in CONSTRAINTS
            assert lent + demand_of(*demand)[0, given_out.cutoff] > min(amounts), "the next priority did not fit"
        assert [room.amount_fen for room in lender.headrooms()] == [amount - lent for amount in amounts]


def test_exactly_at_the_headroom_passes_and_one_fen_over_does_not() -> None:
    assert with_rooms((GROWTH_PLAN, 100)).allocate(demand_of(60, 40)).cutoff == PRIORITIES
    refused = with_rooms((GROWTH_PLAN, 99)).allocate(demand_of(60, 40))
    assert (refused.cutoff, refused.approved_fen, refused.refused_fen, refused.binding) == (1, 60, 40, GROWTH_PLAN)


def test_the_tightest_constraint_is_named_and_ties_go_to_the_first() -> None:
    assert with_rooms((CAPITAL_POLICY, 90), (FUNDING, 50)).allocate(demand_of(40, 40)).binding == FUNDING
    assert with_rooms((CAPITAL_POLICY, 50), (FUNDING, 50)).allocate(demand_of(40, 40)).binding == CAPITAL_POLICY
    # Both leave the same priorities unserved, so neither is tighter.
    assert with_rooms((CAPITAL_POLICY, 70), (FUNDING, 50)).allocate(demand_of(40, 40)).binding == CAPITAL_POLICY


def test_the_lender_remembers_what_bound_first() -> None:
    lender = with_rooms((CAPITAL_POLICY, 100), (GROWTH_PLAN, 120))
    assert lender.binding == NOT_APPLIED
    lender.allocate(demand_of(90))
    assert lender.binding == NOT_APPLIED
    lender.allocate(demand_of(20))
    assert lender.binding == CAPITAL_POLICY


# --- where headrooms come from --------------------------------------------------------------------------------------

ALONE = LenderParameters(
    kind="consumer_finance",
    risk_weight=1.0,
    capital_target_share=0.12,
    capital_buffer_share=0.01,
    cash_target_share=0.1,
    cash_minimum_share=0.02,
    funding_term_months=4,
    growth_quota_share=0.05,
    founding_plan_yuan=0.0,
    opex_apr=0.0,
    funding_spread_apr=0.0,
)


def book_of_a_million(parameters: LenderParameters = ALONE, **economy: object) -> tuple[Town, Lender]:
    """A lender that lent 1,000,000 fen in its warm-up, of which 100,000 came back in the last month."""
    town = Town(("one", parameters))
    town.month(-2, Contract(0, lent=1_100_000), policy_rate_apr=0.0)
    town.month(-1, Contract(0, opening=1_100_000, repaid=100_000), policy_rate_apr=0.0)
    return town, town.lenders[0]


def rooms_of(
    lender: Lender, month: int = 0, rules: dict[str, object] | None = None, **economy: object
) -> dict[int, int]:
    lender.plan_budget(made_economy(month, 1, **economy), made_rulebook(month, **(rules or {})))
    return {room.constraint: room.amount_fen for room in lender.headrooms()}


def test_headrooms_of_a_lender_worked_by_hand() -> None:
    _, lender = book_of_a_million()
    # Loans 1,000,000 less 1% allowance; owners hold 12% of 990,000 = 118,800.
    assert lender.equity_fen() == 118_800
    assert lender.risk_weighted_fen() == 990_000
    found = rooms_of(lender)
    # 118,800 / 8% = 1,485,000 may be held, 990,000 are; 100,000 are expected back.
    assert found[CAPITAL_RULE] == 1_485_000 - 990_000 + 100_000
    assert found[CAPITAL_POLICY] == 118_800 * 100 // 9 - 990_000 + 100_000
    assert found[FUNDING] == UNLIMITED, "calm funders meet the need at the month's end"
    assert found[GROWTH_PLAN] == 100_000 + 50_000, "what came back, and 5% of the book"


def test_a_higher_requirement_leaves_less_room() -> None:
    _, lender = book_of_a_million()
    strict = rooms_of(lender, rules={"minimum_capital_share": 0.12})
    assert strict[CAPITAL_RULE] == 100_000
    assert strict[CAPITAL_POLICY] == 118_800 * 100 // 13 - 990_000 + 100_000


def test_frightened_funders_leave_cash_collections_and_what_they_renew() -> None:
    _, lender = book_of_a_million()
    due = lender.funding_due_fen()
    assert due > 0
    # Cash is 10% of loans, 2% must stay, 100,000 come back; half of what falls due is renewed.
    found = rooms_of(lender, rollover_factors=(0.5,))
    assert found[FUNDING] == 100_000 - 20_000 + 100_000 - (due - due // 2)
    none = rooms_of(lender, rollover_factors=(0.0,))
    assert none[FUNDING] == max(0, 180_000 - due)


def test_owners_carry_the_warm_up_and_only_the_plan_binds() -> None:
    _, lender = book_of_a_million()
    found = rooms_of(lender, month=-1)
    assert found[CAPITAL_POLICY] == found[CAPITAL_RULE] == found[FUNDING] == UNLIMITED
    assert found[GROWTH_PLAN] == 150_000


@pytest.mark.parametrize("extra", [1, 1_000])
def test_extra_budget_is_added_to_every_headroom(extra: int) -> None:
    _, plain = book_of_a_million()
    _, more = book_of_a_million(ALONE._replace(budget_extra_fen=extra))
    before, after = rooms_of(plain), rooms_of(more)
    assert after == {constraint: amount + extra for constraint, amount in before.items()}


def partnered(*originators: str) -> Town:
    bank = LenderParameters(
        id=1, kind="bank", deposit_share=0.8, partner_quota_share=0.2, founding_plan_yuan=0.0, risk_weight=1.0
    )
    platform = ALONE._replace(kind="platform", partner="bank", partner_share=0.7)
    town = Town(("bank", bank), *[(name, platform._replace(id=2 + i)) for i, name in enumerate(originators)])
    town.month(-1, Contract(0, lent=1_000_000), *[Contract(1 + i, lent=50_000) for i in range(len(originators))])
    economy, rulebook = made_economy(0, len(town.lenders)), made_rulebook()
    for lender in town.lenders:
        lender.commit_to_partners(economy, rulebook)
    for lender in town.lenders:
        lender.plan_budget(economy, rulebook)
    return town


def room(lender: Lender, constraint: int) -> int:
    return dict(lender.headrooms())[constraint]


def test_a_partners_pledge_bounds_joint_loans_and_its_own_lending() -> None:
    town = partnered("platform")
    bank, platform = town.lenders
    assert bank.commitment is not None
    assert bank.commitment.pledged == 200_000, "a fifth of its own loans"
    assert room(platform, PARTNER) == 200_000 * 10_000 // 7_000
    alone = Town(("bank", bank.parameters))
    alone.month(-1, Contract(0, lent=1_000_000))
    alone.lenders[0].plan_budget(made_economy(0, 1), made_rulebook())
    assert room(alone.lenders[0], CAPITAL_POLICY) - room(bank, CAPITAL_POLICY) == 200_000


def test_each_fen_of_a_partner_is_pledged_once() -> None:
    town = partnered("platform", "second")
    pledged = [room(lender, PARTNER) * 7_000 // 10_000 for lender in town.lenders[1:]]
    assert sum(pledged) <= 200_000
    assert pledged == pytest.approx([100_000, 100_000], abs=1)


def test_an_originators_own_money_goes_further_in_joint_loans() -> None:
    town = partnered("platform")
    platform = town.lenders[1]
    shared = room(platform, CAPITAL_POLICY)
    town.lenders[0].lending_frozen = True
    platform.plan_budget(made_economy(0, 2), made_rulebook())
    assert shared == pytest.approx(room(platform, CAPITAL_POLICY) / 0.3, abs=10)
    assert PARTNER not in dict(platform.headrooms()), "with the partner frozen it lends alone"


def test_what_an_inspector_finds_are_the_books() -> None:
    _, lender = book_of_a_million()
    weighted = lender.loans_fen() + lender.balance("allowance")  # at a weight of 1
    figures = figures_of(lender)
    assert (figures.risk_weighted_fen, figures.loans_fen) == (weighted, 1_000_000)
    assert figures.capital_ratio_share == lender.equity_fen() / weighted
    assert 0.0 < figures.capital_ratio_share < 1.0
