"""Policies that a command laid over the baseline as well, so that no effect of the study can show what they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.chosen_policies import POLICY, Asked
from experiments.config import StudyConfig
from experiments.unusual.flag import IN_BASELINE, Flag

EXPECTED = "effects are differences from the baseline"


def policies_in_the_baseline(study: StudyConfig) -> Iterator[Flag]:
    """Yield a flag for `policy=[...]` that reached the baseline of a study with other arms."""
    if len(study.arms) < 2:
        return
    for asked in study.asked:
        chosen = asked.text.partition("=")[2].strip("[]").replace(" ", "")
        if asked.key == POLICY and chosen and not asked.text.startswith("~") and study.arms[0] in asked.arms():
            names = chosen.replace(",", ", ")
            yield Flag(IN_BASELINE, POLICY, f"[{names}]", EXPECTED, _why(names, asked, study.arms), ())


def _why(names: str, asked: Asked, arms: Sequence[str]) -> str:
    """Say which arms hold the policies, and what the effects of the others are then."""
    others = [arm for arm in arms if arm not in asked.arms()]
    if not others:
        return f"{names} applies to every arm, the baseline included; effects are those of the arms on top of it"
    holding = ", ".join(arm for arm in arms if arm in asked.arms())
    return (
        f"{names} applies to {holding}, and not to {', '.join(others)}, where other policies are chosen; effects there "
        f"are those of these other policies in place of {names}"
    )
