"""How much of its own money a lender may lend this month: one room for every constraint, in fen.

Each constraint has a minimum that the law sets and a buffer or target of the lender's own above it; the two are kept
apart, so that the report can say which of them bound. Whatever customers are expected to repay, as last month, makes
room for as much new lending.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sim.codes import (
    CAPITAL_BUFFER,
    CAPITAL_POLICY,
    CAPITAL_RULE,
    FUNDING,
    FUNDING_LEVERAGE,
    LEVERAGE_POLICY,
    LEVERAGE_RULE,
    LIQUIDITY_POLICY,
    LIQUIDITY_RULE,
    NO_LIMIT,
)
from sim.params import LenderParameters
from sim.values import Economy, Rules

UNLIMITED = 10**15  # fen; beyond any market
LEAST_MULTIPLE = 1e-6  # of equity; a rule that allows none asks for more than anybody has


class Books(Protocol):
    """What headrooms need to know of a lender."""

    parameters: LenderParameters
    founding_fen: int
    collected_fen: int
    repaid_fen: int

    def cash_fen(self) -> int:
        """Return cash at hand."""

    def equity_fen(self) -> int:
        """Return what is left to the owners."""

    def loans_fen(self) -> int:
        """Return own parts of loans."""

    def assets_fen(self) -> int:
        """Return cash and own parts of loans, net of allowance."""

    def risk_weight(self) -> float:
        """Return the weight of its loans in risk-weighted assets."""

    def risk_weighted_fen(self) -> int:
        """Return risk-weighted assets."""

    def wholesale_fen(self) -> int:
        """Return all wholesale funding."""

    def joint_fen(self) -> int:
        """Return its parts in joint loans of others."""

    def managed_fen(self) -> int:
        """Return whole loans of its customers."""

    def undrawn_fen(self) -> int:
        """Return own parts of what customers may still draw on open lines."""

    def funding_due_fen(self) -> int:
        """Return wholesale funding that falls due this month."""

    def deposits_fen(self) -> int:
        """Return deposits."""


class Room(NamedTuple):
    """Own money that one constraint leaves, fen; UNLIMITED where it sets no limit."""

    constraint: int
    own_fen: int


def own_rooms(lender: Books, economy: Economy, rules: Rules, index: int) -> tuple[Room, ...]:
    """Return own money that each constraint on the whole balance sheet leaves, in the order in which ties are settled.

    In the warm-up none of them binds: owners bring capital as the book grows.
    """
    p = lender.parameters
    minimum = rules.minimum_capital_share
    buffers = buffers_of(rules)
    committed = int(p.budget.line_buffer_share * lender.undrawn_fen())
    leverage, liquidity = rules.minimum_leverage_share, rules.minimum_liquidity_share
    own_leverage = own_least(leverage, p.budget.leverage_buffer_share, p.budget.leverage_target_share)
    own_liquidity = own_least(liquidity, p.budget.liquidity_buffer_share, p.budget.liquidity_target_share)
    rooms = (
        Room(CAPITAL_RULE, capital_room(lender, minimum)),
        Room(CAPITAL_BUFFER, capital_room(lender, minimum + buffers) if buffers > 0.0 else UNLIMITED),
        Room(CAPITAL_POLICY, capital_room(lender, minimum + buffers + p.capital_buffer_share, committed)),
        Room(FUNDING, funding_room(lender, economy.rollover_factors[index])),
        Room(FUNDING_LEVERAGE, funding_leverage_room(lender, rules.wholesale_multiple)),
        Room(LEVERAGE_RULE, leverage_room(lender, leverage)),
        Room(LEVERAGE_POLICY, leverage_room(lender, own_leverage)),
        Room(LIQUIDITY_RULE, liquidity_room(lender, liquidity)),
        Room(LIQUIDITY_POLICY, liquidity_room(lender, own_liquidity)),
    )
    if economy.month < 0:
        return tuple(room._replace(own_fen=UNLIMITED) for room in rooms)
    return rooms


def buffers_of(rules: Rules) -> float:
    """Return the mandatory buffers on top of the capital minimum."""
    return rules.conservation_buffer_share + rules.countercyclical_buffer_share


def own_least(rule: float, buffer: float, target: float) -> float:
    """Return the least ratio that own policy keeps: its target, or a buffer above the rule where there is one."""
    return max(target, rule + buffer) if rule > 0.0 else target


def capital_room(lender: Books, least_share: float, committed_fen: int = 0) -> int:
    """Return what may be lent of own money before the capital ratio falls to its least, in fen.

    `committed_fen` of undrawn lines are counted as if they were loans already.
    """
    weight = lender.risk_weight()
    if weight <= 0.0 or least_share <= 0.0:
        return UNLIMITED
    largest = int(max(0, lender.equity_fen()) / (least_share * weight))
    return max(0, largest - int(lender.risk_weighted_fen() / weight) - committed_fen + lender.collected_fen)


def leverage_room(lender: Books, least_share: float) -> int:
    """Return what may be lent of own money before equity over all assets falls to its least, in fen."""
    if least_share <= 0.0:
        return UNLIMITED
    largest = int(max(0, lender.equity_fen()) / least_share)
    return max(0, largest - lender.assets_fen() + lender.collected_fen)


def equity_asked_fen(lender: Books, rules: Rules) -> int:
    """Return the equity in fen that leverage and funding ask of what the lender holds now, whatever its risk weights.

    Its own policy on leverage is in it. Cash beyond the target is about to repay funding, and asks for nothing. A
    lender bound by these keeps its profits, and asks its owners.
    """
    p = lender.parameters
    spare = max(0, lender.cash_fen() - int(p.cash_target_share * lender.loans_fen()))
    least = own_least(rules.minimum_leverage_share, p.budget.leverage_buffer_share, p.budget.leverage_target_share)
    asked = int(least * (lender.assets_fen() - spare))
    if rules.wholesale_multiple < NO_LIMIT:
        asked = max(asked, int(max(0, lender.wholesale_fen() - spare) / max(rules.wholesale_multiple, LEAST_MULTIPLE)))
    return asked


def liquidity_room(lender: Books, least_share: float) -> int:
    """Return what may be lent of own money while cash and collections cover a month in which nothing is renewed.

    What may leave within thirty days is the wholesale funding that falls due and a part of deposits; fen.
    """
    if least_share <= 0.0:
        return UNLIMITED
    leaving = lender.funding_due_fen() + int(lender.parameters.budget.deposit_runoff_share * lender.deposits_fen())
    return max(0, lender.cash_fen() + lender.collected_fen - int(least_share * leaving))


def funding_room(lender: Books, rollover_factor: float) -> int:
    """Return what cash and funders allow this month, in fen of own money.

    In calm, funders meet any need at the month's end. When they are afraid the lender counts on cash beyond its minimum
    and on last month's collections, less what falls due and is not renewed; depositors still meet their share.
    """
    if rollover_factor >= 1.0:
        return UNLIMITED
    p = lender.parameters
    due = lender.funding_due_fen()
    leaving = due - int(due * p.rollover_share * rollover_factor)
    spare = lender.cash_fen() - int(p.cash_minimum_share * lender.loans_fen())
    if p.deposit_share >= 1.0:
        return UNLIMITED
    return int(max(0, spare + lender.collected_fen - leaving) / (1.0 - p.deposit_share))


def funding_leverage_room(lender: Books, most_multiple: float) -> int:
    """Return what may be lent of own money before wholesale funding reaches its multiple of equity, in fen.

    Cash beyond the target and last month's collections are lent first. What is already borrowed beyond the multiple
    may be renewed, so that the rule ends in a smaller book rather than in default.
    """
    p = lender.parameters
    if most_multiple >= NO_LIMIT or p.deposit_share >= 1.0:
        return UNLIMITED
    to_borrow = int(most_multiple * max(0, lender.equity_fen())) - lender.wholesale_fen()
    spare = lender.cash_fen() - int(p.cash_target_share * lender.loans_fen())
    return int(max(0, to_borrow + spare + lender.collected_fen) / (1.0 - p.deposit_share))


def joint_loan_room(lender: Books, most_share: float, joint_repaid_fen: int) -> int:
    """Return what a bank may put into joint loans before they exceed a share of all its loans, in fen.

    What will be repaid, as last month, is taken off; what it may lend itself this month is not counted yet.
    """
    if most_share >= 1.0:
        return UNLIMITED
    joint, loans = lender.joint_fen() - joint_repaid_fen, lender.loans_fen() - lender.collected_fen
    return int(max(0.0, most_share * loans - joint) / (1.0 - most_share))


def plan_room(lender: Books) -> int:
    """Return the lender's own growth plan: what is repaid is lent again, plus a share of the book."""
    growth = int(lender.parameters.growth_quota_share * lender.managed_fen())
    return lender.repaid_fen + max(growth, lender.founding_fen)


def quota_allowance(lender: Books, growth_share: float) -> int:
    """Return what a month adds to a growth quota: what was repaid and a share of the book, fen of whole loans."""
    return max(0, lender.repaid_fen + int(growth_share * lender.managed_fen()))
