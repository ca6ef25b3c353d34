"""One outcome over several arms or scenarios, in words that state of all only what is true of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from experiments.report.effects import Effect, horizon_words, outcome_words
from experiments.report.wording import THIN_SPACE, beside_words, counted, interval, listing, plain

DOWN, UP, UNCLEAR, SAME, NO_INTERVAL, MISSING = "down", "up", "unclear", "same", "no interval", "missing"
WORDS = {
    DOWN: "down",
    UP: "up",
    UNCLEAR: "not distinguishable from zero",
    SAME: "identical to the reference",
    NO_INTERVAL: "without an interval",
    MISSING: "not compared for want of values",
}
EACH_IS_LISTED = 3  # so many of one kind are given with their intervals; of more the smallest and the largest
NAMED = 6  # so many exceptions are named; of more the number
LEFT_OUT = " †"  # marks an effect of fewer months or pairs than were run
SPELT_OUTCOMES = 6  # so many outcomes of one arm are given with their intervals

Outcome = tuple[str, str]  # name and horizon


class Contrast(NamedTuple):
    """An arm compared with the baseline in one scenario, and how a sentence names it."""

    arm: str
    scenario: str
    words: str


class Cell(NamedTuple):
    """What became of one outcome in one contrast; without an effect there was nothing to compare.

    Then `reason` says why, and `absence` says it with outcome and arm, where the effects table has a row for it.
    """

    contrast: Contrast
    effect: Effect | None
    reason: str = ""
    absence: str = ""

    @property
    def kind(self) -> str:
        """What can be said of it."""
        effect = self.effect
        if effect is None:
            return MISSING
        if effect.identical:
            return SAME
        if not (math.isfinite(effect.low) and math.isfinite(effect.high)):
            return NO_INTERVAL
        return UNCLEAR if not effect.distinct else DOWN if effect.mean < 0 else UP


def outcome_title(outcome: Outcome) -> str:
    """Return an outcome with its months."""
    when = horizon_words(outcome[1])
    return outcome_words(outcome[0]) + (f" ({when})" if when else "")


def outcome_clause(outcome: Outcome, cells: Sequence[Cell], noun: str) -> str:
    """State what became of an outcome in several contrasts: the most common answer by count, every other one by name.

    `noun` is what the contrasts differ in, e.g. "arm".
    """
    kinds = [kind for kind in WORDS if any(cell.kind == kind for cell in cells)]
    ordered = sorted(kinds, key=lambda kind: -sum(cell.kind == kind for cell in cells))
    beside = values_of(cells)
    texts = [
        _kind_words(kind, [cell for cell in cells if cell.kind == kind], len(cells), noun, beside) for kind in ordered
    ]
    return f"{outcome_title(outcome)}: {'; '.join(texts) if len(texts) > 2 else ', and '.join(texts)}"


def values_of(cells: Sequence[Cell]) -> list[float]:
    """Return every mean and every end of an interval."""
    return [value for cell in cells if cell.effect for value in (cell.effect.mean, cell.effect.low, cell.effect.high)]


def _kind_words(kind: str, cells: Sequence[Cell], of: int, noun: str, beside: Sequence[float]) -> str:
    """State one answer and where it holds."""
    words = WORDS[kind]
    names = [cell.contrast.words for cell in cells]
    if len(cells) <= EACH_IS_LISTED:
        where = listing([f"{cell.contrast.words}{_value(cell, beside)}" for cell in cells])
        return f"{words} {_all(of, noun)}, {where}" if len(cells) == of else f"{words} under {where}"
    where = _all(of, noun) if len(cells) == of else f"under {len(cells)} of {counted(of, noun)}"
    if len(cells) < of and len(cells) <= NAMED and 2 * len(cells) <= of:
        where = f"under {listing(names)}"
    return f"{words} {where}{_span(kind, cells, beside)}"


def _all(of: int, noun: str) -> str:
    return f"under {'both' if of == 2 else f'all {of}'} {noun}s"


def _value(cell: Cell, beside: Sequence[float]) -> str:
    """Return an effect with its interval in brackets."""
    effect = cell.effect
    if effect is None:
        return f" ({cell.reason})" if cell.reason else ""
    if effect.identical:
        return ""
    mean, low, high, words = interval(effect.mean, effect.low, effect.high, effect.unit, beside)
    ends = "no interval" if cell.kind == NO_INTERVAL else f"{low} to {high}{_holding_zero(effect, beside)}"
    return f" ({mean}{words}, {ends}{LEFT_OUT if effect.left_out_words else ''})"


def _holding_zero(effect: Effect, beside: Sequence[float]) -> str:
    """Return the other intervals that hold zero where its own leaves it out."""
    others = [beside_words(effect.mean, other, effect.unit, beside) for other in effect.holding_zero]
    return "".join(f"; {words}" for words in others)


def _span(kind: str, cells: Sequence[Cell], beside: Sequence[float]) -> str:
    """Return the smallest and the largest of several effects, and where they are."""
    effects = [(cell.effect, cell.contrast) for cell in cells if cell.effect is not None]
    if kind in (SAME, MISSING) or not effects:
        return ""
    ordered = sorted(effects, key=lambda pair: abs(pair[0].mean) if kind in (DOWN, UP) else pair[0].mean)
    (first, there), (last, here) = ordered[0], ordered[-1]
    ends = [interval(effect.mean, effect.low, effect.high, effect.unit, beside) for effect in (first, last)]
    return f", from {ends[0][0]} ({there.words}) to {ends[1][0]}{ends[1][3]} ({here.words})"


def outcomes_of_one(outcomes: Sequence[Outcome], cells: Sequence[Cell]) -> str:
    """State several outcomes in one contrast: few with their intervals, many sorted by what can be said."""
    if len(outcomes) <= SPELT_OUTCOMES:
        return "; ".join(_spelt(outcome, cell) for outcome, cell in zip(outcomes, cells, strict=True))
    texts = []
    for kind, words in WORDS.items():
        mine = [
            f"{outcome_title(outcome)}{_mean(cell)}"
            for outcome, cell in zip(outcomes, cells, strict=True)
            if cell.kind == kind
        ]
        if mine:
            texts.append(f"{words}: {listing(mine)}")
    return "; ".join(texts)


def _spelt(outcome: Outcome, cell: Cell) -> str:
    effect = cell.effect
    if effect is None:
        return cell.absence or f"{outcome_title(outcome)} is {WORDS[MISSING]}"
    relative = f"{effect.relative.split(' ')[0]} of the reference; " if effect.relative else ""
    return f"{outcome_title(outcome)} {'is' if effect.equal else 'changed by'} {effect.change_words(relative)}"


def _mean(cell: Cell) -> str:
    if cell.effect is None or cell.effect.identical:
        return ""
    mean, _, _, words = interval(cell.effect.mean, cell.effect.low, cell.effect.high, cell.effect.unit)
    return f" ({mean}{words})"


def cell_words(cell: Cell, beside: Sequence[float] = ()) -> str:
    """Return a cell of a table: the effect with its interval, and what can be said of it.

    `beside` holds the values of its column, so that all are written in one unit.
    """
    effect = cell.effect
    if effect is None:
        return "no value"
    if effect.identical:
        return "identical"
    mean, low, high, words = interval(effect.mean, effect.low, effect.high, effect.unit, beside)
    unit = words.replace("percentage ", "").replace(THIN_SPACE, " ")
    ends = f"{low} to {high}{_holding_zero(effect, beside)}"
    if cell.kind == NO_INTERVAL:
        ends = "one pair" if effect.replicates == 1 else "equal in all pairs"
    mark = LEFT_OUT if effect.left_out_words else ""
    return f"{mean}{unit}{mark} ({ends}), {'not distinguishable from 0' if cell.kind == UNCLEAR else cell.kind}"


def contrast_words(arm: str, scenario: str, arms: Sequence[str], scenarios: Sequence[str]) -> str:
    """Return how a sentence names a contrast: by what distinguishes it from the others."""
    if len(scenarios) == 1:
        return f"“{plain(arm)}”"
    return f"“{plain(scenario)}”" if len(arms) == 1 else f"“{plain(arm)}” in “{plain(scenario)}”"
