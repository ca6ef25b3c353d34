"""What a ratio is made of; which one each column is, its table says in sim/observe/columns.

A `Ratio` is the sum of recorded columns over the sum of others. It is recorded from these very columns, and several
lenders or groups of one month are put together by adding up both parts first. So are months where large ones are to
weigh more; readers that give every month the same weight take the mean of monthly ratios, and say so. A `Mean` is over
something that is counted, and its sum is implied: the value times what it is a mean over. A `Single` belongs to one row
and has no sum.
Where the part below is not positive there is no value: None in a row, null in a table.

Names that are no columns of the record are ratios that readers form of it, such as those of a vintage.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

NAME = r"[a-z]\w*"
SUM = rf"{NAME}|\({NAME}(?: [+-] {NAME})+\)"
FORMULA = re.compile(rf"(?:(?P<times>\d+) \* )?(?P<above>{SUM}) / (?:\((?P<per>\d+) \* )?(?P<below>{SUM})(?(per)\))")


class Ratio(NamedTuple):
    """A sum of columns over a sum of columns, written "a + b - c"; `times` and `per` are whole factors of the parts."""

    above: str
    below: str
    times: int = 1
    per: int = 1
    is_whole: bool = False  # recorded without its fraction, since it counts fen

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns it is made of, each once."""
        return columns_of(self.above, self.below)

    def value(self, row: Mapping[str, Any]) -> float | int | None:
        """Return the ratio of one row of whole numbers, or None where there is nothing to divide by."""
        above, below = self.times * int(total(self.above, row)), self.per * int(total(self.below, row))
        if below <= 0:
            return None
        return above // below if self.is_whole else above / below

    def __str__(self) -> str:
        """Return the ratio as a formula."""
        above = f"{self.times} * {bracketed(self.above)}" if self.times != 1 else bracketed(self.above)
        below = f"({self.per} * {bracketed(self.below)})" if self.per != 1 else bracketed(self.below)
        return f"{above} / {below}"


class Mean(NamedTuple):
    """A mean over what `over` counts: of several rows it is the mean weighted by that, which is the mean of all."""

    over: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns that say how much it is a mean over."""
        return columns_of(self.over)

    def __str__(self) -> str:
        """Return in words what it is a mean over."""
        return f"mean over {self.over}"


class Single(NamedTuple):
    """A number of one row; several rows have no such number together, for the reason given."""

    why: str

    @property
    def parts(self) -> tuple[str, ...]:
        """No columns."""
        return ()

    def __str__(self) -> str:
        """Return that it stands alone."""
        return "of one row alone"


Made = Ratio | Mean | Single


@cache  # every row of every month asks for them
def terms(text: str) -> tuple[tuple[int, str], ...]:
    """Return the columns of "a + b - c" with their signs."""
    signed = text.replace("- ", "+ -").split("+")
    return tuple((-1 if name.strip().startswith("-") else 1, name.strip().removeprefix("-")) for name in signed)


def columns_of(*texts: str) -> tuple[str, ...]:
    """Return the columns named in sums, each once."""
    return tuple(dict.fromkeys(name for text in texts for _, name in terms(text)))


def total(text: str, row: Any) -> Any:
    """Return "a + b - c" of one row of whole numbers, or column by column of a table."""
    parts = terms(text)
    if len(parts) == 1 and parts[0][0] == 1:  # as most are
        return row[parts[0][1]]
    return sum(sign * row[name] for sign, name in parts)


def read_ratio(text: str, is_whole: bool = False) -> Ratio:
    """Return the ratio that a formula says, as `str` of a ratio writes it; raises ValueError for anything else."""
    formula = FORMULA.fullmatch(text)
    if formula is None:
        raise ValueError(f"a ratio is written a / b, (a + b) / c, 12 * a / b or a / (100 * b), was {text!r}")
    times, above, per, below = formula["times"], formula["above"], formula["per"], formula["below"]
    return Ratio(above.strip("()"), below.strip("()"), int(times or 1), int(per or 1), is_whole)


def bracketed(text: str) -> str:
    """Return a sum with brackets where it needs them."""
    return f"({text})" if " " in text else text
