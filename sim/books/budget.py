"""How much a lender may lend this month: one headroom for every constraint, the least of which binds.

A headroom is in fen of whole loans: a lender that keeps a tenth of each loan can make ten times what its own money
allows. Own policy is kept apart from the mandatory rule, so that the report can say which of them bound.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sim.params import LenderParameters
from sim.values import CAPITAL, CAPITAL_RULE, FUNDING, PARTNER, PLAN, Economy, Headroom, Rules

UNLIMITED = 10**15  # fen; beyond any market


class Budget(NamedTuple):
    """Headrooms at the start of the month, and what has been lent against each of them."""

    rooms: tuple[Headroom, ...]
    used: tuple[int, ...]

    def left(self) -> tuple[Headroom, ...]:
        """Return what is left under each constraint."""
        return tuple(
            room._replace(amount_fen=max(0, room.amount_fen - used))
            for room, used in zip(self.rooms, self.used, strict=True)
        )

    def after(self, lent_fen: int) -> Budget:
        """Return the budget after lending an amount."""
        return self._replace(used=tuple(used + lent_fen for used in self.used))


class Commitment(NamedTuple):
    """What a bank pledges to joint loans of others this month, and what that leaves for its own customers, fen."""

    pledged: int  # to all originators together, each of whom may use an equal part
    own_room: int


class Books(Protocol):
    """What a budget needs to know of a lender."""

    parameters: LenderParameters
    founding_fen: int
    collected_fen: int
    repaid_fen: int
    commitment: Commitment | None
    originators: int

    @property
    def partner_lender(self) -> Books | None:
        """The partner bank, when there is one."""

    def cash_fen(self) -> int:
        """Return cash at hand."""

    def equity_fen(self) -> int:
        """Return what is left to the owners."""

    def loans_fen(self) -> int:
        """Return own parts of loans."""

    def risk_weighted_fen(self) -> int:
        """Return risk-weighted assets."""

    def managed_fen(self) -> int:
        """Return whole loans of its customers."""

    def funding_due_fen(self) -> int:
        """Return wholesale funding that falls due this month."""


def capital_room(lender: Books, least_share: float) -> int:
    """Return what may be lent of own money before the capital ratio falls to its least, in fen.

    What customers are expected to repay, as last month, makes room for as much new lending.
    """
    weight = lender.parameters.risk_weight
    if weight <= 0.0 or least_share <= 0.0:
        return UNLIMITED
    largest = int(max(0, lender.equity_fen()) / (least_share * weight))
    return max(0, largest - int(lender.risk_weighted_fen() / weight) + lender.collected_fen)


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


def own_room(lender: Books, economy: Economy, rules: Rules, index: int) -> tuple[int, int, int]:
    """Return own money in fen that capital policy, capital rule and funding each leave.

    In the warm-up none of them binds: owners bring capital as the book grows.
    """
    if economy.month < 0:
        return UNLIMITED, UNLIMITED, UNLIMITED
    minimum = rules.minimum_capital_share
    return (
        capital_room(lender, minimum + lender.parameters.capital_buffer_share),
        capital_room(lender, minimum),
        funding_room(lender, economy.rollover_factors[index]),
    )


def commitment_of(lender: Books, economy: Economy, rules: Rules, index: int) -> Commitment:
    """Return a partner bank's pledge: its quota, or its share of scarce room beside its own customers' plan."""
    quota = int(lender.parameters.partner_quota_share * lender.loans_fen()) + lender.founding_fen
    plan = plan_room(lender)
    room = min(own_room(lender, economy, rules, index))
    if room >= quota + plan:
        return Commitment(quota, room - quota)
    pledged = room * quota // max(1, quota + plan)
    return Commitment(pledged, room - pledged)


def plan_room(lender: Books) -> int:
    """Return the lender's own growth plan: what is repaid is lent again, plus a share of the book."""
    growth = int(lender.parameters.growth_quota_share * lender.managed_fen())
    return lender.repaid_fen + max(growth, lender.founding_fen)


def budget_of(lender: Books, economy: Economy, rules: Rules, index: int, partner_share_bp: int) -> Budget:
    """Return the month's headrooms in fen of whole loans, in the order in which ties are settled."""
    policy, rule, funding = own_room(lender, economy, rules, index)
    if lender.commitment is not None:
        policy, rule, funding = (max(0, room - lender.commitment.pledged) for room in (policy, rule, funding))
    own_bp = 10_000 - partner_share_bp
    rooms = [
        Headroom(CAPITAL_RULE, rule * 10_000 // max(1, own_bp)),
        Headroom(CAPITAL, policy * 10_000 // max(1, own_bp)),
        Headroom(FUNDING, funding * 10_000 // max(1, own_bp)),
        Headroom(PLAN, plan_room(lender)),
    ]
    partner = lender.partner_lender
    if partner_share_bp > 0 and partner is not None and partner.commitment is not None:
        pledged = partner.commitment.pledged // partner.originators
        rooms.append(Headroom(PARTNER, pledged * 10_000 // partner_share_bp))
    extra = lender.parameters.budget_extra_fen
    return Budget(tuple(Headroom(room.constraint, room.amount_fen + extra) for room in rooms), tuple(0 for _ in rooms))
