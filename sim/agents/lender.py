"""A lender: sets terms, fills applications from its budget, closes its books. A Mesa agent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.books.budget import Budget, Commitment, budget_of, commitment_of
from sim.books.funding import Funding, blank_funding, pay_out, refinance
from sim.books.ledger import FIRMS, FUNDERS, GOVERNMENT, OWNERS, Ledger
from sim.books.own_part import own_part_of
from sim.books.provisioning import allowance_required
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
    NOBODY,
    NOT_APPLIED,
    PRIORITIES,
    Act,
    Allocation,
    Economy,
    Headroom,
    Offer,
    Rulebook,
    Rules,
)

OPERATING, RESOLUTION = "open", "resolution"
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
        self.founding_capital_fen = max(1, int(founding_risk_fen * parameters.capital_target_share))
        ledger.pay(OWNERS, "claims_on_others", name, "equity", self.founding_capital_fen)
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

    def capital_ratio_share(self) -> float:
        """Return equity over risk-weighted assets; 1.0 while there are none."""
        weighted = self.risk_weighted_fen()
        return self.equity_fen() / weighted if weighted > 0 else 1.0

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
        wholesale = economy.policy_rate_apr + self.parameters.funding_spread_apr + economy.funding_spread_apr
        return self.parameters.deposit_share * economy.deposit_apr + (1.0 - self.parameters.deposit_share) * wholesale

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
        own = self.stake(economy, rulebook, 1.0 - partner_share, 1.0 - partner_share + fee_share, p.opex_apr)
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
            limit_cut_share=p.limit_cut_share,
            partner=self.partner_lender.index if self.partner_lender is not None and share_bp > 0 else NOBODY,
            partner_share_bp=share_bp,
            rules=rules,
        )

    # --- step 5: money for applications ----------------------------------------------------------------------------
    def commit_to_partners(self, economy: Economy, rulebook: Rulebook) -> None:
        """Set aside, before allocation, what a partner bank will put into joint loans; what is not used lapses."""
        if self.originators > 0:
            self.commitment = commitment_of(self, economy, rulebook.of(self.kind), self.index)

    def plan_budget(self, economy: Economy, rulebook: Rulebook) -> None:
        """Fix the month's headrooms; each is used up by both rounds of applications."""
        rules = rulebook.of(self.kind)
        self.binding = NOT_APPLIED
        self.budget = budget_of(self, economy, rules, self.index, self.partner_share_bp(rules))

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
        ledger, p, name = self.ledger, self.parameters, self.name
        month = own_part_of(tallies, self.index)
        self.managed, self.repaid_fen, self.collected_fen = month.managed, month.leaving, month.repaid
        wholesale_apr = economy.policy_rate_apr + p.funding_spread_apr + economy.funding_spread_apr
        cost = monthly(self.funding.wholesale, wholesale_apr) + monthly(self.funding.deposits, economy.deposit_apr)
        opex = monthly(month.managed, p.opex_apr) + monthly(sum(month.joint_stock), p.joint_opex_apr)
        if self.status == RESOLUTION:
            cost = 0  # all debt has fallen due and stands still; the administrator works for what there is
            opex = min(opex, max(0, self.cash_fen()))
        ledger.pay(name, "interest_expense", FUNDERS, "interest_income", cost)
        ledger.pay(name, "opex", FIRMS, "income", opex)

        required = allowance_required(month.own_stock) + allowance_required(month.joint_stock)
        provisions = required + self.balance("allowance")  # the allowance is an asset with a credit balance
        if provisions >= 0:
            ledger.post(name, "provisions", "allowance", provisions)
        else:
            ledger.post(name, "allowance", "provisions", -provisions)
        tax = int(max(0, ledger.profit(name)) * self.tax_share)
        if self.status == RESOLUTION:
            tax = min(tax, max(0, self.cash_fen()))  # profit may be provisions released, and pays nobody
        ledger.pay(name, "tax", GOVERNMENT, "income", tax)
        income = {
            "interest_fen": self.balance("interest_income"),
            "service_fees_fen": self.balance("service_fee_income") - self.balance("service_fee_expense"),
        }
        profit = ledger.close(name)
        dividends = self.settle_capital(economy, rulebook.of(self.kind), profit)
        if self.status == OPERATING:
            self.refinance(economy)
        else:
            self.run_off(economy.month)
        self.month_report = income | {
            "status": self.status,
            "funding_cost_fen": cost,
            "opex_fen": opex,
            "provisions_fen": provisions,
            "profit_fen": profit,
            "dividends_fen": dividends,
            "charge_offs_fen": month.charge_offs,
            "recoveries_fen": month.recoveries,
        }
        self.test_solvency(economy.month)
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

    def settle_capital(self, economy: Economy, rules: Rules, profit: int) -> int:
        """Pay dividends beyond the capital target and return them in fen; in the warm-up owners hold the target.

        After the warm-up nobody puts capital in: there are no silent bail-outs.
        """
        target = int(self.capital_target(rules) * self.risk_weighted_fen())
        excess = self.equity_fen() - max(target, self.founding_capital_fen)
        if economy.month < 0:
            if excess >= 0:
                self.ledger.pay(self.name, "equity", OWNERS, "claims_on_others", excess)
            else:
                self.ledger.pay(OWNERS, "claims_on_others", self.name, "equity", -excess)
            return 0
        if self.status != OPERATING or economy.rollover_factors[self.index] < 1.0:
            return 0  # nobody pays its owners while it cannot be sure of its funders
        # Profit, and a twelfth of what stands above the target: owners do not leave spare capital idle.
        payable = max(0, profit) + max(0, excess) // 12
        dividends = int(max(0, min(payable, excess)) * self.parameters.dividend_share)
        self.ledger.pay(self.name, "equity", OWNERS, "income", dividends)
        return dividends

    def refinance(self, economy: Economy) -> None:
        """Repay funding that falls due and raise what the cash target needs and funders are willing to give."""
        p, ledger, name = self.parameters, self.ledger, self.name
        factor = economy.rollover_factors[self.index]
        target = int(p.cash_target_share * self.loans_fen())
        result = refinance(self.funding, self.cash_fen(), target, p.deposit_share, p.rollover_share, factor)
        ledger.pay(FUNDERS, "claims_on_others", name, "wholesale", result.raised)
        ledger.pay(name, "wholesale", FUNDERS, "claims_on_others", result.repaid)
        ledger.pay(FUNDERS, "claims_on_others", name, "deposits", result.deposits_in)
        ledger.pay(name, "deposits", FUNDERS, "claims_on_others", result.deposits_out)
        self.funding = result.funding

    def run_off(self, month: int) -> None:
        """Pay funders all that was collected; when nothing is left to collect, what is still owed is their loss."""
        ledger, name = self.ledger, self.name
        paid = pay_out(self.funding, self.cash_fen())
        ledger.pay(name, "deposits", FUNDERS, "claims_on_others", paid.deposits)
        ledger.pay(name, "wholesale", FUNDERS, "claims_on_others", paid.wholesale)
        self.funding = paid.funding
        lost = self.funding.wholesale + self.funding.deposits
        if self.loans_fen() == 0 and lost > 0:
            ledger.post(name, "wholesale", "equity", self.funding.wholesale)
            ledger.post(name, "deposits", "equity", self.funding.deposits)
            ledger.post(FUNDERS, "write_off", "claims_on_others", lost)
            self.funding = blank_funding(len(self.funding.ladder))
            self.log(month, "funders_lose", f"{lost / 100:,.0f} yuan are owed and nothing is left to collect", lost)

    def test_solvency(self, month: int) -> None:
        """Enter resolution when cash or equity is gone: no new lending, and funders bear what the run-off lacks."""
        if self.status == RESOLUTION or month < 0:
            return
        cash, equity = self.cash_fen(), self.equity_fen()
        if cash < 0 or equity < 0:
            self.status = RESOLUTION
            reason = f"cash {cash / 100:,.0f} yuan, equity {equity / 100:,.0f} yuan at month end"
            self.log(month, "enters_resolution", reason, equity)
            self.month_report["status"] = self.status
        if cash < 0:
            # A payment that cash does not cover is not made: it stays owed to funders, first in line.
            self.ledger.pay(FUNDERS, "claims_on_others", self.name, "wholesale", -cash)
            first, *later = self.funding.ladder
            self.funding = self.funding._replace(ladder=(first - cash, *later))

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
            "cash_fen": self.cash_fen(),
            "loans_fen": self.loans_fen(),
            "allowance_fen": -self.balance("allowance"),
            "liabilities_fen": self.balance("wholesale") + self.balance("deposits"),
            "equity_fen": self.equity_fen(),
            "capital_ratio_share": self.capital_ratio_share(),
        }


@lru_cache(maxsize=1_000)
def prices_of(own: Stake, partner: Stake, floor_apr: float, ceiling_apr: float, cap_bp: int) -> tuple[Price, ...]:
    """Return the price of every band; remembered, because terms seldom change from one month to the next."""
    return tuple(
        band_price(default_share, own, partner, floor_apr, ceiling_apr, cap_bp)
        for default_share in band_default_shares()
    )


def monthly(amount_fen: int, apr: float) -> int:
    """Return a twelfth of a yearly rate on an amount, in whole fen."""
    return int(amount_fen * max(0, basis_points(apr)) // 120_000)
