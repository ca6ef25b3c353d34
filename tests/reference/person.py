"""A person: who they are, what they own and owe, and what can be read off that. No verb of a month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

from sim.mesa_agents import PermanentAgent, SelfNumberingModel
from tests.reference.circumstances import Circumstances
from tests.reference.credit import Application, Credit

MesaModel: TypeAlias = SelfNumberingModel


def empty_world() -> MesaModel:
    """Return a Mesa model that holds nothing but the agents given to it; it makes no draw."""
    return SelfNumberingModel(rng=0)


class Person(PermanentAgent):
    """One person: the attributes are those of `state.Borrowers`, documented there; money in fen."""

    ways_out: ClassVar[str] = (
        "nobody leaves the population, for their loans and savings stand in other people's books; "
        "a smaller market is population.size"
    )
    permanent_income: int
    group: int
    sector: int
    community: int
    reached_by: int
    covered: int
    adopted: int
    registry_rank: int
    reliability: int
    turbulence: int
    patience: int
    literacy: int
    stigma: int
    employed: int
    months_unemployed: int
    savings: int
    inventory: int
    hardship_months: int
    months_since_late: int
    months_since_default: int
    defaults: int
    inquiry_months: int
    last_refused_by: int
    last_refusal: int
    last_refusal_month: int
    months_since_refused: int
    informal_debt: int
    informal_missed: int
    aware_of: int
    immune_to: int
    flags: int
    served_by: int
    liquidity: int
    watched_lender: int
    watched_cell: int
    watched_month: int
    watched_marks: int
    unused_lines: int
    cash: int
    essentials: int
    consumption: int

    def __init__(
        self, model: MesaModel, row: int, attributes: Mapping[str, int], credit: Credit, application: Application
    ) -> None:
        """Come to life as person number `row`, who is known to chance by that number."""
        super().__init__(model)
        self.row = row
        for name, value in attributes.items():
            setattr(self, name, value)
        self.credit = credit
        self.application = application
        self.happened: set[str] = set()  # names of FLAGS, this month

    def normal_income(self, world: Circumstances) -> int:
        """Return permanent income at this month's wages, at least one fen."""
        return max(1, int(self.permanent_income * world.wage_index))

    def has_heard_of(self, lender: int) -> bool:
        """Return whether the person believes a rumour about a lender."""
        return bool((self.aware_of >> lender) & 1)
