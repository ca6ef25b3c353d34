"""What a pass over people may read besides people: the month's terms and conditions, fixed before the pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import ANY_NUMBER_OF_LENDERS, NO_SERVICE_CAP_SHARE, REGIONS, SECTORS
from sim.money import basis_points
from sim.params import LenderParameters
from sim.values import Economy, LineCuts, Offer, Rules


class Cuts(NamedTuple):
    """What lenders take back from existing customers this month; the columns of `LineCuts`, by lender."""

    may: NDArray[np.int64]
    sees_band: NDArray[np.int64]
    quiet_share: NDArray[np.float64]
    freeze_share: NDArray[np.float64]
    customer_share: NDArray[np.float64]
    unused_only: NDArray[np.int64]
    from_band: NDArray[np.int64]
    opened_before: NDArray[np.int64]
    late_share: NDArray[np.float64]
    debt_share: NDArray[np.float64]
    debt_months: NDArray[np.float64]
    band_share: NDArray[np.float64]
    band_from: NDArray[np.int64]


class Terms(NamedTuple):
    """Lenders' terms of the month; first axis is the lender in order of id."""

    lender_id: NDArray[np.int64]
    open: NDArray[np.int64]
    apr_bp: NDArray[np.int64]  # (L, bands)
    closed: NDArray[np.int64]  # (L, bands)
    typical_apr: NDArray[np.float64]
    typical_headline_apr: NDArray[np.float64]
    headline_share: NDArray[np.float64]
    new_cutoff: NDArray[np.int64]
    line_cutoff: NDArray[np.int64]
    limit_months: NDArray[np.float64]  # (L, bands)
    largest_limit: NDArray[np.int64]
    limit_raise: NDArray[np.float64]
    borrower_cap: NDArray[np.int64]
    disclosure: NDArray[np.float64]
    registry_rank: NDArray[np.int64]  # people with a lower rank are seen
    registry_memory: NDArray[np.int64]
    registry_coverage: NDArray[np.float64]
    partner_share_bp: NDArray[np.int64]
    charge_off_bucket: NDArray[np.int64]
    dormant_months: NDArray[np.int64]
    barred_months: NDArray[np.int64]
    collection_effort: NDArray[np.float64]
    sold_before: NDArray[np.int64]  # claims charged off before this month belong to their buyer
    sale_age: NDArray[np.int64]  # months since charge-off from which a claim is for sale
    proxy_noise: NDArray[np.float64]
    signal_noise: NDArray[np.float64]
    signal_seen: NDArray[np.float64]  # how much of the behaviour signal reaches the lender
    job_loss_seen: NDArray[np.float64]
    scene: NDArray[np.float64]
    is_bank: NDArray[np.int64]
    exploration: NDArray[np.float64]  # share of strangers refused by policy or price who get the smallest loan
    officer_share: NDArray[np.float64]  # share of strangers' applications that an officer decides
    officer_insight: NDArray[np.float64]  # correlation of an officer's view with true reliability
    officer_blindness: NDArray[np.float64]  # weight of what is mere belief
    officer_refuses_below: NDArray[np.float64]
    officer_accepts_above: NDArray[np.float64]
    rationed: NDArray[np.float64]  # share of loans granted that are then refused by lot
    rationed_in_need: NDArray[np.float64]  # the same, for those who borrow to pay bills
    fraud: NDArray[np.float64]  # share of first loans that are frauds
    band_of_cell: NDArray[np.int8]  # (L, cells)
    test_share: NDArray[np.float64]  # of applications that are in a trial of prices and limits
    test_step_bp: NDArray[np.int64]
    test_limit_step: NDArray[np.float64]
    least_apr_bp: NDArray[np.int64]  # no personal price goes below it, nor above the next
    most_apr_bp: NDArray[np.int64]
    # what the law asks of a contract and a person
    has_law: NDArray[np.int64]  # 1 = one of the next four binds somebody
    needs_income: NDArray[np.int64]
    youngest_age_band: NDArray[np.int64]
    most_lenders: NDArray[np.int64]
    service_cap_bp: NDArray[np.int64]  # instalments over income
    cap_income_months: NDArray[np.float64]  # one person's debt here
    longest_term: NDArray[np.int64]  # months
    postponement: NDArray[np.int64]
    taught_share: NDArray[np.float64]
    headline_ceiling: NDArray[np.float64]  # yearly rate
    shut_ground: NDArray[np.int64]  # told to those who ask while `open` is 0
    cuts: Cuts


