"""The arms of a lender's trial of prices and limits, as one person meets them."""

from __future__ import annotations

from sim.agents.circumstances import LenderTerms
from sim.agents.credit import Line
from sim.codes import NO_LINE
from sim.counted import UNTESTED
from sim.draws import Chance
from sim.rules.offers import arm_on_line, offer_arm, personal_price


def arm_of(row: int, terms: LenderTerms, month: int, line: Line, chance: Chance) -> int:
    """Return the arm that person number `row` was in when applying to the lender in `month`."""
    if terms.test_share <= 0.0:
        return UNTESTED

    def drawn(in_month: int) -> int:
        luck = chance._replace(month=in_month).uniform("offer_test", row, terms.lender_id)
        return offer_arm(luck, terms.test_share)

    if line.status == NO_LINE or line.opened_month == month:
        return drawn(month)
    return arm_on_line(drawn(line.opened_month), drawn(month))


def price_for(terms: LenderTerms, band: int, arm: int) -> int:
    """Return the price of an application in basis points; 0 where nobody is lent to."""
    return personal_price(terms.apr_bp[band], arm, terms.test_step_bp, terms.least_apr_bp, terms.most_apr_bp)
