"""Months of the calendar by their distance; the report reads them too, and knows nothing of the model."""

from __future__ import annotations


def year_month(start: str, ahead: int) -> str:
    """Return the month so many months after another; both are written YYYY-MM."""
    year, month = (int(part) for part in start.split("-"))
    return f"{year + (month - 1 + ahead) // 12}-{(month - 1 + ahead) % 12 + 1:02d}"
