"""A lender: sets terms, fills applications from its budget, closes its books. A Mesa agent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents import closing
from sim.books.budget import Budget, Commitment, budget_of, commitment_of
from sim.books.capital import Ownership, licence_capital_fen
from sim.books.confidence import CALM
from sim.books.costs import CostHistory
from sim.books.disposal import Sale
from sim.books.funding import Funding, blank_funding
from sim.books.impairment import Experience
from sim.books.ledger import OWNERS, Ledger
from sim.books.resolution import Estate
from sim.books.securitisation import Pool
from sim.money import basis_points, fen
from sim.params import LenderParameters, MarketConfig
from sim.rules.pricing import Price, Stake, band_price
from sim.scoring.features import CELLS
from sim.scoring.outcomes import counting_of, counts_of
from sim.scoring.review import LearningScorecard, Review
from sim.scoring.scorecard import band_default_shares
from sim.state import Tallies
from sim.values import (
    BANDS,
    NEVER,
    NOBODY,
    NOT_APPLIED,
    NOTHING_SOLD,
    OPERATING,
    PRIORITIES,
    Act,
    Allocation,
    Economy,
    Headroom,
    Offer,
    Rulebook,
    Rules,
)

BOOK_ACCOUNTS = ("loans", "joint_loans")


class Lender(mesa.Agent):
    """One lender. `index` is its place in order of id; all amounts are fen."""

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
        self.status = OPERATING
        self.lending_frozen = False
        self.partner_lender: Lender | None = None
        self.originators = 0  # how many lenders have this one as their partner bank
        self.managed = 0
        self.funding: Funding = blank_funding(parameters.funding_term_months)
        cells = counting_of(config).cells or CELLS
        self.scorecard = LearningScorecard(parameters.learning, parameters.card_shift, cells)
        self.band_of_cell: NDArray[np.int8] = self.scorecard.bands(config.economy.unemployment_share)
        self.reviews: list[Review] = []
        self.binding = NOT_APPLIED
        self.budget = Budget((), ())
        self.commitment: Commitment | None = None  # as a partner, to the originators
        self.collected_fen = 0  # own parts of principal repaid last month
        self.repaid_fen = 0  # whole principal of its customers repaid or charged off last month
        self.ledger = ledger
        own_share = 1.0 - (parameters.partner_share if parameters.partner else 0.0)
        founding_risk_fen = self.founding_fen * own_share * parameters.risk_weight
        founding_capital_fen = max(1, int(founding_risk_fen * parameters.capital_target_share))
        self.licence_capital_fen = licence_capital_fen(config, parameters.kind)
        self.least_capital_fen = max(founding_capital_fen, self.licence_capital_fen)
        self.ownership = Ownership()
        ledger.pay(OWNERS, "claims_on_others", name, "equity", self.least_capital_fen)
        self.confidence = CALM  # of wholesale funders, since the last month's end
        self.sold_before = NOTHING_SOLD  # claims charged off before this month, from the warm-up's start, are sold
        self.sale = Sale()  # of claims, this month
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

    def know_partner(self, lenders: Mapping[str, Lender]) -> None:
        """Remember the partner bank by name, when there is one."""
        if self.parameters.partner:
            self.partner_lender = lenders[self.parameters.partner]
            self.partner_lender.originators += 1

    # --- what the regulator may see -----------------------------------------------------------------------------------
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

    def funding_due_fen(self) -> int:
        """Return wholesale funding that falls due this month."""
        return self.funding.ladder[0]

    def risk_weighted_fen(self) -> int:
        """Return risk-weighted assets: loans net of allowance at the lender's weight; cash weighs nothing."""
        return int((self.loans_fen() + self.balance("allowance")) * self.parameters.risk_weight)

    def capital_ratio_share(self, tier_2_fen: int = 0) -> float:
        """Return equity, and tier 2 where it is to be counted, over risk-weighted assets; 1.0 while there are none."""
        weighted = self.risk_weighted_fen()
        return (self.equity_fen() + tier_2_fen) / weighted if weighted > 0 else 1.0

    @property
    def is_lending(self) -> bool:
        """Whether the lender may and can make new loans."""
        return self.status == OPERATING and not self.lending_frozen

    # --- step 3: terms ------------------------------------------------------------------------------------------------
    def partner_share_bp(self, rules: Rules) -> int:
        """Return the partner's share of new loans in basis points, 0 when it lends alone; the law's floor is kept."""
        partner = self.partner_lender
        if partner is None or not partner.is_lending:
            return 0
        return min(basis_points(self.parameters.partner_share), 10_000 - basis_points(rules.own_share_floor))

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
        own = self.parameters.capital_target_share
        return max(own, rules.minimum_capital_share + 2.0 * self.parameters.capital_buffer_share)

    def stake(
        self, economy: Economy, rulebook: Rulebook, part_share: float, income_share: float, opex_apr: float
    ) -> Stake:
        """Return what this lender's money must earn on its part of a loan."""
        p = self.parameters
        return Stake(
            part_share=part_share,
            income_share=income_share,
            opex_apr=opex_apr,
            funding_apr=self.funding_apr(economy),
            loss_given_default=p.loss_given_default,
            capital_share=self.capital_target(rulebook.of(self.kind)) * p.risk_weight,
            target_roe=p.target_roe,
            markup_apr=p.markup_apr,
        )

    def band_prices(self, economy: Economy, rulebook: Rulebook) -> tuple[Price, ...]:
        """Return the price of every band: the least that pays this lender and, in a joint loan, its partner too.

        The service fee moves income from the partner to the originator, so it and the shares decide the price: a
        lender that keeps little of a loan must live on fees.
        """
        p = self.parameters
        rules = rulebook.of(self.kind)
        partner_share = self.partner_share_bp(rules) / 10_000
        fee_share = partner_share * p.service_fee_share
        own = self.stake(economy, rulebook, 1.0 - partner_share, 1.0 - partner_share + fee_share, self.opex_apr())
        partner = own
        if self.partner_lender is not None and partner_share > 0.0:
            bank = self.partner_lender
            opex_apr = bank.parameters.joint_opex_apr * partner_share
            partner = bank.stake(economy, rulebook, partner_share, partner_share - fee_share, opex_apr)
        return prices_of(own, partner, p.price_floor_apr, p.price_ceiling_apr, rules.max_apr_bp)

    def set_terms(self, economy: Economy, rulebook: Rulebook) -> Offer:
        """Return the terms of the month: price by band, cut-offs, limits, and the partner's share."""
        p = self.parameters
        rules = rulebook.of(self.kind)
        self.band_of_cell = self.scorecard.bands(economy.unemployment_share)
        prices = self.band_prices(economy, rulebook)
        # Advertised over a fixed set of bands, so that closing dear bands does not pass for becoming cheap.
        dearest = min(basis_points(p.price_ceiling_apr), rules.max_apr_bp)
        advertised = [price.apr_bp or dearest for price in prices[: max(1, p.new_cutoff_band + 1)]]
        typical = sum(advertised) / len(advertised) / 10_000
        share_bp = self.partner_share_bp(rules)
        steps = max(1, p.new_cutoff_band)
        rationing = p.rationing.in_force(economy.month)
        return Offer(
            lender=self.index,
            open=self.is_lending,
            apr_bp=tuple(price.apr_bp for price in prices),
            closed=tuple(price.closed for price in prices),
            typical_apr=typical,
            typical_headline_apr=typical * (1.0 - p.fee_gap_share),
            new_cutoff_band=p.new_cutoff_band,
            line_cutoff_band=p.line_cutoff_band,
            limit_months=tuple(
                p.limit_months * (1.0 - (1.0 - p.limit_floor_share) * min(1.0, band / steps)) for band in range(BANDS)
            ),
            largest_limit_fen=fen(p.largest_limit_yuan),
            limit_raise_share=p.limit_raise_share,
            limit_cut_share=p.limit_cut_share if self.status == OPERATING else 1.0,  # its lines are gone
            partner=self.partner_lender.index if self.partner_lender is not None and share_bp > 0 else NOBODY,
            partner_share_bp=share_bp,
            rules=rules,
            sold_before=self.sold_before,
            sale_age_months=p.disposal.sell_after_months or NEVER,
            signal_noise=self.signal_noise(),
            rationed_share=rationing.refused_share,
            rationed_in_need_share=rationing.refused_in_need_share,
        )

    def signal_noise(self) -> float:
        """Return the noise of the behaviour signal; a new model may come with better data."""
        better = self.parameters.learning.model_two_signal_noise
        return better if better >= 0.0 and self.scorecard.model_version == 2 else self.parameters.signal_noise

    # --- step 5: money for applications ----------------------------------------------------------------------------
    def commit_to_partners(self, economy: Economy, rulebook: Rulebook) -> None:
        """Set aside, before allocation, what a partner bank will put into joint loans; what is not used lapses."""
        if self.originators > 0:
            self.commitment = commitment_of(self, self.faced(economy), rulebook.of(self.kind), self.index)

    def plan_budget(self, economy: Economy, rulebook: Rulebook) -> None:
        """Fix the month's headrooms; each is used up by both rounds of applications."""
        rules = rulebook.of(self.kind)
        self.binding = NOT_APPLIED
        self.budget = budget_of(self, self.faced(economy), rules, self.index, self.partner_share_bp(rules))

    def allocate(self, demand_fen: NDArray[np.int64]) -> Allocation:
        """Fill one round of applications from the safest priority until a headroom is used up.

        `demand_fen` holds the fen offerable by priority, shape (PRIORITIES,). The tightest headroom sets the cutoff:
        the first priority whose cumulative demand no longer fits; ties go to the first headroom. Whole numbers only,
        so any engine gets the same answer.
        """
        cumulative = np.cumsum(demand_fen)
        total = int(cumulative[-1])
        cutoff, binding = PRIORITIES, NOT_APPLIED
        for room in self.budget.left():
            if room.amount_fen < total:
                first_refused = int(np.searchsorted(cumulative, room.amount_fen, side="right"))
                if first_refused < cutoff:
                    cutoff, binding = first_refused, room.constraint
        approved = int(cumulative[cutoff - 1]) if cutoff > 0 else 0
        self.budget = self.budget.after(approved)
        self.binding = self.binding or binding
        return Allocation(self.index, cutoff, binding, approved, total - approved)

    def headrooms(self) -> tuple[Headroom, ...]:
        """Return what is left of each headroom this month."""
        return self.budget.left()

    # --- step 7: the books --------------------------------------------------------------------------------------------
    def close_books(self, tallies: Tallies, economy: Economy, rulebook: Rulebook) -> None:
        """Pay for funding and work, provide for losses, refinance, tax, distribute; test solvency and liquidity."""
        closing.close_books(self, tallies, economy, rulebook.of(self.kind))
        self.learn(tallies, economy)

    def learn(self, tallies: Tallies, economy: Economy) -> None:
        """Count how loans turned out, and on the schedule review the scorecard; a new card is used from next month."""
        if not self.scorecard.is_counting:
            return
        self.scorecard.observe(economy.month, counts_of(tallies, self.index), economy.unemployment_share)
        if self.scorecard.is_due(economy.month):
            self.reviews.append(self.scorecard.refit(economy.month))
            if self.parameters.learning.refits:
                reason = f"{self.reviews[-1].after.loans:,} loans judged, {self.reviews[-1].after.bads:,} of them bad"
                self.log(economy.month, "refits_scorecard", reason, self.scorecard.model_version)

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
        return self.month_report | {
            "estate": self.estate,
            "claims_sold_fen": self.sale.face,
            "sale_proceeds_fen": self.sale.proceeds,
            "sale_price_share": self.sale_price_share,
            "cash_fen": self.cash_fen(),
            "loans_fen": self.loans_fen(),
            "allowance_fen": -self.balance("allowance"),
            "wholesale_fen": self.funding.wholesale,
            "deposits_fen": self.funding.deposits,
            "wholesale_apr": self.funding.wholesale_apr(),
            "rollover_factor_share": self.confidence.rollover_factor,
            "securities_fen": self.balance("securities"),
            "liabilities_fen": sum(self.balance(account) for account in ("wholesale", "deposits", "securities")),
            "equity_fen": self.equity_fen(),
            "total_capital_share": self.capital_ratio_share(self.month_report.get("tier2_fen", 0)),
            "capital_ratio_share": self.capital_ratio_share(),
        }


@lru_cache(maxsize=1_000)
def prices_of(own: Stake, partner: Stake, floor_apr: float, ceiling_apr: float, cap_bp: int) -> tuple[Price, ...]:
    """Return the price of every band; remembered, because terms seldom change from one month to the next."""
    return tuple(
        band_price(default_share, own, partner, floor_apr, ceiling_apr, cap_bp)
        for default_share in band_default_shares()
    )
