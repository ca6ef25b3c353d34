"""Says how a value is written here that was typed as people write it elsewhere: 24%, 24 for a rate, 0,18, a date."""

from __future__ import annotations

import re
from decimal import Decimal

from experiments.compose.dates import DATES, MONTH
from experiments.tables.spelling import DECIMAL_COMMA
from sim.params import Quantity

PERCENT = re.compile(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*[%\uff05]\s*")
THOUSANDS = re.compile(r"\s*[-+]?\d{1,3}(?:[,'\u2019 \u00a0\u202f]\d{3})+\s*")
PARTS = ("share", "yearly rate", "yearly return", "the indicator's share")  # units of what is often written in percent


def advice(key: str, typed: object, quantity: Quantity | None, whole: bool) -> str:
    """Return how a refused value may have been meant and is written, to follow the message; nothing when no guess fits.

    `whole` says that the field holds whole numbers.
    """
    if isinstance(typed, str) and MONTH.fullmatch(typed.strip()) and key.endswith("_month"):
        return _of_date(key, typed.strip())
    found = _number(typed, quantity, whole)
    if found is None or (quantity is not None and not quantity.low <= found <= quantity.high):
        return ""
    number = f"{found.normalize():f}"
    return f"; for {typed}% write {number}" if isinstance(typed, int | float) else f"; write {number}"


def _of_date(key: str, date: str) -> str:
    """Return how a calendar month is given: rules have dates of their own, all else counts from the first month."""
    group, name = key.split(".")[0], key.rpartition(".")[2]
    by_date = {month: date_key for date_key, month in DATES.items()}
    if group == "policy" and name in by_date:
        above = key.rpartition(".")[0]
        others = [each for each in DATES if each != by_date[name]]
        return f"; a calendar month is given by {above}.{by_date[name]}={date}, beside {above}.{others[0]}="
    return "; months are counted from calendar.start, which is month 0"


def _number(typed: object, quantity: Quantity | None, whole: bool) -> Decimal | None:
    """Return the number that was meant, or None."""
    if isinstance(typed, bool):
        return None
    if isinstance(typed, int | float):
        is_part = quantity is not None and quantity.unit.startswith(PARTS)
        return Decimal(repr(typed)) / 100 if is_part and not whole and abs(typed) < float("inf") else None
    if not isinstance(typed, str):
        return None
    if percent := PERCENT.fullmatch(typed):
        return None if whole else Decimal(percent[1].replace(",", ".")) / 100
    if whole:
        return Decimal(re.sub(r"\D", "", typed)) if THOUSANDS.fullmatch(typed) else None
    if comma := DECIMAL_COMMA.fullmatch(typed):
        return Decimal(f"{comma[1]}.{comma[2]}")
    return None
