"""What a lender's own books say of it: balances, and the ratios that its supervisor may see."""

from __future__ import annotations

from sim.agents.partnering import Partnership
from sim.books.funding import Funding
from sim.books.ledger import Ledger
from sim.codes import NO_WEIGHT
from sim.money import basis_points
from sim.params import LenderParameters
from sim.values import Rules

BOOK_ACCOUNTS = ("loans", "joint_loans")


class Accounts:
    """The part of a lender that reads its books; all amounts are fen."""

    name: str
    ledger: Ledger
    parameters: LenderParameters
    partnerships: tuple[Partnership, ...]
    rules: Rules
    funding: Funding
    managed: int
    unused_lines_fen: int
    productive_share: float

    def balance(self, account: str) -> int:
        """Return one balance of the lender's own books in fen."""
        return self.ledger.balance(self.name, account)

    def cash_fen(self) -> int:
        """Return cash at hand."""
        return self.balance("cash")

    def equity_fen(self) -> int:
        """Return what is left to the owners, this month's profit so far included."""
        return self.balance("equity") + self.ledger.profit(self.name)

    def loans_fen(self) -> int:
        """Return own parts of all loans before allowance: its customers' and those of joint loans of others."""
        return sum(self.balance(account) for account in BOOK_ACCOUNTS)

    def managed_fen(self) -> int:
        """Return whole loans of its customers, partners' parts included."""
        return self.managed

    def assets_fen(self) -> int:
        """Return cash and own parts of all loans, net of allowance."""
        return self.cash_fen() + self.loans_fen() + self.balance("allowance")

    def undrawn_fen(self) -> int:
        """Return its own parts of what customers could still draw at the last month's end."""
        own_share_bp = 10_000 - (basis_points(self.parameters.partner_share) if self.partnerships else 0)
        return self.unused_lines_fen * own_share_bp // 10_000

    def joint_fen(self) -> int:
        """Return its parts in joint loans of others."""
        return self.balance("joint_loans")

    def wholesale_fen(self) -> int:
        """Return all wholesale funding."""
        return self.funding.wholesale

    def deposits_fen(self) -> int:
        """Return deposits."""
        return self.funding.deposits

    def funding_due_fen(self) -> int:
        """Return wholesale funding that falls due this month."""
        return self.funding.ladder[0]

    def declared_productive_share(self) -> float:
        """Return the share of its loans that it declares as working capital: the true one, unless it dares more."""
        return self.productive_share

    def risk_weight(self) -> float:
        """Return the weight of its loans: its own, or what the rules give loans by the purpose that it declares."""
        return self.weight_at(self.declared_productive_share())

    def weight_at(self, productive_share: float) -> float:
        """Return the weight of its loans when such a share of them is for working capital."""
        consumer, productive = self.rules.risk_weight_share, self.rules.productive_weight_share
        if consumer == productive == NO_WEIGHT:
            return self.parameters.risk_weight
        consumer = self.parameters.risk_weight if consumer == NO_WEIGHT else consumer
        productive = consumer if productive == NO_WEIGHT else productive
        return consumer + (productive - consumer) * productive_share

    def risk_weighted_fen(self) -> int:
        """Return risk-weighted assets: loans net of allowance at their weight; cash weighs nothing."""
        return int((self.loans_fen() + self.balance("allowance")) * self.risk_weight())

    def capital_ratio_share(self, tier_2_fen: int = 0) -> float:
        """Return equity, and tier 2 where it is to be counted, over risk-weighted assets; 1.0 while there are none."""
        weighted = self.risk_weighted_fen()
        return (self.equity_fen() + tier_2_fen) / weighted if weighted > 0 else 1.0
