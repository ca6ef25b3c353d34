"""The market: borrowers, lenders and a regulator, month by month. START READING HERE.

`CreditMarket.run_month` is one month on one page; the order of its lines is the order of cause and effect.
"""

from __future__ import annotations

import copy
import secrets
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import numpy as np
from mesa.agent import AgentSet
from mesa.datacollection import DataCollector
from numpy.typing import NDArray

from sim.books.disposal import post_buyers
from sim.books.ledger import Ledger
from sim.books.settlement import post_customers
from sim.codes import NOBODY, OUTCOMES, PRIORITIES
from sim.draws import Draws
from sim.economy.population import communities_of, populate
from sim.economy.spillovers import Expectations, InformalSupply, Neighbourhoods, Rumours
from sim.economy.world import World
from sim.lenders.auction import sell_claims
from sim.lenders.lender import Lender
from sim.lenders.partners import originators_of
from sim.mesa_agents import SelfNumberingModel
from sim.observe.audit import audit
from sim.observe.cohorts import Cohorts
from sim.observe.columns import SCHEMAS
from sim.observe.explain import Explanation, explain
from sim.observe.liquidity import terciles_of_liquidity
from sim.observe.month_ends import Sums, sums_of
from sim.observe.panel import Panel, followed_people
from sim.observe.recorder import Record
from sim.observe.rerun import rerun_month
from sim.observe.thinning import ThinnedBooks
from sim.params import MarketConfig
from sim.past import check_same_past
from sim.people.engine import PeopleEngine, people_engine, strata_of
from sim.people.person import Borrower
from sim.people.terms import Cutoffs, Terms, conditions_of, terms_of
from sim.state import People, Tallies
from sim.supervisor.regulator import Regulator
from sim.values import Allocation, Economy, Offer, Rulebook


class NumpyGenerator(Protocol):
    """What Mesa users may hand over as `rng` instead of a whole number."""

    def integers(self, low: int) -> Any:
        """Return a random whole number from 0 to less than `low`."""


