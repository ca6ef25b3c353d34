"""The loan tape: every loan of the people who are followed, month by month, with the names that credit analysts know.

It is read off the table of loans at two month ends: what stood at the first stands at the second, or says how it ended.
What was signed is remembered from the month of the loan on, since a payment holiday moves the instalments and lends
interest on top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import CHARGED_OFF, EMPTY, NOBODY, OPEN, PURPOSES_OF_CREDIT
from sim.codes import REFINANCED as REPAID_BY_NEW_LOAN
from sim.money import monthly_interest
from sim.observe.builders import Block, Texts
from sim.state import Loans

STATUSES = ("current", "late", "charged_off", "paid_off", "refinanced", "claim_ended")
CURRENT, LATE, OFF_THE_BOOKS, PAID_OFF, REFINANCED, ENDED_CLAIM = range(len(STATUSES))
MONTHS_OF_IDS = 4_096  # months that a loan's number has room for
BASIS_POINTS = 10_000

Column = NDArray[np.int64]  # shape (loans,)


class Contracts(NamedTuple):
    """What is remembered of loans, by borrower and then by age; the names are those of `sim.state.Loans`."""

    borrower: Column
    principal: Column
    original: Column
    instalment: Column
    origination_month: Column
    apr_bp: Column
    partner_share_bp: Column
    bucket: Column
    worst_bucket: Column
    instalments_left: Column
    purpose: Column
    band: Column
    lender: Column
    partner: Column
    status: Column

    @property
    def loan_id(self) -> Column:
        """The number of each loan, in rising order: its borrower and the month in which it was drawn."""
        return self.borrower * MONTHS_OF_IDS + self.origination_month


class Signed(NamedTuple):
    """What was signed with loans, and what payment holidays have changed since; money in fen."""

    term: Column  # months
    level: Column  # instalment
    refinancing: Column  # of the principal signed, what repaid a loan before it, with a month's interest
    postponed_months: Column
    capitalised: Column  # interest lent on top


class Followed(NamedTuple):
    """The loans of the people who are followed at one month end, with what was signed."""

    contracts: Contracts
    signed: Signed

    def take(self, chosen: NDArray[Any]) -> Followed:
        """Return the loans of some positions, or those marked."""
        return Followed(
            Contracts._make(column[chosen] for column in self.contracts),
            Signed._make(column[chosen] for column in self.signed),
        )


def contracts_of(loans: Loans, rows: NDArray[np.int64]) -> Contracts:
    """Return the loans of some people, those that ended this month among them, as whole numbers of one width."""
    first = loans.first.astype(np.int64)
    counts = first[rows + 1] - first[rows]
    borrower = np.repeat(rows, counts)
    source = np.repeat(first[rows] - (counts.cumsum() - counts), counts) + np.arange(len(borrower))
    kept = (getattr(loans, name)[source].astype(np.int64) for name in Contracts._fields[1:])
    return Contracts(borrower, *kept)


def as_signed(contracts: Contracts, refinancing: Column) -> Signed:
    """Return the terms of contracts that were all signed in the month that closed."""
    nothing = np.zeros_like(refinancing)
    return Signed(contracts.instalments_left, contracts.instalment, refinancing, nothing, nothing)


def founded(contracts: Contracts) -> Followed:
    """Return the loans with which a market begins."""
    return Followed(contracts, as_signed(contracts, np.zeros_like(contracts.principal)))


class Month(NamedTuple):
    """The loans that were there in a month: as they stood before it, and at its end.

    Both have a row for each loan. Of a loan drawn in the month `before` says what was lent, and `is_new` is true.
    """

    before: Contracts
    now: Followed
    is_new: NDArray[np.bool_]

    @property
    def stands(self) -> NDArray[np.bool_]:
        """Which loans or claims stand at the end."""
        return np.asarray(self.now.contracts.status > EMPTY)

    @property
    def was_claim(self) -> NDArray[np.bool_]:
        """Which were charged off before the month."""
        return np.asarray(~self.is_new & (self.before.status == CHARGED_OFF))

    @property
    def is_postponed(self) -> NDArray[np.bool_]:
        """Which loans the law let pass the month: neither was an instalment paid nor did the loan grow later."""
        before, now = self.before, self.now.contracts
        is_open = ~self.is_new & (before.status == OPEN) & (now.status == OPEN)
        is_still = (before.instalments_left == now.instalments_left) & (before.bucket == now.bucket)
        return np.asarray(is_open & is_still)

    @property
    def capitalised(self) -> Column:
        """The month's interest that was lent on top instead of paid, fen: nothing else lets a loan grow."""
        return np.where(self.is_postponed, self.now.contracts.principal - self.before.principal, 0)


