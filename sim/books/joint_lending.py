"""Joint lending with several partner banks: which bank is beside which loan, each fen of a pledge used once.

Every loan is shared with one bank. Priorities are handed out one by one, from the safest: each goes to the bank that is
furthest behind its weight among those whose pledge still carries it. Within a risk band a priority is a keyed draw, so
no bank gets the better customers, and the same person meets the same bank whatever the number of threads or shards.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import NOBODY, NOT_APPLIED, PARTNER, PARTNER_CAP, PRIORITIES


class Pledge(NamedTuple):
    """What one partner bank has set aside for one originator this month."""

    bank: int  # its index in order of id
    weight: float  # of its part in the originator's joint loans, relative to the others'
    part_fen: int  # of the bank's own money
    ground: int = PARTNER  # what holds it back: the bank's pledge, or a rule that leaves less


class Joint(NamedTuple):
    """On what terms an originator lends jointly this month."""

    share_bp: int  # of each loan that the partner funds
    pledges: tuple[Pledge, ...]


ALONE = Joint(0, ())


class PartnerRoom(NamedTuple):
    """How much may still be lent beside one partner bank, fen of whole loans."""

    bank: int
    weight: float
    pledged_fen: int
    cap_fen: int  # the originator's own limit on a single partner
    used_fen: int = 0

    @property
    def carries_fen(self) -> int:
        """What its pledge still carries."""
        return self.pledged_fen - self.used_fen

    @property
    def takes_fen(self) -> int:
        """What pledge and cap both still leave room for."""
        return min(self.pledged_fen, self.cap_fen) - self.used_fen


class Shared(NamedTuple):
    """The banks beside the loans of one round, and where they stopped."""

    cutoff: int  # first priority no bank has room for; at most the one that was asked for
    binding: int  # PARTNER or PARTNER_CAP, or NOT_APPLIED when there was room for all
    banks: tuple[int, ...]  # by priority, or one for all
    rooms: tuple[PartnerRoom, ...]


def share_out(demand_fen: NDArray[np.int64], cutoff: int, rooms: tuple[PartnerRoom, ...]) -> Shared:
    """Hand the priorities below a cutoff to partner banks; `demand_fen` has shape (PRIORITIES,)."""
    demand = demand_fen[:cutoff]
    banks: tuple[int, ...]
    if len(rooms) == 1:
        cumulative = np.cumsum(demand)
        stop = int(np.searchsorted(cumulative, max(0, rooms[0].takes_fen), side="right"))
        banks, given = (rooms[0].bank,), [int(cumulative[stop - 1]) if stop > 0 else 0]
    else:
        stop, banks, given = in_turn(demand, rooms)
    after = tuple(room._replace(used_fen=room.used_fen + more) for room, more in zip(rooms, given, strict=True))
    if stop >= cutoff:
        return Shared(cutoff, NOT_APPLIED, banks, after)
    capped = any(room.carries_fen >= int(demand[stop]) for room in after)
    return Shared(stop, PARTNER_CAP if capped else PARTNER, banks, after)


def in_turn(demand: NDArray[np.int64], rooms: tuple[PartnerRoom, ...]) -> tuple[int, tuple[int, ...], list[int]]:
    """Give each priority to the bank furthest behind its weight, among those with room; one without weight comes last.

    Returns the first priority that none has room for, the bank of every priority, and what each bank was given.
    """
    indices = range(len(rooms))
    takes = [room.takes_fen for room in rooms]
    weights = [room.weight for room in rooms]
    used = [room.used_fen for room in rooms]
    banks = [NOBODY] * PRIORITIES
    for priority in np.flatnonzero(demand).tolist():
        amount = int(demand[priority])
        ready = [index for index in indices if takes[index] >= amount]
        if not ready:
            break
        chosen = min(ready, key=lambda index: (used[index] / weights[index] if weights[index] > 0.0 else inf, index))
        used[chosen] += amount
        takes[chosen] -= amount
        banks[priority] = rooms[chosen].bank
    else:
        priority = len(demand)
    return priority, tuple(banks), [used[index] - rooms[index].used_fen for index in indices]