class CreditMarket(SelfNumberingModel):
    """A market for online consumer credit.

    `rng` is the root seed: the same configuration, seed and replicate give the same bytes. `step` runs one reported
    month; the first call also runs the warm-up. Results are in `record`; lenders and the regulator in `agents`.
    """

    def __init__(
        self,
        config: MarketConfig,
        *,
        rng: int | NumpyGenerator | None = None,
        seed: int | None = None,
        replicate: int = 0,
        datacollector: DataCollector | None = None,
    ) -> None:
        """Found the market: people, lenders, regulator, books.

        Raises ValueError when both `rng` and `seed` are given, or two lenders, rules or shocks cannot be told apart;
        TypeError when `config` is no configuration or `rng` no seed.
        """
        check_is_config(config)
        if rng is not None and seed is not None:
            raise ValueError("give either rng or seed (Mesa's older name for it), not both")
        root_seed = root_seed_of(rng if seed is None else seed)
        super().__init__(rng=root_seed)
        config = in_canonical_order(config)
        self.config = config
        self.root_seed = root_seed
        self.replicate = replicate
        self.draws = Draws(root_seed, replicate)
        self.month = -config.calendar.warm_up_months
        self.running = True

        names = [name for name, _ in config.lender]
        self.ledger = Ledger()
        self.lenders = [
            Lender(self, name, index, parameters, config, self.ledger)
            for index, (name, parameters) in enumerate(config.lender)
        ]
        for lender in self.lenders:
            lender.set_partners({other.name: other for other in self.lenders})
        self.originators = originators_of(config.lender)
        self.regulator = Regulator(self, config)
        self.world = World(config)
        population = populate(config, self.draws)
        self.ledger.open_households(int(population.borrowers.savings.sum(dtype=np.int64)))
        neighbourhoods = communities_of(config)
        self.people = self.engine_of(population, neighbourhoods.count)
        self.neighbourhoods = Neighbourhoods(population, neighbourhoods, config.behaviour.contagion)
        self.informal = InformalSupply(population, config.behaviour.informal)
        self.expectations = Expectations(config.behaviour.demand.anticipation_share)
        refused_share = config.behaviour.contagion.rumour_refused_share
        self.rumours = Rumours(population, neighbourhoods.count, [p.id for _, p in config.lender], refused_share)
        self.record = Record(
            names, [lender.kind for lender in self.lenders], self.people.state, -self.month, config.calendar.date_of
        )
        self.cohorts = Cohorts(names, config.observe)
        self.thinned_books = ThinnedBooks(names, config.observe, -self.month)
        followed = followed_people(self.draws, config.population.size, config.observe.panel_people)
        kinds = [(lender.name, lender.kind) for lender in self.lenders]
        self.panel = Panel(kinds, followed, -self.month, self.people.state)
        self._borrowers: list[Borrower] | None = None
        self.offers: list[Offer] = []  # of the last month
        self.last_month: Tallies | None = None
        self.opening_stock: NDArray[np.int64] | None = None
        self.sums: dict[int, Sums] = {}  # of people's state at each month's end
        self.datacollector = datacollector if datacollector is not None else market_collector()

    # --- one month ----------------------------------------------------------------------------------------------------
    def run_month(self) -> None:
        """Run one month. The order of these lines is the order of cause and effect."""
        month = self.month
        chance = self.draws.of(month + self.config.calendar.warm_up_months)

        # The economy moves; the regulator and the lenders set rules and terms.
        economy = self.world.turn(month, chance, self.last_month, self.config.shock)
        for lender in self.lenders:
            lender.meet_shocks(economy)
        rulebook = self.regulator.issue_rules(month)
        for lender in self.lenders:
            lender.take_rules(rulebook)
        self.offers = [lender.set_terms(economy, rulebook) for lender in self.lenders]
        terms = self.terms_for_people(self.offers)
        conditions = self.conditions_for_people(economy, chance.month, rulebook)

        # People earn, see what they owe, and some ask for credit.
        self.choose_whom_to_follow()
        self.people.begin_month()
        self.people.earn(conditions, chance)
        demand = self.people.seek_credit(terms, conditions, chance)

        # Lenders fill applications as far as their books and the law allow; the refused apply at one other lender.
        for lender in self.lenders:
            lender.commit_to_partners(economy, rulebook)
        for lender in self.lenders:
            lender.plan_budget(economy, rulebook)
        first = cutoffs_of([lender.allocate(demand[lender.index]) for lender in self.lenders])
        demand = self.people.try_elsewhere(first, terms, conditions, chance)
        second = cutoffs_of([lender.allocate(demand[lender.index]) for lender in self.lenders])

        # Money moves: credit is drawn, bills are paid or missed, the rest is spent or saved.
        tallies = self.people.settle(first, second, terms, conditions, chance)
        believed = [1.0 - offer.rules.rumours_doubted_share for offer in self.offers]
        self.rumours.spread(self.people, economy, chance, believed)

        # The month closes: books balance, the supervisor reads them, what happened is written down.
        self.ledger.begin_month()
        self.ledger.post_households(tallies)
        post_customers(self.ledger, self.originators, tallies)
        post_buyers(self.ledger, tallies)
        sell_claims(self.lenders, tallies, self.config.auction, month, self.config.calendar.warm_up_months)
        for lender in self.lenders:
            lender.close_books(tallies, economy, rulebook)
        self.regulator.supervise(self.lenders, month, chance)
        self.regulator.count_credit(self.lenders, tallies, month)
        audit(self.ledger, self.lenders, tallies, self.opening_stock, month)
        self.write_down(economy, tallies)

        self.neighbourhoods.remember(tallies)
        self.informal.remember(tallies)
        self.last_month = tallies
        self.opening_stock = tallies.stock.copy()
        self.month += 1

    # --- Mesa's verbs -------------------------------------------------------------------------------------------------
    def step(self) -> None:
        """Run one reported month, after the warm-up; do nothing when the horizon is reached."""
        if self.month >= self.config.calendar.months:
            self.running = False
            return
        self.warm_up()
        self.run_month()
        self.running = self.month < self.config.calendar.months
        self.datacollector.collect(self)

    def run(self, on_month: Callable[[int], None] | None = None) -> None:
        """Run all months; `on_month` is called with the number of each month that has closed."""
        while self.running:
            self.step()
            if on_month is not None:
                on_month(self.month - 1)

    def warm_up(self) -> None:
        """Run the months before month 0, in which books fill and nothing is reported."""
        while self.month < 0:
            self.run_month()

    def run_until(self, month: int) -> None:
        """Run all months before `month`, those of the warm-up and, within the horizon, reported ones."""
        self.warm_up()
        while self.running and self.month < month:
            self.step()

    def live_until(self, month: int) -> None:
        """Do what `run_until` does, with a warning: the former name, for one version more."""
        warnings.warn("live_until is now run_until; it will be gone in the next version", FutureWarning, stacklevel=2)
        self.run_until(month)

    def branch(self, config: MarketConfig) -> CreditMarket:
        """Return an independent copy of the market as it stands, which goes on under another configuration.

        It is to the byte the market that ran under `config` from the beginning. So `config` may differ only in what
        lies ahead: policies announced, shocks and lenders' cuts starting in the present month or later, later values of
        the unemployment path, observation not yet begun, the horizon. Raises ValueError naming any other key.
        """
        check_is_config(config)
        config = in_canonical_order(config)
        check_same_past(self.config, config, self.month)
        branch = copy.deepcopy(self)
        branch.config = config
        for lender, (_, parameters) in zip(branch.lenders, config.lender, strict=True):
            lender.parameters = parameters
        branch.people.count_in_strata(strata_of(config))
        branch.regulator.follow(config)
        branch.cohorts.follow(config.observe)
        branch.thinned_books.follow(config.observe)
        branch.world.follow(config)
        branch.running = branch.month < config.calendar.months
        return branch

    def engine_of(self, population: People, communities: int) -> PeopleEngine:
        """Return what carries out everybody's months; a subclass may bring another with the same verbs."""
        return people_engine(self.config, population, communities)

    def views(self) -> Mapping[type, Callable[[], Any]]:
        """Return what looks at people one by one: `agents_by_type[Borrower]`."""
        return {Borrower: self.borrowers}

    def borrowers(self) -> AgentSet:
        """Return a view of every person in the order of rows, made when first asked for and kept from then on."""
        if self._borrowers is None:
            self._borrowers = [Borrower(self, row) for row in range(self.config.population.size)]
        return AgentSet(self._borrowers, random=self.random)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a pickle holds; views are made anew."""
        return {**self.__dict__, "_borrowers": None}

    def founded_again(self) -> CreditMarket:
        """Return this market at its beginning; a subclass that is built of more than these three overrides it."""
        return type(self)(self.config, rng=self.root_seed, replicate=self.replicate)

    def explain(self, borrower: int, month: int | None = None) -> Explanation:
        """Explain why a person was refused, why they missed and what they owed in a month; None = the last month.

        A fresh market of the same class, configuration, seed and replicate is run up to that month, which takes as long
        as it took before. Raises ValueError for a person or a month that there is not, and where the market run again
        is not the one on record, because somebody changed it by hand.
        """
        last, people = self.month - 1, self.config.population.size
        check_whole("borrower", borrower, people - 1)
        if last < 0:
            raise ValueError("month: none has been run yet; call step or run first")
        if month is not None:
            check_whole("month", month, last, ", the months run so far")
        rerun = rerun_month(self, int(borrower), last if month is None else int(month))
        return explain(rerun.context, rerun.opening, rerun.closing)

    # --- what people may read of lenders, and what is recorded --------------------------------------------------------
    def terms_for_people(self, offers: list[Offer]) -> Terms:
        """Return the lenders' offers as the tables that people read."""
        band_of_cell = np.stack([lender.band_of_cell for lender in self.lenders])
        return terms_of(offers, [parameters for _, parameters in self.config.lender], band_of_cell)

    def choose_whom_to_follow(self) -> None:
        """Fix, in the month set for it, which customers of one lender are followed by what they had saved."""
        observe, names = self.config.observe, [lender.name for lender in self.lenders]
        if observe.liquidity_lender and self.month == observe.liquidity_month:
            index = names.index(observe.liquidity_lender)
            self.people.follow(terciles_of_liquidity(self.people.state(), index))

    def conditions_for_people(self, economy: Economy, step: int, rulebook: Rulebook) -> Any:
        """Return the state of the economy that people's decisions depend on."""
        observe = self.config.observe
        factor = economy.season_factor * self.expectations.purchase_factor(rulebook)
        return conditions_of(
            economy._replace(season_factor=factor),
            step,
            self.world.calm_separation_shares,
            self.informal.supply_share(economy.wage_index),
            self.neighbourhoods.default_points(),
            observe.baseline_from <= economy.month < observe.baseline_until,
            observe.outcome_from <= economy.month < observe.outcome_until,
            observe.truth_months,
            (economy.month + 1) % observe.shape_every_months == 0,
        )

    def write_down(self, economy: Economy, tallies: Tallies) -> None:
        """Record the month's rows and the acts of lenders and the regulator."""
        self.sums[self.month] = sums_of(self.people.state())
        acts = self.regulator.take_acts()
        for lender in self.lenders:
            acts += lender.take_acts()
        self.record.write(
            self.month + self.config.calendar.warm_up_months,
            economy,
            tallies,
            self.offers,
            [lender.report() for lender in self.lenders],
            [OUTCOMES[lender.binding] if lender.binding else "none" for lender in self.lenders],
        )
        reviews = [review for lender in self.lenders for review in lender.take_reviews()]
        self.record.note_rows("cohort", self.cohorts.rows(self.month, self.people.state))
        self.record.note_rows("thinned", self.thinned_books.rows(self.month, self.people.state))
        for table, block in self.panel.blocks(self.month, self.people.state):
            self.record.note_block(table, block)
        if self.month >= 0:
            self.record.note(acts)
            self.record.note_rows("returns", self.regulator.rows)
            self.record.note_reviews(reviews)


