"""How much a lender may lend this month: one headroom for every constraint, the least of which binds.

A headroom is in fen of whole loans: a lender that keeps a tenth of each loan can make ten times what its own money
allows. Beside the headrooms for all lending stand limits on parts of it: one sector, one region, one partner bank.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.books.concentration import FlowCaps
from sim.books.headrooms import UNLIMITED, Books, joint_loan_room, own_rooms, plan_room
from sim.books.joint_lending import Joint, PartnerRoom
from sim.books.soft_limit import RiskyLending
from sim.codes import (
    CAPITAL_POLICY,
    CAPITAL_RULE,
    FUNDING,
    GROWTH_PLAN,
    GROWTH_QUOTA,
    GROWTH_QUOTA_RULE,
    JOINT_LOAN_RULE,
    PARTNER,
    PARTNER_CAP,
    SOFT_LIMIT_RULE,
)
from sim.values import Economy, Headroom, Rules

ALWAYS_SHOWN = (CAPITAL_RULE, CAPITAL_POLICY, FUNDING)  # even while they set no limit


class HeadroomUse(NamedTuple):
    """One constraint in one month, fen of whole loans."""

    constraint: int
    room_fen: int  # at the month's start; by sector or region: for each of them
    refused_fen: int  # of what people were offered, in both rounds
    is_narrowed: bool = False  # rules in force leave less room than the rules before any instrument, at the same books


class Budget(NamedTuple):
    """Headrooms at the start of the month, and what has been lent against each of them."""

    rooms: tuple[Headroom, ...]
    used: tuple[int, ...]
    partners: tuple[PartnerRoom, ...] = ()
    caps: FlowCaps | None = None  # on new flow by sector and region
    refused: tuple[tuple[int, int], ...] = ()  # (constraint, fen) of the rounds so far
    risky: RiskyLending | None = None  # where a soft limit holds risky loans to a share of all
    risky_room_fen: int = UNLIMITED  # what it left at the month's start, before safer loans add to it
    narrowed: frozenset[int] = frozenset()  # constraints that rules in force make tighter

    def left(self) -> tuple[Headroom, ...]:
        """Return what is left under each constraint."""
        return tuple(
            room._replace(amount_fen=max(0, room.amount_fen - used))
            for room, used in zip(self.rooms, self.used, strict=True)
        )

    def after(self, lent_fen: int) -> Budget:
        """Return the budget after lending an amount."""
        return self._replace(used=tuple(used + lent_fen for used in self.used))

    def uses(self) -> tuple[HeadroomUse, ...]:
        """Return every constraint that set a limit this month, with the demand it refused."""
        refused: dict[int, int] = {}
        for constraint, amount in self.refused:
            refused[constraint] = refused.get(constraint, 0) + amount
        return tuple(
            HeadroomUse(
                room.constraint,
                room.amount_fen,
                refused.get(room.constraint, 0),
                room.constraint in self.narrowed,
            )
            for room in self.all_rooms()
            if room.amount_fen < UNLIMITED
        )

    def all_rooms(self) -> tuple[Headroom, ...]:
        """Return the month's limits: on all lending, on one sector or region, and on risky loans."""
        caps = self.caps.headrooms() if self.caps is not None else ()
        return (*self.rooms, *caps, Headroom(SOFT_LIMIT_RULE, self.risky_room_fen))

    def narrower_than(self, other: Budget) -> frozenset[int]:
        """Return the constraints that leave less room here than in another budget; one that is not there sets none."""
        there = {room.constraint: room.amount_fen for room in other.all_rooms()}
        return frozenset(
            room.constraint for room in self.all_rooms() if room.amount_fen < there.get(room.constraint, UNLIMITED)
        )


class Commitment(NamedTuple):
    """What a bank pledges to joint loans of others this month, and what that leaves for its own customers, fen."""

    pledged: int  # to all originators together, each of whom may use an equal part
    own_room: int
    ground: int = PARTNER  # or the rule that holds the pledge down


