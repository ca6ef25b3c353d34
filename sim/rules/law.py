"""What the law leaves of a loan, whatever the lender and the borrower would agree on."""

from __future__ import annotations

from sim.codes import (
    AGE_BANDS,
    DEBT_SERVICE,
    ELIGIBILITY,
    LENDER_COUNT,
    NO_INCOME_CAP_MONTHS,
    NO_SERVICE_CAP_SHARE,
    NOT_POSTPONED,
    PENDING,
)
from sim.compiling import rule

AGES = len(AGE_BANDS)
NO_SERVICE_CAP_BP = int(NO_SERVICE_CAP_SHARE * 10_000)


@rule
def borrower_ceiling(cap_fen: int, income_months: float, monthly_income: int) -> int:
    """Return the most in fen that a person may owe one lender: an amount, or months of income where that is less."""
    if income_months >= NO_INCOME_CAP_MONTHS:
        return cap_fen
    return min(cap_fen, int(income_months * monthly_income))


@rule
def ineligible(group: int, employed: int, needs_income: int, youngest_age_band: int) -> int:
    """Return ELIGIBILITY when the law forbids loans to a person of this group and in or out of work, else PENDING."""
    if needs_income == 1 and employed == 0:
        return ELIGIBILITY
    return ELIGIBILITY if group % AGES < youngest_age_band else PENDING


@rule
def too_many_lenders(others_owed: int, owes_here: int, most_lenders: int) -> int:
    """Return LENDER_COUNT when a loan would make a person owe more lenders than allowed, else PENDING."""
    return LENDER_COUNT if owes_here == 0 and others_owed >= most_lenders else PENDING


@rule
def too_much_service(instalments: int, monthly_income: int, cap_bp: int) -> int:
    """Return DEBT_SERVICE when monthly instalments in fen exceed a share of income, else PENDING; the share passes."""
    if cap_bp >= NO_SERVICE_CAP_BP:
        return PENDING
    return DEBT_SERVICE if instalments * 10_000 > cap_bp * monthly_income else PENDING


@rule
def is_postponed(postponement: int, employed: int) -> int:
    """Return 1 when the law postpones this month's instalments of a person: those without work are the ones hit."""
    return 1 if postponement != NOT_POSTPONED and employed == 0 else 0


@rule
def taught_literacy(literacy: int, taught_share: float) -> int:
    """Return literacy in thousandths once a share of what a person lacks has been taught."""
    return literacy + int((1_000 - literacy) * taught_share)


@rule
def headline_apr(apr: float, headline_share: float, ceiling_apr: float) -> float:
    """Return the headline of an all-in price: under a ceiling on headlines, what is above it is called a fee."""
    return min(apr * headline_share, ceiling_apr)