def check_is_config(config: object) -> None:
    """Raise TypeError where a market is to be made of something else than a configuration."""
    if isinstance(config, MarketConfig):
        return
    hint = "make one with experiments.compose.study.compose or of sim.params"
    if hasattr(config, "_fields"):
        hint = 'Mesa\'s batch_run takes a bare configuration for a list of its sections; give it {"config": [config]}'
    raise TypeError(f"config: must be a MarketConfig, was {type(config).__name__} {brief(config)}; {hint}")


def check_whole(name: str, value: object, last: int, which: str = "") -> None:
    """Raise ValueError, or TypeError for what is no whole number, unless `value` lies in 0 to `last`."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name}: must be a whole number from 0 to {last}{which}, was {value!r}")
    if not 0 <= value <= last:
        raise ValueError(f"{name}: must lie in 0 to {last}{which}, was {value}")


def brief(value: object, longest: int = 60) -> str:
    """Return a value as a message quotes it, cut where it is long."""
    words = repr(value)
    return words if len(words) <= longest else f"{words[:longest]}..."


def in_canonical_order(config: MarketConfig) -> MarketConfig:
    """Return the configuration in the order in which a market works: lenders by id, rules and shocks by name.

    The order in which they were given is no part of the market. Raises ValueError where two cannot be told apart.
    """
    for group in ("lender", "policy", "shock"):
        check_unique(group, "name", [name for name, _ in getattr(config, group)])
    check_unique("lender", "id", [parameters.id for _, parameters in config.lender])
    return config._replace(
        lender=tuple(sorted(config.lender, key=lambda member: member[1].id)),
        policy=tuple(sorted(config.policy, key=lambda member: member[0])),
        shock=tuple(sorted(config.shock, key=lambda member: member[0])),
    )


def check_unique(group: str, key: str, values: list[Any]) -> None:
    """Raise ValueError when two members of a group have the same name or id."""
    for position, value in enumerate(values):
        if value in values[:position]:
            raise ValueError(f"{group}: each must have its own {key}, and {value!r} was given twice")


def root_seed_of(rng: int | NumpyGenerator | None) -> int:
    """Return the root seed: a whole number as it is, a generator's next word, or fresh entropy."""
    if rng is None:
        return secrets.randbits(63)
    if hasattr(rng, "integers"):
        return int(rng.integers(2**63 - 1))
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer):
        raise TypeError(f"rng: must be a whole number or a NumPy generator, was {type(rng).__name__} {brief(rng)}")
    return int(rng)


def cutoffs_of(allocations: list[Allocation]) -> Cutoffs:
    """Return one round's allocations by lender: cutoffs, constraints, partner banks."""
    strata = max((len(allocation.stratum_cutoffs) for allocation in allocations), default=0) or 1
    shape = (len(allocations), PRIORITIES)
    by_stratum = (len(allocations), strata)
    found = Cutoffs(np.zeros(by_stratum, dtype=np.int64), np.zeros(by_stratum, dtype=np.int64), np.full(shape, NOBODY))
    for row, allocation in enumerate(allocations):
        found.priority[row] = allocation.stratum_cutoffs or allocation.cutoff
        found.binding[row] = allocation.stratum_bindings or allocation.binding
        found.partner[row] = allocation.partners or NOBODY
    return found


def market_collector() -> DataCollector:
    """Return a Mesa data collector with the market's numbers of each reported month; it can be pickled and copied."""
    return DataCollector(model_reporters={column: partial(last_number, column=column) for column in SCHEMAS["market"]})


def last_number(market: CreditMarket, column: str) -> Any:
    """Return a column of the market's last row."""
    return market.record.last_market_row[column]