class Conditions(NamedTuple):
    """The state of the world as people feel it this month."""

    month: int  # counted from the start of the warm-up
    wage_index: float
    season_factor: float
    finding_share: float
    separation_shares: NDArray[np.float64]  # (places,) by region and sector
    income_factors: NDArray[np.float64]  # (places,) what is left of a wage there
    job_risks: NDArray[np.float64]  # (sectors,) excess separation over the mean, relative
    income_noises: NDArray[np.float64]  # (sectors,)
    informal_supply_share: float
    community_default_points: NDArray[np.float64]  # (communities,)
    before_window: int  # 1 inside the observation window before the policy
    after_window: int
    counts_shape: int = 1  # 1 = books are counted by size and place this month
    watch_months: int = 0  # how long an applicant is followed for the sake of scorecards; 0 = nobody is
    bonus_factor: float = 1.0  # multiplies wages


class Cutoffs(NamedTuple):
    """What lenders' allocations of one round mean to people; first axis is the lender in order of id."""

    priority: NDArray[np.int64]  # (L, lots) first priority refused
    binding: NDArray[np.int64]  # (L, lots) the constraint that refused it
    partner: NDArray[np.int64]  # (L, PRIORITIES) bank beside which the loan is made, or NOBODY


# Transitory noise of monthly income by sector, log points; traders and the self-employed swing most. Assumed.
INCOME_NOISE = (0.10, 0.22, 0.18, 0.12, 0.05, 0.30)


def cuts_of(cuts: Sequence[LineCuts]) -> Cuts:
    """Return what every lender takes back as arrays; `cuts` is in order of id."""
    columns = {name: [getattr(each, name) for each in cuts] for name in LineCuts._fields}
    kinds = {name: np.float64 if name.endswith(("share", "debt_months")) else np.int64 for name in columns}
    return Cuts._make(np.array(values, dtype=kinds[name]) for name, values in columns.items())


def terms_of(
    offers: Sequence[Offer],
    parameters: Sequence[LenderParameters],
    band_of_cell: NDArray[np.int8],
) -> Terms:
    """Return the terms of all lenders as arrays; `offers` and `parameters` are in order of id."""

    def whole(values: Sequence[int]) -> NDArray[np.int64]:
        return np.array(values, dtype=np.int64)

    def real(values: Sequence[float]) -> NDArray[np.float64]:
        return np.array(values, dtype=np.float64)

    return Terms(
        lender_id=whole([p.id for p in parameters]),
        open=whole([int(offer.open) for offer in offers]),
        apr_bp=np.array([offer.apr_bp for offer in offers], dtype=np.int64),
        closed=np.array([offer.closed for offer in offers], dtype=np.int64),
        typical_apr=real([offer.typical_apr for offer in offers]),
        typical_headline_apr=real([offer.typical_headline_apr for offer in offers]),
        headline_share=real([1.0 - p.fee_gap_share for p in parameters]),
        new_cutoff=whole([offer.new_cutoff_band for offer in offers]),
        line_cutoff=whole([offer.line_cutoff_band for offer in offers]),
        limit_months=np.array([offer.limit_months for offer in offers], dtype=np.float64),
        largest_limit=whole([offer.largest_limit_fen for offer in offers]),
        limit_raise=real([offer.limit_raise_share for offer in offers]),
        borrower_cap=whole([offer.rules.borrower_cap_fen for offer in offers]),
        disclosure=real([offer.rules.disclosure_share for offer in offers]),
        registry_rank=whole(
            [basis_points(offer.rules.registry_coverage_share * offer.data_seen_share) for offer in offers]
        ),
        registry_memory=whole([offer.rules.registry_memory_months for offer in offers]),
        registry_coverage=real([offer.rules.registry_coverage_share for offer in offers]),
        partner_share_bp=whole([offer.partner_share_bp for offer in offers]),
        charge_off_bucket=whole([p.charge_off_bucket for p in parameters]),
        dormant_months=whole([p.dormant_months for p in parameters]),
        barred_months=whole([p.barred_months for p in parameters]),
        collection_effort=real(
            [
                min(p.collection_effort, offer.rules.collection_effort_share) * offer.collection_factor
                for p, offer in zip(parameters, offers, strict=True)
            ]
        ),
        sold_before=whole([offer.sold_before for offer in offers]),
        sale_age=whole([offer.sale_age_months for offer in offers]),
        proxy_noise=real([p.proxy_noise for p in parameters]),
        signal_noise=real([offer.signal_noise for offer in offers]),
        signal_seen=real([offer.data_seen_share for offer in offers]),
        job_loss_seen=real([p.job_loss_seen_share for p in parameters]),
        scene=real([p.scene for p in parameters]),
        is_bank=whole([int(p.kind == "bank") for p in parameters]),
        exploration=real([p.learning.exploration_share for p in parameters]),
        officer_share=real([p.officers.override_share for p in parameters]),
        officer_insight=real([p.officers.insight_share for p in parameters]),
        officer_blindness=real([sqrt(1.0 - p.officers.insight_share**2) for p in parameters]),
        officer_refuses_below=real([p.officers.refuse_below for p in parameters]),
        officer_accepts_above=real([p.officers.accept_above for p in parameters]),
        rationed=real([offer.rationed_share for offer in offers]),
        rationed_in_need=real([offer.rationed_in_need_share for offer in offers]),
        fraud=real([offer.fraud_share for offer in offers]),
        band_of_cell=band_of_cell,
        test_share=real([offer.test.share for offer in offers]),
        test_step_bp=whole([offer.test.price_step_bp for offer in offers]),
        test_limit_step=real([offer.test.limit_step_share for offer in offers]),
        least_apr_bp=whole([offer.test.least_apr_bp for offer in offers]),
        most_apr_bp=whole([offer.test.most_apr_bp for offer in offers]),
        has_law=whole([int(limits_whom_to_lend_to(offer.rules)) for offer in offers]),
        needs_income=whole([offer.rules.needs_income for offer in offers]),
        youngest_age_band=whole([offer.rules.youngest_age_band for offer in offers]),
        most_lenders=whole([offer.rules.most_lenders for offer in offers]),
        service_cap_bp=whole([basis_points(offer.rules.debt_service_share) for offer in offers]),
        cap_income_months=real([offer.rules.borrower_cap_income_months for offer in offers]),
        longest_term=whole([offer.rules.longest_term_months for offer in offers]),
        postponement=whole([offer.rules.postponement for offer in offers]),
        taught_share=real([offer.rules.literacy_taught_share for offer in offers]),
        headline_ceiling=real([offer.rules.max_headline_apr_bp / 10_000.0 for offer in offers]),
        shut_ground=whole([offer.shut_ground for offer in offers]),
        cuts=cuts_of([offer.cuts for offer in offers]),
    )


