"""The effects table as the report reads it: one row per outcome, horizon, arm and scenario."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.compare.pairs import IN_ARM, IN_BASELINE
from experiments.report.absence import why_outcome_absent
from experiments.report.reading import Study
from experiments.report.wording import (
    EN_DASH,
    NOTHING,
    Beside,
    change_sentence,
    counted,
    holding_zero,
    interval,
    is_distinct,
    label,
    listing,
    plain,
    unit_of,
)
from experiments.tables.methods import COUNT_BOUND, IDENTICAL, NO_SPREAD, NONE
from experiments.tables.spelling import MINUS, NOT

NEEDED = ("outcome", "arm", "scenario", "mean", "low", "high", "replicates")


class Effect(NamedTuple):
    """The paired difference between an arm and the reference, as the effects table gives it."""

    outcome: str
    primary: bool
    expected: int  # sign written down beforehand; 0 = none
    arm: str
    scenario: str
    horizon: str
    mean: float
    low: float
    high: float
    replicates: int
    baseline: float  # mean of the reference
    p_holm: float
    important: float  # smallest difference that matters, as the study names it
    method: str
    warning: str
    precise: bool | None  # whether the simultaneous interval reaches at most the smallest difference that matters
    dots: tuple[float, ...]
    beside: tuple[Beside, ...] = ()
    pairs_left_out: int = 0  # in which an arm has no value
    months_left_out: int = 0  # of the other pairs together, in which one arm alone has a value

    @property
    def unit(self) -> str:
        """The unit of the outcome: share, apr, fen, months or number."""
        return unit_of(self.outcome)

    @property
    def is_untested(self) -> bool:
        """Whether there was nothing to compare: no pair has a value in both arms."""
        return self.method == NONE

    @property
    def identical(self) -> bool:
        """Whether the arms are the same market in every pair."""
        return self.method == IDENTICAL

    @property
    def equal(self) -> bool:
        """Whether the outcome is equal in every pair, be it by chance or because the markets are the same."""
        return self.identical or (self.method == NO_SPREAD and self.mean == 0.0)

    @property
    def distinct(self) -> bool:
        """Whether every interval that stands leaves out zero."""
        return not self.identical and is_distinct(self.low, self.high) and not self.holding_zero

    @property
    def holding_zero(self) -> list[Beside]:
        """The intervals beside the t interval that hold zero where that one leaves it out."""
        return holding_zero(self.low, self.high, self.beside)

    @property
    def left_out_words(self) -> str:
        """What was left out of the comparison, and why; nothing where every month of every pair is in it."""
        texts = []
        if self.months_left_out:
            texts.append(f"{counted(self.months_left_out, 'month')} of {counted(self.replicates, 'pair')}")
        if self.pairs_left_out:
            texts.append(f"{counted(self.pairs_left_out, 'whole pair')}")
        return f"without {listing(texts)}, in which an arm has no value" if texts else ""

    def change_words(self, relative: str = "") -> str:
        """State what the change is and how sure it is, and what was left out of it."""
        text = change_sentence(
            self.mean, self.low, self.high, self.unit, self.replicates, self.method, relative, self.beside
        )
        return f"{text}, {self.left_out_words}" if self.left_out_words else text

    @property
    def verdict(self) -> str:
        """State how the effect compares with the sign expected beforehand."""
        if self.expected == 0:
            return "no sign declared"
        if not self.distinct:
            if self.identical:
                return "identical"
            return "no interval" if math.isnan(self.low) else "not distinguishable from zero"
        return "as expected" if math.copysign(1, self.mean) == self.expected else "opposite of expected"

    @property
    def relative(self) -> str:
        """The effect in per cent of the reference's mean with its interval; nothing for shares and rates."""
        if self.unit in ("share", "apr") or self.equal or not self.baseline > 0.0:
            return ""
        mean, low, high, _ = interval(
            self.mean / self.baseline, self.low / self.baseline, self.high / self.baseline, "share"
        )
        return f"{mean}%" if math.isnan(self.low) else f"{mean}% ({low} to {high})"

    @property
    def expected_words(self) -> str:
        """The expected sign as a word."""
        return {1: "up", -1: "down"}.get(self.expected, NOTHING)


def read_effects(study: Study) -> list[Effect]:
    """Return all effects of the study that were compared, in the table's order; empty if there is no effects table."""
    return [effect for effect in _all_effects(study) if not effect.is_untested]


def without_value(study: Study) -> list[Effect]:
    """Return the effects that could not be compared, since no pair has a value in both arms."""
    return [effect for effect in _all_effects(study) if effect.is_untested]


def without_value_words(effect: Effect) -> str:
    """State for an effect that could not be compared which arm has no value, and why."""
    when = horizon_words(effect.horizon)
    where = listing(sides_without_value(effect)) or "to compare"
    return (
        f"{outcome_words(effect.outcome)}{f' ({when})' if when else ''} has no value {where}: "
        f"{reason_without_value(effect)}"
    )


def sides_without_value(effect: Effect) -> list[str]:
    """Return in which arms there was nothing to divide by, in words."""
    found = {f"under “{plain(effect.arm)}”": IN_ARM, "in the reference": IN_BASELINE}
    return [words for words, side in found.items() if side in _warned(effect)]


def reason_without_value(effect: Effect) -> str:
    """Return why an effect could not be compared."""
    if sides_without_value(effect):
        return why_outcome_absent(effect.outcome)
    return _warned(effect) or "no pair has a value in both arms"


def _warned(effect: Effect) -> str:
    """Return the last part of the table's warning, which says what lacks a value and where."""
    return effect.warning.rpartition(": ")[2]


