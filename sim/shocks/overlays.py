"""What several shocks do alike to a month's economy: each returns a new one with a part of it moved."""

from __future__ import annotations

from collections.abc import Sequence

from sim.values import Economy, Strains

Struck = Sequence[bool]


def scaled(factors: Sequence[float], struck: Struck, factor: float) -> tuple[float, ...]:
    """Return factors, those struck multiplied."""
    return tuple(each * factor if hit else each for each, hit in zip(factors, struck, strict=True))


def strained(economy: Economy, strains: Strains) -> Economy:
    """Return the economy under these strains; the same one when they are those it has."""
    return economy if strains == economy.strains else economy._replace(strains=strains)


def with_lower_wages(economy: Economy, places: Struck, cut_share: float) -> Economy:
    """Return the economy in which wages in the places struck lack a share."""
    factors = scaled(economy.strains.income_factors, places, 1.0 - cut_share)
    return strained(economy, economy.strains._replace(income_factors=factors))


def with_more_jobs_lost(economy: Economy, places: Struck, add_share: float) -> Economy:
    """Return the economy in which jobs in the places struck are lost more often, by a share."""
    factors = scaled(economy.strains.separation_factors, places, 1.0 + add_share)
    return strained(economy, economy.strains._replace(separation_factors=factors))


def with_less_collection(economy: Economy, lenders: Struck, cut_share: float) -> Economy:
    """Return the economy in which the lenders struck, and who bought their claims, collect less by a share."""
    factors = scaled(economy.strains.collection_factors, lenders, 1.0 - cut_share)
    return strained(economy, economy.strains._replace(collection_factors=factors))
