"""A lender's offer test: the months it keeps of it, and what it asks it about markup and limits."""

from __future__ import annotations

from sim.books.charge_off import charge_off_share
from sim.books.offer_tests import Yields
from sim.lenders.state import LenderState
from sim.lenders.terms import own_stakes
from sim.money import basis_points
from sim.rules.pricing import Stake
from sim.state import Tallies
from sim.values import Economy, Rulebook


def observe_offer_test(lender: LenderState, tallies: Tallies, economy: Economy, rulebook: Rulebook) -> None:
    """Keep a month of the offer test, and what its loans earn and cost at the lender's present costs."""
    tries = lender.parameters.offer_test.share > 0.0
    if tries:
        lender.offer_test.months.append(tuple(tuple(arm) for arm in tallies.offer_test[lender.index].tolist()))
    if tries or lender.parameters.competition.believed_price_weight > 0.0:
        lender.offer_test.yields = yields_of(lender, economy, rulebook)


def yields_of(lender: LenderState, economy: Economy, rulebook: Rulebook) -> Yields:
    """Return what a yuan owed is worth to the lender; beside several partners, as with the one that leaves it least.

    Work is what it costs for each yuan: what it costs for each account does not grow with a limit.
    """
    p = lender.parameters
    # Bad here is 90 days late, and part of that is paid after all.
    bad_share = charge_off_share(lender.late_experience, p.charge_off_bucket, p.provisions.prior_months)
    stakes = (stake._replace(opex_apr=p.opex_apr) for stake in own_stakes(lender, economy, rulebook))
    return min((yields_at(stake, bad_share) for stake in stakes), key=lambda yields: yields.income_share_bp)


def yields_at(stake: Stake, bad_share: float) -> Yields:
    """Return what a yuan owed on one stake is worth, where `bad_share` of bad loans are charged off."""
    money_apr = stake.funding_apr + stake.capital_share * (stake.target_roe - stake.funding_apr)
    return Yields(
        income_share_bp=basis_points(stake.income_share),
        part_share_bp=max(1, basis_points(stake.part_share)),
        cost_bp=basis_points(stake.part_share * money_apr + stake.opex_apr),
        loss_bp=basis_points(stake.part_share * stake.loss_given_default * bad_share),
        default_slope_percent=round(100 * stake.default_slope),
    )
