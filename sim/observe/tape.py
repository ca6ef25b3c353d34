"""The loan tape: every loan of the people who are followed, month by month, with the names that credit analysts know.

It is read off the state at two month ends. A loan that has left its slot was paid off, or refinanced when a new loan
took the slot in the same month: people draw before they pay, so that nothing else can have freed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import CHARGED_OFF, EMPTY, LOAN_SLOTS, NOBODY, OPEN, PURPOSES_OF_CREDIT
from sim.money import MONTHLY_BASIS_POINTS
from sim.observe.blocks import Block, Texts
from sim.state import Loans

STATUSES = ("current", "late", "charged_off", "paid_off", "refinanced", "claim_ended")
CURRENT, LATE, OFF_THE_BOOKS, PAID_OFF, REFINANCED, CLAIM_ENDED = range(len(STATUSES))
MONTHS_OF_IDS = 4_096  # months that a loan's number has room for
BASIS_POINTS = 10_000

Grid = NDArray[np.int64]  # shape (people, LOAN_SLOTS)


class Contracts(NamedTuple):
    """What is remembered of the loans in their slots; the names are those of `sim.state.Loans`."""

    principal: Grid
    original: Grid
    instalment: Grid
    origination_month: Grid
    apr_bp: Grid
    partner_share_bp: Grid
    bucket: Grid
    worst_bucket: Grid
    instalments_left: Grid
    purpose: Grid
    band: Grid
    lender: Grid
    partner: Grid
    status: Grid


def contracts_of(loans: Loans) -> Contracts:
    """Return the contracts as whole numbers of one width, copied."""
    return Contracts(*(getattr(loans, name).astype(np.int64) for name in Contracts._fields))


def tape_block(
    month: int, rows: NDArray[np.int64], names: Sequence[str], warm_up_months: int, before: Contracts, loans: Loans
) -> Block:
    """Return the month's rows: the loans that stand at its end by person and slot, then those that ended in it."""
    now = contracts_of(loans)
    standing, was_claim = now.status != EMPTY, before.status == CHARGED_OFF
    is_same = standing & (before.status != EMPTY) & (before.origination_month == now.origination_month)
    ended = (before.status != EMPTY) & ~is_same
    newly_off = standing & (now.status == CHARGED_OFF) & (before.status == OPEN)
    opening = np.where(is_same, before.principal, now.original)
    repaid = np.where(standing & ~(is_same & was_claim), opening - now.principal, 0)
    stands = {
        "status": np.where(now.status == CHARGED_OFF, OFF_THE_BOOKS, np.where(now.bucket > 0, LATE, CURRENT)),
        "balance": now.principal,
        "paid": repaid,
        "charged_off": np.where(newly_off, now.principal, 0),
        "recovered": np.where(is_same & was_claim, before.principal - now.principal, 0),
    }
    # A claim whose months of collection were not over when it vanished had been paid in full.
    paid_in_full = was_claim & (before.instalments_left > 1)
    ends = {
        "status": np.where(was_claim, CLAIM_ENDED, np.where(standing, REFINANCED, PAID_OFF)),
        "balance": np.zeros_like(opening),
        "paid": np.where(was_claim, 0, before.principal),
        "charged_off": np.zeros_like(opening),
        "recovered": np.where(paid_in_full, before.principal, 0),
    }
    parts = [_rows(now, standing, rows, stands), _rows(before, ended, rows, ends)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return _told(columns, month, names, warm_up_months)


def _rows(
    contracts: Contracts, chosen: NDArray[np.bool_], rows: NDArray[np.int64], flows: Mapping[str, Grid]
) -> dict[str, NDArray[np.int64]]:
    """Return the chosen contracts, and what the month did to them, as columns of whole numbers."""
    person, slot = np.nonzero(chosen)
    columns = {**contracts._asdict(), **flows}
    return {**{name: values[person, slot] for name, values in columns.items()}, "borrower": rows[person], "slot": slot}


def _told(columns: dict[str, NDArray[np.int64]], month: int, names: Sequence[str], warm_up_months: int) -> Block:
    """Return the rows under the names of the tape."""
    origination = columns["origination_month"] - warm_up_months
    place = columns["borrower"] * LOAN_SLOTS + columns["slot"]
    partner = np.where(columns["partner"] == NOBODY, len(names), columns["partner"])
    is_open = np.isin(columns["status"], (CURRENT, LATE))
    return {
        "month": np.full(len(place), month),
        "loan_id": place * MONTHS_OF_IDS + columns["origination_month"],
        "borrower": columns["borrower"],
        "lender": Texts(columns["lender"], tuple(names)),
        "partner": Texts(partner, (*names, "none")),
        "partner_share": columns["partner_share_bp"] / BASIS_POINTS,
        "origination_month": origination,
        "months_on_book": month - origination,
        "term_months": term_months(columns["original"], columns["instalment"], columns["apr_bp"]),
        "purpose": Texts(columns["purpose"], PURPOSES_OF_CREDIT),
        "risk_band": columns["band"],
        "apr": columns["apr_bp"] / BASIS_POINTS,
        "original_fen": columns["original"],
        "instalment_fen": columns["instalment"],
        "balance_fen": columns["balance"],
        "days_past_due_bucket": np.where(is_open, columns["bucket"], 0),
        "worst_bucket": columns["worst_bucket"],
        "status": Texts(columns["status"], STATUSES),
        "principal_paid_fen": columns["paid"],
        "charged_off_fen": columns["charged_off"],
        "recovered_fen": columns["recovered"],
    }


def term_months(
    original: NDArray[np.int64], instalment: NDArray[np.int64], apr_bp: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how many level instalments repay each loan: the annuity formula, solved for the months."""
    rate = apr_bp / MONTHLY_BASIS_POINTS
    level = np.maximum(1, instalment)
    interest_share = np.clip(original * rate / level, 0.0, 1.0 - 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        months = np.where(apr_bp > 0, -np.log1p(-interest_share) / np.log1p(rate), original / level)
    return np.rint(months).astype(np.int64)
