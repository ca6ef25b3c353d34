"""What a person of the peer owes and may draw: small objects, money in yuan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.peer.borrower import Borrower
    from tests.benchmarks.peer.lender import Lender

ACCELERATION_BUCKET = 4  # beyond 90 days it is all arrears or nothing
ROUNDING = 0.005  # yuan; who borrowed exactly what falls due must not miss it by the last bit of a float


@dataclass(slots=True, eq=False)
class Loan:
    """A loan in equal instalments; after charge-off a claim, and `left` counts months of collection."""

    lender: Lender
    principal: float
    apr: float
    instalment: float
    left: int
    opened: int
    partner_share: float
    bucket: int = 0

    def due(self) -> float:
        return self.instalment * min(self.bucket + 1, self.left)

    def pay(self, cash: float, penalty_factor: float) -> tuple[float, float]:
        """Pay whole instalments, oldest first, as far as the cash goes; return interest and principal paid."""
        rate = self.apr / 12
        bucket, left, owed = self.bucket, self.left, self.principal
        due = min(bucket + 1, left)
        interest_paid = spent = 0.0
        paid = 0
        while paid < due:
            interest = owed * rate
            principal = owed if left == 1 else min(owed, self.instalment - interest)
            late_fee = self.instalment * (bucket - paid) * rate * penalty_factor
            spent += interest + principal + late_fee
            if spent > cash + ROUNDING:
                break
            interest_paid += interest + late_fee
            owed -= principal
            left -= 1
            paid += 1
        if bucket >= ACCELERATION_BUCKET and paid < due:
            self.bucket = bucket + 1
            return 0.0, 0.0
        repaid = self.principal - owed
        self.principal, self.left = owed, left
        self.bucket = max(0, bucket + 1 - paid)
        return interest_paid, repaid


@dataclass(slots=True, eq=False)
class Line:
    """A credit line at one lender."""

    limit: float
    opened: int
    frozen: bool = False
    barred: bool = False
    last_owed: int = 0


@dataclass(slots=True, eq=False)
class Application:
    """What somebody asked of one lender this month."""

    person: Borrower
    lender: Lender
    purpose: str
    wanted: float
    elsewhere: bool = False
    amount: float = 0.0
    limit: float = 0.0
    band: int = 0
    draw: float = 0.0
    approved: bool = False


def level_instalment(principal: float, apr: float, months: int) -> float:
    rate = apr / 12
    return principal * rate / (1 - (1 + rate) ** -months) if rate else principal / months
