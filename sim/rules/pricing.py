"""The price of a risk band: what a loan must earn to pay all who fund it for money, losses, work and capital."""

from __future__ import annotations

from typing import NamedTuple

from sim.codes import NO_PRICE, RATE_CAP
from sim.compiling import rule
from sim.elementary import exponential, logarithm

STEP_PPM = 10_000  # one percentage point: the grid on which the first crossing is looked for
REFERENCE_APR = 0.15  # price at which a band's probability of default is stated; assumed
ROUNDING = 1e-12  # so that costs that add up to 11% make a price of 11%
EXPOSURE_SHARE = 0.75  # of the amount lent that is still owed when an instalment loan defaults; assumed
MEAN_LIFE_YEARS = 0.42  # the mean yuan of a nine-month instalment loan is owed for five months


class Price(NamedTuple):
    """A band's all-in price in basis points; 0 and a reason where the band is closed."""

    apr_bp: int
    closed: int


class Stake(NamedTuple):
    """One party's stake in a loan: the part it funds, the interest it keeps, and what its money must earn a year."""

    part_share: float  # of the principal, and so of losses
    income_share: float  # of the interest, service fees given and taken included
    opex_apr: float  # cost of its work over the whole loan
    funding_apr: float
    loss_given_default: float
    capital_share: float  # of its own part: risk weight times the capital ratio it steers to
    target_roe: float
    markup_apr: float  # on its own part
    default_slope: float  # log odds of default that it believes a unit of yearly rate adds


@rule
def default_share_at(default_share: float, apr: float, default_slope: float) -> float:
    """Return the probability that a loan is ever charged off at a price: dearer loans default more."""
    odds = exponential(logarithm(default_share / (1.0 - default_share)) + default_slope * (apr - REFERENCE_APR))
    return odds / (1.0 + odds)


@rule
def required_income_apr(apr: float, default_share: float, stake: Stake) -> float:
    """Return what a party must take in a year, over the whole loan, when it is offered at `apr`."""
    defaulting = default_share_at(default_share, apr, stake.default_slope)
    expected_loss = defaulting * EXPOSURE_SHARE * stake.loss_given_default / MEAN_LIFE_YEARS
    capital_cost = stake.capital_share * (stake.target_roe - stake.funding_apr)
    return stake.part_share * (stake.funding_apr + expected_loss + capital_cost + stake.markup_apr) + stake.opex_apr


@rule
def is_paid(price_ppm: int, default_share: float, stake: Stake) -> bool:
    """Return whether a price in parts per million pays a party for its stake."""
    apr = price_ppm / 1e6
    return required_income_apr(apr, default_share, stake) <= stake.income_share * apr + ROUNDING


@rule
def at_cost(stake: Stake) -> Stake:
    """Return a stake that asks for no markup, only for money, loss, work and the return on its capital."""
    return Stake(
        stake.part_share,
        stake.income_share,
        stake.opex_apr,
        stake.funding_apr,
        stake.loss_given_default,
        stake.capital_share,
        stake.target_roe,
        0.0,
        stake.default_slope,
    )


@rule
def band_price(
    default_share: float, own: Stake, partner: Stake, floor_apr: float, ceiling_apr: float, cap_bp: int
) -> Price:
    """Return the smallest price at which both parties are paid, searched in whole parts per million.

    Under a legal cap a lender shaves its markup: the band stays open at the cap while that still pays for everything
    else, and is closed by law when it does not. It has no price when that lies above the lender's own ceiling, or when
    dearer loans never catch up with their own defaults. A lender that
    lends alone passes its own stake twice.
    """
    ceiling_bp = int(ceiling_apr * 10_000.0 + 0.5)
    low = 0
    high = 0
    while not (is_paid(high, default_share, own) and is_paid(high, default_share, partner)):
        if high > ceiling_bp * 100:
            return Price(0, NO_PRICE)
        low = high
        high += STEP_PPM
    while high - low > 1:
        middle = (low + high) // 2
        if is_paid(middle, default_share, own) and is_paid(middle, default_share, partner):
            high = middle
        else:
            low = middle
    apr_bp = max((high + 99) // 100, int(floor_apr * 10_000.0 + 0.5))
    if apr_bp > ceiling_bp:
        return Price(0, NO_PRICE)
    if apr_bp > cap_bp:
        # A lender gives up its markup before it gives up the business.
        if is_paid(cap_bp * 100, default_share, at_cost(own)) and is_paid(
            cap_bp * 100, default_share, at_cost(partner)
        ):
            return Price(cap_bp, 0)
        return Price(0, RATE_CAP)
    return Price(apr_bp, 0)
