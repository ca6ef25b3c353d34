"""The arms of a lender's test of prices and limits, as one person meets them."""

from __future__ import annotations

from sim.counted import UNTESTED
from sim.draws import FOR_LIFE, MonthDraws
from sim.rules.offers import arm_met, offer_arm, personal_price
from tests.reference.circumstances import LenderTerms


def arm_of(row: int, terms: LenderTerms, month: int, chance: MonthDraws) -> int:
    """Return the arm that person number `row` was in when applying to the lender in `month`."""
    if terms.experiment_share <= 0.0:
        return UNTESTED
    for_life = UNTESTED
    if terms.experiment_limit_step > 0.0:
        u = chance._replace(month=FOR_LIFE).uniform("limit_test", row, terms.lender_id)
        for_life = offer_arm(u, terms.experiment_share)
    u = chance._replace(month=month).uniform("offer_test", row, terms.lender_id)
    return arm_met(for_life, offer_arm(u, terms.experiment_share))


def price_for(terms: LenderTerms, band: int, arm: int) -> int:
    """Return the price of an application in basis points; 0 where nobody is lent to."""
    return personal_price(terms.apr_bp[band], arm, terms.experiment_step_bp, terms.least_apr_bp, terms.most_apr_bp)
