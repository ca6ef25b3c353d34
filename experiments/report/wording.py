"""Numbers and names as a careful economist writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from experiments.refusal import unprintable
from experiments.tables.dictionary import label as declared_label
from experiments.tables.methods import COUNT_BOUND, IDENTICAL, NO_SPREAD

THIN_SPACE = "\u202f"
MINUS = "\u2212"
EN_DASH = "\u2013"
NOTHING = EN_DASH  # an empty cell
NOT_KNOWN = "n/a"
TIMES_LOST = "\ufffd"


def label(name: str, table: str = "lender") -> str:
    """Return the words for a column of a table."""
    declared = declared_label(name, table)
    return declared or plain(re.sub(r"_(fen|share|apr|months)$", "", name).replace("_", " "))


def plain(name: object) -> str:
    """Return a name without control characters, fit for a label."""
    return "".join(letter if letter.isprintable() else TIMES_LOST for letter in str(name))


def without_hidden(value: object) -> object:
    """Return what a page is about to show; a text without letters that turn, hide or end what stands beside them."""
    if not isinstance(value, str) or isinstance(value, Markup) or not unprintable(value.replace("\n", "")):
        return value
    return "".join(letter if letter == "\n" or not unprintable(letter) else TIMES_LOST for letter in value)


def short(name: object, letters: int = 26) -> str:
    """Return a name cut to a length that fits a figure."""
    text = plain(name).replace("_", " ")
    return text if len(text) <= letters else text[: letters - 1] + "…"


def unit_of(name: str) -> str:
    """Return the unit that a column name ends in: share, apr, fen, months or number."""
    ending = re.search(r"_(fen|share|apr|months)$", name)
    return ending.group(1) if ending else "number"


def number(value: float, decimals: int = 0, signed: bool = False) -> str:
    """Write a number with thin separators and a true minus sign."""
    if not math.isfinite(value):
        return NOT_KNOWN
    text = f"{abs(value):,.{decimals}f}".replace(",", THIN_SPACE)
    if float(f"{abs(value):.{decimals}f}") == 0.0:
        return text
    sign = MINUS if value < 0 else ("+" if signed else "")
    return sign + text


def scaled(values: Sequence[float], unit: str, change: bool) -> tuple[float, str, int]:
    """Return the factor, the words of the unit and the decimals that suit these values together."""
    finite = [abs(value) for value in values if math.isfinite(value)]
    largest = max(finite, default=0.0)
    if unit in ("share", "apr"):
        largest *= 100.0
        decimals = 2 if largest < 10.0 else 1
        if 0.0 < largest < 0.1:
            decimals = 3
        return 100.0, " percentage points" if change else "%", decimals
    if unit == "fen":
        yuan = largest / 100.0
        for size, word in ((1e9, "billion yuan"), (1e6, "million yuan"), (1e4, "thousand yuan")):
            if yuan >= size:
                size = 1e3 if word.startswith("thousand") else size
                return 0.01 / size, f"{THIN_SPACE}{word}", 1 if yuan >= 100 * size else 2
        return 0.01, f"{THIN_SPACE}yuan", 0 if yuan >= 100.0 else 2
    words = f"{THIN_SPACE}months" if unit == "months" else ""
    decimals = 0 if largest >= 1000.0 else 1 if largest >= 100.0 else 2 if largest >= 1.0 else 4
    return 1.0, words, decimals


def quantity(value: float, unit: str, change: bool = False) -> str:
    """Write one value with its unit; a change carries its sign and is in percentage points where it must be."""
    factor, words, decimals = scaled([value], unit, change)
    return number(value * factor, decimals, change) + words


def interval(
    mean: float, low: float, high: float, unit: str, beside: Sequence[float] = ()
) -> tuple[str, str, str, str]:
    """Write a change and the two ends of its interval in one unit and precision: mean, low, high, words of the unit.

    `beside` holds the values shown next to it, so that all are written in the same unit.

    The precision shows two digits of the interval's half width if two decimals do, else one, up to four decimals.
    """
    factor, words, decimals = scaled([mean, low, high, *beside], unit, True)
    half = abs(high - low) / 2.0 * factor
    if math.isfinite(half) and half > 0.0:
        least = 0 if abs(mean) * factor >= 1000.0 else 1
        leading = -math.floor(math.log10(half))
        decimals = max(least, min(2, leading + 1), min(4, leading))
    ends = [number(value * factor, decimals, True) for value in (mean, low, high)]
    return ends[0], ends[1], ends[2], words


class Beside(NamedTuple):
    """An interval of another kind, right for counts or for skewed values, that stands beside the t interval."""

    kind: str
    low: float
    high: float


def change_sentence(
    mean: float,
    low: float,
    high: float,
    unit: str,
    replicates: int,
    method: str,
    relative: str = "",
    beside: Sequence[Beside] = (),
) -> str:
    """State what a change is and how sure it is, with its interval and the number of pairs; relative comes first.

    `beside` holds intervals of other kinds that suit such values: a change differs from zero only if all leave it out.
    """
    if method == IDENTICAL:
        return f"identical in all {replicates} pairs"
    if method == NO_SPREAD and mean == 0.0:
        return f"equal in all {replicates} pairs (no interval)"
    text, low_text, high_text, words = interval(mean, low, high, unit)
    text += words
    pairs = f"{replicates} pair" + ("" if replicates == 1 else "s")
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{text} ({relative}no interval: {'the same in all ' if replicates > 1 else ''}{pairs})"
    kind = "95% bound for counts that come one by one" if method == COUNT_BOUND else "95% interval"
    others = "".join(f", {beside_words(mean, other, unit)}" for other in holding_zero(low, high, beside))
    described = f"{text} ({relative}{kind} {low_text} to {high_text}{others}, {pairs})"
    return described + ("" if is_distinct(low, high) and not others else ", not distinguishable from zero")


def holding_zero(low: float, high: float, beside: Sequence[Beside]) -> list[Beside]:
    """Return the intervals beside one that hold zero where it leaves it out."""
    return [other for other in beside if is_distinct(low, high) and not is_distinct(other.low, other.high)]


def beside_words(mean: float, other: Beside, unit: str, values: Sequence[float] = ()) -> str:
    """Write an interval that stands beside another one."""
    _, low, high, _ = interval(mean, other.low, other.high, unit, values)
    return f"{other.kind} {low} to {high}"


def span(low: str, high: str) -> str:
    """Write the two ends of an interval, or that there is none."""
    return "no interval" if NOT_KNOWN in (low, high) else f"{low} to {high}"


def is_distinct(low: float, high: float) -> bool:
    """State whether an interval leaves out zero."""
    return math.isfinite(low) and math.isfinite(high) and (low > 0.0 or high < 0.0)


def listing(items: Sequence[str]) -> str:
    """Join names as a sentence does."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def title(text: str) -> str:
    """Start with a capital letter."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Start with a capital letter and end with a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def counted(items: int, noun: str) -> str:
    """Write a count with its noun in the right number."""
    return f"{number(items)} {noun}" + ("" if items == 1 else "s")
