"""What several shocks do alike to a month's economy: each returns a new one with a part of it moved."""

from __future__ import annotations

from collections.abc import Sequence

from sim.values import Economy, ShockEffects

Hit = Sequence[bool]


def scaled(factors: Sequence[float], hit: Hit, factor: float) -> tuple[float, ...]:
    """Return factors, those hit multiplied."""
    return tuple(each * factor if hit else each for each, hit in zip(factors, hit, strict=True))


def with_shock_effects(economy: Economy, shock_effects: ShockEffects) -> Economy:
    """Return the economy under these shock_effects; the same one when they are those it has."""
    return economy if shock_effects == economy.shock_effects else economy._replace(shock_effects=shock_effects)


def with_lower_wages(economy: Economy, region_sectors: Hit, cut_share: float) -> Economy:
    """Return the economy in which wages in the regions and sectors hit lack a share."""
    factors = scaled(economy.shock_effects.income_factors, region_sectors, 1.0 - cut_share)
    return with_shock_effects(economy, economy.shock_effects._replace(income_factors=factors))


def with_more_jobs_lost(economy: Economy, region_sectors: Hit, add_share: float) -> Economy:
    """Return the economy in which jobs in the regions and sectors hit are lost more often, by a share."""
    factors = scaled(economy.shock_effects.separation_factors, region_sectors, 1.0 + add_share)
    return with_shock_effects(economy, economy.shock_effects._replace(separation_factors=factors))


def with_less_collection(economy: Economy, lenders: Hit, cut_share: float) -> Economy:
    """Return the economy in which the lenders hit, and who bought their claims, collect less by a share."""
    factors = scaled(economy.shock_effects.collection_factors, lenders, 1.0 - cut_share)
    return with_shock_effects(economy, economy.shock_effects._replace(collection_factors=factors))
