"""How much a lender may lend this month: one headroom for every constraint, the least of which binds.

A headroom is in fen of whole loans: a lender that keeps a tenth of each loan can make ten times what its own money
allows. Beside the headrooms for all lending stand limits on parts of it: one sector, one region, one partner bank.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.books.concentration import FlowCaps
from sim.books.headrooms import UNLIMITED, Books, own_rooms, plan_room
from sim.books.joint_lending import Joint, PartnerRoom
from sim.values import (
    CAPITAL,
    CAPITAL_RULE,
    FUNDING,
    GROWTH_QUOTA,
    PARTNER,
    PARTNER_CAP,
    PLAN,
    Economy,
    Headroom,
    Rules,
)

ALWAYS_SHOWN = (CAPITAL_RULE, CAPITAL, FUNDING)  # even while they set no limit


class HeadroomUse(NamedTuple):
    """One constraint in one month, fen of whole loans."""

    constraint: int
    room_fen: int  # at the month's start; by sector or region: for each of them
    refused_fen: int  # of what people were offered, in both rounds


class Budget(NamedTuple):
    """Headrooms at the start of the month, and what has been lent against each of them."""

    rooms: tuple[Headroom, ...]
    used: tuple[int, ...]
    partners: tuple[PartnerRoom, ...] = ()
    caps: FlowCaps | None = None  # on new flow by sector and region
    refused: tuple[tuple[int, int], ...] = ()  # (constraint, fen) of the rounds so far

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
        rooms = [*self.rooms, *(self.caps.headrooms() if self.caps is not None else ())]
        refused: dict[int, int] = {}
        for constraint, amount in self.refused:
            refused[constraint] = refused.get(constraint, 0) + amount
        return tuple(
            HeadroomUse(room.constraint, room.amount_fen, refused.get(room.constraint, 0))
            for room in rooms
            if room.amount_fen < UNLIMITED
        )


class Commitment(NamedTuple):
    """What a bank pledges to joint loans of others this month, and what that leaves for its own customers, fen."""

    pledged: int  # to all originators together, each of whom may use an equal part
    own_room: int


def commitment_of(lender: Books, economy: Economy, rules: Rules, index: int) -> Commitment:
    """Return a partner bank's pledge: its quota, or its share of scarce room beside its own customers' plan."""
    quota = int(lender.parameters.partner_quota_share * lender.loans_fen()) + lender.founding_fen
    plan = plan_room(lender)
    room = min(room.own_fen for room in own_rooms(lender, economy, rules, index))
    if room >= quota + plan:
        return Commitment(quota, room - quota)
    pledged = room * quota // max(1, quota + plan)
    return Commitment(pledged, room - pledged)


def budget_of(
    lender: Books,
    economy: Economy,
    rules: Rules,
    index: int,
    joint: Joint,
    pledged_fen: int = 0,
    quota_fen: int = UNLIMITED,
) -> Budget:
    """Return the month's headrooms in fen of whole loans, in the order in which ties are settled.

    `pledged_fen` of own money are set aside for joint loans of others, `quota_fen` is what the growth quota leaves.
    """
    p = lender.parameters
    extra = p.budget_extra_fen if economy.month >= p.budget_extra_from_month else 0
    own_bp = max(1, 10_000 - joint.share_bp)
    rooms = [
        Headroom(room.constraint, whole_loans(room.own_fen, pledged_fen, own_bp))
        for room in own_rooms(lender, economy, rules, index)
        if room.own_fen < UNLIMITED or room.constraint in ALWAYS_SHOWN
    ]
    rooms.append(Headroom(PLAN, plan_room(lender)))
    if quota_fen < UNLIMITED:
        rooms.append(Headroom(GROWTH_QUOTA, quota_fen))
    pledges = [(pledge, whole_loans(pledge.part_fen, 0, max(1, joint.share_bp))) for pledge in joint.pledges]
    if pledges:
        rooms.append(Headroom(PARTNER, sum(amount for _, amount in pledges)))
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
        caps=FlowCaps.of(p.budget, base) if p.budget.caps_flow else None,
    )


def whole_loans(own_fen: int, pledged_fen: int, share_bp: int) -> int:
    """Return the whole loans of which own money, less what is pledged to others, pays a share."""
    return UNLIMITED if own_fen >= UNLIMITED else max(0, own_fen - pledged_fen) * 10_000 // share_bp