def limits_whom_to_lend_to(rules: Rules) -> bool:
    """Return whether the rules may forbid a loan that a lender would make."""
    return (
        rules.needs_income == 1
        or rules.youngest_age_band > 0
        or rules.most_lenders < ANY_NUMBER_OF_LENDERS
        or rules.debt_service_share < NO_SERVICE_CAP_SHARE
    )


def separation_shares_of(economy: Economy) -> NDArray[np.float64]:
    """Return the share of jobs lost this month by place: the sector's, times its region's factor and the shocks'."""
    by_place = [share * factor for factor in economy.region_separation_factors for share in economy.separation_shares]
    strained = zip(by_place, economy.strains.separation_factors, strict=True)
    return np.array([min(1.0, share * factor) for share, factor in strained])


def conditions_of(
    economy: Economy,
    month: int,
    calm_separation: Sequence[float],
    informal_supply_share: float,
    community_default_points: NDArray[np.float64],
    before_window: bool,
    after_window: bool,
    watch_months: int = 0,
    counts_shape: bool = True,
) -> Conditions:
    """Return the world as people feel it; job risk is the sector's separation over the calm mean, less one.

    People judge the risk of their sector by the whole country, not by their own region.
    """
    mean_separation = math.fsum(calm_separation) / len(calm_separation)
    separations = [
        share * math.fsum(economy.strains.separation_factors[sector :: len(SECTORS)]) / len(REGIONS)
        for sector, share in enumerate(economy.separation_shares)
    ]
    return Conditions(
        month=month,
        wage_index=float(economy.wage_index),
        season_factor=float(economy.season_factor),
        finding_share=float(economy.finding_share),
        separation_shares=separation_shares_of(economy),
        income_factors=np.array(economy.strains.income_factors, dtype=np.float64),
        job_risks=np.array([share / mean_separation - 1.0 for share in separations], dtype=np.float64),
        income_noises=np.array(INCOME_NOISE, dtype=np.float64),
        informal_supply_share=float(informal_supply_share),
        community_default_points=community_default_points,
        before_window=int(before_window),
        after_window=int(after_window),
        watch_months=watch_months,
        counts_shape=int(counts_shape),
        bonus_factor=float(economy.bonus_factor),
    )
