"""Prices by band: known answers, monotone in risk, and the cap to the basis point."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.codes import NO_PRICE, RATE_CAP
from sim.rules.pricing import (
    EXPOSURE_SHARE,
    MEAN_LIFE_YEARS,
    REFERENCE_APR,
    Price,
    Stake,
    band_price,
    default_share_at,
    is_paid,
)
from sim.scoring.scorecard import band_default_shares

NO_CAP = 1_000_000
ALONE = Stake(
    part_share=1.0,
    income_share=1.0,
    opex_apr=0.05,
    funding_apr=0.04,
    loss_given_default=0.9,
    capital_share=0.10,
    target_roe=0.14,
    markup_apr=0.01,
    default_slope=1.2,
)


def price(
    default_share: float, stake: Stake = ALONE, floor: float = 0.0, ceiling: float = 3.0, cap: int = NO_CAP
) -> Price:
    return band_price(default_share, stake, stake, floor, ceiling, cap)


def test_without_losses_the_price_is_the_sum_of_its_costs() -> None:
    # 4% funding + 5% work + 10% of capital x (14% - 4%) + 1% = 11%
    assert price(0.02, ALONE._replace(loss_given_default=0.0)) == Price(1_100, 0)


def test_the_chance_of_default_is_as_stated_at_the_reference_price_and_rises_with_the_price() -> None:
    assert default_share_at(0.05, REFERENCE_APR, 1.2) == pytest.approx(0.05, abs=1e-12)
    found = default_share_at(0.05, 0.25, 1.2)
    odds = found / (1.0 - found)
    assert odds == pytest.approx(0.05 / 0.95 * 2.718281828459045 ** (1.2 * 0.10), rel=1e-12)


def test_a_price_is_a_fixed_point_to_the_basis_point() -> None:
    found = price(0.08).apr_bp / 10_000
    loss = default_share_at(0.08, found, 1.2) * EXPOSURE_SHARE * 0.9 / MEAN_LIFE_YEARS
    assert found - 1e-4 < 0.11 + loss <= found


@given(st.floats(0.0011, 0.5), st.floats(0.0011, 0.5))
def test_a_riskier_band_is_never_cheaper(one: float, other: float) -> None:
    low, high = sorted((one, other))
    cheap, dear = price(low), price(high)
    assert dear.apr_bp == 0 or cheap.apr_bp <= dear.apr_bp
    assert cheap.apr_bp > 0 or dear.apr_bp == 0


@given(st.sampled_from(band_default_shares()))
def test_it_is_the_smallest_price_that_pays(default_share: float) -> None:
    found = price(default_share)
    if found.apr_bp:
        assert is_paid(found.apr_bp * 100, default_share, ALONE)
        cheaper = range(0, (found.apr_bp - 1) * 100, 997)
        assert not any(is_paid(ppm, default_share, ALONE) for ppm in cheaper)


def test_a_lender_gives_up_its_markup_before_the_business() -> None:
    free, cost = price(0.08), price(0.08, ALONE._replace(markup_apr=0.0))
    assert cost.apr_bp < free.apr_bp - 1
    assert price(0.08, cap=free.apr_bp) == free
    assert price(0.08, cap=free.apr_bp - 1) == Price(free.apr_bp - 1, 0)
    assert price(0.08, cap=cost.apr_bp) == cost
    assert price(0.08, cap=cost.apr_bp - 1) == Price(0, RATE_CAP)


def test_the_law_is_blamed_only_for_what_the_lender_would_have_lent() -> None:
    free = price(0.08)
    ceiling = (free.apr_bp - 1) / 10_000
    assert price(0.08, ceiling=free.apr_bp / 10_000) == free
    assert price(0.08, ceiling=ceiling) == Price(0, NO_PRICE)
    assert price(0.08, ceiling=ceiling, cap=free.apr_bp - 50) == Price(0, NO_PRICE)


def test_a_band_whose_losses_run_ahead_of_any_price_has_none() -> None:
    assert price(0.6, ALONE._replace(loss_given_default=1.0, income_share=0.3)) == Price(0, NO_PRICE)


def test_nobody_is_offered_less_than_the_floor() -> None:
    assert price(0.002, floor=0.2) == Price(2_000, 0)


def test_a_joint_loan_pays_both_parties() -> None:
    own = ALONE._replace(part_share=0.1, income_share=0.1 + 0.9 * 0.25)
    partner = ALONE._replace(part_share=0.9, income_share=0.9 * 0.75, opex_apr=0.005, funding_apr=0.02)
    joint = band_price(0.05, own, partner, 0.0, 3.0, NO_CAP).apr_bp
    each = [price(0.05, stake).apr_bp for stake in (own, partner)]
    assert joint == max(each)
    assert is_paid(joint * 100, 0.05, own)
    assert is_paid(joint * 100, 0.05, partner)


def test_a_partner_without_a_part_changes_nothing() -> None:
    idle = ALONE._replace(part_share=0.0, income_share=0.0, opex_apr=0.0)
    assert band_price(0.05, ALONE, idle, 0.0, 3.0, NO_CAP) == price(0.05)


COSTS = ("opex_apr", "funding_apr", "markup_apr", "loss_given_default", "capital_share", "default_slope")


def order(found: Price) -> float:
    """A price to compare by; a closed band is dearer than any."""
    return found.apr_bp or float("inf")


@given(
    st.sampled_from(band_default_shares()),
    st.sampled_from(COSTS),
    st.floats(0.0, 0.1),
    st.sampled_from([300, 1_500, 2_400, 3_600, NO_CAP]),
)
def test_a_higher_cost_never_lowers_the_price(default_share: float, cost: str, more: float, cap: int) -> None:
    # Reference price apart, where a steeper slope makes cheap loans safer: its comparison starts above it.
    base = ALONE._replace(opex_apr=0.12) if cost == "default_slope" else ALONE
    dearer = base._replace(**{cost: getattr(base, cost) + (50.0 * more if cost == "default_slope" else more)})
    assert order(price(default_share, base, cap=cap)) <= order(price(default_share, dearer, cap=cap))


@pytest.mark.parametrize("markup", [-0.05, 0.0, 0.08])
def test_a_cap_below_every_break_even_closes_every_band_by_law(markup: float) -> None:
    stake = ALONE._replace(markup_apr=markup)
    found = [price(default_share, stake, cap=100) for default_share in band_default_shares()]
    assert set(found) <= {Price(0, RATE_CAP), Price(0, NO_PRICE)}
    assert found[0] == Price(0, RATE_CAP)


@given(st.sampled_from(band_default_shares()), st.floats(0.0, 20.0), st.floats(0.0, 0.5), st.integers(0, 4_000))
def test_any_slope_and_cap_have_a_price_or_a_ground(default_share: float, slope: float, cost: float, cap: int) -> None:
    found = price(default_share, ALONE._replace(default_slope=slope, opex_apr=cost), ceiling=0.36, cap=cap)
    assert (found.apr_bp > 0) == (found.closed == 0)
    assert found.apr_bp <= min(3_600, cap)
    assert found.closed in (0, RATE_CAP, NO_PRICE)


def test_a_flat_slope_takes_the_bands_own_chance_of_default() -> None:
    # 11% of costs and 2% x 0.75 x 0.9 / 0.42 = 3.2142% of losses, whatever the price.
    assert price(0.02, ALONE._replace(default_slope=0.0)) == Price(1_422, 0)
