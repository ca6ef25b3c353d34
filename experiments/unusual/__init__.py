"""Finds what is legal and absurd, so that it runs and is said: in a notice, in the manifest, in the report."""

from __future__ import annotations

from pathlib import Path

from experiments.config import StudyConfig
from experiments.unusual.contradictions import contradictions
from experiments.unusual.flag import Flag, merged
from experiments.unusual.ranges import outside
from experiments.unusual.series import series_flags


def unusual_settings(study: StudyConfig) -> tuple[Flag, ...]:
    """Return what can be said before anything is computed: values outside usual ranges, series, and contradictions."""
    found = [
        flag
        for (scenario, arm), market in study.markets.items()
        for flags in (outside, series_flags)
        for flag in flags(market, f"{scenario} / {arm}")
    ]
    return merged([*found, *contradictions(study)], len(study.markets))


def idle_instruments(study: StudyConfig, tables: Path) -> tuple[Flag, ...]:
    """Return the instruments that bound nobody, from the tables of a study that has been lived through."""
    from experiments.unusual.bindings import never_bound  # here, so that a refusal does not wait for Arrow

    return merged(list(never_bound(study, tables)), len(study.markets))
