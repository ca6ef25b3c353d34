"""What a lender is and remembers: its numbers, its books, and what can be read off them. No verb of a month."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
from sim.books.offer_tests import (
    LATE_MONTHS,
    Counts,
    LimitTestResult,
    PriceTestResult,
    Yields,
    limit_test_result,
    price_test_result,
)
from sim.books.quota import Quota
from sim.books.resolution import Estate
from sim.books.securitisation import Pool
from sim.books.soft_limit import NOTHING_RISKY
from sim.books.strategy import APPETITE, LIMITS, MARKUP, YEAR_MONTHS, Strategy
from sim.codes import BANDS, NO_LIMIT, NO_WEIGHT, NOT_APPLIED, NOTHING_SOLD, OPERATING
from sim.counted import Flow
from sim.economy.cycles import warm_up_levels
from sim.mesa_agents import PermanentAgent, SelfNumberingModel
from sim.money import BASIS_POINTS, basis_points, fen
from sim.params import LenderParameters, MarketConfig, PartnerParameters
from sim.policies.base import opening_rules
from sim.scoring.anchoring import Appetite, Cutoffs
from sim.scoring.features import CELLS
from sim.scoring.outcomes import counting_of
from sim.scoring.review import LearningScorecard, Review
from sim.state import Tallies
from sim.values import Act, Economy, Rules

BOOK_ACCOUNTS = ("loans", "joint_loans")
ASKED = [Flow.NEW_APPLICATIONS, Flow.LINE_APPLICATIONS]


class Partnership(NamedTuple):
    """A partner bank of an originator, and on what terms."""

    bank: LenderState
    terms: PartnerParameters


class Demand:
    """What a lender has seen of the demand for its loans, and the markup that it has made of it."""

    def __init__(self, memory_months: int) -> None:
        """Start without having seen anything."""
        self.own: deque[int] = deque(maxlen=memory_months)
        self.all: deque[int] = deque(maxlen=memory_months)
        self.markup_bp: int | None = None  # None = the parameter's still holds

    def observe(self, tallies: Tallies, lender: int) -> None:
        """Keep a month of applications, its own and those of all lenders as their association publishes them."""
        self.own.append(int(tallies.flow[lender, ASKED].sum()))
        self.all.append(int(tallies.flow[:, ASKED].sum()))


class StrategyState:
    """Where a lender's strategy stands, and what it has earned since its last move."""

    def __init__(self) -> None:
        """Start where the parameters put the lender, without experience."""
        self.strategy = Strategy()
        self.profit_fen = 0
        self.equity_month_fen = 0
        self.limits_since_month = 0  # when limits were moved last, or when it began

    def observe(self, profit_fen: int, equity_fen: int) -> None:
        """Count a month's profit and equity towards the return on capital."""
        self.profit_fen += profit_fen
        self.equity_month_fen += equity_fen


class OfferTest:
    """What a lender has counted of its offer test, and what a yuan owed in it is worth to the lender now."""

    def __init__(self) -> None:
        """Start without having tried anything."""
        self.months: deque[Counts] = deque(maxlen=YEAR_MONTHS + LATE_MONTHS)
        self.yields: Yields | None = None  # None = nobody asks for it

    def of_prices(self, lender: LenderState) -> PriceTestResult | None:
        """Return what the offer test says of the markup, None while it is silent."""
        p = lender.parameters.offer_test
        if self.yields is None or not self.months:
            return None
        return price_test_result(tuple(self.months), self.yields, p.least_offers, p.least_standard_errors)

    def of_limits(self, lender: LenderState) -> LimitTestResult | None:
        """Return what the offer test says of opening limits, None while it is silent."""
        p = lender.parameters.offer_test
        if self.yields is None or not self.months:
            return None
        return limit_test_result(tuple(self.months), self.yields, p.least_offers, p.least_standard_errors)


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
        """Return the share of its loans that it declares as working capital: the true one, unless it misreports."""
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


class LenderState(Accounts, PermanentAgent):
    """One lender. `index` is its position in order of id; all amounts are fen."""

    def __init__(
        self,
        model: SelfNumberingModel,
        name: str,
        index: int,
        parameters: LenderParameters,
        config: MarketConfig,
        ledger: Ledger,
    ) -> None:
        """Found the lender with empty books; `model` is its market."""
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
        self.served_originators: list[LenderState] = []  # lenders that have this one among their partner banks
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
        self.offer_test = OfferTest()  # other prices and limits
        self.strategy_state = StrategyState()  # of its strategy
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
        self.originator_exposure_fen: tuple[int, ...] = ()  # its parts in loans of each, at the last month's end
        self.originator_repaid_fen: tuple[int, ...] = ()  # the same, repaid last month
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

    @property
    def is_lending(self) -> bool:
        """Whether the lender may and can make new loans."""
        return self.status == OPERATING and not self.lending_frozen

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

    def log(self, month: int, act: str, reason: str, value: float) -> None:
        """Write one act of this lender down."""
        self.acts.append(Act(month, self.name, act, self.name, reason, float(value)))


def step_of(lender: LenderState) -> int:
    """Return one step of the markup in basis points, at least one."""
    return max(1, basis_points(lender.parameters.strategy.markup_step_apr))


def markup_moved_apr(lender: LenderState) -> float:
    """Return what strategy has added to the markup so far, a yearly rate."""
    return lender.strategy_state.strategy.levers[MARKUP].steps * step_of(lender) / BASIS_POINTS


def appetite_moved_bands(lender: LenderState) -> int:
    """Return how many bands strategy has moved the cut-off for new customers."""
    return lender.strategy_state.strategy.levers[APPETITE].steps


def limits_moved_factor(lender: LenderState) -> float:
    """Return what strategy has made of opening limits so far, 1 where it has not moved them."""
    return 1.0 + lender.strategy_state.strategy.levers[LIMITS].steps * lender.parameters.strategy.limit_step_share
