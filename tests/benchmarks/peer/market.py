"""The like-for-like peer: a month of this market as somebody who knows Mesa would write it in plain Python.

Same mechanisms and same parameters as the model, read from a composed configuration; Python's own random numbers,
floats for money, no keyed draws, no audit, no rumours and no policy (the baseline has neither), and far fewer tallies.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import mesa

from sim.codes import REGIONS
from sim.draws import Draws
from sim.economy.population import communities_of, populate
from sim.economy.world import World
from sim.market import CreditMarket
from sim.params import MarketConfig
from sim.values import Offer
from tests.benchmarks.peer.borrower import Borrower
from tests.benchmarks.peer.lender import Lender

MEMORY_MONTHS = 12


class Month(NamedTuple):
    """What is reported of a month, yuan."""

    indebted_share: float
    debt: float
    applications: int
    approvals: int
    dpd30_share: float
    charge_offs: float
    consumption: float
    hardship_share: float
    informal_debt: float


def calm_offers(config: MarketConfig) -> list[Offer]:
    """The terms that the model's own lenders set in calm, which are the same every month."""
    market = CreditMarket(config._replace(population=config.population._replace(size=1)), rng=0)
    economy = market.world.turn(market.month, market.draws.of(0), None)
    rulebook = market.regulator.issue_rules(market.month)
    return [lender.set_terms(economy, rulebook) for lender in market.lenders]


class PeerMarket(mesa.Model):
    """Borrowers and six lenders, month by month."""

    def __init__(self, config: MarketConfig, rng: int) -> None:
        super().__init__(rng=rng)
        self.config, self.behaviour = config, config.behaviour
        self.month = -config.calendar.warm_up_months
        self.wage_index = 1.0
        self.world = World(config)
        self.separation_shares = self.world.calm_separation_shares
        mean = sum(self.separation_shares) / len(self.separation_shares)
        self.job_risks = [share / mean - 1 for share in self.separation_shares]
        self.finding_share = config.behaviour.work.finding_share

        offers, members = calm_offers(config), sorted(config.lender, key=lambda member: member[1].id)
        self.lenders = [
            Lender(self, parameters, offer, config.population.size)
            for (_, parameters), offer in zip(members, offers, strict=True)
        ]
        for lender, offer in zip(self.lenders, offers, strict=True):
            lender.know_partner(self.lenders, offer.partners[0] if offer.partners else -1)
        born = populate(config, Draws(rng)).borrowers._asdict()
        columns = {name: values.tolist() for name, values in born.items()}
        for row in range(config.population.size):
            Borrower(self, {name: values[row] for name, values in columns.items()}, self.lenders)

        self.region_of = communities_of(config).region.tolist()
        self.people_in = [0] * len(self.region_of)
        for community in columns["community"]:
            self.people_in[community] += 1
        self.community_points = [0.0] * len(self.region_of)
        self.default_months: deque[list[int]] = deque(maxlen=MEMORY_MONTHS)
        incomes = sum(columns["permanent_income"]) / 100
        self.informal_means = config.behaviour.informal.total_cap_share * incomes
        self.informal_debt = self.informal_wanted = 0.0
        self.history: list[Month] = []

    def step(self) -> None:
        people = self.agents_by_type[Borrower]
        self.begin_month()
        people.shuffle_do("seek")
        for lender in self.lenders:
            lender.pledge()
        for lender in self.lenders:
            lender.fix_budget()
        refused = self.refused + [asked for lender in self.lenders for asked in lender.allocate()]
        self.random.shuffle(refused)
        for asked in refused:
            asked.person.try_elsewhere()
        for lender in self.lenders:
            lender.allocate()
        people.shuffle_do("settle")
        for lender in self.lenders:
            lender.close_month(self.month < 0, self.config.economy.profit_tax_share)
        self.end_month(len(people))

    def begin_month(self) -> None:
        room = max(0.0, self.informal_means - self.informal_debt)
        self.informal_supply_share = 1.0 if self.informal_wanted <= room else room / self.informal_wanted
        self.informal_debt = self.informal_wanted = 0.0
        self.season_factor = self.world.season_factor(self.month)
        self.applications = self.approvals = self.indebted = self.hardship = 0
        self.consumption = 0.0
        self.refused = []
        self.community_defaults = [0] * len(self.region_of)
        for lender in self.lenders:
            lender.begin_month()

    def end_month(self, people: int) -> None:
        self.remember_defaults()
        stock = [sum(lender.stock[bucket] for lender in self.lenders) for bucket in range(13)]
        debt = sum(stock)
        self.history.append(
            Month(
                indebted_share=self.indebted / people,
                debt=debt,
                applications=self.applications,
                approvals=self.approvals,
                dpd30_share=sum(stock[2:]) / debt if debt else 0.0,
                charge_offs=sum(lender.lost for lender in self.lenders),
                consumption=self.consumption,
                hardship_share=self.hardship / people,
                informal_debt=self.informal_debt,
            )
        )
        self.month += 1

    def remember_defaults(self) -> None:
        """Defaults of a year by community in points, shrunk to the region's."""
        self.default_months.append(self.community_defaults)
        defaults = [sum(months) for months in zip(*self.default_months, strict=True)]
        in_region, living_in = [0] * len(REGIONS), [0] * len(REGIONS)
        for community, region in enumerate(self.region_of):
            in_region[region] += defaults[community]
            living_in[region] += self.people_in[community]
        weight = self.behaviour.contagion.shrink_people
        for community, region in enumerate(self.region_of):
            rate = in_region[region] / max(1, living_in[region])
            shrunk = 100 * (defaults[community] + weight * rate) / (self.people_in[community] + weight)
            self.community_points[community] = shrunk
