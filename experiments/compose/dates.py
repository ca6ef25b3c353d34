"""Dates of rules as history writes them: announced "2021-02", effective "2022-01", in place of months of the run.

A rule dated by the calendar is a piece of history. Before the first month of the run it is in force from the beginning,
warm-up included; where the run ends before it, or nobody is there whom it binds, it is left out. A rule dated by months
of the run is a wish of the study, and is refused when it cannot come true.
"""

from __future__ import annotations

import re
from typing import Any

from experiments.refusal import Refusal, nearest, shown
from sim.params import LENDER_KINDS, LenderParameters
from sim.policies.base import BEFORE_ALL_MONTHS
from sim.scope import covers_kind

MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])")
DATES = {"announced": "announce_month", "effective": "effective_month"}


def months_after(start: str, date: str) -> int:
    """Return how many months a calendar month lies after another; both are written YYYY-MM."""
    (first_year, first_month), (year, month) = ((int(part) for part in each.split("-")) for each in (start, date))
    return 12 * (year - first_year) + month - first_month


def by_months(path: str, member: dict[str, Any], start: str) -> tuple[dict[str, Any], bool]:
    """Return a member with its calendar dates turned into months of the run, and whether it had any.

    A date counts more than a month, which every file of one instrument gives as well. Raises Refusal when a date is no
    month, or stands without the other.
    """
    given = [key for key in DATES if key in member]
    if not given:
        return member, False
    if not MONTH.fullmatch(start):
        raise Refusal(f"calendar.start: must be a month written YYYY-MM, was {shown(start)}")
    found = dict(member)
    for key, name in DATES.items():
        if key not in found:
            raise Refusal(
                f"{path}.{key}: must be given beside {given[0]}; history knows both dates; "
                f"{given[0]} was {shown(member[given[0]])}"
            )
        date = found.pop(key)
        if not isinstance(date, str) or not MONTH.fullmatch(date):
            raise Refusal(f"{path}.{key}: must be a month written YYYY-MM, was {shown(date)}")
        month = months_after(start, date)
        found[name] = month if month >= 0 else BEFORE_ALL_MONTHS
    if member["announced"] > member["effective"]:
        raise Refusal(
            f"{path}.announced: must not be later than effective {member['effective']}, was {member['announced']}"
        )
    return found, True


def meets_the_run(member: Any, lenders: tuple[tuple[str, LenderParameters], ...], months: int) -> bool:
    """Return whether a dated rule comes into force within the run and binds a lender that is there."""
    return bool(member.effective_month < months and kinds_met(member, lenders))


def kinds_met(member: Any, lenders: tuple[tuple[str, LenderParameters], ...]) -> tuple[str, ...]:
    """Return the kinds of the market's lenders that a rule binds; empty scope = all."""
    there = {lender.kind for _, lender in lenders}
    return tuple(kind for kind in LENDER_KINDS if kind in there and covers_kind(member.kinds, kind))


def check_scope(path: str, member: Any, lenders: tuple[tuple[str, LenderParameters], ...]) -> None:
    """Refuse a wish whose scope names kinds of which no lender is in the market."""
    there = sorted({lender.kind for _, lender in lenders})
    scope = member.kinds
    if scope and not any(kind in there for kind in scope):
        raise Refusal(f"{path}.kinds: names no lender of this market; {nearest(scope[0], there)}; was {list(scope)}")
