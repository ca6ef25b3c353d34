"""A lender of the peer: judges, fills applications from the safest until its money is used, closes its books."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

import mesa

from sim.books.provisioning import CLASSES
from sim.codes import BUCKETS
from sim.params import LenderParameters
from sim.scoring.scorecard import EXPERT, POINTS_PER_LOG_ODDS, band_edges
from sim.values import Offer
from tests.benchmarks.peer.credit import Application, Loan

if TYPE_CHECKING:
    from tests.benchmarks.peer.borrower import Borrower

ALLOWANCE_SHARES = [c.provision_bp / 10_000 for c in CLASSES for _ in range(c.first_bucket, c.last_bucket + 1)]
BAND_EDGES = [POINTS_PER_LOG_ODDS * math.log(edge / (1 - edge)) for edge in band_edges()[1:-1]]
# Edges of the bins described in docs/model/lenders.md and sim/scoring/features.py.
DEBT_EDGES = (0.25, 1.0, 2.5, 5.0)  # months of believed income
INCOME_EDGES = (1_200, 2_000, 3_200, 5_000)  # yuan a month
SIGNAL_EDGES = (-0.84, -0.25, 0.25, 0.84)


class Lender(mesa.Agent):
    """One lender. Its terms are those of a calm month of the model, which never change while nothing happens."""

    def __init__(self, model: mesa.Model, parameters: LenderParameters, offer: Offer, people: int) -> None:
        super().__init__(model)
        p = self.parameters = parameters
        self.index = offer.lender
        self.is_bank = p.kind == "bank"
        self.prices = [apr_bp / 10_000 for apr_bp in offer.apr_bp]  # by band; 0 = closed
        self.limit_months = offer.limit_months
        self.typical_apr, self.typical_headline_apr = offer.typical_apr, offer.typical_headline_apr
        self.partner_share = offer.partner_share_bp / 10_000
        self.partner: Lender | None = None
        self.originators = 0
        self.rules = offer.rules
        self.borrower_cap = offer.rules.borrower_cap_fen / 100
        self.registry_rank = offer.rules.registry_coverage_share * 10_000
        economy = model.config.economy
        deposit_apr = max(0.0, economy.policy_rate_apr - economy.deposit_spread_apr)
        wholesale_apr = economy.policy_rate_apr + p.funding_spread_apr
        self.funding_apr = p.deposit_share * deposit_apr + (1 - p.deposit_share) * wholesale_apr
        self.capital_target = max(
            p.capital_target_share, offer.rules.minimum_capital_share + 2 * p.capital_buffer_share
        )
        self.founding = p.founding_plan_yuan * people
        self.founding_capital = self.founding * (1 - p.partner_share) * p.risk_weight * p.capital_target_share
        self.equity = self.founding_capital
        self.loans = self.managed = self.debt = self.allowance = 0.0
        self.leaving_last_month = self.repaid_last_month = 0.0
        self.waiting: list[Application] = []
        self.begin_month()

    def know_partner(self, lenders: list[Lender], index: int) -> None:
        if self.partner_share > 0:
            self.partner = lenders[index]
            self.partner.originators += 1

    def begin_month(self) -> None:
        """Clear what is counted in a month; own parts of loans but for `leaving` and `stock`."""
        self.interest = self.repaid = self.lost = self.recovered = self.leaving = self.joint = 0.0
        self.stock = [0.0] * BUCKETS
        self.own_stock = [0.0] * BUCKETS

    # --- applications -------------------------------------------------------------------------------------------------
    def band_of(self, person: Borrower, income: float) -> int:
        """Bin what is visible of a person, add the points, and find the band of the log odds."""
        seen = person.registry_rank < self.registry_rank
        debt, worst = 0.0, 0
        for loan in person.loans:
            if seen or loan.lender is self:
                debt += loan.principal
                worst = max(worst, loan.bucket)
        line = person.lines[self.index]
        defaulted = seen and person.months_since_default < self.rules.registry_memory_months
        since_late = person.months_since_late if seen else math.inf
        if defaulted or worst >= 2:
            history = 3
        elif worst == 1 or since_late <= 12:
            history = 2
        else:
            history = 1 if since_late <= 24 else 0
        debt_bin = bisect_left(DEBT_EDGES, debt / income)
        inquiries = person.inquiry_months.bit_count() if seen else 0
        if not seen:
            history = max(history, 1) if line is None else history
            debt_bin = max(debt_bin, 1)
        tenure = 0 if line is None else 1 if self.model.month - line.opened < 12 else 2
        points = (
            EXPERT.intercept
            + POINTS_PER_LOG_ODDS * self.parameters.card_shift
            + EXPERT.history[history]
            + EXPERT.debt[debt_bin]
            + EXPERT.inquiries[0 if inquiries <= 1 else 1 if inquiries <= 3 else 2]
            + EXPERT.income[bisect_right(INCOME_EDGES, income)]
            + EXPERT.signal[bisect_right(SIGNAL_EDGES, person.signals[self.index])]
            + EXPERT.tenure[tenure]
        )
        return bisect_right(BAND_EDGES, points)

    def considers(self, asked: Application) -> bool:
        """Queue an application that is good enough, priced and taken; return whether it waits for money."""
        person, p = asked.person, self.parameters
        line = person.lines[self.index]
        if line is not None and (line.barred or line.frozen):
            return False
        shown = 1.0 if person.employed else 1.0 - p.job_loss_seen_share
        income = person.normal_income * shown * person.proxies[self.index]
        band = self.band_of(person, income)
        apr = self.prices[band]
        if band > (p.new_cutoff_band if line is None else p.line_cutoff_band) or not apr:
            return False
        asked.limit = line.limit if line is not None else self.opening_limit(band, income)
        owed = person.owed_at(self)
        amount = min(asked.wanted, asked.limit - owed, self.borrower_cap - owed) // 100 * 100
        if amount < self.model.behaviour.demand.smallest_loan_yuan:
            return False
        if person.perceived(apr, apr * (1 - p.fee_gap_share), self) > person.reservation(asked.purpose):
            return False
        asked.amount, asked.band, asked.draw = amount, band, self.random.random()
        self.waiting.append(asked)
        return True

    def opening_limit(self, band: int, income: float) -> float:
        return min(self.limit_months[band] * income, self.parameters.largest_limit_yuan, self.borrower_cap) // 100 * 100

    # --- money for applications ---------------------------------------------------------------------------------------
    def plan(self) -> float:
        growth = self.parameters.growth_quota_share * self.managed
        return self.leaving_last_month + max(growth, self.founding)

    def capital_room(self) -> float:
        """Own money that may be lent before capital falls to the rule and the own buffer; owners supply the warm-up."""
        p = self.parameters
        if self.model.month < 0:
            return math.inf
        least = (self.rules.minimum_capital_share + p.capital_buffer_share) * p.risk_weight
        return max(0.0, max(0.0, self.equity) / least - (self.loans - self.allowance) + self.repaid_last_month)

    def pledge(self) -> None:
        """Fix the own room, less what a partner bank sets aside for its originators."""
        self.pledged, self.own_room = 0.0, self.capital_room()
        if self.originators:
            quota = self.parameters.partner_quota_share * self.loans + self.founding
            wish = quota + self.plan()
            self.pledged = quota if self.own_room >= wish else self.own_room * quota / max(1.0, wish)
            self.own_room -= self.pledged

    def fix_budget(self) -> None:
        self.room = min(self.own_room / (1 - self.partner_share), self.plan())
        if self.partner is not None:
            self.room = min(self.room, self.partner.pledged / self.partner.originators / self.partner_share)

    def allocate(self) -> list[Application]:
        """Approve from the safest until the money does not reach; return those refused."""
        self.waiting.sort(key=lambda asked: (asked.band, asked.draw))
        approved = 0
        for asked in self.waiting:
            if asked.amount > self.room:
                break
            self.room -= asked.amount
            asked.approved = True
            approved += 1
        refused = self.waiting[approved:]
        self.waiting = []
        return refused

    # --- the books ----------------------------------------------------------------------------------------------------
    def receive(self, loan: Loan, interest: float, principal: float) -> None:
        part = loan.partner_share
        self.leaving += principal
        if part and self.partner is not None:
            passed_on = interest * part * (1 - self.parameters.service_fee_share)
            self.partner.interest += passed_on
            self.partner.repaid += principal * part
            interest, principal = interest - passed_on, principal * (1 - part)
        self.interest += interest
        self.repaid += principal

    def share_out(self, loan: Loan, count: str, amount: float) -> None:
        """Add own part and partner's part of a loss or a recovery to what each counts."""
        part = amount * loan.partner_share
        setattr(self, count, getattr(self, count) + amount - part)
        if part and self.partner is not None:
            setattr(self.partner, count, getattr(self.partner, count) + part)

    def count(self, loan: Loan) -> None:
        """Count a loan as it stands at month end."""
        principal, bucket = loan.principal, loan.bucket
        part = principal * loan.partner_share
        self.stock[bucket] += principal
        self.own_stock[bucket] += principal - part
        if part and self.partner is not None:
            self.partner.own_stock[bucket] += part
            self.partner.joint += part

    def close_month(self, is_warm_up: bool, tax_share: float) -> None:
        """Pay for money and work, provide, tax, distribute; funders supply what is missing."""
        p = self.parameters
        self.managed, self.loans = sum(self.stock), sum(self.own_stock)
        required = sum(share * amount for share, amount in zip(ALLOWANCE_SHARES, self.own_stock, strict=True))
        provisions = required - (self.allowance - self.lost + self.recovered)
        cost = (self.debt * self.funding_apr + self.managed * p.opex_apr + self.joint * p.joint_opex_apr) / 12
        profit = self.interest - cost - provisions
        profit -= max(0.0, profit) * tax_share
        self.allowance = required
        self.equity += profit
        target = self.capital_target * p.risk_weight * (self.loans - required)
        excess = self.equity - max(target, self.founding_capital)
        if is_warm_up:
            self.equity -= excess
        else:
            payable = max(0.0, profit) + max(0.0, excess) / 12
            self.equity -= max(0.0, min(payable, excess)) * p.dividend_share
        self.debt = max(0.0, self.loans * (1 + p.cash_target_share) - required - self.equity)
        self.leaving_last_month, self.repaid_last_month = max(0.0, self.leaving), self.repaid

    def report(self) -> dict[str, Any]:
        return {"stock": list(self.stock), "charge_offs": self.lost, "equity": self.equity}
