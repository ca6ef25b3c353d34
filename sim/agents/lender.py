"""A lender: sets terms, fills applications from its budget, closes its books. A Mesa agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents import budgeting, closing, supervised
from sim.agents.accounts import Accounts
from sim.agents.competing import Demand, compete
from sim.agents.learning import learn
from sim.agents.membership import PermanentAgent
from sim.agents.partnering import Partnership, note_partners
from sim.agents.reporting import report_of
from sim.agents.running_off import leave
from sim.agents.strategy import Course, appetite_moved_bands, limits_moved_factor, markup_moved_apr, steer
from sim.agents.terms import offer_of
from sim.agents.tightening import act_of_cuts
from sim.agents.trying import Trying
from sim.books.allocation import fill
from sim.books.budget import Budget, Commitment
from sim.books.capital import Ownership, licence_capital_fen
from sim.books.charge_off import LateExperience
from sim.books.confidence import CALM
from sim.books.costs import CostHistory
from sim.books.disposal import Sale
from sim.books.funding import Funding, blank_funding
from sim.books.headrooms import buffers_of
from sim.books.impairment import Experience
from sim.books.ledger import OWNERS, Ledger
from sim.books.quota import Quota
from sim.books.resolution import Estate
from sim.books.returns import Return
from sim.books.securitisation import Pool
from sim.books.soft_limit import NOTHING_RISKY
from sim.codes import BANDS, NO_LIMIT, NOT_APPLIED, NOTHING_SOLD, OPERATING
from sim.cycles import warm_up_levels
from sim.money import BASIS_POINTS, fen
from sim.params import LenderParameters, MarketConfig
from sim.policies.base import opening_rules
from sim.scoring.anchoring import Appetite, Cutoffs
from sim.scoring.features import CELLS
from sim.scoring.outcomes import counting_of
from sim.scoring.review import LearningScorecard, Review
from sim.state import Tallies
from sim.values import Act, Allocation, Economy, Headroom, Offer, Rulebook, Rules


class Lender(Accounts, PermanentAgent):
    """One lender. `index` is its place in order of id; all amounts are fen."""

    ways_out: ClassVar[str] = (
        "its loans and debts do not vanish with it; the shock lender_exit lets a lender stop lending and be wound up"
    )

    def __init__(
        self,
        model: mesa.Model,
        name: str,
        index: int,
        parameters: LenderParameters,
        config: MarketConfig,
        ledger: Ledger,
    ) -> None:
        """Found the lender with empty books; `model` is the market it lives in."""
        super().__init__(model)
        self.name = name
        self.index = index
        self.id = parameters.id
        self.kind = parameters.kind
        self.parameters = parameters
        self.tax_share = config.economy.profit_tax_share
        self.founding_fen = fen(parameters.founding_plan_yuan) * config.population.size
        self.people = config.population.size
        self.warm_up_months = config.calendar.warm_up_months
        self.opening_rules = opening_rules(config.regulator)  # before any instrument, for every kind of lender
        self.rules = self.rules_ahead = self.opening_rules
        self.status = OPERATING
        self.lending_frozen = False
        self.months_dressed = 0  # returns in a row that hid something
        self.month = -config.calendar.warm_up_months
        self.honest_until = 0  # the month from which it may declare purposes falsely
        self.partnerships: tuple[Partnership, ...] = ()
        self.absent_partners: set[str] | None = None  # those that make no new joint loans; None = not asked yet
        self.served_originators: list[Lender] = []  # lenders that have this one among their partner banks
        self.originators = 0  # how many of them may use its pledge this month
        self.managed = 0
        self.funding: Funding = blank_funding(parameters.funding_term_months)
        cells = counting_of(config).cells or CELLS
        self.scorecard = LearningScorecard(parameters.learning, parameters.card_shift, cells)
        self.band_of_cell: NDArray[np.int8] = self.scorecard.bands(
            warm_up_levels(config.calendar, config.economy).unemployment_share
        )
        self.reviews: list[Review] = []
        self.cutoffs = Cutoffs(Appetite(parameters.new_cutoff_band), Appetite(parameters.line_cutoff_band))
        self.late_experience = LateExperience()
        self.charged_off_share = 1.0  # of loans the card calls bad; the expert's speaks of charge-offs
        self.trying = Trying()  # other prices and limits
        self.course = Course()  # of its strategy
        self.demand = Demand(parameters.competition.memory_months)
        self.binding = NOT_APPLIED
        self.budget = Budget((), ())
        self.quota = Quota()
        self.rule_quota = Quota()
        self.risky_lending = NOTHING_RISKY  # and all other, while a soft limit is in force
        self.commitment: Commitment | None = None  # as a partner, to the originators
        self.unused_lines_fen = 0  # whole loans that customers could still draw at the last month's end
        self.collected_fen = 0  # own parts of principal repaid last month
        self.productive_share = 0.0  # of its customers' loans at the last month's end, those for working capital
        self.beside_fen: tuple[int, ...] = ()  # its parts in loans of each originator, at the last month's end
        self.beside_repaid_fen: tuple[int, ...] = ()  # the same, repaid last month
        self.repaid_fen = 0  # whole principal of its customers repaid or charged off last month
        self.ledger = ledger
        own_share = 1.0 - (parameters.partner_share if parameters.partnerships else 0.0)
        founding_risk_fen = self.founding_fen * own_share * parameters.risk_weight
        founding_capital_fen = max(1, int(founding_risk_fen * parameters.capital_target_share))
        self.represents = config.population.represents
        self.founding_licence_fen = licence_capital_fen(config, parameters.kind)
        self.licence_capital_fen = self.founding_licence_fen
        self.founding_capital_fen = max(founding_capital_fen, self.licence_capital_fen)
        self.least_capital_fen = self.founding_capital_fen
        self.ownership = Ownership()
        ledger.pay(OWNERS, "claims_on_others", name, "equity", self.least_capital_fen)
        self.confidence = CALM  # of wholesale funders, since the last month's end
        self.sold_before = NOTHING_SOLD  # claims charged off before this month, from the warm-up's start, are sold
        self.sale = Sale()  # of claims, this month
        self.lot_sold_fen = 0  # whole claims of its customers in that sale
        self.sale_price_share = 0.0
        self.pools: tuple[Pool, ...] = ()  # of loans on which notes were sold
        self.opening_loans_fen = 0  # own parts of all loans at the last month's end
        self.opening_equity_fen = 0
        self.estate: Estate = ()  # who is owed what since it failed
        self.cost_history = CostHistory()
        self.unit_cost_share = 1.0  # what technology has left of the cost of an account
        self.experience = Experience()  # of its customers' loans
        self.joint_experience = Experience()  # of the joint loans of others in which it has parts
        self.month_report: dict[str, Any] = {}
        self.acts: list[Act] = []

    def know_partners(self, lenders: Mapping[str, Lender]) -> None:
        """Remember the partner banks by name, and let them know."""
        self.partnerships = tuple(Partnership(lenders[terms.bank], terms) for terms in self.parameters.partnerships)
        for bank, _ in self.partnerships:
            bank.served_originators.append(self)

    # --- what the regulator may ask for
    def declared_productive_share(self) -> float:
        """Return the share of its loans that it declares as working capital."""
        return supervised.declared_productive_share(self)

    def file_return(self, month: int, minimum_share: float) -> Return:
        """Return what the lender tells its supervisor of a month."""
        return supervised.file_return(self, month, minimum_share)

    def pay_fine(self, amount_fen: int) -> int:
        """Pay a fine as far as there is cash, and return what was paid in fen."""
        return supervised.pay_fine(self, amount_fen)

    def stop_relabelling(self, month: int) -> None:
        """Declare purposes as they are for some time, since inspectors have found out."""
        self.honest_until = month + self.parameters.relabelling.honest_months

    def ask_owners_now(self) -> None:
        """Put the question for capital to the owners at the next close."""
        supervised.ask_owners_now(self)

    @property
    def is_lending(self) -> bool:
        """Whether the lender may and can make new loans."""
        return self.status == OPERATING and not self.lending_frozen

    # --- step 3: terms ------------------------------------------------------------------------------------------------
    def funding_apr(self, economy: Economy) -> float:
        """Return what a yuan of funding costs a year, deposits and wholesale in their shares."""
        wholesale = self.wholesale_apr(self.faced(economy))
        return self.parameters.deposit_share * economy.deposit_apr + (1.0 - self.parameters.deposit_share) * wholesale

    def opex_apr(self) -> float:
        """Return what work costs as a yearly share of managed loans: a fixed share, and accounts as last year."""
        return self.parameters.opex_apr + self.cost_history.apr()

    def wholesale_apr(self, economy: Economy) -> float:
        """Return the yearly rate of wholesale money raised now, in the economy that the lender faces."""
        return economy.policy_rate_apr + self.parameters.funding_spread_apr + economy.funding_spread_apr

    def faced(self, economy: Economy) -> Economy:
        """Return the economy as this lender's funders make it: less is renewed, and dearer, when they worry."""
        if self.confidence == CALM:
            return economy
        factors = list(economy.rollover_factors)
        factors[self.index] *= self.confidence.rollover_factor
        spread = economy.funding_spread_apr + self.confidence.spread_add_apr
        return economy._replace(rollover_factors=tuple(factors), funding_spread_apr=spread)

    def capital_target(self, rules: Rules) -> float:
        """Return the capital ratio the lender steers to: its own target, or the rule with its buffer twice over."""
        own, prepared = self.parameters.capital_target_share, self.parameters.prepared_share
        asked = rules.minimum_capital_share + buffers_of(rules)
        if prepared > 0.0:  # what has been announced is met in part before it is in force
            ahead = self.rules_ahead.minimum_capital_share + buffers_of(self.rules_ahead)
            asked += prepared * max(0.0, ahead - asked)
        return max(own, asked + 2.0 * self.parameters.capital_buffer_share)

    def markup_apr(self) -> float:
        """Return the yearly markup: the parameter's and what strategy has made of it, or by the demand it faces."""
        if self.demand.markup_bp is not None:
            return self.demand.markup_bp / BASIS_POINTS
        return self.parameters.markup_apr + markup_moved_apr(self)

    def new_cutoff_band(self) -> int:
        """Return the riskiest band open to new customers: the card's cut-off, and what strategy has made of it."""
        return min(BANDS - 1, max(-1, self.cutoffs.new.cutoff_band + appetite_moved_bands(self)))

    def limit_months(self) -> float:
        """Return the opening limit of the safest band in months of income: the parameter's, as strategy moved it."""
        return self.parameters.limit_months * limits_moved_factor(self)

    def face(self, economy: Economy) -> None:
        """Meet what befalls the lender this month, before anybody sets terms."""
        if economy.strains.exits[self.index]:
            leave(self, economy.month)

    def hear(self, rulebook: Rulebook) -> None:
        """Take in the rules of the month for its kind, and what has been announced."""
        self.month = rulebook.month
        self.rules, self.rules_ahead = rulebook.of(self.kind), rulebook.ahead_of(self.kind)
        self.licence_capital_fen = max(self.founding_licence_fen, self.scaled_fen(self.rules.licence_capital_yuan))
        self.least_capital_fen = max(self.founding_capital_fen, self.licence_capital_fen)
        if self.parameters.prepared_share > 0.0:
            ahead_yuan = self.parameters.prepared_share * self.rules_ahead.licence_capital_yuan
            self.least_capital_fen = max(self.least_capital_fen, self.scaled_fen(ahead_yuan))

    def scaled_fen(self, market_yuan: float) -> int:
        """Return an amount of the whole market in fen, scaled to the people simulated."""
        return fen(market_yuan) * self.people // self.represents

    def borrower_cap_fen(self) -> int:
        """Return the most one person may owe it: the legal cap, and a share of its capital in the whole market."""
        share = self.rules.large_exposure_share
        if share >= NO_LIMIT:
            return self.rules.borrower_cap_fen
        whole_capital_fen = max(0, self.equity_fen()) * self.represents // self.people
        return min(self.rules.borrower_cap_fen, int(share * whole_capital_fen))

    def set_terms(self, economy: Economy, rulebook: Rulebook) -> Offer:
        """Return the terms of the month: price by band, cut-offs, limits, and the partners' share."""
        note_partners(self, rulebook.month)
        self.band_of_cell = self.scorecard.bands(economy.unemployment_share)
        return offer_of(self, economy, rulebook)

    # --- step 5: money for applications ----------------------------------------------------------------------------
    def commit_to_partners(self, economy: Economy, rulebook: Rulebook) -> None:
        """Set aside, before allocation, what a partner bank will put into joint loans; what is not used lapses."""
        budgeting.commit_to_partners(self, economy, rulebook)

    def plan_budget(self, economy: Economy, rulebook: Rulebook) -> None:
        """Fix the month's headrooms; each is used up by both rounds of applications."""
        budgeting.plan_budget(self, economy, rulebook)

    def allocate(self, demand_fen: NDArray[np.int64]) -> Allocation:
        """Fill one round of applications from the budget; `demand_fen` is by lot and priority."""
        allocation, self.budget = fill(self.index, self.budget, demand_fen)
        self.quota = self.quota.after(allocation.approved_fen)
        self.rule_quota = self.rule_quota.after(allocation.approved_fen)
        self.risky_lending = self.budget.risky or NOTHING_RISKY
        grounds = (allocation.binding, *allocation.lot_bindings)
        self.binding = self.binding or next((ground for ground in grounds if ground), NOT_APPLIED)
        return allocation

    def headrooms(self) -> tuple[Headroom, ...]:
        """Return what is left of each headroom this month."""
        return self.budget.left()

    # --- step 7: the books --------------------------------------------------------------------------------------------
    def close_books(self, tallies: Tallies, economy: Economy, rulebook: Rulebook) -> None:
        """Pay for funding and work, provide for losses, refinance, tax, distribute; test solvency and liquidity."""
        closing.close_books(self, tallies, economy, rulebook.of(self.kind))
        self.acts += act_of_cuts(self.name, self.index, self.status, economy.month, tallies)
        learn(self, tallies, economy)
        self.trying.observe(self, tallies, economy, rulebook)
        steer(self, economy.month)
        compete(self, tallies, economy.month)

    def log(self, month: int, act: str, reason: str, value: float) -> None:
        """Write one act of this lender down."""
        self.acts.append(Act(month, self.name, act, self.name, reason, float(value)))

    def take_acts(self) -> list[Act]:
        """Return the acts since the last call."""
        acts, self.acts = self.acts, []
        return acts

    def take_reviews(self) -> list[tuple[str, Review]]:
        """Return the reviews of the scorecard since the last call, with the lender's name."""
        reviews, self.reviews = self.reviews, []
        return [(self.name, review) for review in reviews]

    def report(self) -> dict[str, Any]:
        """Return the columns of the lender table that come from the books."""
        return report_of(self)
