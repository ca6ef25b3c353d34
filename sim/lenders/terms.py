"""What a lender offers this month: the price of every band, cut-offs, limits, and its partners' part."""

from __future__ import annotations

from functools import lru_cache

from sim.codes import BANDS, FROZEN, NEVER, NO_LICENCE, NO_LPR_MULTIPLE, NO_RATE_CAP_BP, RESOLUTION
from sim.lenders.learning import signal_noise
from sim.lenders.partners import dearest, joint_share_bp, partners_now
from sim.lenders.state import LenderState
from sim.lenders.tightening import line_cuts
from sim.money import BASIS_POINTS, basis_points, fen
from sim.params import LenderParameters
from sim.rules.pricing import Price, Stake, band_price
from sim.scoring.scorecard import band_default_shares
from sim.values import Economy, Offer, OfferTest, Rulebook, Rules


def offer_of(lender: LenderState, economy: Economy, rulebook: Rulebook) -> Offer:
    """Return the terms of the month: price by band, cut-offs, limits, and the partners' share."""
    p = lender.parameters
    rules = law_on_prices(p, rulebook.of(lender.kind), economy)
    prices = band_prices(lender, economy, rulebook)
    appetite = lender.cutoffs.new.cutoff_band  # as the card in force sets it, strategy apart
    # Advertised over a fixed set of bands, so that closing dear bands does not pass for becoming cheap.
    most_bp = min(basis_points(p.price_ceiling_apr), rules.max_apr_bp)
    advertised = [price.apr_bp or most_bp for price in prices[: max(1, appetite + 1)]]
    typical = sum(advertised) / len(advertised) / 10_000
    share_bp = joint_share_bp(lender, rulebook)
    steps = max(1, appetite)
    limit_months = lender.limit_months()
    rationing = p.rationing.in_force(economy.month)
    return Offer(
        lender=lender.index,
        open=lender.is_lending,
        apr_bp=tuple(price.apr_bp or (most_bp if p.learning.exploration_share > 0.0 else 0) for price in prices),
        closed=tuple(price.closed for price in prices),
        typical_apr=typical,
        typical_headline_apr=min(typical * (1.0 - p.fee_gap_share), rules.max_headline_apr_bp / 10_000.0),
        new_cutoff_band=lender.new_cutoff_band(),
        line_cutoff_band=lender.cutoffs.line.cutoff_band,
        limit_months=tuple(
            limit_months * (1.0 - (1.0 - p.limit_floor_share) * min(1.0, band / steps)) for band in range(BANDS)
        ),
        largest_limit_fen=fen(p.largest_limit_yuan),
        limit_raise_share=p.limit_raise_share,
        cuts=line_cuts(p, lender.status, economy.month, lender.warm_up_months),
        partners=tuple(each.bank.index for each in partners_now(lender, rulebook.month)) if share_bp > 0 else (),
        partner_share_bp=share_bp,
        rules=rules._replace(borrower_cap_fen=lender.borrower_cap_fen()),
        sold_before=lender.sold_before,
        sale_age_months=p.disposal.sell_after_months or NEVER,
        test=test_of(lender, rules),
        signal_noise=signal_noise(lender),
        rationed_share=rationing.refused_share,
        rationed_in_need_share=rationing.refused_in_need_share,
        shut_ground=NO_LICENCE if lender.status == RESOLUTION else FROZEN,
        collection_factor=economy.shock_effects.collection_factors[lender.index],
        data_seen_share=economy.shock_effects.data_seen_shares[lender.index],
        fraud_share=economy.shock_effects.fraud_shares[lender.index],
    )


