"""What an entry of the dictionary is made of: a sentence, and a unit unless the column's name ends in one."""

from __future__ import annotations

from typing import NamedTuple

# Units by the ending of a name, as everywhere in the program.
ENDINGS = {"_fen": "fen", "_share": "share, 0-1", "_apr": "rate a year", "_yuan": "yuan"}

NAME = "name"
MONTH = "month, 0 = first reported"
MONTHS = "months"
PEOPLE = "people"
LOANS = "loans"
APPLICATIONS = "applications"
LINES = "credit lines"
INDEX = "index"
YES = "1 = yes, 0 = no"
BUCKET = "months late, begun"
BAND = "band, 0 = safest"
OUTCOMES_UNIT = "the outcome's unit"

Words = str | tuple[str, str]  # the meaning, or unit and meaning


class Described(NamedTuple):
    """A table in words: what a row is, and every column that it has of its own."""

    row: str  # what one row stands for
    columns: dict[str, Words]


def unit_and_meaning(name: str, words: Words) -> tuple[str, str]:
    """Return unit and meaning of a column; raises KeyError when neither the entry nor the name says the unit."""
    if isinstance(words, tuple):
        return words
    for ending, unit in ENDINGS.items():
        if name.endswith(ending):
            return unit, words
    raise KeyError(f"{name}: its name holds no unit, so its entry must")


IN_MONTH: dict[str, Words] = {"month": (MONTH, "Month of the run; the warm-up is not reported.")}
OF_LENDER: dict[str, Words] = {**IN_MONTH, "lender": (NAME, "Name of the lender in its configuration.")}
