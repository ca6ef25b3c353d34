"""What funders think of a lender: how much of what falls due they renew, and what they ask for it.

They look at the books of the last month's end and listen to talk. While nothing worries them they meet any need at the
lender's own spread; any worry makes them renew at most a part of what falls due, and dearer.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.parameters.books import FunderParameters


class Worries(NamedTuple):
    """What funders see of a lender; nought is no worry."""

    capital_shortfall: float  # what capital lacks of the rule with the lender's own buffer, as a share of it
    npl_excess: float  # share of own loans over 90 days late, beyond what funders are used to
    aware_share: float  # of all people who have heard that the lender is closing


class Confidence(NamedTuple):
    """What the worries make funders do."""

    rollover_factor: float = 1.0  # part of the usual rollover; below 1 nothing beyond what falls due is lent
    spread_add_apr: float = 0.0


CALM = Confidence()


def worries_of(
    capital_ratio: float, wanted_ratio: float, npl_share: float, aware_share: float, funders: FunderParameters
) -> Worries:
    """Return what there is to worry about; a lender of which no capital is asked cannot fall short of it."""
    shortfall = max(0.0, 1.0 - capital_ratio / wanted_ratio) if wanted_ratio > 0.0 else 0.0
    return Worries(min(1.0, shortfall), max(0.0, npl_share - funders.calm_npl_share), aware_share)


def confidence_of(worries: Worries, funders: FunderParameters) -> Confidence:
    """Return how worries, each by its own weight, cut the rollover and widen the spread."""
    cut = (
        funders.capital_rollover_slope * worries.capital_shortfall
        + funders.npl_rollover_slope * worries.npl_excess
        + funders.rumour_rollover_slope * worries.aware_share
    )
    spread = (
        funders.capital_spread_slope_apr * worries.capital_shortfall
        + funders.npl_spread_slope_apr * worries.npl_excess
        + funders.rumour_spread_slope_apr * worries.aware_share
    )
    return Confidence(max(0.0, 1.0 - cut), min(spread, funders.widest_spread_apr))
