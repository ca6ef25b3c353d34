"""Kernels: which arm of a lender's test of prices and limits an application was in, and what came of it.

The arm is a keyed draw, for prices of the month of the application and for limits of a life, so it can be asked for
again while the loan lives, and nothing about it is stored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import DECLINED_PRICE, PENDING
from sim.compiling import kernel
from sim.counted import UNTESTED, OfferCount
from sim.draws import FOR_LIFE, LIMIT_TEST, OFFER_TEST, uniform
from sim.money import monthly_interest
from sim.people.terms import Terms
from sim.rules.offers import arm_met, offer_arm, personal_price
from sim.state import Tallies

NON_ACCRUAL_BUCKET = 4  # 90 days late: interest is no longer counted as earned


@kernel
def arm_of(i: int, lender: int, month: int, keys: NDArray[np.uint64], terms: Terms) -> int:
    """Return the arm of person i's application to a lender in a month; nobody is tested without an offer test."""
    share = terms.experiment_share[lender]
    if share <= 0.0:
        return UNTESTED
    for_life = UNTESTED
    if terms.experiment_limit_step[lender] > 0.0:
        for_life = offer_arm(uniform(keys, LIMIT_TEST, FOR_LIFE, i, terms.lender_id[lender]), share)
    return arm_met(for_life, offer_arm(uniform(keys, OFFER_TEST, month, i, terms.lender_id[lender]), share))


@kernel
def price_for(lender: int, band: int, arm: int, terms: Terms) -> int:
    """Return the price of an application in basis points; 0 where nobody is lent to."""
    return personal_price(
        terms.apr_bp[lender, band],
        arm,
        terms.experiment_step_bp[lender],
        terms.least_apr_bp[lender],
        terms.most_apr_bp[lender],
    )


@kernel
def count_offer(lender: int, arm: int, outcome: int, apr_bp: int, terms: Terms, tallies: Tallies) -> None:
    """Count an application that met a price, at a lender that holds an offer test."""
    if terms.experiment_share[lender] > 0.0 and outcome in (PENDING, DECLINED_PRICE):
        tallies.offer_test[lender, arm, OfferCount.OFFERS] += 1
        tallies.offer_test[lender, arm, OfferCount.OFFERED_BP] += apr_bp
        if outcome == PENDING:
            tallies.offer_test[lender, arm, OfferCount.ACCEPTED] += 1


@kernel
def count_loan_in_arm(lender: int, arm: int, amount: int, terms: Terms, tallies: Tallies) -> None:
    """Count a loan made, at a lender that holds an offer test; the amount is new money, fen."""
    if terms.experiment_share[lender] > 0.0:
        tallies.offer_test[lender, arm, OfferCount.LOANS] += 1
        tallies.offer_test[lender, arm, OfferCount.LENT] += amount


@kernel
def count_bad_in_arm(lender: int, arm: int, owed: int, terms: Terms, tallies: Tallies) -> None:
    """Count a loan that is 90 days late for the first time, at a lender that holds an offer test; the amount is fen."""
    if terms.experiment_share[lender] > 0.0:
        tallies.offer_test[lender, arm, OfferCount.BADS] += 1
        tallies.offer_test[lender, arm, OfferCount.BAD_OWED] += owed


@kernel
def count_debt_in_arm(
    lender: int, arm: int, principal: int, apr_bp: int, bucket: int, terms: Terms, tallies: Tallies
) -> None:
    """Count an open loan at month end, at a lender that holds an offer test; the amount is fen."""
    if terms.experiment_share[lender] > 0.0:
        tallies.offer_test[lender, arm, OfferCount.OPEN] += 1
        tallies.offer_test[lender, arm, OfferCount.OWED] += principal
        if bucket < NON_ACCRUAL_BUCKET:
            tallies.offer_test[lender, arm, OfferCount.ACCRUED] += monthly_interest(principal, apr_bp)
