"""The loan tape: every loan of the people who are followed, month by month, with the names that credit analysts know.

It is read off the state at two month ends. A loan that has left its slot was paid off, or refinanced when a new loan
took the slot in the same month: people draw before they pay, so that nothing else can have freed it. What was signed
is remembered from the month of the loan on, since a payment holiday moves the instalments and lends interest on top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import CHARGED_OFF, EMPTY, LOAN_SLOTS, NOBODY, OPEN, PURPOSES_OF_CREDIT
from sim.money import monthly_interest
from sim.observe.builders import Block, Texts
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


class Signed(NamedTuple):
    """What was signed with the loans in their slots, and what payment holidays have changed since; money in fen."""

    term: Grid  # months
    level: Grid  # instalment
    refinancing: Grid  # of the principal signed, what repaid the loan before it in its slot, with a month's interest
    postponed_months: Grid
    capitalised: Grid  # interest lent on top


def contracts_of(loans: Loans) -> Contracts:
    """Return the contracts as whole numbers of one width, copied."""
    return Contracts(*(getattr(loans, name).astype(np.int64) for name in Contracts._fields))


def signed_of(contracts: Contracts) -> Signed:
    """Return the terms of contracts that were all signed in the month that closed, and repaid no other loan."""
    nothing = np.zeros_like(contracts.principal)
    return Signed(contracts.instalments_left, contracts.instalment, nothing, nothing, nothing)


def is_same_loan(before: Contracts, now: Contracts) -> NDArray[np.bool_]:
    """Return in which slots the loan of the last month end still stands, as a loan or as a claim."""
    are_there = (before.status != EMPTY) & (now.status != EMPTY)
    return np.asarray(are_there & (before.origination_month == now.origination_month))


def is_postponed(before: Contracts, now: Contracts) -> NDArray[np.bool_]:
    """Return which loans the law let pass the month: neither was an instalment paid nor did the loan grow later."""
    is_open = is_same_loan(before, now) & (before.status == OPEN) & (now.status == OPEN)
    is_still = (before.instalments_left == now.instalments_left) & (before.bucket == now.bucket)
    return np.asarray(is_open & is_still)


def capitalised_interest(before: Contracts, now: Contracts) -> Grid:
    """Return the month's interest that was lent on top instead of paid, fen: nothing else lets a loan grow."""
    return np.where(is_postponed(before, now), now.principal - before.principal, 0)


def refinanced(before: Contracts, is_new: NDArray[np.bool_]) -> Grid:
    """Return what new loans repaid of the loans that stood in their slots, a month's interest included, fen."""
    repaid = np.zeros_like(before.principal)
    for person, slot in zip(*np.nonzero(is_new & (before.status == OPEN)), strict=True):
        principal = int(before.principal[person, slot])
        repaid[person, slot] = principal + monthly_interest(principal, int(before.apr_bp[person, slot]))
    return repaid


def signed_after(signed: Signed, before: Contracts, now: Contracts) -> Signed:
    """Return what was signed with the loans that now stand, a month after `before`."""
    is_same = is_same_loan(before, now)
    fresh = signed_of(now)._replace(refinancing=refinanced(before, (now.status != EMPTY) & ~is_same))
    kept = signed._replace(
        postponed_months=signed.postponed_months + is_postponed(before, now),
        capitalised=signed.capitalised + capitalised_interest(before, now),
    )
    return Signed(*(np.where(is_same, old, new) for old, new in zip(kept, fresh, strict=True)))


def tape_block(
    month: int,
    rows: NDArray[np.int64],
    names: Sequence[str],
    warm_up_months: int,
    before: tuple[Contracts, Signed],
    now: tuple[Contracts, Signed],
) -> Block:
    """Return the month's rows: the loans that stand at its end by person and slot, then those that ended in it.

    `before` and `now` are the contracts at two month ends, each with what was signed.
    """
    parts = [standing_rows(rows, before[0], *now), ended_rows(rows, *before, now[0])]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return _told(columns, month, names, warm_up_months)


