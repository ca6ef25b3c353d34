"""The one shape of every "no": the key, the rule it breaks, what it was, and the nearest valid name."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

# Control and surrogate characters, separators of lines, and those that turn or hide what is written beside them.
HIDDEN = ("Cc", "Cs", "Zl", "Zp")
TURNING = "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"


class Refusal(Exception):  # noqa: N818  (it is shown to a user, and reads as what it is)
    """Input that is refused before anything is computed; its text is the whole message, fit for a terminal."""

    def __init__(self, text: str) -> None:
        """Keep the message, with letters that a terminal would obey written out."""
        super().__init__(printable(text))


class Trouble(Exception):  # noqa: N818  (it is shown to a user)
    """What ends a command although its input is good, such as a full disk; its text is the whole message."""


def unprintable(text: str) -> str:
    """Return the first character of a text that a terminal would obey or not show, or nothing."""
    return next((letter for letter in text if letter in TURNING or unicodedata.category(letter) in HIDDEN), "")


def printable(text: str) -> str:
    """Return a text in which such characters are written as escapes; ends of lines stay."""
    if not unprintable(text):
        return text
    return "".join(
        letter.encode("unicode_escape", "surrogatepass").decode("ascii")
        if letter != "\n" and unprintable(letter)
        else letter
        for letter in text
    )


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return a sentence naming the valid name closest to `name`, or all of them when none is close and they are few."""
    names = sorted(set(valid))
    found = difflib.get_close_matches(name[:200], names, n=1, cutoff=0.5)
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
