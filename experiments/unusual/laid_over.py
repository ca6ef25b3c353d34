"""Choices that a command laid over a study with arms of its own: which arms they reach, and what effects mean then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.chosen_policies import POLICY, Asked
from experiments.config import StudyConfig
from experiments.unusual.flag import LAID_OVER, Flag

EXPECTED = "effects are differences from the baseline"
NAMED = 6  # so many arms are named; of more the number


def choices_laid_over(study: StudyConfig) -> Iterator[Flag]:
    """Yield a flag for a policy that reached several arms, and for any choice that some arms take and others replace.

    A shock or an economy that every arm takes is the world of the study; a policy that every arm takes has no effect.
    """
    if len(study.arms) < 2:
        return
    for asked in study.asked:
        chosen = asked.text.partition("=")[2].strip("[]").replace(" ", "").replace(",", ", ")
        is_everywhere = set(asked.arms()) == set(study.arms)
        if "." in asked.key or not chosen or asked.text.startswith("~"):
            continue
        if asked.key == POLICY or not is_everywhere:
            yield Flag(LAID_OVER, asked.key, f"[{chosen}]", EXPECTED, _why(chosen, asked, study.arms), ())


def _why(names: str, asked: Asked, arms: Sequence[str]) -> str:
    """Say which arms hold what was chosen, and what the effects are then."""
    holding = [arm for arm in arms if arm in asked.arms()]
    others = [arm for arm in arms if arm not in holding]
    if not others:
        return f"{names} applies to every arm, the baseline included; effects are those of the arms on top of it"
    said = f"{names} applies to {_listed(holding)}, and not to {_listed(others)}, where {asked.key} is chosen anew; "
    if arms[0] in holding:
        return f"{said}effects there are those of that choice in place of {names}"
    return f"{said}effects of {_listed(holding)} include those of {names}"


def _listed(arms: Sequence[str]) -> str:
    return ", ".join(arms) if len(arms) <= NAMED else f"{len(arms)} others"
