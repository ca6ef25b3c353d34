"""Kernel: the law postpones a month of one loan."""

from __future__ import annotations

from sim.codes import NOBODY, POSTPONED_WITH_INTEREST, VINTAGE_MONTHS
from sim.compiling import kernel, wide
from sim.counted import Flow, PartnerFlow, VintageFlow
from sim.money import part
from sim.people.holdings import interest_to_repay
from sim.people.terms import Terms
from sim.rules.repayment import level_instalment
from sim.state import Loans, Tallies


@kernel
def postpone_loan(row: int, month: int, loans: Loans, terms: Terms, tallies: Tallies) -> None:
    """Let a month of a loan pass without a payment or a mark; it stays in its bucket.

    Where interest goes on, the month's interest is lent on top, and level instalments are set anew.
    """
    lender = wide(loans.lender[row])
    partner = wide(loans.partner[row])
    bucket = wide(loans.bucket[row])
    principal = wide(loans.principal[row])
    tallies.roll_count[lender, bucket, bucket] += 1
    tallies.roll_amount[lender, bucket, bucket] += principal
    if terms.postponement[lender] != POSTPONED_WITH_INTEREST:
        return
    apr_bp = wide(loans.apr_bp[row])
    interest = interest_to_repay(row, loans)
    tallies.flow[lender, Flow.INTEREST] += interest
    tallies.flow[lender, Flow.ORIGINATIONS] += interest
    tallies.flow[lender, Flow.CAPITALISED] += interest
    age = min(month - wide(loans.origination_month[row]), VINTAGE_MONTHS - 1)
    tallies.vintage_flow[lender, age, VintageFlow.LENT] += interest
    if partner != NOBODY:
        share_bp = wide(loans.partner_share_bp[row])
        lent = part(principal + interest, share_bp) - part(principal, share_bp)
        tallies.flow[lender, Flow.INTEREST_PARTNER] += part(interest, share_bp)
        tallies.partner_flow[lender, partner, PartnerFlow.INTEREST] += part(interest, share_bp)
        tallies.flow[lender, Flow.ORIGINATIONS_PARTNER] += lent
        tallies.partner_flow[lender, partner, PartnerFlow.LENT] += lent
    loans.principal[row] = principal + interest
    loans.instalment[row] = level_instalment(principal + interest, apr_bp, wide(loans.instalments_left[row]))
