"""What has made a market's past: the part of a configuration that can have acted before a month.

Two configurations with the same past give the same market up to that month, to the last byte, so they may share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sim.codes import LAG_MONTHS
from sim.economy.cycles import resolved
from sim.params import (
    DressingParameters,
    LenderParameters,
    MarketConfig,
    ObserveParameters,
    QuietCutParameters,
    RationingParameters,
    RegulatorParameters,
    RegulatorRuleParameters,
    RelabellingParameters,
    SupervisionParameters,
    field_names,
)


class Difference(NamedTuple):
    """The first key in which two configurations differ, and its two values; None = not there."""

    key: str
    old: Any
    new: Any


def past_of(config: MarketConfig, month: int) -> MarketConfig:
    """Return a configuration without all that lies in `month` or later.

    Taken out are policies announced, shocks, lenders' cuts and supervision starting then, later values of paths, what
    is observed later, what lenders may lend on top later, and the horizon. Months count from the end of the
    warm-up, in which none of these acts but cuts with a negative month.
    """
    reported = max(0, month)
    return config._replace(
        lender=tuple((name, lender_before(parameters, month)) for name, parameters in config.lender),
        calendar=config.calendar._replace(months=reported),
        economy=resolved(config.calendar, config.economy, reported),
        regulator=regulator_before(config.regulator, month),
        observe=observed_before(config.observe, reported),
        policy=tuple(member for member in config.policy if member[1].announce_month < month),
        shock=tuple(member for member in config.shock if member[1].start_month < month),
    )


def months_shared(configs: Sequence[MarketConfig]) -> int:
    """Return the last month before which none of the configurations can have made a difference; 0 or more.

    All must have the same past at month 0. Pasts that part never meet again, so the months are tried in turn.
    """
    first, *others = configs
    if not others:
        return 0  # nobody to share with
    longest = min(config.calendar.months for config in configs)
    for month in range(1, longest):
        past = past_of(first, month)
        if any(first_difference(past, past_of(other, month)) is not None for other in others):
            return month - 1
    return max(0, longest - 1)


def lender_before(lender: LenderParameters, month: int) -> LenderParameters:
    """Return a lender without what it does by date in `month` or later."""
    if lender.budget_extra_from_month >= month:
        lender = lender._replace(budget_extra_fen=0, budget_extra_from_month=0)
    if lender.rationing.from_month >= month:
        lender = lender._replace(rationing=RationingParameters())
    if lender.quiet_cut.start_month >= month:
        lender = lender._replace(quiet_cut=QuietCutParameters())
    if lender.dressing.from_month >= month:
        lender = lender._replace(dressing=DressingParameters())
    if lender.relabelling.from_month >= month:
        lender = lender._replace(relabelling=RelabellingParameters())
    return lender


def regulator_before(regulator: RegulatorParameters, month: int) -> RegulatorParameters:
    """Return the regulator without what it begins in `month` or later."""
    if regulator.supervision.from_month >= month:
        regulator = regulator._replace(supervision=SupervisionParameters())
    if regulator.rule.from_month >= month:
        regulator = regulator._replace(rule=RegulatorRuleParameters())
    return regulator


def observed_before(observe: ObserveParameters, month: int) -> ObserveParameters:
    """Return the observation windows as far as they lie before a month; one that has not begun is empty at 0."""
    windows = {
        name: (getattr(observe, f"{name}_from"), min(month, getattr(observe, f"{name}_until")))
        for name in ("baseline", "outcome")
    }
    begun = {name: window if window[0] < window[1] else (0, 0) for name, window in windows.items()}
    if observe.baseline_until >= month:
        observe = observe._replace(new_loans_share=ObserveParameters().new_loans_share)
    if observe.baseline_until - LAG_MONTHS >= month:  # the books that lagged ratios start from are not yet needed
        observe = observe._replace(cohort_months=0)
    if observe.liquidity_month >= month:
        default = ObserveParameters()
        observe = observe._replace(liquidity_lender=default.liquidity_lender, liquidity_month=default.liquidity_month)
    return observe._replace(
        baseline_from=begun["baseline"][0],
        # The month in which debtors were chosen stays, though the window it ends may be empty.
        baseline_until=observe.baseline_until if observe.cohort_months > 0 else begun["baseline"][1],
        outcome_from=begun["outcome"][0],
        outcome_until=begun["outcome"][1],
    )


def check_same_past(old: MarketConfig, new: MarketConfig, month: int) -> None:
    """Raise ValueError naming the first key of `new` that would have made the months before `month` different."""
    if new.calendar.months < month:
        raise ValueError(
            f"calendar.months: must be at least {month}, the months already run, was {new.calendar.months}"
        )
    found = first_difference(past_of(old, month), past_of(new, month))
    if found is not None:
        raise ValueError(
            f"{found.key}: acts before month {month}, where the branch begins, so it must stay as it was: "
            f"{in_words(found.old)}; was {in_words(found.new)}"
        )


def first_difference(old: Any, new: Any, key: str = "") -> Difference | None:
    """Return the first key in which two sections differ, types included, or None when they are the same."""
    if type(old) is not type(new):
        return Difference(key, old, new)
    parts = _parts(old), _parts(new)
    if parts[0] is None or parts[1] is None:
        return None if old == new else Difference(key, old, new)
    for name in dict.fromkeys((*parts[0], *parts[1])):
        below = f"{key}.{name}".lstrip(".")
        found = first_difference(parts[0].get(name), parts[1].get(name), below)
        if found is not None:
            return found
    # The same members in another order: the log would tell them in another order.
    return None if list(parts[0]) == list(parts[1]) else Difference(key, tuple(parts[0]), tuple(parts[1]))


def _parts(section: Any) -> dict[str, Any] | None:
    """Return the fields of a section, or the members of a group by name; None for a plain value."""
    if names := field_names(section):
        return {name: getattr(section, name) for name in names}
    if isinstance(section, tuple) and all(_is_member(each) for each in section):
        return dict(section)
    return None


def _is_member(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) and bool(field_names(value[1]))


def in_words(value: Any) -> str:
    """Return a value as a message shows it."""
    if value is None:
        return "absent"
    return "present" if field_names(value) else repr(value)
