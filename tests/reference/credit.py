"""A person's credit: contracts, the oldest first, a line at every lender, and what can be read off them."""

from __future__ import annotations

from dataclasses import dataclass

from sim.codes import (
    CHARGED_OFF,
    EMPTY,
    FRAUD,
    LINE_OPEN,
    NO_LINE,
    NO_NEED,
    NOBODY,
    NOT_APPLIED,
    OPEN,
)
from sim.money import monthly_interest
from sim.rules.limits import available_on_line
from sim.rules.repayment import LoanAfter, after_payments, amount_due_estimate, charge_off_month

CHARGED_OFF_RANKS_AS = 13  # a bucket worse than any a living loan can be in


@dataclass(slots=True, eq=False)
class Loan:
    """One contract, money in fen; after charge-off it is a claim that is collected."""

    principal: int
    original: int
    instalment: int
    origination_month: int
    apr_bp: int
    partner_share_bp: int
    cell: int
    instalments_left: int  # after charge-off: months of collection left
    bucket: int
    worst_bucket: int
    purpose: int
    band: int
    lender: int
    partner: int
    status: int

    @property
    def is_open(self) -> bool:
        """Whether the contract still runs."""
        return self.status == OPEN

    @property
    def is_claim(self) -> bool:
        """Whether it was charged off and is being collected."""
        return self.status == CHARGED_OFF

    @property
    def is_fraud(self) -> bool:
        """Whether its holder never meant to repay it."""
        return self.purpose == FRAUD

    def amount_due(self) -> int:
        """Return the fen of whole instalments its holder means to pay now, arrears included."""
        return 0 if self.is_fraud else self.instalment * min(self.bucket + 1, self.instalments_left)

    def expected_due(self) -> int:
        """Return the fen its holder expects to pay this month."""
        if self.is_fraud:
            return 0
        return amount_due_estimate(self.bucket, self.instalments_left, self.instalment, self.principal)

    def pay(self, cash: int, penalty_factor: float) -> LoanAfter:
        """Pay the due instalments that the cash covers, oldest first; the bucket follows."""
        after = after_payments(
            self.principal, self.apr_bp, self.instalment, self.instalments_left, self.bucket, cash, penalty_factor
        )
        self.principal = after.principal
        self.instalments_left = after.instalments_left
        self.bucket = after.bucket
        return after

    def end(self, how: int) -> None:
        """Mark how the contract ended."""
        self.status, self.principal, self.bucket = how, 0, 0

    def interest_to_repay(self) -> int:
        """Return the month's interest in fen that repaying it costs."""
        return monthly_interest(self.principal, self.apr_bp)

    def charge_off_month(self, month: int, collection_months: int) -> int:
        """Return the month in which a claim was charged off, seen from the end of a month's collection."""
        return charge_off_month(month, self.instalments_left, collection_months)

    def charge_off(self, collection_months: int) -> None:
        """Turn the contract into a claim."""
        self.status = CHARGED_OFF
        self.instalments_left = collection_months
        self.bucket = 0


@dataclass(slots=True)
class Line:
    """An uncommitted credit line at one lender."""

    limit: int = 0  # fen
    opened_month: int = 0
    last_owed_month: int = 0
    status: int = NO_LINE
    unnoticed_cut: int = 0  # 1 = made useless by the lender, and its holder has not asked there since


@dataclass(slots=True)
class Application:
    """What a person asked for this month, of whom, and how it ended."""

    amount: int = 0  # fen the lender would lend; 0 = refused
    wanted: int = 0
    limit: int = 0  # fen of the line that would be opened
    lender: int = NOBODY
    first_lender: int = NOBODY
    priority: int = 0
    cell: int = 0
    band: int = 0
    purpose: int = NO_NEED
    outcome: int = NOT_APPLIED
    first_outcome: int = NOT_APPLIED


class Credit:
    """All of one person's loans and lines."""

    def __init__(self, contracts: list[Loan], lines: list[Line]) -> None:
        """Take over the contracts, the oldest first, and the lines, by lender."""
        self.held = contracts  # and what ended this month
        self.lines = lines

    @property
    def contracts(self) -> list[Loan]:
        """Everything that stands: open loans and claims, the oldest first."""
        return [loan for loan in self.held if loan.status > EMPTY]

    def begin_month(self) -> None:
        """Take what ended last month off the books."""
        self.held = self.contracts

    def open_loans(self) -> list[Loan]:
        """Return the loans that still run."""
        return [loan for loan in self.contracts if loan.is_open]

    def claims(self) -> list[Loan]:
        """Return what was charged off and is collected."""
        return [loan for loan in self.contracts if loan.is_claim]

    def loan_to_repay(self, lender: int, most_contracts: int) -> Loan | None:
        """Return the loan that a new one from a lender would repay, None when it is one contract more.

        It is the smallest current one there, of equal ones the older, where the person has as many contracts as one
        customer may have; 0 = any number.
        """
        here = [loan for loan in self.contracts if loan.lender == lender]
        if most_contracts == 0 or len(here) < most_contracts:
            return None
        current = [loan for loan in here if loan.is_open and not loan.bucket]
        return min(current, key=lambda loan: loan.principal, default=None)

    def debt(self) -> int:
        """Return the fen owed on open loans."""
        return sum(loan.principal for loan in self.open_loans())

    def owed_at(self, lender: int) -> int:
        """Return the fen owed to one lender on open loans."""
        return sum(loan.principal for loan in self.open_loans() if loan.lender == lender)

    def worst_bucket_at(self, lender: int) -> int:
        """Return the worst bucket at one lender; a charged-off claim is worse than any."""
        return max(
            (
                CHARGED_OFF_RANKS_AS if loan.is_claim else loan.bucket
                for loan in self.contracts
                if loan.lender == lender
            ),
            default=0,
        )

    def worst_bucket(self) -> int:
        """Return the worst bucket of all that is owed; a charged-off claim is worse than any."""
        return max((CHARGED_OFF_RANKS_AS if loan.is_claim else loan.bucket for loan in self.contracts), default=0)

    def room_at(self, lender: int) -> int:
        """Return the fen between the limit and the debt at one lender, whatever the state of the line."""
        return available_on_line(self.lines[lender].limit, self.owed_at(lender))

    def unused_at(self, lender: int) -> int:
        """Return the fen that can be drawn on an open line at one lender."""
        return self.room_at(lender) if self.lines[lender].status == LINE_OPEN else 0

    def unused(self) -> int:
        """Return the fen that can be drawn on all open lines."""
        return sum(self.unused_at(lender) for lender in range(len(self.lines)))

    def dues_expected(self) -> int:
        """Return the fen expected to fall due this month on all loans."""
        return sum(loan.expected_due() for loan in self.open_loans())
