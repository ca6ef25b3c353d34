"""One instalment loan kept by dates and exact fractions, from the written conventions alone; a reference for tests.

The n-th instalment falls due n months after the loan is drawn. Each instalment paid settles one month's interest on the
principal then owed; the rest of it is principal, and the last one clears whatever is left. An instalment paid k months
after its date also costs k months of the penalty rate on the instalment, fen below one dropped. Only whole instalments
are paid, oldest first; once the oldest is more than 90 days late (bucket 4) only all arrears together are taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from math import floor


def exact_instalment(principal: int, apr_bp: int, term: int) -> Decimal:
    """Return the annuity in fen to forty digits."""
    with localcontext() as context:
        context.prec = 40
        if apr_bp == 0:
            return Decimal(principal) / term
        rate = Decimal(apr_bp) / 120_000
        return principal * rate / (1 - (1 + rate) ** -term)


@dataclass
class ContractByDates:
    """A loan drawn in month 0; `due_months` are the dates of the instalments not yet paid."""

    principal: int
    apr_bp: int
    term: int
    instalment: int
    penalty: Fraction
    due_months: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.due_months = list(range(1, self.term + 1))

    def bucket_after(self, month: int) -> int:
        """Return the bucket at a month's end: the oldest unpaid instalment is 30(b-1)+1 to 30b days late."""
        if not self.due_months or self.due_months[0] > month:
            return 0
        return month - self.due_months[0] + 1

    def live(self, month: int, cash: int) -> tuple[int, int]:
        """Pay what the cash allows in a month; return interest with fees, and principal paid."""
        late_by = self.bucket_after(month - 1)
        due = [date for date in self.due_months if date <= month]
        principal, dates, interest_paid, principal_paid = self.principal, list(self.due_months), 0, 0
        for date in due:
            interest = floor(Fraction(principal * self.apr_bp, 120_000) + Fraction(1, 2))
            repaid = principal if len(dates) == 1 else min(principal, max(0, self.instalment - interest))
            fee = floor(self.instalment * (month - date) * self.apr_bp * self.penalty / 120_000)
            if interest_paid + principal_paid + interest + repaid + fee > cash:
                break
            interest_paid += interest + fee
            principal_paid += repaid
            principal -= repaid
            dates.pop(0)
        all_arrears_paid = len(self.due_months) - len(dates) == len(due)
        if late_by >= 4 and not all_arrears_paid:
            return 0, 0
        self.principal, self.due_months = principal, dates
        return interest_paid, principal_paid
