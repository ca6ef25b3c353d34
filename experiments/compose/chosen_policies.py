"""What is asked for beside a study's own arms: a chosen policy as an arm of its own, and which arms each setting is in.

`study=baseline policy=[rate_cap]` means a cap compared with none, and so does a cap whose keys are all given. Laid over
every arm, the baseline among them, the cap would be on both sides of every comparison, and its effect not be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from experiments.compose.overrides import Override
from experiments.compose.tree import members_in

IN_EVERY_ARM, AS_AN_ARM = "in_every_arm", "as_an_arm"
POLICY, PLACEBO = "policy", "placebo"
LONGEST_NAME = 60  # of an arm and of a study


class Asked(NamedTuple):
    """One override that a user gave beside the study's file, and the scenarios and arms that it is in."""

    key: str
    text: str  # key=value, as it may be given again
    where: tuple[tuple[str, str], ...]  # (scenario, arm)

    def arms(self) -> tuple[str, ...]:
        """Return the arms that hold it in some scenario."""
        return tuple(dict.fromkeys(arm for _, arm in self.where))


def written_as(override: Override) -> str:
    """Return an override as a user writes it, without the mark by which Hydra adds a key."""
    return override.text.removeprefix("++")


def chosen_names(asked: Sequence[Override]) -> tuple[str, ...]:
    """Return what `policy=[...]` chooses, and the instruments that keys such as `policy.rate_cap={kind: ...}` make."""
    return tuple(dict.fromkeys(name for override in asked for name in (*_choices(override), *_made_by_key(override))))


def policies_named(asked: Sequence[Override]) -> frozenset[str]:
    """Return the instruments that overrides put into a market, those of a whole rulebook among them."""
    return frozenset(name for chosen in chosen_names(asked) for name in (chosen, *members_in(POLICY, chosen)))


def _choices(override: Override) -> tuple[str, ...]:
    """Return the files that `policy=[...]` chooses; none of another override."""
    if override.key != POLICY or not override.is_choice or override.is_deletion:
        return ()
    value: Any = override.value
    return tuple(map(str, value if isinstance(value, list) else [value]))


def _made_by_key(override: Override) -> tuple[str, ...]:
    """Return the instruments that an override makes by its key: one without a kind changes what is there already."""
    group, _, path = override.key.partition(".")
    if group != POLICY or override.is_choice or override.is_deletion:
        return ()
    name, _, key = path.partition(".")
    if key:
        return (name,) if key == "kind" else ()
    members: Any = {name: override.value} if name else override.value
    return tuple(str(one) for one, made in members.items() if isinstance(made, dict) and "kind" in made)


def is_to_be_an_arm(asked: Sequence[Override], settings: Any) -> bool:
    """Return whether a chosen policy is to be compared with the market as it is: the baseline is all there is."""
    alone = list(settings.arms) == [settings.baseline]
    own = [text for texts in settings.arms.values() for text in texts]
    sets_its_own = any(text.lstrip("+").partition("=")[0] == POLICY for text in own)
    return settings.chosen_policy.place == AS_AN_ARM and alone and not sets_its_own and bool(chosen_names(asked))


def policy_as_arm(
    asked: Sequence[Override], settings: Any, announced: int, lenders: Mapping[str, Any]
) -> tuple[tuple[Override, ...], Any]:
    """Return what is left to ask for, and the settings with the chosen policies as an arm and with a placebo.

    Horizons count from the announcement of the first of them, in month `announced`; that, the study's name, its
    question and its outcomes are as the user says where the user says them.
    """
    mine = [override for override in asked if override.key.split(".")[0] == POLICY]
    base = list(settings.arms[settings.baseline])
    name = _name(chosen_names(asked), settings.arms)
    arms = {**settings.arms, name: [*base, *map(written_as, mine)]}
    keys = {override.key for override in asked}
    own = {
        "announce_month": max(0, announced),
        "name": f"effect of {name}"[:LONGEST_NAME].strip(),
        "question": f"What does {name} do to this market, beside the same market without it?",
        "primary": tuple(_within(primary, settings.horizons) for primary in settings.chosen_policy.primary),
        "secondary": settings.chosen_policy.secondary,
    }
    settings = settings._replace(**{key: value for key, value in own.items() if f"study.{key}" not in keys})
    first = next(iter(lenders), None)
    if first is not None and not settings.placebo and PLACEBO not in arms:
        extra = f"lender.{first}.budget_extra"
        arms[PLACEBO] = [*base, f"{extra}_fen=1", f"{extra}_from_month={settings.announce_month}"]
        settings = settings._replace(placebo=PLACEBO)
    return tuple(override for override in asked if override not in mine), settings._replace(arms=arms)


def _within(primary: Any, horizons: Sequence[str]) -> Any:
    """Return an outcome at a horizon that the study has: its own, or the first where the user has others."""
    return primary if primary.horizon in horizons or not horizons else primary._replace(horizon=horizons[0])


def _name(chosen: Sequence[str], taken: Mapping[str, Any]) -> str:
    """Return a name for the arm: what was chosen, or how many where that is too long."""
    name = " and ".join(chosen)
    name = name if len(name) <= LONGEST_NAME else f"{len(chosen)} policies"
    return f"with {name}" if name in (*taken, PLACEBO) else name
