"""Where a person's month is written into the tallies, by the names of what is counted."""

from __future__ import annotations

from sim.codes import (
    AGE_BANDS,
    BUCKETS,
    DECLINED_PRICE,
    NOBODY,
    PENDING,
    REGION_SECTORS,
    VINTAGE_MONTHS,
    WORKING_CAPITAL,
)
from sim.counted import Flow, GroupFlow, HouseholdFlow, LiquidityFlow, OfferCount
from sim.money import monthly_interest, part
from sim.rules.sizes import size_class
from sim.rules.underwriting import stratum_of
from sim.state import Tallies
from tests.reference.circumstances import Circumstances
from tests.reference.credit import Loan
from tests.reference.person import Person

PAID_OFF_COLUMN = BUCKETS
CHARGED_OFF_COLUMN = BUCKETS + 1
LENT, INTEREST, PRINCIPAL, CHARGED_OFF, RECOVERED = range(5)
FIRST_LATE_BUCKETS = ((2, 1), (3, 2), (4, 3))  # (bucket, column of the vintage flow): 30+, 60+ and 90+ days
BAD_BUCKET = 4  # 90 days late


def months_on_book(loan: Loan, month: int) -> int:
    """Return a loan's age; those older than the table are counted in its last month."""
    return min(month - loan.origination_month, VINTAGE_MONTHS - 1)


