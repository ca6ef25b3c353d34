"""Finds what is legal and implausible, so that it runs and is reported: in a notice, in the manifest, in the report."""

from __future__ import annotations

from experiments.compose.study import StudyConfig
from experiments.compose.warnings.contradictions import contradictions
from experiments.compose.warnings.laid_over import choices_laid_over
from experiments.compose.warnings.ranges import outside
from experiments.compose.warnings.series import series_flags
from experiments.compose.warnings.warning import Flag, merged


def unusual_settings(study: StudyConfig) -> tuple[Flag, ...]:
    """Return what can be found before anything is computed.

    First choices laid over arms, then values outside their usual ranges, months outside a series, contradictions.
    """
    found = [
        flag
        for (scenario, arm), market in study.markets.items()
        for flags in (outside, series_flags)
        for flag in flags(market, f"{scenario} / {arm}")
    ]
    return merged([*choices_laid_over(study), *found, *contradictions(study)], len(study.markets))
