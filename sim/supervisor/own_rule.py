"""The regulator's own rule: it tightens and releases by an indicator of returns, with two thresholds."""

from __future__ import annotations

from typing import NamedTuple

from sim.books.returns import bad_loans_share, growth_share
from sim.parameters.supervision import BAD_LOANS, LOAN_GROWTH, RELEASE, TIGHTEN
from sim.params import RegulatorRuleParameters
from sim.policies.base import join
from sim.scope import covers_kind
from sim.supervisor.ladder import Standing
from sim.values import Rulebook, Rules


class RuleState(NamedTuple):
    """What the rule has decided last, and the month from which that binds."""

    tight: bool
    binds_from: int

    def binds(self, month: int) -> bool:
        """Return whether the tight rules are in force in a month."""
        return self.tight and month >= self.binds_from


def opening_state(rule: RegulatorRuleParameters) -> RuleState:
    """Return how a rule begins: tight when it waits to release, loose when it waits to tighten."""
    return RuleState(rule.above_means == RELEASE, rule.from_month)


def indicator_of(indicator: str, standings: list[Standing]) -> float | None:
    """Return what the last returns read say, or None while they say nothing."""
    read = [standing.read for standing in standings if standing.read is not None and not standing.closed]
    if indicator == BAD_LOANS:
        return bad_loans_share(read)
    if indicator == LOAN_GROWTH:
        return growth_share([standing.loans for standing in standings if not standing.closed])
    return min((each.capital_ratio_share for each in read), default=None)


def decided(rule: RegulatorRuleParameters, state: RuleState, value: float, month: int) -> RuleState:
    """Return the state after an indicator seen at a month's end; at a threshold, and between the two, it stays.

    A release binds from the next month, a tightening after the notice.
    """
    if rule.below_share <= value <= rule.above_share:
        return state
    tight = (rule.above_means == TIGHTEN) == (value > rule.above_share)
    if tight == state.tight:
        return state
    return RuleState(tight, month + 1 + (rule.notice_months if tight else 0))


def laid_over(rulebook: Rulebook, rule: RegulatorRuleParameters) -> Rulebook:
    """Return the rulebook with the rule's tight values: the buffer on top of the minimum, the stricter own share."""

    def tightened(rules: Rules) -> Rules:
        minimum = min(1.0, rules.minimum_capital_share + rule.capital_buffer_share)
        return join(rules, minimum_capital_share=minimum, own_share_floor=rule.own_share_floor)

    rules = tuple((kind, tightened(each) if covers_kind(rule.kinds, kind) else each) for kind, each in rulebook.rules)
    return rulebook._replace(rules=rules)


def describe_rule(rule: RegulatorRuleParameters) -> str:
    """Return in words what the rule adds while tight."""
    parts = []
    if rule.capital_buffer_share > 0.0:
        parts.append(f"{rule.capital_buffer_share:.2%} of capital on top of the minimum")
    if rule.own_share_floor > 0.0:
        parts.append(f"an own share of joint loans of {rule.own_share_floor:.0%} at least")
    return " and ".join(parts) or "nothing"
