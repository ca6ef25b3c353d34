"""Joint lending with several partner banks: which bank is beside which loan, each fen of a pledge used once.

Every loan is shared with one bank. Priorities are handed out one by one, from the safest: each goes to the bank that is
furthest behind its weight among those whose pledge still carries it. Within a risk band a priority is a keyed draw, so
no bank gets the better customers, and the same person meets the same bank whatever the number of threads or shards.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.values import NOBODY, NOT_APPLIED, PARTNER, PARTNER_CAP, PRIORITIES


class Pledge(NamedTuple):
    """What one partner bank has set aside for one originator this month."""

    bank: int  # its place in order of id
    weight: float  # of its part in the originator's joint loans, relative to the others'
    part_fen: int  # of the bank's own money


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

    def carries(self, amount_fen: int) -> bool:
        """Return whether the pledge is large enough for one more amount."""
        return self.used_fen + amount_fen <= self.pledged_fen

    def takes(self, amount_fen: int) -> bool:
        """Return whether pledge and cap both leave room for one more amount."""
        return self.used_fen + amount_fen <= min(self.pledged_fen, self.cap_fen)

    def load(self) -> float:
        """Return what it has been given over its weight; one without weight comes last."""
        return self.used_fen / self.weight if self.weight > 0.0 else float("inf")


class Shared(NamedTuple):
    """The banks beside the loans of one round, and where they stopped."""

    cutoff: int  # first priority no bank has room for; at most the one that was asked for
    binding: int  # PARTNER or PARTNER_CAP, or NOT_APPLIED when there was room for all
    banks: tuple[int, ...]  # by priority, or one for all
    rooms: tuple[PartnerRoom, ...]


def share_out(demand_fen: NDArray[np.int64], cutoff: int, rooms: tuple[PartnerRoom, ...]) -> Shared:
    """Hand the priorities below a cutoff to partner banks; `demand_fen` has shape (PRIORITIES,)."""
    left = list(rooms)
    banks = [NOBODY] * PRIORITIES
    stop, binding = cutoff, NOT_APPLIED
    for priority in np.flatnonzero(demand_fen[:cutoff]).tolist():
        amount = int(demand_fen[priority])
        ready = [place for place, room in enumerate(left) if room.takes(amount)]
        if not ready:
            binding = PARTNER_CAP if any(room.carries(amount) for room in left) else PARTNER
            stop = priority
            break
        place = min(ready, key=lambda place: (left[place].load(), place))
        left[place] = left[place]._replace(used_fen=left[place].used_fen + amount)
        banks[priority] = left[place].bank
    return Shared(stop, binding, tuple(banks) if len(rooms) > 1 else (rooms[0].bank,), tuple(left))
