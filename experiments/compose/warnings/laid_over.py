"""Choices that were laid over a study with arms of its own: which arms they reach, and what effects mean then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.compose.chosen_policies import POLICY, Asked, policies_named
from experiments.compose.overrides import read_overrides
from experiments.compose.study import StudyConfig
from experiments.compose.warnings.warning import LAID_OVER, Flag

EXPECTED = "effects are differences from the baseline"
NAMED = 6  # so many arms are named; of more the number


def choices_laid_over(study: StudyConfig) -> Iterator[Flag]:
    """Yield a flag for a policy that reached several arms, and for any choice that some arms take and others replace.

    A shock or an economy that every arm takes is the world of the study; a policy that every arm takes has no effect.
    """
    if len(study.arms) < 2:
        return
    for asked in study.asked:
        chosen = _chosen(asked)
        is_everywhere = set(asked.arms()) == set(study.arms)
        if "." in asked.key or not chosen or asked.text.startswith("~"):
            continue
        if asked.key == POLICY or not is_everywhere:
            yield Flag(LAID_OVER, asked.key, f"[{chosen}]", EXPECTED, _why(chosen, asked.arms(), asked.key, study), ())
    yield from _instruments_laid_over(study)


def _instruments_laid_over(study: StudyConfig) -> Iterator[Flag]:
    """Yield a flag for an instrument that a key, or the root of a study's file, put into every arm of a scenario."""
    for scenario in study.scenarios:
        texts = [*study.settings.scenarios[scenario], *study.settings.arms[study.settings.baseline]]
        texts += [each.text for each in study.asked if each.key == POLICY and (scenario, study.arms[0]) in each.where]
        chosen = policies_named(read_overrides(texts))
        held = [dict(study.markets[scenario, arm].policy) for arm in study.arms]
        for name in held[0]:
            if name not in chosen and all(name in others for others in held):
                why = _why(name, study.arms, POLICY, study)
                where = tuple(f"{scenario} / {arm}" for arm in study.arms)
                yield Flag(LAID_OVER, f"{POLICY}.{name}", "", EXPECTED, why, where)


def _chosen(asked: Asked) -> str:
    return asked.text.partition("=")[2].strip("[]").replace(" ", "").replace(",", ", ")


def _why(names: str, reached: Sequence[str], key: str, study: StudyConfig) -> str:
    """State which arms hold what was chosen, and what the effects are then."""
    holding = [arm for arm in study.arms if arm in reached]
    others = [arm for arm in study.arms if arm not in holding]
    if not others:
        return f"{names} applies to every arm, the baseline included; effects are those of the arms on top of it"
    text = f"{names} applies to {_listed(holding)}, and not to {_listed(others)}, where {key} is chosen anew; "
    if study.arms[0] in holding:
        return f"{text}effects there are those of that choice in place of {names}"
    return f"{text}effects of {_listed(holding)} include those of {names}"


def _listed(arms: Sequence[str]) -> str:
    return ", ".join(arms) if len(arms) <= NAMED else f"{len(arms)} others"