def month_of(last: Followed, loans: Loans, rows: NDArray[np.int64]) -> Month:
    """Return the month that led from one month end to how loans are now."""
    now = contracts_of(loans, rows)
    stood = last.take(last.contracts.status > EMPTY)
    ids = now.loan_id
    found = np.searchsorted(stood.contracts.loan_id, ids)
    is_new = ~np.isin(ids, stood.contracts.loan_id)
    earlier = stood.take(np.where(is_new, 0, found)) if len(stood.contracts.status) else founded(now)
    before = Contracts._make(np.where(is_new, new, old) for old, new in zip(earlier.contracts, now, strict=True))
    before = before._replace(principal=np.where(is_new, now.original, before.principal))
    fresh = as_signed(now, refinancing(before, now, is_new))
    signed = Signed._make(np.where(is_new, new, old) for old, new in zip(earlier.signed, fresh, strict=True))
    month = Month(before, Followed(now, signed), is_new)
    grown = signed._replace(
        postponed_months=signed.postponed_months + month.is_postponed,
        capitalised=signed.capitalised + month.capitalised,
    )
    return month._replace(now=Followed(now, grown))


def refinancing(before: Contracts, now: Contracts, is_new: NDArray[np.bool_]) -> Column:
    """Return what new loans repaid of an older one of the same borrower, a month's interest included, fen."""
    repaid = {}
    for row in np.flatnonzero(now.status == REPAID_BY_NEW_LOAN).tolist():
        principal = int(before.principal[row])
        repaid[int(now.borrower[row])] = principal + monthly_interest(principal, int(before.apr_bp[row]))
    by = [repaid.get(borrower, 0) if new else 0 for borrower, new in zip(now.borrower.tolist(), is_new, strict=True)]
    return np.array(by, dtype=np.int64)


def tape_block(month: int, names: Sequence[str], warm_up_months: int, loans: Month) -> Block:
    """Return the month's rows: the loans that stand at its end by person and age, then those that ended in it."""
    parts = [standing_rows(loans), ended_rows(loans)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return _told(columns, month, names, warm_up_months)


def standing_rows(loans: Month) -> dict[str, Column]:
    """Return the loans and claims that stand, and what the month did to them."""
    before, now, was_claim = loans.before, loans.now.contracts, loans.was_claim
    newly_off = (now.status == CHARGED_OFF) & ~was_claim
    flows = {
        "status": np.where(now.status == CHARGED_OFF, OFF_THE_BOOKS, np.where(now.bucket > 0, LATE, CURRENT)),
        "balance": now.principal,
        "postponed": loans.is_postponed.astype(np.int64),
        "grown": loans.capitalised,
        "paid": np.where(was_claim, 0, before.principal + loans.capitalised - now.principal),
        "charged_off": np.where(newly_off, now.principal, 0),
        "recovered": np.where(was_claim, before.principal - now.principal, 0),
    }
    return _rows(now, loans.now.signed, loans.stands, flows)


def ended_rows(loans: Month) -> dict[str, Column]:
    """Return the loans and claims that ended in the month, with how they did."""
    before, now, was_claim = loans.before, loans.now.contracts, loans.was_claim
    nothing = np.zeros_like(before.principal)
    # A claim whose months of collection were not over when it vanished had been paid in full.
    paid_in_full = was_claim & (before.instalments_left > 1)
    flows = {
        "status": np.where(was_claim, ENDED_CLAIM, np.where(now.status == REPAID_BY_NEW_LOAN, REFINANCED, PAID_OFF)),
        "balance": nothing,
        "postponed": nothing,
        "grown": nothing,
        "paid": np.where(was_claim, 0, before.principal),
        "charged_off": nothing,
        "recovered": np.where(paid_in_full, before.principal, 0),
    }
    return _rows(before, loans.now.signed, ~loans.stands, flows)


def _rows(
    contracts: Contracts, signed: Signed, chosen: NDArray[np.bool_], flows: Mapping[str, Column]
) -> dict[str, Column]:
    """Return the chosen contracts, and what the month did to them, as columns of whole numbers."""
    columns = {**contracts._asdict(), "loan_id": contracts.loan_id, **signed._asdict(), **flows}
    return {name: values[chosen] for name, values in columns.items()}


def _told(columns: dict[str, NDArray[np.int64]], month: int, names: Sequence[str], warm_up_months: int) -> Block:
    """Return the rows under the names of the tape."""
    origination = columns["origination_month"] - warm_up_months
    partner = np.where(columns["partner"] == NOBODY, len(names), columns["partner"])
    is_open = np.isin(columns["status"], (CURRENT, LATE))
    return {
        "month": np.full(len(origination), month),
        "loan_id": columns["loan_id"],
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
