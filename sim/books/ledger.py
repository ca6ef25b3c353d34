"""Double entry in whole fen: every flow of cash has a payer and a payee, every other entry a debit and a credit.

Balances are kept debit-positive. Cash is never made: over all entities it always sums to zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sim.counted import HouseholdFlow
from sim.state import Tallies

HOUSEHOLDS, FIRMS, GOVERNMENT, FUNDERS, OWNERS, INFORMAL, INVESTORS, TREASURY = (
    "households",
    "firms",
    "government",
    "funders",
    "owners",
    "informal",
    "investors",  # buyers of charged-off claims
    "treasury",  # where fines go
)
OUTSIDERS = (HOUSEHOLDS, FIRMS, GOVERNMENT, FUNDERS, OWNERS, INFORMAL, INVESTORS, TREASURY)

ASSETS = (
    "cash",
    "loans",
    "joint_loans",
    "allowance",
    "claims_on_others",
)  # allowance is an asset with a credit balance
LIABILITIES = ("deposits", "wholesale", "securities", "debt", "informal_debt")
INCOME = ("interest_income", "service_fee_income", "income", "consumption_income", "write_back")
EXPENSES = (
    "interest_expense",
    "service_fee_expense",
    "opex",
    "provisions",
    "tax",
    "fines",
    "spending",
    "transfers",
    "write_off",
)
EQUITY = ("equity",)
RESULT = INCOME + EXPENSES
OF_RESULT = frozenset(RESULT)
WITH_DEBIT_BALANCES = frozenset(ASSETS + EXPENSES)
ACCOUNTS = frozenset(ASSETS + LIABILITIES + INCOME + EXPENSES + EQUITY)

Flow = tuple[str, str, str, str]  # payer, payer's account, payee, payee's account


class Ledger:
    """The books of everybody; `balances` and `flows` are plain whole numbers."""

    def __init__(self) -> None:
        """Start with every account at zero."""
        self.balances: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.flows: defaultdict[Flow, int] = defaultdict(int)  # cash of this month
        self.results: defaultdict[str, int] = defaultdict(int)  # by entity: its accounts in RESULT added up

    def post(self, entity: str, debit: str, credit: str, amount_fen: int) -> None:
        """Enter an amount that moves no cash: debit one account of an entity and credit another."""
        check(entity, debit, credit, amount_fen)
        self._enter(entity, debit, amount_fen)
        self._enter(entity, credit, -amount_fen)

    def pay(self, payer: str, payer_account: str, payee: str, payee_account: str, amount_fen: int) -> None:
        """Move cash: the payer's account is debited, the payee's credited, and cash passes between them."""
        check(f"{payer} to {payee}", payer_account, payee_account, amount_fen)
        if amount_fen == 0:
            return
        self._enter(payer, payer_account, amount_fen)
        self._enter(payer, "cash", -amount_fen)
        self._enter(payee, "cash", amount_fen)
        self._enter(payee, payee_account, -amount_fen)
        self.flows[payer, payer_account, payee, payee_account] += amount_fen

    def _enter(self, entity: str, account: str, debit_fen: int) -> None:
        self.balances[entity, account] += debit_fen
        if account in OF_RESULT:
            self.results[entity] += debit_fen

    def balance(self, entity: str, account: str) -> int:
        """Return a balance with its natural sign: what an asset is worth, what a liability is owed."""
        amount = self.balances[entity, account]
        return amount if account in WITH_DEBIT_BALANCES else -amount

    def total(self, entity: str, accounts: Sequence[str]) -> int:
        """Return the sum of balances with their natural signs."""
        return sum(self.balance(entity, account) for account in accounts)

    def profit(self, entity: str) -> int:
        """Return income less expenses since the last closing."""
        return -self.results[entity]

    def close(self, entity: str) -> int:
        """Carry income and expenses into equity and return the profit in fen."""
        profit = self.profit(entity)
        for account in RESULT:
            amount_fen = self.balances[entity, account]
            self._enter(entity, "equity", amount_fen)
            self._enter(entity, account, -amount_fen)
        return profit

    def entities(self) -> list[str]:
        """Return everybody with an account, sorted."""
        return sorted({entity for entity, _ in self.balances})

    def imbalances(self) -> dict[str, int]:
        """Return, for everybody, assets less liabilities, equity and this month's profit; zero, always."""
        sums: defaultdict[str, int] = defaultdict(int)
        for (entity, _), amount in self.balances.items():
            sums[entity] += amount
        return sums

    def total_cash(self) -> int:
        """Return all cash in the system; zero, always."""
        return sum(amount for (_, account), amount in self.balances.items() if account == "cash")

    def begin_month(self) -> None:
        """Forget last month's flows."""
        self.flows.clear()

    def open_households(self, savings_fen: int) -> None:
        """Let households bring their first savings; firms paid them before the story starts."""
        self.pay(FIRMS, "spending", HOUSEHOLDS, "income", savings_fen)

    def post_households(self, tallies: Tallies) -> None:
        """Post what households received and spent outside the licensed lenders."""

        def amount(name: str) -> int:
            return int(tallies.household[HouseholdFlow.of(name)])

        self.pay(FIRMS, "spending", HOUSEHOLDS, "income", amount("wages"))
        self.pay(FIRMS, "spending", HOUSEHOLDS, "income", amount("sales"))
        self.pay(GOVERNMENT, "transfers", HOUSEHOLDS, "income", amount("benefits"))
        self.pay(GOVERNMENT, "transfers", HOUSEHOLDS, "income", amount("support"))
        self.pay(HOUSEHOLDS, "spending", FIRMS, "consumption_income", amount("consumption"))
        self.pay(HOUSEHOLDS, "claims_on_others", FUNDERS, "deposits", amount("long_term_saving"))
        self.pay(INFORMAL, "loans", HOUSEHOLDS, "informal_debt", amount("informal_lent"))
        self.pay(HOUSEHOLDS, "spending", INFORMAL, "interest_income", amount("informal_interest"))
        self.pay(HOUSEHOLDS, "informal_debt", INFORMAL, "loans", amount("informal_principal"))
        self.post(INFORMAL, "write_off", "loans", amount("informal_written_off"))
        self.post(HOUSEHOLDS, "informal_debt", "write_back", amount("informal_written_off"))


def check(who: str, first: str, second: str, amount_fen: int) -> None:
    """Raise ValueError for an unknown account, a negative amount or one that is not a whole number."""
    for account in (first, second):
        if account not in ACCOUNTS:
            raise ValueError(f"{who}: there is no account {account!r}")
    if not isinstance(amount_fen, int) or amount_fen < 0:
        raise ValueError(f"{who}: an entry {first}/{second} must be a whole number of fen, 0 or more; was {amount_fen}")
