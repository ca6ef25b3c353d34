"""The one shape of every "no": the key, the rule it breaks, what it was, and the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Refusal(Exception):  # noqa: N818  (it is said to a user, and reads as what it is)
    """Input that is refused before anything is computed; its text is the whole message."""


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return a sentence naming the valid name closest to `name`, or all of them when none is close and they are few."""
    names = sorted(set(valid))
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if found:
        return f"the nearest valid name is {found[0]}"
    if not names:
        return "there is nothing to choose from"
    if len(names) <= 12:
        return "valid names are " + ", ".join(names)
    return "it resembles no valid name"


def shown(value: object) -> str:
    """Return a value as it is quoted in a message, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
