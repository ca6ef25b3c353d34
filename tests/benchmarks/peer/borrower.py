"""A borrower of the peer: earns, needs, chooses a lender, is refused and tries elsewhere; money in yuan."""

from __future__ import annotations

import math
from collections.abc import Mapping

import mesa

from sim.codes import NEVER, SELF_EMPLOYED
from sim.people.terms import INCOME_NOISE
from sim.rules.choice import GIVEN_UP_BUCKET
from tests.benchmarks.peer.credit import Application, Line, Loan
from tests.benchmarks.peer.lender import Lender
from tests.benchmarks.peer.settling import settle

REFUSAL_MEMORY_MONTHS = 3


def up_to_hundred(amount: float) -> float:
    return math.ceil(amount / 100) * 100.0


class Borrower(mesa.Agent):
    """One person; `traits` are those of the model's own population."""

    def __init__(self, model: mesa.Model, traits: Mapping[str, int], lenders: list[Lender]) -> None:
        super().__init__(model)
        self.permanent_income = traits["permanent_income"] / 100
        self.sector = traits["sector"]
        self.community = traits["community"]
        self.covered = bool(traits["covered"])
        self.adopted = bool(traits["adopted"])
        self.registry_rank = traits["registry_rank"]
        self.reliability = traits["reliability"] / 1000
        self.turbulence = traits["turbulence"] / 1000
        self.patience = traits["patience"] / 1000
        self.literacy = traits["literacy"] / 1000
        self.stigma = traits["stigma"] / 1000
        self.employed = bool(traits["employed"])
        self.months_unemployed = traits["months_unemployed"]
        self.savings = traits["savings"] / 100
        behaviour = model.behaviour
        self.job_turbulence = max(0.2, 1 - behaviour.work.turbulence_slope * self.reliability)
        self.forget_share = behaviour.repayment.forget_share * max(
            0.1, 1 - behaviour.repayment.forget_reliability_slope * self.reliability
        )
        self.seen_share = behaviour.choice.revealed_share * self.literacy
        # What each lender's data show of the person, for life.
        self.reach = [lender for lender in lenders if traits["reached_by"] >> lender.index & 1]
        self.proxies = [math.exp(self.random.gauss(0, lender.parameters.proxy_noise)) for lender in lenders]
        self.signals = [
            (self.reliability + self.random.gauss(0, lender.parameters.signal_noise))
            / (1 + 0.5 * lender.parameters.signal_noise)
            for lender in lenders
        ]
        self.loans: list[Loan] = []
        self.claims: list[Loan] = []  # charged off
        self.lines: list[Line | None] = [None] * len(lenders)
        self.unused = 0.0  # on all lines, at last month's end
        self.inventory = 0.0
        self.informal_debt, self.informal_missed = 0.0, 0
        self.months_since_late = self.months_since_default = NEVER
        self.inquiry_months = 0  # one bit a month
        self.last_refused_by: Lender | None = None
        self.months_since_refused = 100
        self.cash = self.essentials = self.normal_income = 0.0
        self.application: Application | None = None

    # --- earning ------------------------------------------------------------------------------------------------------
    def earn(self) -> None:
        market, draw = self.model, self.random.random
        work, spending, demand = market.behaviour.work, market.behaviour.spending, market.behaviour.demand
        if self.employed:
            self.employed = draw() >= market.separation_shares[self.sector] * self.job_turbulence
        else:
            self.employed = draw() < market.finding_share
        normal = self.normal_income = self.permanent_income * market.wage_index
        if self.employed:
            self.months_unemployed = 0
            noise = INCOME_NOISE[self.sector]
            income = normal * math.exp(self.random.gauss(-0.5 * noise * noise, noise))
        else:
            self.months_unemployed += 1
            insured = self.covered and self.months_unemployed <= work.replacement_months
            income = normal * (work.replacement_share if insured else work.support_share)
        if self.inventory:
            turnover = demand.working_capital_turnover_share
            sold = self.inventory if self.inventory <= 100 else self.inventory * turnover
            self.inventory -= sold
            income += sold * (1 + demand.working_capital_margin_share)
        self.cash = self.savings + income
        needed = spending.subsistence_yuan + spending.essential_share * self.permanent_income
        self.essentials = min(needed, 0.9 * self.permanent_income) * market.wage_index
        if draw() < spending.emergency_share * self.turbulence:
            size = math.exp(self.random.gauss(spending.emergency_log_months, spending.emergency_log_sd))
            self.essentials += min(size, 12.0) * normal

    # --- needing ------------------------------------------------------------------------------------------------------
    def seek(self) -> None:
        """Live the first half of the month: earn, and ask a lender when there is a need."""
        self.earn()
        self.months_since_refused += 1
        self.application = None
        if not self.adopted:
            return
        dues = sum(min(loan.due(), loan.principal * 1.05) for loan in self.loans)
        spare = self.cash - self.essentials - dues
        demand = self.model.behaviour.demand
        if spare < 0:
            least = max(demand.smallest_loan_yuan, demand.shortfall_months * self.normal_income)
            self.apply("shortfall", up_to_hundred(max(-spare, least)))
            return
        purpose = self.wish()
        if purpose is None:
            return
        logs = demand.working_capital_log_months if purpose == "stock" else demand.purchase_log_months
        months = min(math.exp(self.random.gauss(logs, demand.purchase_log_sd)), demand.amount_cap_months)
        wanted = up_to_hundred(months * self.normal_income)
        if wanted < demand.smallest_loan_yuan:
            return
        if spare - wanted < self.buffer() or self.random.random() < demand.convenience_share:
            self.apply(purpose, wanted)

    def wish(self) -> str | None:
        """A purchase or, for the self-employed, stock that comes to mind."""
        demand = self.model.behaviour.demand
        contracts = len(self.loans) + len(self.claims)
        if contracts >= demand.loans_until_sated:
            return None
        stocking = demand.working_capital_share if self.sector == SELF_EMPLOYED else 0.0
        pull = min(1.0, self.unused / (3 * self.normal_income))
        buying = (
            demand.purchase_share
            * self.model.season_factor
            * max(0.1, 1 - demand.purchase_impatience_slope * self.patience)
            * (1 + demand.purchase_line_pull_share * pull)
            * (1 - contracts / demand.loans_until_sated)
        )
        draw = self.random.random()
        if draw < stocking:
            return "stock"
        return "purchase" if draw < stocking + buying else None

    def buffer(self) -> float:
        """Cash the person wants to keep."""
        spending = self.model.behaviour.spending
        months = spending.buffer_months + spending.buffer_patience_months * self.patience
        months += spending.buffer_job_risk_months * self.model.job_risks[self.sector]
        return max(0.0, max(0.0, months) * self.essentials - spending.buffer_line_share * self.unused)

    # --- choosing -----------------------------------------------------------------------------------------------------
    def apply(self, purpose: str, wanted: float) -> None:
        lender = self.favourite(purpose, None)
        if lender is not None:
            self.ask(Application(self, lender, purpose, wanted))

    def ask(self, asked: Application) -> None:
        self.application = asked
        if self.lines[asked.lender.index] is None:
            self.inquiry_months |= 1
        if not asked.lender.considers(asked):
            self.model.refused.append(asked)

    def try_elsewhere(self) -> None:
        """Ask one other lender after a refusal."""
        refused = self.application
        self.be_refused()
        other = self.favourite(refused.purpose, refused.lender)
        if other is not None:
            self.ask(Application(self, other, refused.purpose, refused.wanted, elsewhere=True))

    def be_refused(self) -> None:
        self.last_refused_by = self.application.lender
        self.months_since_refused = 0

    def favourite(self, purpose: str, refused_by: Lender | None) -> Lender | None:
        """The lender of greatest appeal among those that reach the person and might lend."""
        choice = self.model.behaviour.choice
        best, most = None, -math.inf
        for lender in self.candidates(refused_by):
            utility = -choice.price_weight * self.perceived(lender.typical_apr, lender.typical_headline_apr, lender)
            if self.lines[lender.index] is not None:
                utility += choice.line_weight
            if purpose == "purchase":
                utility += choice.scene_weight * lender.parameters.scene
            if lender is self.last_refused_by and self.months_since_refused <= REFUSAL_MEMORY_MONTHS:
                utility -= choice.rejection_weight
            utility -= math.log(-math.log(self.random.random() or 0.5))
            if utility > most:
                best, most = lender, utility
        return best

    def candidates(self, refused_by: Lender | None) -> list[Lender]:
        """Lenders without arrears that have room on the line, or that somebody not discouraged may ask for one."""
        smallest = self.model.behaviour.demand.smallest_loan_yuan
        discouraged_months = self.model.behaviour.choice.discouraged_months
        discouraged = bool(self.claims) or (refused_by is None and self.months_since_refused <= discouraged_months)
        late_at = {loan.lender for loan in self.claims}
        for loan in self.loans:
            if loan.bucket:
                late_at.add(loan.lender)
                discouraged = discouraged or loan.bucket >= GIVEN_UP_BUCKET
        found = []
        for lender in self.reach:
            line = self.lines[lender.index]
            if lender is refused_by or lender in late_at or (line is None and discouraged):
                continue
            if line is not None and (line.barred or line.limit - self.owed_at(lender) < smallest):
                continue
            found.append(lender)
        return found

    def perceived(self, apr: float, headline_apr: float, lender: Lender) -> float:
        return headline_apr + (apr - headline_apr) * min(1.0, max(lender.rules.disclosure_share, self.seen_share))

    def reservation(self, purpose: str) -> float:
        """The highest yearly price the person takes."""
        demand, informal = self.model.behaviour.demand, self.model.behaviour.informal
        in_need = purpose == "shortfall"
        log_apr = (
            demand.reservation_log_apr
            - demand.reservation_impatience_slope * self.patience
            + demand.reservation_need_slope * in_need
            + demand.reservation_reliability_slope * self.reliability
        )
        highest = math.exp(self.random.gauss(log_apr, demand.reservation_log_sd))
        return max(highest, informal.apr) if in_need else highest

    # --- debts --------------------------------------------------------------------------------------------------------
    def owed_at(self, lender: Lender) -> float:
        return sum(loan.principal for loan in self.loans if loan.lender is lender)

    def settle(self) -> None:
        """Live the second half of the month."""
        settle(self)
