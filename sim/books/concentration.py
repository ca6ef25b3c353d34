"""Limits on new flow to one sector or one region: a cutoff for each, beside the cutoff for all.

A lender may set them for itself and the law may; the tighter one holds, and gives its name to what it refuses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.books.headrooms import UNLIMITED
from sim.codes import (
    NOT_APPLIED,
    PRIORITIES,
    REGION_CAP,
    REGION_RULE,
    REGIONS,
    SECTOR_CAP,
    SECTOR_RULE,
    SECTORS,
    STRATA,
)
from sim.params import BudgetParameters
from sim.values import Headroom, Rules


class FlowCaps(NamedTuple):
    """What may be lent this month to any one sector and any one region, fen of whole loans, and what was."""

    sector_fen: int
    region_fen: int
    sector_used: tuple[int, ...] = (0,) * len(SECTORS)
    region_used: tuple[int, ...] = (0,) * len(REGIONS)
    sector_ground: int = SECTOR_CAP  # whose cap it is: the lender's own or the law's
    region_ground: int = REGION_CAP

    @classmethod
    def of(cls, budget: BudgetParameters, rules: Rules, least_headroom_fen: int) -> FlowCaps | None:
        """Return the caps of a month, shares of what all other headrooms together allow; None when there is none."""
        shares = (
            min(budget.sector_cap_share, rules.sector_flow_share),
            min(budget.region_cap_share, rules.region_flow_share),
        )
        if min(shares) >= 1.0:
            return None
        sector, region = (int(share * least_headroom_fen) if share < 1.0 else UNLIMITED for share in shares)
        return cls(
            sector,
            region,
            sector_ground=SECTOR_RULE if rules.sector_flow_share < budget.sector_cap_share else SECTOR_CAP,
            region_ground=REGION_RULE if rules.region_flow_share < budget.region_cap_share else REGION_CAP,
        )

    def headrooms(self) -> tuple[Headroom, ...]:
        """Return the limits of the month, for one sector and for one region."""
        return (Headroom(self.sector_ground, self.sector_fen), Headroom(self.region_ground, self.region_fen))

    def after(self, lent_by_lot: NDArray[np.int64]) -> FlowCaps:
        """Return the caps after lending by stratum, shape (STRATA,)."""
        lent = lent_by_lot.reshape(len(REGIONS), len(SECTORS))
        return self._replace(
            sector_used=tuple(a + b for a, b in zip(self.sector_used, lent.sum(axis=0).tolist(), strict=True)),
            region_used=tuple(a + b for a, b in zip(self.region_used, lent.sum(axis=1).tolist(), strict=True)),
        )

    def cutoffs(self, demand_fen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first priority refused in each stratum and the cap that refuses it, shapes (STRATA,).

        `demand_fen` has shape (STRATA, PRIORITIES). Sectors are cut first; a region is cut on what sectors leave of it.
        """
        by_place = demand_fen.reshape(len(REGIONS), len(SECTORS), PRIORITIES)
        sectors = first_refused(by_place.sum(axis=0), self.sector_fen, self.sector_used)
        kept = np.where(np.arange(PRIORITIES) < sectors[:, None], by_place, 0)
        regions = first_refused(kept.sum(axis=1), self.region_fen, self.region_used)
        cutoffs = np.minimum(sectors[None, :], regions[:, None])
        bindings = np.where(sectors[None, :] <= regions[:, None], self.sector_ground, self.region_ground)
        return cutoffs.reshape(STRATA), np.where(cutoffs < PRIORITIES, bindings, NOT_APPLIED).reshape(STRATA)


def first_refused(demand_fen: NDArray[np.int64], cap_fen: int, used: tuple[int, ...]) -> NDArray[np.int64]:
    """Return for each row the first priority whose cumulative demand no longer fits; PRIORITIES when all does."""
    return np.array(
        [
            np.searchsorted(np.cumsum(row), max(0, cap_fen - spent), side="right")
            for row, spent in zip(demand_fen, used, strict=True)
        ],
        dtype=np.int64,
    )