def commitment_of(lender: Books, economy: Economy, rules: Rules, index: int, joint_repaid_fen: int = 0) -> Commitment:
    """Return a partner bank's pledge: its quota, or its share of scarce room beside its own customers' plan.

    The law may cap joint loans as a share of the bank's loans; `joint_repaid_fen` is what they repaid last month.
    """
    quota = int(lender.parameters.partner_quota_share * lender.loans_fen()) + lender.founding_fen
    plan = plan_room(lender)
    room = min(room.own_fen for room in own_rooms(lender, economy, rules, index))
    pledged = quota if room >= quota + plan else room * quota // max(1, quota + plan)
    lawful = joint_loan_room(lender, rules.joint_loan_share, joint_repaid_fen) if economy.month >= 0 else UNLIMITED
    if lawful < pledged:
        return Commitment(lawful, room - lawful, JOINT_LOAN_RULE)
    return Commitment(pledged, room - pledged)


def budget_of(
    lender: Books,
    economy: Economy,
    rules: Rules,
    index: int,
    joint: Joint,
    pledged_fen: int = 0,
    quota_fen: int = UNLIMITED,
    rule_quota_fen: int = UNLIMITED,
    risky: RiskyLending | None = None,
) -> Budget:
    """Return the month's headrooms in fen of whole loans, in the order in which ties are settled.

    `pledged_fen` of own money are set aside for joint loans of others, `quota_fen` is what its own growth quota
    leaves and `rule_quota_fen` what the law's does; `risky` is the window of a soft limit.
    """
    p = lender.parameters
    extra = p.budget_extra_fen if economy.month >= p.budget_extra_from_month else 0
    own_bp = max(1, 10_000 - joint.share_bp)
    rooms = [
        Headroom(room.constraint, whole_loans(room.own_fen, pledged_fen, own_bp))
        for room in own_rooms(lender, economy, rules, index)
        if room.own_fen < UNLIMITED or room.constraint in ALWAYS_SHOWN
    ]
    rooms.append(Headroom(GROWTH_PLAN, plan_room(lender)))
    if quota_fen < UNLIMITED:
        rooms.append(Headroom(GROWTH_QUOTA, quota_fen))
    if rule_quota_fen < UNLIMITED:
        rooms.append(Headroom(GROWTH_QUOTA_RULE, rule_quota_fen))
    pledges = [(pledge, whole_loans(pledge.part_fen, 0, max(1, joint.share_bp))) for pledge in joint.pledges]
    if pledges:
        ground = next((pledge.ground for pledge, _ in pledges if pledge.ground != PARTNER), PARTNER)
        rooms.append(Headroom(ground, sum(amount for _, amount in pledges)))
    base = min(room.amount_fen for room in rooms) + extra
    partner_cap = int(p.budget.partner_cap_share * base) if p.budget.partner_cap_share < 1.0 else UNLIMITED
    if pledges and partner_cap < UNLIMITED:
        rooms.append(Headroom(PARTNER_CAP, partner_cap * len(pledges) - extra))
    return Budget(
        rooms=tuple(Headroom(room.constraint, room.amount_fen + extra) for room in rooms),
        used=tuple(0 for _ in rooms),
        partners=tuple(
            PartnerRoom(pledge.bank, pledge.weight, amount + extra, partner_cap) for pledge, amount in pledges
        ),
        caps=FlowCaps.of(p.budget, rules, base),
        risky=risky,
        risky_room_fen=UNLIMITED if risky is None else risky.room_fen(safe_fen=0),
    )


def whole_loans(own_fen: int, pledged_fen: int, share_bp: int) -> int:
    """Return the whole loans of which own money, less what is pledged to others, pays a share."""
    return UNLIMITED if own_fen >= UNLIMITED else max(0, own_fen - pledged_fen) * 10_000 // share_bp
