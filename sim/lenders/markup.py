"""A lender that sets its markup by the demand it faces: by its share of applications, and by its test of prices."""

from __future__ import annotations

from sim.books.competition import PPM, markup_bp, share_ppm
from sim.counted import Flow
from sim.lenders.state import LenderState
from sim.money import BASIS_POINTS, basis_points
from sim.state import Tallies

ASKED = [Flow.NEW_APPLICATIONS, Flow.LINE_APPLICATIONS]


def set_markup(lender: LenderState, tallies: Tallies, month: int) -> None:
    """Take the month in, and set the markup anew when that is due; it also learns in the warm-up."""
    p = lender.parameters.competition
    if p.believed_price_weight == 0.0:
        return
    demand = lender.demand
    demand.observe(tallies, lender.index)
    if (month + 1) % p.review_months != 0 or not lender.is_lending:
        return
    share = share_ppm(sum(demand.own), sum(demand.all), lender.parameters.reach_share)
    result = lender.offer_test.of_prices(lender)
    free_bp = result.free_margin_bp if result is not None else None
    kept_bp = result.kept_bp if result is not None else kept_without_test_bp(lender)
    found = markup_bp(p.believed_price_weight, share, free_bp, basis_points(p.largest_markup_apr), kept_bp)
    if found != demand.markup_bp:
        demand.markup_bp = found
        margin_bp = result.best_margin_bp if result is not None else None
        lender.log(month, "sets_markup", reason_of_markup(share, margin_bp), found / BASIS_POINTS)


def kept_without_test_bp(lender: LenderState) -> int:
    """Return what the lender keeps of a rise in price on each of its own 10,000, as far as it knows of no losses."""
    yields = lender.offer_test.yields
    return BASIS_POINTS * yields.income_share_bp // yields.part_share_bp if yields is not None else BASIS_POINTS


def reason_of_markup(own_share_ppm: int, margin_bp: int | None) -> str:
    """Return the reason of a markup in words."""
    reason = f"{own_share_ppm / PPM:.1%} of the applications of those whom it reaches"
    return reason if margin_bp is None else f"{reason}; its offer test alone would ask {margin_bp / BASIS_POINTS:.2%}"
