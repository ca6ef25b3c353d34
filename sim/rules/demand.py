"""Why people want credit, how much, for how long, and what they would pay for it."""

from __future__ import annotations

from sim.compiling import rule
from sim.elementary import exponential
from sim.params import DemandParameters

HUNDRED_YUAN = 10_000


@rule
def up_to_hundred_yuan(amount: int) -> int:
    """Return an amount in fen rounded up to whole hundreds of yuan, as people ask for it."""
    return (amount + HUNDRED_YUAN - 1) // HUNDRED_YUAN * HUNDRED_YUAN


@rule
def purchase_chance(
    patience: int,
    season_factor: float,
    unused_lines: int,
    monthly_income: int,
    open_loans: int,
    demand: DemandParameters,
) -> float:
    """Return the chance that a purchase comes to mind this month.

    It is higher in the shopping season, for the impatient, and for those with unused credit lines, also far from the
    limit (Gross and Souleles 2002; Agarwal and others 2018). Every open loan takes the edge off the next wish, and
    nobody dreams of a purchase with `loans_until_sated` of them (assumed).
    """
    if open_loans >= demand.loans_until_sated:
        return 0.0
    pull = min(1.0, unused_lines / max(1.0, 3.0 * monthly_income))
    impatience = 1.0 - demand.purchase_impatience_slope * patience / 1000.0
    appetite = 1.0 - open_loans / demand.loans_until_sated
    return (
        demand.purchase_share
        * season_factor
        * max(0.1, impatience)
        * (1.0 + demand.purchase_line_pull_share * pull)
        * appetite
    )


@rule
def shortfall_wanted(missing: int, monthly_income: int, smallest_loan: int, demand: DemandParameters) -> int:
    """Return what a person who lacks `missing` fen asks for: at least enough for some weeks, in hundreds of yuan."""
    return up_to_hundred_yuan(max(missing, smallest_loan, int(demand.shortfall_months * monthly_income)))


@rule
def goes_on_credit(spare: int, wanted: int, buffer: int, u: float, convenience_share: float) -> int:
    """Return 1 when a wish is put on credit: savings would fall below the buffer, or paying later is convenient."""
    if spare - wanted < buffer:
        return 1
    return 1 if u < convenience_share else 0


@rule
def amount_wanted(monthly_income: int, log_months: float, log_sd: float, size: float, cap_months: float) -> int:
    """Return the price in fen of what a person wants, lognormal in months of income."""
    return int(min(exponential(log_months + log_sd * size), cap_months) * monthly_income)


@rule
def reservation_apr(patience: int, reliability: int, in_need: int, noise: float, demand: DemandParameters) -> float:
    """Return the highest yearly price, as perceived, that a person would take.

    Its tie to reliability is adverse selection, explicit so that it can be swept.
    """
    return exponential(
        demand.reservation_log_apr
        - demand.reservation_impatience_slope * patience / 1000.0
        + demand.reservation_need_slope * in_need
        + demand.reservation_reliability_slope * reliability / 1000.0
        + demand.reservation_log_sd * noise
    )


@rule
def term_months(amount: int, monthly_income: int, share: float) -> int:
    """Return the shortest of 3, 6, 9, 12 and 24 months whose instalment fits a share of income.

    People read the instalment, not the rate (Karlan and Zinman 2008); beyond what twelve months carry, 24.
    """
    affordable = max(1, int(monthly_income * share))
    if amount <= 3 * affordable:
        return 3
    if amount <= 6 * affordable:
        return 6
    if amount <= 9 * affordable:
        return 9
    if amount <= 16 * affordable:
        return 12
    return 24
