"""What a lender's work costs: a share of its book, so much for each account won and served, and collection.

Technology is a yearly share of the book that is spent to make accounts cheaper: costs for each account fall by a fixed
share a year in proportion to it, down to a floor. What is spent is spent, so an investment pays only later.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.money import fen, monthly
from sim.parameters.books import EfficiencyParameters

YEAR_MONTHS = 12
FULL_SPENDING_APR = 0.01  # of managed loans: spending at which unit costs fall by the whole gain share a year


class Work(NamedTuple):
    """What there was to do this month."""

    managed_fen: int  # whole loans of its customers
    joint_fen: int  # its parts in others' loans
    new_accounts: int
    accounts: int  # customers who owe
    claims_fen: int = 0  # whole, charged off and still collected
    effort_share: float = 0.0  # of their debtors that are reached in a month


class Costs(NamedTuple):
    """What the month's work costs, fen."""

    by_share: int  # of the book, joint parts included
    acquisition: int
    servicing: int
    technology: int
    collection: int = 0

    @property
    def by_account(self) -> int:
        """Return what is no fixed share of the book: accounts, technology that makes them cheaper, and collection."""
        return self.acquisition + self.servicing + self.technology + self.collection

    @property
    def total(self) -> int:
        """Return all cost of work."""
        return self.by_share + self.by_account


class CostHistory(NamedTuple):
    """Costs by account and managed loans of the last twelve months, fen, oldest first."""

    months: tuple[tuple[int, int], ...] = ()

    def after(self, cost_fen: int, managed_fen: int) -> CostHistory:
        """Return the history a month later."""
        return CostHistory((*self.months, (cost_fen, managed_fen))[-YEAR_MONTHS:])

    def apr(self) -> float:
        """Return what accounts cost as a yearly share of managed loans, to a basis point; 0 without loans."""
        managed = sum(book for _, book in self.months)
        return min(1.0, round(YEAR_MONTHS * sum(cost for cost, _ in self.months) / managed, 4)) if managed else 0.0


def costs_of(
    work: Work, opex_apr: float, joint_opex_apr: float, efficiency: EfficiencyParameters, unit_cost_share: float
) -> Costs:
    """Return the month's costs; `unit_cost_share` is what technology has left of the cost of an account."""
    acquisition = fen(efficiency.acquisition_cost_yuan) * work.new_accounts
    servicing = fen(efficiency.servicing_cost_yuan) * work.accounts
    return Costs(
        by_share=monthly(work.managed_fen, opex_apr) + monthly(work.joint_fen, joint_opex_apr),
        acquisition=int(acquisition * unit_cost_share),
        servicing=int(servicing * unit_cost_share),
        technology=monthly(work.managed_fen, efficiency.technology_apr),
        collection=monthly(work.claims_fen, efficiency.collection_cost_apr * work.effort_share),
    )


def next_unit_cost_share(unit_cost_share: float, efficiency: EfficiencyParameters) -> float:
    """Return what is left of the cost of an account after one more month of spending on technology."""
    fall = efficiency.technology_gain_share * (efficiency.technology_apr / FULL_SPENDING_APR) / YEAR_MONTHS
    return max(efficiency.unit_cost_floor_share, unit_cost_share * (1.0 - min(1.0, fall)))
