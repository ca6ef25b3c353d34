"""Whom a policy or a shock meets: kinds of lenders, names of lenders, and one wording for a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from sim.codes import REGIONS, SECTORS
from sim.params import LENDER_KINDS, LenderParameters

Lenders = Sequence[tuple[str, LenderParameters]]  # (name, parameters) in order of id


def check_name(key: str, name: str, valid: Iterable[str]) -> None:
    """Raise ValueError naming the key, the rule and the nearest valid name when `name` is not among the valid ones."""
    names = sorted(valid)
    if name in names:
        return
    close = get_close_matches(name, names, n=1, cutoff=0.4)
    nearest = f"; the nearest is {close[0]}" if close else ""
    raise ValueError(f"{key}: must be one of {', '.join(names)}{nearest}; was {name!r}")


def check_kinds(kinds: Sequence[str]) -> None:
    """Raise ValueError when a scope names a kind of lender that does not exist."""
    for kind in kinds:
        check_name("kinds", kind, LENDER_KINDS)


def check_lender_names(key: str, names: Sequence[str], lenders: Lenders) -> None:
    """Raise ValueError when a scope names a lender that is not in the market."""
    for name in names:
        check_name(key, name, [known for known, _ in lenders])


def covers_kind(kinds: Sequence[str], kind: str) -> bool:
    """Return whether a scope of kinds covers one; an empty scope covers all."""
    return not kinds or kind in kinds


def check_places(regions: Sequence[str], sectors: Sequence[str]) -> None:
    """Raise ValueError when a scope names a region or a sector that does not exist."""
    for region in regions:
        check_name("regions", region, REGIONS)
    for sector in sectors:
        check_name("sectors", sector, SECTORS)


def places_in(regions: Sequence[str], sectors: Sequence[str]) -> tuple[bool, ...]:
    """Return for each region and sector whether a scope covers it; no region named = all, and so for sectors."""
    return tuple(
        (not regions or region in regions) and (not sectors or sector in sectors)
        for region in REGIONS
        for sector in SECTORS
    )


def lenders_in(kinds: Sequence[str], names: Sequence[str], lenders: Lenders) -> tuple[bool, ...]:
    """Return for each lender whether a scope covers it: of a kind named, and by name where names are given."""
    return tuple(covers_kind(kinds, parameters.kind) and (not names or name in names) for name, parameters in lenders)
