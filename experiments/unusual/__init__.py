"""Finds what is legal and absurd, so that it runs and is said: in a notice, in the manifest, in the report."""

from __future__ import annotations

from experiments.config import StudyConfig
from experiments.unusual.contradictions import contradictions
from experiments.unusual.flag import Flag, merged
from experiments.unusual.laid_over import choices_laid_over
from experiments.unusual.ranges import outside
from experiments.unusual.series import series_flags


def unusual_settings(study: StudyConfig) -> tuple[Flag, ...]:
    """Return what can be said before anything is computed.

    First choices laid over arms, then values outside their usual ranges, months outside a series, contradictions.
    """
    found = [
        flag
        for (scenario, arm), market in study.markets.items()
        for flags in (outside, series_flags)
        for flag in flags(market, f"{scenario} / {arm}")
    ]
    return merged([*choices_laid_over(study), *found, *contradictions(study)], len(study.markets))
