"""What a lender sees of an applicant, in bins, and the scorecard cell the bins form."""

from __future__ import annotations

from sim.codes import SECTORS
from sim.compiling import rule

HISTORY_BINS = 4
DEBT_BINS = 5
INQUIRY_BINS = 3
INCOME_BINS = 5
SIGNAL_BINS = 5
TENURE_BINS = 3
CELLS = HISTORY_BINS * DEBT_BINS * INQUIRY_BINS * INCOME_BINS * SIGNAL_BINS * TENURE_BINS
SECTOR_BINS = len(SECTORS)
CELLS_WITH_SECTOR = SECTOR_BINS * CELLS
FEN_PER_YUAN = 100


@rule
def history_bin(months_since_late: int, months_since_default: int, late_now: int, memory_months: int) -> int:
    """Return 0 clean, 1 late 13-24 months ago, 2 late within a year or slightly late now, 3 defaulted or 30+ late.

    `late_now` is the worst visible bucket; `memory_months` is how long a default stays on record.
    """
    if months_since_default < memory_months or late_now >= 2:
        return 3
    if late_now == 1 or months_since_late <= 12:
        return 2
    if months_since_late <= 24:
        return 1
    return 0


@rule
def without_registry(history: int, debt: int, tenure: int) -> tuple[int, int]:
    """Return the bins of history and debt of a person whose loans elsewhere are unknown: unknown is not clean.

    A stranger without a record is taken for somebody in between, so that a registry lets the good stand out as much as
    it shows up the bad (Pagano and Jappelli 1993). A customer's own record speaks for the history.
    """
    if tenure < 0:
        history = max(history, 1)
    return history, max(debt, 1)


@rule
def debt_bin(visible_debt: int, monthly_income: int) -> int:
    """Return the bin of visible debt over believed monthly income; edges 0.25, 1, 2.5 and 5 months."""
    income = max(1, monthly_income)
    if 4 * visible_debt <= income:
        return 0
    if visible_debt <= income:
        return 1
    if 2 * visible_debt <= 5 * income:
        return 2
    if visible_debt <= 5 * income:
        return 3
    return 4


@rule
def inquiry_bin(inquiry_months: int) -> int:
    """Return the bin of the months of the last year with an application to a new lender: 0-1, 2-3, 4 or more."""
    if inquiry_months <= 1:
        return 0
    if inquiry_months <= 3:
        return 1
    return 2


@rule
def income_bin(monthly_income: int) -> int:
    """Return the bin of believed monthly income in fen; edges 1,200, 2,000, 3,200 and 5,000 yuan."""
    if monthly_income < 1_200 * FEN_PER_YUAN:
        return 0
    if monthly_income < 2_000 * FEN_PER_YUAN:
        return 1
    if monthly_income < 3_200 * FEN_PER_YUAN:
        return 2
    if monthly_income < 5_000 * FEN_PER_YUAN:
        return 3
    return 4


@rule
def signal_bin(signal: float) -> int:
    """Return the bin of the behaviour signal, a standard score; higher is better."""
    if signal < -0.84:
        return 0
    if signal < -0.25:
        return 1
    if signal < 0.25:
        return 2
    if signal < 0.84:
        return 3
    return 4


@rule
def tenure_bin(months: int) -> int:
    """Return the bin of months since the line was opened: 0 no line (negative), 1 under a year, 2 a year or more."""
    if months < 0:
        return 0
    if months < 12:
        return 1
    return 2


@rule
def cell_of(history: int, debt: int, inquiries: int, income: int, signal: int, tenure: int) -> int:
    """Return the number of the cell that six bins form, 0..CELLS-1; the last feature varies fastest."""
    cell = history
    cell = cell * DEBT_BINS + debt
    cell = cell * INQUIRY_BINS + inquiries
    cell = cell * INCOME_BINS + income
    cell = cell * SIGNAL_BINS + signal
    return cell * TENURE_BINS + tenure


@rule
def with_sector(cell: int, sector: int, cells: int) -> int:
    """Return a cell's number in a table of `cells`: one that tells sectors apart has a block of CELLS for each."""
    if cells > CELLS:
        return sector * CELLS + cell
    return cell
