"""What a study declared beforehand: which effects are primary, how many they are, and what a sweep made of each arm."""

from __future__ import annotations

from experiments.compare.complete_pairs import CONFIDENCE
from experiments.compose.study import PrimaryOutcome, StudyConfig
from experiments.compose.sweeps import written


def expected_of(study: StudyConfig, outcome: str, horizon: str, arm: str) -> PrimaryOutcome | None:
    """Return what was declared beforehand of an arm's effect, None when nothing was."""
    return next(
        (
            primary
            for primary in study.settings.primary
            if (primary.outcome, primary.horizon) == (outcome, horizon) and primary.arm in ("", arm)
        ),
        None,
    )


def primary_effects(study: StudyConfig) -> tuple[tuple[PrimaryOutcome, str, str], ...]:
    """Return every effect that was declared, with its scenario and arm; the placebo is no hypothesis.

    Their number is the size of the family that Holm's correction and the simultaneous intervals allow for.
    """
    found: dict[tuple[str, str, str, str], tuple[PrimaryOutcome, str, str]] = {}
    for primary in study.settings.primary:
        for scenario in study.scenarios:
            for arm in study.arms[1:]:
                declared = expected_of(study, primary.outcome, primary.horizon, arm)
                if declared is not None and arm != study.settings.placebo:
                    found[primary.outcome, primary.horizon, scenario, arm] = (declared, scenario, arm)
    return tuple(found.values())


def confidence_each(study: StudyConfig) -> float:
    """Return the confidence of each primary interval at which all together cover with CONFIDENCE (Bonferroni)."""
    return 1.0 - (1.0 - CONFIDENCE) / max(1, len(primary_effects(study)))


def swept_words(study: StudyConfig, scenario: str, arm: str) -> str | None:
    """Return the values that a sweep gave to an arm or its scenario, such as policy.rate_cap.max_apr=0.24."""
    texts = [
        f"{key}={written(value)}"
        for version in study.versions
        if version.name == (arm if version.role == "arm" else scenario)
        for key, value in version.values.items()
    ]
    return "; ".join(texts) or None
