"""Spending: essentials after Engel, unavoidable expenses, and a buffer-stock rule for the rest."""

from __future__ import annotations

from sim.compiling import rule
from sim.elementary import exponential
from sim.params import SpendingParameters

FEN_PER_YUAN = 100


@rule
def essential_spending(permanent_income: int, wage_index: float, spending: SpendingParameters) -> int:
    """Return a month's essentials in fen: a subsistence amount and a share of permanent income.

    The intercept makes the share fall with income (Engel); nobody needs more than nine tenths of normal income.
    """
    needed = spending.subsistence_yuan * FEN_PER_YUAN + int(spending.essential_share * permanent_income)
    return int(min(needed, permanent_income * 9 // 10) * wage_index)


@rule
def emergency_chance(turbulence: int, spending: SpendingParameters) -> float:
    """Return the chance of an unavoidable expense this month; `turbulence` is in thousandths of the average."""
    return spending.emergency_share * turbulence / 1000.0


@rule
def emergency_expense(permanent_income: int, wage_index: float, log_months: float, log_sd: float, size: float) -> int:
    """Return an unavoidable expense in fen, lognormal in months of income, at most a year's income."""
    return int(min(exponential(log_months + log_sd * size), 12.0) * permanent_income * wage_index)


@rule
def target_buffer(
    essentials: int, patience: int, job_risk: float, unused_lines: int, savings: int, spending: SpendingParameters
) -> int:
    """Return the cash in fen a person wants to keep at month end.

    It rises with patience and with the job risk of the sector (0 = average) and falls with unused lines, because an
    open line is a buffer too (Carroll's buffer stock; Gross and Souleles 2002 for the lines). With `buffer_line_fade`
    people lean on lines only for the part of the buffer that they had not saved when the month began.
    """
    months = spending.buffer_months + spending.buffer_patience_months * patience / 1000.0
    months = max(0.0, months + spending.buffer_job_risk_months * job_risk)
    wanted = int(months * essentials)
    leaning = spending.buffer_line_share
    if spending.buffer_line_fade > 0.0:
        leaning *= 1.0 - spending.buffer_line_fade * min(1.0, savings / max(1, wanted))
    return max(0, wanted - int(leaning * unused_lines))


@rule
def share_of_excess(cash: int, buffer: int, share: float) -> int:
    """Return a share of the cash above the buffer, in fen; zero when there is none."""
    if cash <= buffer:
        return 0
    return int((cash - buffer) * share)
