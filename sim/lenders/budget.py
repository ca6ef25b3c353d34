"""A lender's budget of the month: what it pledges to originators, and its headrooms before anybody applies."""

from __future__ import annotations

from sim.books.budget import Budget, budget_of, commitment_of
from sim.books.headrooms import UNLIMITED, quota_allowance
from sim.codes import NO_LIMIT, NOT_APPLIED
from sim.lenders.partners import joint_terms, originators_now
from sim.lenders.state import LenderState
from sim.values import Economy, Rulebook


def commit_to_partners(lender: LenderState, economy: Economy, rulebook: Rulebook) -> None:
    """Set aside, before allocation, what a partner bank will put into joint loans; what is not used lapses."""
    lender.originators = len(originators_now(lender, rulebook))
    lender.commitment = None
    if lender.originators > 0:
        repaid, rules = sum(lender.originator_repaid_fen), rulebook.of(lender.kind)
        lender.commitment = commitment_of(lender, lender.faced(economy), rules, lender.index, repaid)


def plan_budget(lender: LenderState, economy: Economy, rulebook: Rulebook) -> None:
    """Fix the month's headrooms; each is used up by both rounds of applications."""
    rules = rulebook.of(lender.kind)
    lender.binding = NOT_APPLIED
    pledged = lender.commitment.pledged if lender.commitment is not None else 0
    p, quota, rule_quota, risky = lender.parameters.budget, UNLIMITED, UNLIMITED, None
    if p.quota_window_months > 0 and economy.month >= 0:
        allowance = quota_allowance(lender, p.quota_growth_share)
        lender.quota = lender.quota.opened(allowance, p.quota_window_months)
        quota = lender.quota.room_fen()
    if rules.growth_quota_share < NO_LIMIT and economy.month >= 0:
        allowance = quota_allowance(lender, rules.growth_quota_share)
        lender.rule_quota = lender.rule_quota.opened(allowance, rules.growth_quota_months)
        rule_quota = lender.rule_quota.room_fen()
    if rules.soft_limit_quota_share < 1.0 and economy.month >= 0:
        risky = lender.risky_lending.opened(rules)
    joint = joint_terms(lender, rulebook)
    faced = lender.faced(economy)
    lender.budget = budget_of(lender, faced, rules, lender.index, joint, pledged, quota, rule_quota, risky)
    if rules != lender.opening_rules:
        free = unruled_budget(lender, faced, rulebook, pledged, quota)
        lender.budget = lender.budget._replace(narrowed=lender.budget.narrower_than(free))


def unruled_budget(lender: LenderState, faced: Economy, rulebook: Rulebook, pledged_fen: int, quota_fen: int) -> Budget:
    """Return the month's budget as it would be at the same books under the rules before any instrument.

    A lender meets a capital rule through its own target, the rule and a buffer above it, so that the rule refuses
    under the target's name. Beside this budget it is seen which limits a rule has made tighter. Nothing is lent by it.
    """
    opening = lender.opening_rules
    free = rulebook._replace(rules=tuple((kind, opening) for kind, _ in rulebook.rules))
    in_force, lender.rules = lender.rules, opening  # by which loans are weighed
    try:
        joint = joint_terms(lender, free)
        return budget_of(lender, faced, opening, lender.index, joint, pledged_fen, quota_fen)
    finally:
        lender.rules = in_force
