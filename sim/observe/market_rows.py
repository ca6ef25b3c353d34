"""Rows of a month about everybody: the market's, and those of groups of people along each dimension."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import AGE_BANDS, QUINTILES, REGIONS, SECTORS
from sim.counted import FLOW, GROUP_FLOW, HOUSEHOLD_FLOW
from sim.observe.metrics import herfindahl, share
from sim.population import parts_of_groups
from sim.state import Tallies
from sim.values import Economy

DIMENSIONS = (("income_quintile", QUINTILES), ("region", REGIONS), ("sector", SECTORS), ("age_band", AGE_BANDS))


def market_row(economy: Economy, tallies: Tallies, people: int) -> dict[str, Any]:
    """Return the market's row of the month; `people` is how many live in it."""
    flow = tallies.flow.sum(axis=0)
    group = tallies.group.sum(axis=0)
    household = tallies.household
    applications = int(group[GROUP_FLOW["applications"]])
    debt = int(group[GROUP_FLOW["debt"]])
    lent = int(flow[FLOW["originations"]])
    return {
        "month": economy.month,
        "date": economy.date,
        "unemployment_share": share(int(group[GROUP_FLOW["unemployed"]]), people),
        "gap": economy.gap,
        "in_slowdown": economy.in_slowdown,
        "policy_rate_apr": economy.policy_rate_apr,
        "funding_spread_apr": economy.funding_spread_apr,
        "borrowers": people,
        "indebted_share": share(int(group[GROUP_FLOW["indebted"]]), people),
        "debt_fen": debt,
        "applications": applications,
        "approvals": int(group[GROUP_FLOW["approvals"]]),
        "approval_share": share(int(group[GROUP_FLOW["approvals"]]), applications),
        "new_approval_share": share(int(flow[FLOW["new_approvals"]]), int(flow[FLOW["new_applications"]])),
        "line_approval_share": share(int(flow[FLOW["line_approvals"]]), int(flow[FLOW["line_applications"]])),
        "originations_fen": lent - int(flow[FLOW["refinanced"]]),
        "mean_apr": share(int(flow[FLOW["originations_apr"]]), lent),
        "dpd30_share": share(int(group[GROUP_FLOW["debt_dpd30"]]), debt),
        "dpd90_share": share(int(group[GROUP_FLOW["debt_dpd90"]]), debt),
        "defaults": int(flow[FLOW["defaults"]]),
        "charge_offs_fen": int(flow[FLOW["charge_offs"]]),
        "consumption_fen": int(household[HOUSEHOLD_FLOW["consumption"]]),
        "income_fen": int(group[GROUP_FLOW["income"]]),
        "hardship_share": share(int(household[HOUSEHOLD_FLOW["hardship_people"]]), people),
        "informal_debt_fen": int(household[HOUSEHOLD_FLOW["informal_debt"]]),
        "informal_defaults": int(household[HOUSEHOLD_FLOW["informal_defaults"]]),
        "no_slot_share": share(int(group[GROUP_FLOW["no_slot"]]), applications),
        "aware_share": share(int(flow[FLOW["aware"]]), people),
        "hhi": herfindahl([int(amount) for amount in tallies.stock.sum(axis=1)]),
    }


class Segments:
    """Adds groups of people up along income, region, sector and age."""

    def __init__(self, sizes: NDArray[np.int64]) -> None:
        """Remember how many people each group has; shape (groups,)."""
        self.sizes = sizes
        parts = parts_of_groups()
        # one row for each value of each dimension: which groups belong to it; whole numbers, so sums are exact
        self.members = np.array(
            [parts[:, place] == value for place, (_, vs) in enumerate(DIMENSIONS) for value in range(len(vs))],
            dtype=np.int64,
        )

    def rows(self, month: int, tallies: Tallies) -> Iterator[dict[str, Any]]:
        """Yield the groups of people along each dimension."""
        totals = iter((self.members @ tallies.group).tolist())
        sizes = iter((self.members @ self.sizes).tolist())
        for name, values in DIMENSIONS:
            for label in values:
                total = dict(zip(GROUP_FLOW, next(totals), strict=True))
                people = next(sizes)
                yield {
                    "month": month,
                    "dimension": name,
                    "value": label,
                    "borrowers": people,
                    "indebted": total["indebted"],
                    "applications": total["applications"],
                    "approvals": total["approvals"],
                    "originations_fen": total["originations"],
                    "debt_fen": total["debt"],
                    "mean_apr": share(total["originations_apr"], total["originations"]),
                    "dpd30_share": share(total["debt_dpd30"], total["debt"]),
                    "dpd90_share": share(total["debt_dpd90"], total["debt"]),
                    "defaults": total["defaults"],
                    "hardship_share": share(total["hardship"], people),
                    "informal_debt_fen": total["informal_debt"],
                    "consumption_fen": total["consumption"],
                    "income_fen": total["income"],
                    "unemployed": total["unemployed"],
                }
