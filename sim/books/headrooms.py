"""How much of its own money a lender may lend this month: one room for every constraint, in fen.

Each constraint has a minimum that the law sets and a buffer or target of the lender's own above it; the two are kept
apart, so that the report can say which of them bound. Whatever customers are expected to repay, as last month, makes
room for as much new lending.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sim.params import LenderParameters
from sim.values import (
    CAPITAL,
    CAPITAL_RULE,
    FUNDING,
    LEVERAGE,
    LEVERAGE_RULE,
    LIQUIDITY,
    LIQUIDITY_RULE,
    Economy,
    Rules,
)

UNLIMITED = 10**15  # fen; beyond any market


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

    def risk_weighted_fen(self) -> int:
        """Return risk-weighted assets."""

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
    committed = int(p.budget.line_buffer_share * lender.undrawn_fen())
    leverage, liquidity = rules.minimum_leverage_share, rules.minimum_liquidity_share
    own_leverage = own_least(leverage, p.budget.leverage_buffer_share, p.budget.leverage_target_share)
    own_liquidity = own_least(liquidity, p.budget.liquidity_buffer_share, p.budget.liquidity_target_share)
    rooms = (
        Room(CAPITAL_RULE, capital_room(lender, minimum)),
        Room(CAPITAL, capital_room(lender, minimum + p.capital_buffer_share, committed)),
        Room(FUNDING, funding_room(lender, economy.rollover_factors[index])),
        Room(LEVERAGE_RULE, leverage_room(lender, leverage)),
        Room(LEVERAGE, leverage_room(lender, own_leverage)),
        Room(LIQUIDITY_RULE, liquidity_room(lender, liquidity)),
        Room(LIQUIDITY, liquidity_room(lender, own_liquidity)),
    )
    if economy.month < 0:
        return tuple(room._replace(own_fen=UNLIMITED) for room in rooms)
    return rooms


def own_least(rule: float, buffer: float, target: float) -> float:
    """Return the least ratio that own policy keeps: its target, or a buffer above the rule where there is one."""
    return max(target, rule + buffer) if rule > 0.0 else target


def capital_room(lender: Books, least_share: float, committed_fen: int = 0) -> int:
    """Return what may be lent of own money before the capital ratio falls to its least, in fen.

    `committed_fen` of undrawn lines are counted as if they were loans already.
    """
    weight = lender.parameters.risk_weight
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


def plan_room(lender: Books) -> int:
    """Return the lender's own growth plan: what is repaid is lent again, plus a share of the book."""
    growth = int(lender.parameters.growth_quota_share * lender.managed_fen())
    return lender.repaid_fen + max(growth, lender.founding_fen)


def quota_allowance(lender: Books) -> int:
    """Return what a month adds to the growth quota: what was repaid and a share of the book, fen of whole loans."""
    share = lender.parameters.budget.quota_growth_share
    return max(0, lender.repaid_fen + int(share * lender.managed_fen()))