def standing_rows(
    rows: NDArray[np.int64], before: Contracts, now: Contracts, signed: Signed
) -> dict[str, NDArray[np.int64]]:
    """Return the loans and claims that stand, and what the month did to them."""
    is_same, was_claim = is_same_loan(before, now), before.status == CHARGED_OFF
    grown = capitalised_interest(before, now)
    opening = np.where(is_same, before.principal, now.original)
    newly_off = (now.status == CHARGED_OFF) & (before.status == OPEN)
    flows = {
        "status": np.where(now.status == CHARGED_OFF, OFF_THE_BOOKS, np.where(now.bucket > 0, LATE, CURRENT)),
        "balance": now.principal,
        "postponed": is_postponed(before, now).astype(np.int64),
        "grown": grown,
        "paid": np.where(is_same & was_claim, 0, opening + grown - now.principal),
        "charged_off": np.where(newly_off, now.principal, 0),
        "recovered": np.where(is_same & was_claim, before.principal - now.principal, 0),
    }
    return _rows(now, signed, now.status != EMPTY, rows, flows)


def ended_rows(
    rows: NDArray[np.int64], before: Contracts, signed: Signed, now: Contracts
) -> dict[str, NDArray[np.int64]]:
    """Return the loans and claims that ended in the month, with how they did."""
    was_claim, nothing = before.status == CHARGED_OFF, np.zeros_like(before.principal)
    # A claim whose months of collection were not over when it vanished had been paid in full.
    paid_in_full = was_claim & (before.instalments_left > 1)
    flows = {
        "status": np.where(was_claim, CLAIM_ENDED, np.where(now.status != EMPTY, REFINANCED, PAID_OFF)),
        "balance": nothing,
        "postponed": nothing,
        "grown": nothing,
        "paid": np.where(was_claim, 0, before.principal),
        "charged_off": nothing,
        "recovered": np.where(paid_in_full, before.principal, 0),
    }
    return _rows(before, signed, (before.status != EMPTY) & ~is_same_loan(before, now), rows, flows)


def _rows(
    contracts: Contracts,
    signed: Signed,
    chosen: NDArray[np.bool_],
    rows: NDArray[np.int64],
    flows: Mapping[str, Grid],
) -> dict[str, NDArray[np.int64]]:
    """Return the chosen contracts, and what the month did to them, as columns of whole numbers."""
    person, slot = np.nonzero(chosen)
    columns = {**contracts._asdict(), **signed._asdict(), **flows}
    return {**{name: values[person, slot] for name, values in columns.items()}, "borrower": rows[person], "slot": slot}


def _told(columns: dict[str, NDArray[np.int64]], month: int, names: Sequence[str], warm_up_months: int) -> Block:
    """Return the rows under the names of the tape."""
    origination = columns["origination_month"] - warm_up_months
    row = columns["borrower"] * LOAN_SLOTS + columns["slot"]
    partner = np.where(columns["partner"] == NOBODY, len(names), columns["partner"])
    is_open = np.isin(columns["status"], (CURRENT, LATE))
    return {
        "month": np.full(len(row), month),
        "loan_id": row * MONTHS_OF_IDS + columns["origination_month"],
        "borrower": columns["borrower"],
        "lender": Texts(columns["lender"], tuple(names)),
        "partner": Texts(partner, (*names, "none")),
        "partner_share": columns["partner_share_bp"] / BASIS_POINTS,
        "origination_month": origination,
        "months_on_book": month - origination,
        "term_months": columns["term"],
        "purpose": Texts(columns["purpose"], PURPOSES_OF_CREDIT),
        "risk_band": columns["band"],
        "apr": columns["apr_bp"] / BASIS_POINTS,
        "original_fen": columns["original"],
        "refinancing_fen": columns["refinancing"],
        "signed_instalment_fen": columns["level"],
        "instalment_fen": columns["instalment"],
        "balance_fen": columns["balance"],
        "days_past_due_bucket": np.where(is_open, columns["bucket"], 0),
        "worst_bucket": columns["worst_bucket"],
        "status": Texts(columns["status"], STATUSES),
        "postponed": columns["postponed"],
        "postponed_months": columns["postponed_months"],
        "capitalised_fen": columns["grown"],
        "capitalised_so_far_fen": columns["capitalised"],
        "principal_paid_fen": columns["paid"],
        "charged_off_fen": columns["charged_off"],
        "recovered_fen": columns["recovered"],
    }
