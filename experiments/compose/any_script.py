"""Names and texts in any script: Hydra's grammar knows the letters of ASCII alone, and so do names of folders here.

A text is spelled in ASCII before Hydra reads it, and what Hydra found is spelled back. Names are compared letter by
letter in one normal form, since the same letter may be written in two ways that look alike.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from typing import Any

# Scripts with letters of the same look: a name in two of them may pass for another name.
LOOK_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
LONGEST_NAME = 60
NAME_RULE = f"a name is up to {LONGEST_NAME} letters of any one script, digits, spaces, _ . or -"


def in_ascii(text: str) -> tuple[str, Callable[[Any], Any]]:
    """Return a text spelled in ASCII, and what spells back whatever was read out of it: texts, lists, keys and values.

    A text in ASCII stays as it is.
    """
    if text.isascii():
        return text, lambda read: read
    mark = "u"
    while f"_{mark}" in text:
        mark += "u"
    spelled = "".join(letter if letter.isascii() else f"_{mark}{ord(letter):x}_" for letter in text)
    pattern = re.compile(f"_{mark}([0-9a-f]+)_")

    def back(read: Any) -> Any:
        if isinstance(read, str):
            return pattern.sub(lambda found: chr(int(found[1], 16)), read)
        if isinstance(read, list):
            return [back(one) for one in read]
        if isinstance(read, dict):
            return {back(key): back(value) for key, value in read.items()}
        return read

    return spelled, back


def normal(read: Any) -> Any:
    """Return texts, also those in lists and mappings, in the normal form in which names are compared."""
    if isinstance(read, str):
        return unicodedata.normalize("NFC", read)
    if isinstance(read, list):
        return [normal(one) for one in read]
    if isinstance(read, dict):
        return {normal(key): normal(value) for key, value in read.items()}
    return read


def is_name(text: str) -> bool:
    """Return whether a text may name an arm or a scenario: see NAME_RULE."""
    if not 0 < len(text) <= LONGEST_NAME or text != text.strip() or not text[0].isalnum():
        return False
    if any(letter not in "_ .-" and unicodedata.category(letter)[0] not in "LMN" for letter in text):
        return False
    return len({script for letter in text if (script := _script(letter)) in LOOK_ALIKE}) <= 1


def slug(name: str) -> str:
    """Return a name as it may be part of a folder's name: lower case letters of ASCII, digits and dashes only.

    Accents are left out. Where letters of another script are, a hash of the name distinguishes it from others.
    """
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if unicodedata.category(one)[0] != "M")
    short = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if any(not letter.isascii() and letter.isalnum() for letter in plain):
        digest = hashlib.sha256(unicodedata.normalize("NFC", name).encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return f"{short[:31]}-{digest}".strip("-")
    return short[:40] or "unnamed"


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""
