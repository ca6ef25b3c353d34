"""The light peer: borrowers as plain Mesa agents with income, one loan and arrears, and nothing else of the market.

It does about a tenth of the work of a month; `tests/benchmarks/peer` does all of it.
"""

from __future__ import annotations

import mesa


class PlainBorrower(mesa.Agent):
    """Earns, eats, pays or misses an instalment, and borrows again when the loan is gone."""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.income = self.random.lognormvariate(8.0, 0.6)
        self.employed = True
        self.savings = self.income
        self.debt = 0.0
        self.instalments_left = 0
        self.arrears = 0

    def step(self) -> None:
        self.employed = self.random.random() > (0.01 if self.employed else 0.85)
        cash = self.savings + self.income * (1.0 if self.employed else 0.45)
        cash -= min(cash, 0.5 * self.income)
        if self.instalments_left == 0 and self.random.random() < 0.08:
            amount = self.income * self.random.lognormvariate(-0.5, 0.6)
            if self.model.approves(self, amount):
                self.debt, self.instalments_left, self.arrears = amount, 12, 0
        if self.instalments_left > 0:
            interest = self.debt * 0.015
            due = self.debt / self.instalments_left + interest
            if cash >= due:
                cash -= due
                self.model.interest += interest
                self.debt -= due - interest
                self.instalments_left -= 1
                self.arrears = max(0, self.arrears - 1)
            else:
                self.arrears += 1
                if self.arrears > 6:
                    self.model.charge_offs += self.debt
                    self.debt, self.instalments_left, self.arrears = 0.0, 0, 0
        self.savings = 0.65 * cash


class PlainMarket(mesa.Model):
    """One lender with a rule of thumb."""

    def __init__(self, people: int, rng: int) -> None:
        super().__init__(rng=rng)
        self.interest = 0.0
        self.charge_offs = 0.0
        self.debts: list[float] = []
        PlainBorrower.create_agents(self, people)

    def approves(self, borrower: PlainBorrower, amount: float) -> bool:
        return borrower.arrears == 0 and amount < 3.0 * borrower.income

    def step(self) -> None:
        self.agents.do("step")
        self.debts.append(self.agents.agg("debt", sum))
