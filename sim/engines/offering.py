"""Kernels: which arm of a lender's trial of prices and limits an application was in, and what came of it.

The arm is a keyed draw of the month of the application, and of the month in which the line was opened, so it can be
asked for again while the loan lives, and nothing about it is stored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.codes import DECLINED_PRICE, NO_LINE, PENDING
from sim.compiling import kernel, wide
from sim.counted import UNTESTED
from sim.draws import OFFER_TEST, uniform
from sim.engines.columns import O_ACCEPTED, O_BAD_OWED, O_BADS, O_LENT, O_LOANS, O_OFFERED, O_OFFERS
from sim.engines.tables import Terms
from sim.rules.offers import arm_on_line, offer_arm, personal_price
from sim.state import Lines, Tallies


@kernel
def arm_of(i: int, lender: int, month: int, lines: Lines, keys: NDArray[np.uint64], terms: Terms) -> int:
    """Return the arm of person i's application to a lender in a month; nobody is tested without a trial."""
    share = terms.test_share[lender]
    if share <= 0.0:
        return UNTESTED
    arm = offer_arm(uniform(keys, OFFER_TEST, month, i, terms.lender_id[lender]), share)
    opened = wide(lines.opened_month[i, lender])
    if lines.status[i, lender] == NO_LINE or opened == month:
        return arm
    return arm_on_line(offer_arm(uniform(keys, OFFER_TEST, opened, i, terms.lender_id[lender]), share), arm)


@kernel
def price_for(lender: int, band: int, arm: int, terms: Terms) -> int:
    """Return the price of an application in basis points; 0 where nobody is lent to."""
    return personal_price(
        terms.apr_bp[lender, band],
        arm,
        terms.test_step_bp[lender],
        terms.least_apr_bp[lender],
        terms.most_apr_bp[lender],
    )


@kernel
def count_offer(lender: int, arm: int, outcome: int, apr_bp: int, terms: Terms, tallies: Tallies) -> None:
    """Count an application that met a price, at a lender that holds a trial."""
    if terms.test_share[lender] > 0.0 and outcome in (PENDING, DECLINED_PRICE):
        tallies.offer_test[lender, arm, O_OFFERS] += 1
        tallies.offer_test[lender, arm, O_OFFERED] += apr_bp
        if outcome == PENDING:
            tallies.offer_test[lender, arm, O_ACCEPTED] += 1


@kernel
def count_tested_loan(lender: int, arm: int, amount: int, terms: Terms, tallies: Tallies) -> None:
    """Count a loan made, at a lender that holds a trial; the amount is new money, fen."""
    if terms.test_share[lender] > 0.0:
        tallies.offer_test[lender, arm, O_LOANS] += 1
        tallies.offer_test[lender, arm, O_LENT] += amount


@kernel
def count_tested_bad(lender: int, arm: int, owed: int, terms: Terms, tallies: Tallies) -> None:
    """Count a loan that is 90 days late for the first time, at a lender that holds a trial; the amount is fen."""
    if terms.test_share[lender] > 0.0:
        tallies.offer_test[lender, arm, O_BADS] += 1
        tallies.offer_test[lender, arm, O_BAD_OWED] += owed
