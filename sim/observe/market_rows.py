"""Rows of a month about everybody: the market's, and those of groups of people along each dimension."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import AGE_BANDS, QUINTILES, REGIONS, SECTORS
from sim.counted import Flow, GroupFlow, HouseholdFlow
from sim.economy.population import parts_of_groups
from sim.observe.metrics import herfindahl, with_ratios
from sim.state import Tallies
from sim.values import Economy

DIMENSIONS = (("income_quintile", QUINTILES), ("region", REGIONS), ("sector", SECTORS), ("age_band", AGE_BANDS))


def market_row(economy: Economy, tallies: Tallies, people: int) -> dict[str, Any]:
    """Return the market's row of the month; `people` is how many live in it."""
    flow = tallies.flow.sum(axis=0)
    group = tallies.group.sum(axis=0)
    household = tallies.household
    new_money = int(flow[Flow.ORIGINATIONS] - flow[Flow.REFINANCED] - flow[Flow.CAPITALISED])
    counts = {name: int(group[GroupFlow.of(name)]) for name in ("unemployed", "indebted", "applications", "approvals")}
    flows = ("new_applications", "new_approvals", "line_applications", "line_approvals", "defaults", "aware")
    return with_ratios(
        "market",
        {
            "month": economy.month,
            "gap": economy.gap,
            "in_slowdown": economy.in_slowdown,
            "policy_rate_apr": economy.policy_rate_apr,
            "funding_spread_apr": economy.funding_spread_apr,
            "borrowers": people,
            **counts,
            **{name: int(flow[Flow.of(name)]) for name in flows},
            "debt_fen": int(group[GroupFlow.DEBT]),
            "dpd30_fen": int(group[GroupFlow.DEBT_DPD30]),
            "dpd90_fen": int(group[GroupFlow.DEBT_DPD90]),
            "originations_fen": new_money,
            "refinanced_fen": int(flow[Flow.REFINANCED]),
            "capitalised_fen": int(flow[Flow.CAPITALISED]),
            "yearly_charges_fen": int(flow[Flow.ORIGINATIONS_APR]),
            "charge_offs_fen": int(flow[Flow.CHARGE_OFFS]),
            "consumption_fen": int(household[HouseholdFlow.CONSUMPTION]),
            "income_fen": int(group[GroupFlow.INCOME]),
            "hardship": int(household[HouseholdFlow.HARDSHIP_PEOPLE]),
            "informal_debt_fen": int(household[HouseholdFlow.INFORMAL_DEBT]),
            "informal_defaults": int(household[HouseholdFlow.INFORMAL_DEFAULTS]),
            "hhi": herfindahl([int(amount) for amount in tallies.stock.sum(axis=1)]),
        },
    )


class Segments:
    """Adds groups of people up along income, region, sector and age."""

    def __init__(self, sizes: NDArray[np.int64]) -> None:
        """Remember how many people each group has; shape (groups,)."""
        self.sizes = sizes
        parts = parts_of_groups()
        # one row for each value of each dimension: which groups belong to it; whole numbers, so sums are exact
        self.members = np.array(
            [parts[:, column] == value for column, (_, vs) in enumerate(DIMENSIONS) for value in range(len(vs))],
            dtype=np.int64,
        )

    def rows(self, month: int, tallies: Tallies) -> Iterator[dict[str, Any]]:
        """Yield the groups of people along each dimension."""
        totals = iter((self.members @ tallies.group).tolist())
        sizes = iter((self.members @ self.sizes).tolist())
        titles = GroupFlow.titles()
        for name, values in DIMENSIONS:
            for label in values:
                total = dict(zip(titles, next(totals), strict=True))
                yield with_ratios(
                    "segment",
                    {
                        "month": month,
                        "dimension": name,
                        "value": label,
                        "borrowers": next(sizes),
                        "indebted": total["indebted"],
                        "applications": total["applications"],
                        "approvals": total["approvals"],
                        "originations_fen": total["originations"],
                        "new_yearly_charges_fen": total["originations_apr"],
                        "debt_fen": total["debt"],
                        "dpd30_fen": total["debt_dpd30"],
                        "dpd90_fen": total["debt_dpd90"],
                        "defaults": total["defaults"],
                        "hardship": total["hardship"],
                        "informal_debt_fen": total["informal_debt"],
                        "consumption_fen": total["consumption"],
                        "income_fen": total["income"],
                        "unemployed": total["unemployed"],
                    },
                )