def law_on_prices(p: LenderParameters, rules: Rules, economy: Economy) -> Rules:
    """Return the rules with both ceilings on price worked out: what one on headlines leaves, fees included.

    The one-year loan prime rate is the policy rate of the economy. A ceiling on headlines alone leaves room above it:
    as much as the lender hides in fees anyway, or as it is ready to move there or into a guarantor's fee. One that
    leaves out guarantors' fees alone leaves room for these.
    """
    prime_bp = max(0, basis_points(economy.policy_rate_apr))
    all_in_bp = min(rules.max_apr_bp, times_prime_bp(rules.max_lpr_multiple, prime_bp))
    headline_bp = min(rules.max_headline_apr_bp, times_prime_bp(rules.max_headline_lpr_multiple, prime_bp))
    own_bp = min(rules.max_unguaranteed_apr_bp, times_prime_bp(rules.max_unguaranteed_lpr_multiple, prime_bp))
    unguaranteed_bp = BASIS_POINTS - basis_points(p.largest_guarantee_share)
    shown_bp = unguaranteed_bp - basis_points(max(p.fee_gap_share, p.largest_fee_share))
    return rules._replace(
        max_apr_bp=min(all_in_bp, headline_bp * BASIS_POINTS // shown_bp, own_bp * BASIS_POINTS // unguaranteed_bp),
        max_headline_apr_bp=min(headline_bp, own_bp),
    )


def times_prime_bp(multiple: float, prime_bp: int) -> int:
    """Return a multiple of the prime rate in basis points, rounded down; the largest multiple is no ceiling at all."""
    return NO_RATE_CAP_BP if multiple >= NO_LPR_MULTIPLE else basis_points(multiple) * prime_bp // BASIS_POINTS


def test_of(lender: LenderState, rules: Rules) -> OfferTest:
    """Return the month's test of prices and limits; a personal price keeps to the lender's bounds and to the law."""
    p = lender.parameters
    return OfferTest(
        share=p.offer_test.share,
        price_step_bp=basis_points(p.offer_test.price_step_apr),
        limit_step_share=p.offer_test.limit_step_share,
        least_apr_bp=max(1, basis_points(p.price_floor_apr)),
        most_apr_bp=min(basis_points(p.price_ceiling_apr), rules.max_apr_bp),
    )


def band_prices(lender: LenderState, economy: Economy, rulebook: Rulebook) -> tuple[Price, ...]:
    """Return the price of every band: the least that pays this lender and, in joint loans, every partner too.

    The service fee moves income from the partner to the originator, so it and the shares decide the price: a
    lender that keeps little of a loan must live on fees.
    """
    p = lender.parameters
    rules = law_on_prices(p, rulebook.of(lender.kind), economy)
    bounds = (p.price_floor_apr, p.price_ceiling_apr, rules.max_apr_bp, lender.charged_off_share)
    if joint_share_bp(lender, rulebook) == 0:
        own = sole_stake(lender, economy, rulebook)
        return prices_of(own, own, *bounds)
    stakes = joint_stakes(lender, economy, rulebook)
    return dearest([prices_of(own, partner, *bounds) for own, partner in stakes])


def own_stakes(lender: LenderState, economy: Economy, rulebook: Rulebook) -> list[Stake]:
    """Return the lender's stake in this month's loans, one for each partner bank, or the one of lending alone."""
    if joint_share_bp(lender, rulebook) == 0:
        return [sole_stake(lender, economy, rulebook)]
    return [own for own, _ in joint_stakes(lender, economy, rulebook)]


def sole_stake(lender: LenderState, economy: Economy, rulebook: Rulebook) -> Stake:
    """Return the stake of a lender in a loan that it makes alone."""
    return stake_of(lender, economy, rulebook, 1.0, 1.0, lender.opex_apr())


def joint_stakes(lender: LenderState, economy: Economy, rulebook: Rulebook) -> list[tuple[Stake, Stake]]:
    """Return the lender's stake in a joint loan and the partner's, for every partner bank of the month."""
    partner_share = joint_share_bp(lender, rulebook) / 10_000
    stakes = []
    for bank, terms in partners_now(lender, rulebook.month):
        fee_share = partner_share * terms.service_fee_share
        income_share = 1.0 - partner_share + fee_share
        own = stake_of(lender, economy, rulebook, 1.0 - partner_share, income_share, lender.opex_apr())
        opex_apr = bank.parameters.joint_opex_apr * partner_share
        stakes.append((own, stake_of(bank, economy, rulebook, partner_share, partner_share - fee_share, opex_apr)))
    return stakes


def stake_of(
    lender: LenderState, economy: Economy, rulebook: Rulebook, part_share: float, income_share: float, opex_apr: float
) -> Stake:
    """Return what a lender's money must earn on its part of a loan."""
    p = lender.parameters
    return Stake(
        part_share=part_share,
        income_share=income_share,
        opex_apr=opex_apr,
        funding_apr=lender.funding_apr(economy),
        loss_given_default=p.loss_given_default,
        capital_share=lender.capital_target(rulebook.of(lender.kind)) * lender.risk_weight(),
        target_roe=p.target_roe,
        markup_apr=lender.markup_apr(),
        default_slope=p.default_slope,
    )


@lru_cache(maxsize=1_000)
def prices_of(
    own: Stake, partner: Stake, floor_apr: float, ceiling_apr: float, cap_bp: int, charged_off_share: float
) -> tuple[Price, ...]:
    """Return the price of every band; remembered, because terms seldom change from one month to the next.

    `charged_off_share` is the part of a band's bad loans that is charged off: 1 where the card speaks of charge-offs.
    """
    return tuple(
        band_price(default_share * charged_off_share, own, partner, floor_apr, ceiling_apr, cap_bp)
        for default_share in band_default_shares()
    )
