"""A person as a Mesa agent: earns, seeks credit, tries elsewhere, settles, learns of rumours.

Every method calls the same rules as the kernels over arrays and takes the same draws, so that the two agree on every
field of the state; but nothing here is written for speed. A person reads only what was fixed before the pass, so people
may act in any order.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.codes import (
    APPROVED,
    BORROWER_CAP,
    BUDGET_OUTCOMES,
    DEBT_SERVICE,
    DECLINED_PRICE,
    ELIGIBILITY,
    LENDER_COUNT,
    LINE_CUT,
    LINE_OPEN,
    NEVER,
    NO_LENDER,
    NO_LINE,
    NO_NEED,
    NOBODY,
    NOT_APPLIED,
    OWN_POLICY,
    PENDING,
    PURCHASE,
    RATE_CAP,
    REGION_SECTORS,
    RUSH,
    WORKING_CAPITAL,
)
from sim.counted import Flag
from sim.draws import MonthDraws
from sim.money import monthly_interest
from sim.params import ContagionParameters
from sim.rules.contagion import BELIEVES, IMMUNE, UNTOLD, hearing_chance, next_belief
from sim.rules.default import purpose_in_truth
from sim.rules.underwriting import priority, stratum_of
from sim.rules.work import next_employment, next_months_unemployed, turbulence
from tests.reference.applicant_outcome import begin_watch, follow_watch
from tests.reference.application import judged
from tests.reference.circumstances import Allotment, Circumstances
from tests.reference.counts import Counts
from tests.reference.credit import Application
from tests.reference.household import (
    CashOnHand,
    consume_essentials,
    pay_the_informal_lender,
    spend_and_save,
    turn_to_the_informal_lender,
)
from tests.reference.job import income, needed, sales
from tests.reference.line_review import review_line
from tests.reference.need import Need, need_for_credit, preferred_lender
from tests.reference.offer_test import arm_of
from tests.reference.person import Person
from tests.reference.repayment import new_loan, pay_claims, pay_dues, repay_by_new_loan

TWELVE_MONTHS = 4095  # one bit a month
LONGEST_REFUSAL_MEMORY = 100
MOST_DEFAULTS = 100
FLAG_OF_REFUSAL = {
    OWN_POLICY: "refused_own_policy",
    RATE_CAP: "refused_rate_cap",
    BORROWER_CAP: "refused_borrower_cap",
    DECLINED_PRICE: "declined_price",
    LINE_CUT: "refused_line_cut",
    DEBT_SERVICE: "refused_debt_service",
    LENDER_COUNT: "refused_lender_count",
    ELIGIBILITY: "refused_eligibility",
    **dict.fromkeys(BUDGET_OUTCOMES, "refused_budget"),
}


class Borrower(Person):
    """One person, and what they do in a month."""

    # --- earn ---------------------------------------------------------------------------------------------------------

    def earn(self, world: Circumstances, counts: Counts) -> None:
        """Keep, lose or find work; receive income, sell stock, and learn what must be spent this month."""
        work = world.behaviour.work
        losing = world.separation_shares[stratum_of(self.group, REGION_SECTORS)]
        losing *= turbulence(self.reliability, work.turbulence_slope)
        u = world.chance.uniform("job", self.row)
        self.employed = next_employment(self.employed, losing, world.finding_share, u)
        self.months_unemployed = next_months_unemployed(self.employed, self.months_unemployed)
        received = income(self, world, counts) + sales(self, world, counts)
        counts.in_group(self.group, "income", received)
        if not self.employed:
            counts.in_group(self.group, "unemployed")
        self.cash = self.savings + received
        self.essentials = needed(self, world)

    # --- seek credit --------------------------------------------------------------------------------------------------

    def seek(self, world: Circumstances, counts: Counts) -> None:
        """See whether credit is needed, for what and how much, and ask one lender for it."""
        self.application = Application()
        self.months_since_refused = min(self.months_since_refused + 1, LONGEST_REFUSAL_MEMORY)
        if not self.adopted:
            return
        need = need_for_credit(self, world)
        if need.purpose == NO_NEED:
            return
        self.application.purpose = need.purpose
        self.application.wanted = need.wanted
        lender = need.lender
        if lender == NOBODY:
            preferred = preferred_lender(self, need.purpose, NOBODY, "taste", world)
            if preferred is None:
                self.application.outcome = NO_LENDER
                return
            lender = preferred.lender
        self.ask(lender, need, world, counts)

    def ask(self, lender: int, need: Need, world: Circumstances, counts: Counts) -> None:
        """Put the application to a lender and take in its answer; an application to a new lender leaves an inquiry."""
        terms = world.lenders[lender]
        if self.credit.lines[lender].status == NO_LINE:
            counts.at_lender(lender, "new_applications")
            self.inquiry_months |= 1
        else:
            counts.at_lender(lender, "line_applications")
        cell, band, arm, apr_bp, answer = judged(self, terms, need.wanted, need.purpose, world)
        if terms.experiment_share > 0.0:
            counts.offered(lender, arm, answer.outcome, apr_bp)
        asked = self.application
        asked.lender = lender
        asked.cell, asked.band = cell, band
        if counts.applied(lender, cell):
            begin_watch(self, lender, cell, world)
        self.credit.lines[lender].unnoticed_cut = 0
        asked.limit = answer.limit
        asked.outcome = answer.outcome
        asked.amount, asked.priority = 0, 0
        if answer.outcome == PENDING:
            asked.amount = answer.amount
            u = world.chance.uniform("priority", self.row, terms.lender_id)
            asked.priority = priority(band, u)
            counts.waiting(lender, self.group, asked.priority, asked.amount)
        else:
            counts.answered(lender, band, answer.outcome, need.wanted)

    def try_elsewhere(self, allotments: Sequence[Allotment], world: Circumstances, counts: Counts) -> None:
        """Learn what became of the application; when it was refused, ask one other lender, unless it was a rush."""
        asked = self.application
        if asked.outcome in (NOT_APPLIED, NO_LENDER):
            return
        if asked.outcome == PENDING:
            if allotments[asked.lender].reaches(self.group, asked.priority):
                return
            self.be_refused_money(allotments[asked.lender], counts)
            asked.amount = 0
        asked.first_outcome = asked.outcome
        asked.first_lender = asked.lender
        self.last_refused_by = asked.lender
        self.months_since_refused = 0
        if asked.purpose == RUSH:
            return
        other = preferred_lender(self, asked.purpose, asked.lender, "taste_elsewhere", world)
        if other is not None:
            self.ask(other.lender, Need(asked.purpose, asked.wanted), world, counts)
            if asked.outcome != PENDING:
                self.last_refused_by = other.lender

    def be_refused_money(self, allotment: Allotment, counts: Counts) -> None:
        """Take note that the lender's money did not reach this far, and which constraint bound."""
        asked = self.application
        asked.outcome = allotment.refusal(self.group)
        counts.answered(asked.lender, asked.band, asked.outcome, asked.wanted)

    # --- settle -------------------------------------------------------------------------------------------------------

    def settle(
        self, first_round: Sequence[Allotment], second_round: Sequence[Allotment], world: Circumstances, counts: Counts
    ) -> None:
        """Draw what was approved, eat, pay or miss, save or spend, and be reviewed."""
        self.happened = set()
        self.credit.begin_month()
        on_hand = CashOnHand(self.cash)
        claims = self.credit.claims()  # those charged off this month are first collected next month
        self.resolve_application(first_round, second_round, on_hand, world, counts)
        self.remember_refusal(world.month)
        informal_due = monthly_interest(self.informal_debt, int(world.behaviour.informal.apr * 10_000 + 0.5))
        turn_to_the_informal_lender(self, informal_due, on_hand, world, counts)
        consume_essentials(self, on_hand, counts)
        pay_the_informal_lender(self, informal_due, on_hand, world, counts)
        on_hand.cash = pay_dues(self, on_hand.cash, world, counts)
        on_hand.cash = pay_claims(self, claims, on_hand.cash, world, counts)
        self.keep_record(counts)
        follow_watch(self, world, counts)
        self.unused_lines = sum(review_line(self, terms, world, counts) for terms in world.lenders)
        spend_and_save(self, on_hand, world, counts)
        self.inquiry_months = (self.inquiry_months << 1) & TWELVE_MONTHS
        self.report(on_hand, world, counts)

    def resolve_application(
        self,
        first_round: Sequence[Allotment],
        second_round: Sequence[Allotment],
        on_hand: CashOnHand,
        world: Circumstances,
        counts: Counts,
    ) -> None:
        """Draw the loan if the lender's money reached this far; a purchase goes to the seller, cash into the purse."""
        asked = self.application
        if asked.outcome in (NOT_APPLIED, NO_LENDER):
            return
        counts.in_group(self.group, "applications")
        self.happened.add("applied")
        if asked.outcome == PENDING:
            is_second = asked.first_outcome != NOT_APPLIED
            allotment = (second_round if is_second else first_round)[asked.lender]
            if allotment.reaches(self.group, asked.priority):
                self.draw(allotment.partner[asked.priority], on_hand, world, counts)
                if is_second:
                    self.happened.add("moved_lender")
            else:
                self.be_refused_money(allotment, counts)
                self.last_refused_by = asked.lender
                self.months_since_refused = 0
        for outcome in (asked.first_outcome, asked.outcome):
            if outcome in FLAG_OF_REFUSAL:
                self.happened.add(FLAG_OF_REFUSAL[outcome])

    def remember_refusal(self, month: int) -> None:
        """Keep why the month's last application that came to nothing did; a second try comes after a first."""
        asked = self.application
        reason = asked.first_outcome if asked.outcome == APPROVED else asked.outcome
        if reason != NOT_APPLIED:
            self.last_refusal, self.last_refusal_month = reason, month

    def draw(self, partner: int, on_hand: CashOnHand, world: Circumstances, counts: Counts) -> None:
        """Draw the approved loan, made beside a partner bank or nobody; the first one at a lender opens the line."""
        asked = self.application
        line = self.credit.lines[asked.lender]
        terms = world.lenders[asked.lender]
        u = world.chance.uniform("deceit", self.row, terms.lender_id)
        purpose = purpose_in_truth(asked.purpose, line.status, u, terms.fraud)
        if line.status == NO_LINE:
            line.status, line.opened_month, line.limit = LINE_OPEN, world.month, asked.limit
            counts.at_lender(asked.lender, "new_approvals")
        else:
            counts.at_lender(asked.lender, "line_approvals")
        drawn = asked.amount + repay_by_new_loan(self, terms, counts)
        loan = new_loan(self, drawn, purpose, terms, partner, world)
        self.credit.held.append(loan)
        asked.outcome = APPROVED
        self.happened.add("approved")
        counts.answered(asked.lender, asked.band, APPROVED, asked.amount)
        counts.drawn(loan, asked.amount, self.group)
        if terms.experiment_share > 0.0:
            counts.lent_in_arm(asked.lender, arm_of(self.row, terms, world.month, world.chance), asked.amount)
        if asked.purpose in (PURCHASE, WORKING_CAPITAL):
            on_hand.consumption += asked.amount
        else:
            on_hand.cash += asked.amount
        if asked.purpose == WORKING_CAPITAL:
            self.inventory += asked.amount

    def keep_record(self, counts: Counts) -> None:
        """Remember how long ago the last late payment and the last default were."""
        is_late = any(loan.bucket > 0 for loan in self.credit.open_loans())
        has_defaulted = "default" in self.happened
        self.months_since_late = 0 if is_late or has_defaulted else min(self.months_since_late + 1, NEVER)
        self.months_since_default = 0 if has_defaulted else min(self.months_since_default + 1, NEVER)
        if is_late:
            self.happened.add("late")
        if has_defaulted:
            self.defaults = min(self.defaults + 1, MOST_DEFAULTS)
            counts.tallies.community_defaults[self.community] += 1

    def report(self, on_hand: CashOnHand, world: Circumstances, counts: Counts) -> None:
        """Be counted at the month's end."""
        for loan in self.credit.contracts:
            if loan.is_claim:
                counts.claimed(loan, world)
            else:
                counts.standing(loan, self.group, world.month)
                terms = world.lenders[loan.lender]
                if terms.experiment_share > 0.0:
                    counts.owed_in_arm(loan, arm_of(self.row, terms, loan.origination_month, world.chance))
                if world.counts_shape:
                    counts.ticket(loan)
        debt = self.credit.debt()
        self.consumption = on_hand.consumption
        counts.household("consumption", on_hand.consumption)
        counts.household("savings", self.savings)
        counts.household("informal_debt", self.informal_debt)
        counts.tallies.sector_consumption[self.sector] += on_hand.consumption
        counts.in_group(self.group, "consumption", on_hand.consumption)
        counts.in_group(self.group, "debt", debt)
        counts.in_group(self.group, "informal_debt", self.informal_debt)
        if debt > 0:
            counts.in_group(self.group, "indebted")
        if self.liquidity:
            counts.followed(self, on_hand.consumption, self.normal_income(world))
        if world.after_window:
            self.flags |= sum(Flag.of(name) for name in self.happened)
            if "approved" in self.happened:
                self.served_by = self.application.lender
        if world.before_window:
            before = self.happened & {"applied", "approved"}
            self.flags |= sum(Flag.of(f"{name}_before") for name in before)

    # --- hear ---------------------------------------------------------------------------------------------------------

    def update_belief(
        self,
        lender: int,
        lender_id: int,
        seed_share: float,
        aware_share_here: float,
        aware_share_all: float,
        contagion: ContagionParameters,
        chance: MonthDraws,
        counts: Counts,
    ) -> None:
        """Hear or forget the rumour about one lender, from outside, from neighbours or from the crowd."""
        hearing = hearing_chance(aware_share_here, aware_share_all, seed_share, contagion)
        u = chance.uniform("rumour", self.row, lender_id)
        bit = 1 << lender
        held = IMMUNE if self.immune_to & bit else BELIEVES if self.aware_of & bit else UNTOLD
        belief = next_belief(held, hearing, contagion, u)
        self.aware_of = self.aware_of | bit if belief == BELIEVES else self.aware_of & ~bit
        self.immune_to = self.immune_to | bit if belief == IMMUNE else self.immune_to & ~bit
        if belief == BELIEVES:
            counts.at_lender(lender, "aware")
            counts.tallies.community_aware[self.community, lender] += 1