class Counts:
    """Adds what happens to people into the month's tallies; money in fen."""

    def __init__(self, tallies: Tallies) -> None:
        """Count into these tallies."""
        self.tallies = tallies

    def at_lender(self, lender: int, flow: str, amount: int = 1) -> None:
        """Count at a lender."""
        self.tallies.flow[lender, Flow.of(flow)] += amount

    def in_group(self, group: int, flow: str, amount: int = 1) -> None:
        """Count in a group of people."""
        self.tallies.group[group, GroupFlow.of(flow)] += amount

    def household(self, flow: str, amount: int = 1) -> None:
        """Count among all households."""
        self.tallies.household[HouseholdFlow.of(flow)] += amount

    def waiting(self, lender: int, group: int, priority: int, amount: int) -> None:
        """Count an application that waits for a lender's money."""
        stratum = stratum_of(group, self.tallies.demand.shape[1])
        self.tallies.demand[lender, stratum, priority] += amount
        self.tallies.demand_count[lender, priority] += 1

    def applied(self, lender: int, cell: int) -> bool:
        """Count an application by scorecard cell; return whether cells are counted at all."""
        if self.tallies.cell_applied.shape[1] == 0:
            return False
        self.tallies.cell_applied[lender, cell] += 1
        return True

    def watched(self, lender: int, cell: int, column: int) -> None:
        """Count what became of an applicant who was followed."""
        self.tallies.cell_truth[lender, cell, column] += 1

    def answered(self, lender: int, band: int, outcome: int, amount: int) -> None:
        """Count an application by its band and how it ended."""
        self.tallies.outcome_count[lender, band, outcome] += 1
        self.tallies.outcome_amount[lender, band, outcome] += amount

    def in_arm(self, lender: int, arm: int, column: str, amount: int = 1) -> None:
        """Count in one arm of a lender's test of prices and limits."""
        self.tallies.offer_test[lender, arm, OfferCount.titles().index(column)] += amount

    def offered(self, lender: int, arm: int, outcome: int, apr_bp: int) -> None:
        """Count an application that met a price, accepted or declined."""
        if outcome in (PENDING, DECLINED_PRICE):
            self.in_arm(lender, arm, "offers")
            self.in_arm(lender, arm, "offered_bp", apr_bp)
            self.in_arm(lender, arm, "accepted", int(outcome == PENDING))

    def lent_in_arm(self, lender: int, arm: int, amount: int) -> None:
        """Count a loan made; the amount is new money, fen."""
        self.in_arm(lender, arm, "loans")
        self.in_arm(lender, arm, "lent", amount)

    def turned_bad_in_arm(self, lender: int, arm: int, owed: int) -> None:
        """Count a loan that is 90 days late for the first time; the amount is fen."""
        self.in_arm(lender, arm, "bads")
        self.in_arm(lender, arm, "bad_owed", owed)

    def owed_in_arm(self, loan: Loan, arm: int) -> None:
        """Count an open loan at month end; what is 90 days late accrues no interest."""
        self.in_arm(loan.lender, arm, "open")
        self.in_arm(loan.lender, arm, "owed", loan.principal)
        if loan.bucket < BAD_BUCKET:
            self.in_arm(loan.lender, arm, "accrued", monthly_interest(loan.principal, loan.apr_bp))

    def drawn(self, loan: Loan, new_money: int, group: int) -> None:
        """Count a new loan, its price and its partner's part; groups count the new money alone."""
        amount = loan.principal
        weighted_price = amount * loan.apr_bp // 10_000
        self.at_lender(loan.lender, "originations", amount)
        self.at_lender(loan.lender, "originations_apr", weighted_price)
        self.at_lender(loan.lender, "originations_count")
        self.tallies.price_taken[loan.lender, loan.band] += new_money * loan.apr_bp
        self.in_group(group, "approvals")
        self.in_group(group, "originations", new_money)
        self.in_group(group, "originations_apr", new_money * loan.apr_bp // 10_000)
        self.tallies.vintage_flow[loan.lender, 0, 0] += amount
        if self.tallies.cell_lent.shape[1] > 0:
            self.tallies.cell_lent[loan.lender, loan.cell] += 1
        self.shared(loan, "originations_partner", LENT, part(amount, loan.partner_share_bp))

    def shared(self, loan: Loan, flow: str, column: int, amount: int) -> None:
        """Count the partner's part of a flow, where there is a partner."""
        if loan.partner != NOBODY:
            self.at_lender(loan.lender, flow, amount)
            self.tallies.partner_flow[loan.lender, loan.partner, column] += amount

    def lent_on_top(self, loan: Loan, interest: int, month: int) -> None:
        """Count a month's interest that is not paid but lent, before it is added to the principal."""
        share_bp = loan.partner_share_bp
        self.at_lender(loan.lender, "interest", interest)
        self.at_lender(loan.lender, "originations", interest)
        self.at_lender(loan.lender, "capitalised", interest)
        self.tallies.vintage_flow[loan.lender, months_on_book(loan, month), 0] += interest
        self.shared(loan, "interest_partner", INTEREST, part(interest, share_bp))
        lent = part(loan.principal + interest, share_bp) - part(loan.principal, share_bp)
        self.shared(loan, "originations_partner", LENT, lent)

    def paid(self, loan: Loan, opening_principal: int, interest: int) -> None:
        """Count a payment just made; the partner's principal is the difference of its stock, so nothing drifts."""
        self.at_lender(loan.lender, "interest", interest)
        self.at_lender(loan.lender, "principal", opening_principal - loan.principal)
        self.shared(loan, "interest_partner", INTEREST, part(interest, loan.partner_share_bp))
        share = loan.partner_share_bp
        self.shared(loan, "principal_partner", PRINCIPAL, part(opening_principal, share) - part(loan.principal, share))

    def charged_off(self, loan: Loan, opening_principal: int, month: int, by_choice: bool) -> None:
        """Count a loan given up."""
        self.at_lender(loan.lender, "charge_offs", loan.principal)
        self.at_lender(loan.lender, "defaults")
        self.at_lender(loan.lender, "defaults_by_choice", int(by_choice))
        self.at_lender(loan.lender, "opening_last_bucket_rolled", opening_principal)
        self.tallies.vintage_flow[loan.lender, months_on_book(loan, month), 4] += loan.principal
        self.shared(loan, "charge_offs_partner", CHARGED_OFF, part(loan.principal, loan.partner_share_bp))

    def later_than_ever(self, loan: Loan, worst_before: int, month: int) -> None:
        """Count a loan that passes 30, 60 or 90 days late for the first time."""
        for bucket, column in FIRST_LATE_BUCKETS:
            if worst_before < bucket <= loan.bucket:
                self.tallies.vintage_flow[loan.lender, months_on_book(loan, month), column] += loan.principal
        age = months_on_book(loan, month)
        if worst_before < BAD_BUCKET <= loan.bucket and age < self.tallies.cell_bad.shape[1]:
            self.tallies.cell_bad[loan.lender, age, loan.cell] += 1

    def rolled(self, lender: int, opening_bucket: int, closing_column: int, opening_principal: int) -> None:
        """Count a loan's move between buckets, to paid off or to charged off."""
        self.tallies.roll_count[lender, opening_bucket, closing_column] += 1
        self.tallies.roll_amount[lender, opening_bucket, closing_column] += opening_principal

    def recovered(self, loan: Loan, claim_before: int) -> None:
        """Count what was just collected on a claim."""
        share = loan.partner_share_bp
        self.at_lender(loan.lender, "recoveries", claim_before - loan.principal)
        self.shared(loan, "recoveries_partner", RECOVERED, part(claim_before, share) - part(loan.principal, share))

    def debtor(self, lender: int, owed: int, group: int) -> None:
        """Count a customer who owes a lender, by how much it is and by where they live and work."""
        self.tallies.debtors[lender, size_class(owed)] += (1, owed)
        self.tallies.region_sectors[lender, group // len(AGE_BANDS) % REGION_SECTORS] += owed

    def followed(self, person: Person, consumption: int, normal_income: int) -> None:
        """Count one of the people followed in their tercile of liquidity."""
        happened = {name: int(name in person.happened) for name in LiquidityFlow.titles()}
        amounts = {
            "people": 1,
            "normal_income": normal_income,
            "consumption": consumption,
            "savings": person.savings,
            "debt": person.credit.debt(),
            "informal_debt": person.informal_debt,
        }
        for name, amount in (happened | amounts).items():
            self.tallies.liquidity[person.liquidity - 1, LiquidityFlow.of(name)] += amount

    def claimed(self, claim: Loan, world: Circumstances) -> None:
        """Count a claim as its lender's, and as one for sale when it is old enough, or as that of its buyer."""
        terms = world.lenders[claim.lender]
        charged_off_in = claim.charge_off_month(world.month, world.behaviour.repayment.collection_months)
        if charged_off_in < terms.sold_before:
            self.at_lender(claim.lender, "buyers_claims", claim.principal)
            return
        self.tallies.claims[claim.lender] += claim.principal
        if world.month - charged_off_in >= terms.sale_age:
            self.at_lender(claim.lender, "claims_for_sale", claim.principal)
            if claim.partner != NOBODY:
                partners = part(claim.principal, claim.partner_share_bp)
                self.tallies.partner_claims_for_sale[claim.lender, claim.partner] += partners

    def ticket(self, loan: Loan) -> None:
        """Count an open contract by its size when it was lent."""
        self.tallies.tickets[loan.lender, size_class(loan.original)] += (1, loan.original, loan.principal)

    def standing(self, loan: Loan, group: int, month: int) -> None:
        """Count an open contract as it stands at month end."""
        self.at_lender(loan.lender, "loans")
        self.at_lender(loan.lender, "productive_loans", loan.principal * int(loan.purpose == WORKING_CAPITAL))
        self.tallies.stock[loan.lender, loan.bucket] += loan.principal
        self.tallies.stock_count[loan.lender, loan.bucket] += 1
        self.tallies.vintage_stock[loan.lender, months_on_book(loan, month)] += loan.principal
        if loan.bucket >= 2:
            self.in_group(group, "debt_dpd30", loan.principal)
        if loan.bucket >= 4:
            self.in_group(group, "debt_dpd90", loan.principal)
        if loan.partner != NOBODY:
            partner_part = part(loan.principal, loan.partner_share_bp)
            self.tallies.partner_stock[loan.lender, loan.partner, loan.bucket] += partner_part