def untested_words(study: Study) -> list[str]:
    """Return the effects that could not be compared, in words."""
    return [
        f"in “{plain(effect.scenario)}”, “{plain(effect.arm)}”: {without_value_words(effect)}"
        for effect in without_value(study)
    ]


def _all_effects(study: Study) -> list[Effect]:
    table = study.table("effects", *NEEDED)
    if table is None:
        return []
    dots = _dots(study)
    return [_effect({str(name): value for name, value in row.items()}, dots) for row in table.to_dict("records")]


def _effect(row: dict[str, object], dots: dict[tuple[str, ...], tuple[float, ...]]) -> Effect:
    key = tuple(str(row.get(column, "")) for column in ("outcome", "horizon", "arm", "scenario"))
    warning = row.get("warning")
    return Effect(
        outcome=key[0],
        primary=bool(row.get("primary", False)),
        expected=_sign(row.get("expected_sign")),
        arm=key[2],
        scenario=key[3],
        horizon=key[1],
        mean=_number(row["mean"]),
        low=_number(row["low"]),
        high=_number(row["high"]),
        replicates=int(_number(row["replicates"])),
        baseline=_number(row.get("baseline_mean")),
        p_holm=_number(row.get("p_holm")),
        important=_number(row.get("smallest_important_difference")),
        method=str(row.get("method", "")),
        warning=str(warning) if isinstance(warning, str) else "",
        precise=bool(row["is_precise"]) if isinstance(row.get("is_precise"), bool | np.bool_) else None,
        dots=dots.get(key, ()),
        beside=_beside(row),
        pairs_left_out=_count(row.get("pairs_without_value")),
        months_left_out=_count(row.get("months_without_value")),
    )


def _beside(row: dict[str, object]) -> tuple[Beside, ...]:
    """Return the intervals that stand beside the t interval; a bound that stands for it is none of them."""
    if str(row.get("method", "")) == COUNT_BOUND:
        return ()
    found = [
        Beside(kind, _number(row.get(f"{name}_low")), _number(row.get(f"{name}_high")))
        for kind, name in (("bound for counts", "count"), ("bootstrap-t", "bootstrap"))
    ]
    return tuple(each for each in found if math.isfinite(each.low) and math.isfinite(each.high))


def _count(value: object) -> int:
    number = _number(value)
    return int(number) if math.isfinite(number) else 0


def _number(value: object) -> float:
    return float("nan") if value is None or value is pd.NA or value == "" else float(str(value))


def _sign(value: object) -> int:
    """Read +, -, 1, -1, up, down."""
    text = str(value).strip().lower().replace("\u2212", "-")
    if text in ("+", "1", "+1", "1.0", "up", "positive", "increase"):
        return 1
    return -1 if text in ("-", "-1", "-1.0", "down", "negative", "decrease") else 0


def _dots(study: Study) -> dict[tuple[str, ...], tuple[float, ...]]:
    """Return the difference in each replicate, by outcome, horizon, arm and scenario."""
    keys = ["outcome", "horizon", "arm", "scenario"]
    table = study.table("differences", *keys, "replicate", "difference")
    if table is None:
        return {}
    ordered = table.sort_values([*keys, "replicate"])
    grouped = ordered.groupby(keys, sort=True)["difference"]
    return {tuple(str(part) for part in key): tuple(float(value) for value in group) for key, group in grouped}


def outcome_words(outcome: str) -> str:
    """Return an outcome such as lender.bank.mean_apr in words: banks, mean price."""
    first, minus, second = outcome.partition(MINUS)
    if minus:
        return less_words(outcome_words(first), outcome_words(second))
    parts = outcome.split(".")
    words = label(parts[-1], parts[0])
    if parts[0] == "lender" and len(parts) > 2:
        return f"{words}, {lenders_words(parts[1])}"
    if parts[0] == "cohort" and len(parts) > 4:
        group = "" if parts[2] == "all" else f", {parts[2].replace('_', ' ')}: {parts[3]}"
        return f"{words}, debtors of {parts[1].replace('_', ' ')}{group}"
    if parts[0] == "scorecards" and len(parts) > 3:
        return f"{words}, card of {lenders_words(parts[1])}"
    if parts[0] == "thinned" and len(parts) > 2:
        return f"{words}, new loans counted in part, {lenders_words(parts[1])}"
    if parts[0] == "vintage" and len(parts) > 3:
        return f"{words} after {parts[2]} months, {lenders_words(parts[1])}"
    if parts[0] == "shape" and len(parts) > 2:
        return f"{words}, book of {parts[1].replace('_', ' ')}"
    if parts[0] == "liquidity" and len(parts) > 2:
        return f"{words}, {'all people followed' if parts[1] == 'all' else f'people with {parts[1]} savings'}"
    if parts[0] == "segment" and len(parts) > 3:
        return f"{words}, {parts[1].replace('_', ' ')} {parts[2]}"
    return words


def less_words(first: str, second: str) -> str:
    """Return one outcome less another in words; what both begin with is stated once."""
    pieces, others = first.split(", "), second.split(", ")
    shared = 0
    while shared < len(others) - 1 and others[shared] == pieces[shared]:
        shared += 1
    return f"{first} less {', '.join(others[shared:])}"


def lenders_words(whose: str) -> str:
    """Return whose an outcome is: a lender, a kind, all, or all but one."""
    if whose == "all":
        return "all lenders"
    return ("all but " if whose.startswith(NOT) else "") + whose.removeprefix(NOT).replace("_", " ")


def horizon_words(horizon: str) -> str:
    """Return a horizon such as 13-24 in words; months count from the announcement."""
    if horizon in ("", "nan", "None"):
        return ""
    if horizon == "end":
        return "at the end"
    return f"months {horizon.replace('-', EN_DASH)}" if horizon[:1].isdigit() else horizon
