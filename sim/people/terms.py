"""What a pass over people may read besides people: the month's terms and conditions, fixed before the pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from math import sqrt
from typing import Annotated, Any, NamedTuple, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.codes import ANY_NUMBER_OF_LENDERS, NO_SERVICE_CAP_SHARE, REGIONS, SECTORS
from sim.money import basis_points
from sim.params import LenderParameters
from sim.state import numpy_types
from sim.values import Economy, LineCuts, Offer, Rules

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Source = Callable[[Offer, LenderParameters], Any]


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
    """Lenders' terms of the month, first axis the lender in order of id; each says where its values are from.

    A value is made of the lender's offer of the month (`o`) and of its parameters (`p`).
    """

    lender_id: Annotated[Whole, lambda _, p: p.id]
    open: Annotated[Whole, lambda o, _: int(o.open)]
    apr_bp: Annotated[Whole, lambda o, _: o.apr_bp]  # (L, bands)
    closed: Annotated[Whole, lambda o, _: o.closed]  # (L, bands)
    typical_apr: Annotated[Real, lambda o, _: o.typical_apr]
    typical_headline_apr: Annotated[Real, lambda o, _: o.typical_headline_apr]
    headline_share: Annotated[Real, lambda _, p: 1.0 - p.fee_gap_share]
    new_cutoff: Annotated[Whole, lambda o, _: o.new_cutoff_band]
    line_cutoff: Annotated[Whole, lambda o, _: o.line_cutoff_band]
    limit_months: Annotated[Real, lambda o, _: o.limit_months]  # (L, bands)
    largest_limit: Annotated[Whole, lambda o, _: o.largest_limit_fen]
    most_contracts: Annotated[Whole, lambda _, p: p.contracts_per_customer]  # of one customer; 0 = any number
    limit_raise: Annotated[Real, lambda o, _: o.limit_raise_share]
    borrower_cap: Annotated[Whole, lambda o, _: o.rules.borrower_cap_fen]
    disclosure: Annotated[Real, lambda o, _: o.rules.disclosure_share]
    # people with a lower rank are seen
    registry_rank: Annotated[Whole, lambda o, _: basis_points(o.rules.registry_coverage_share * o.data_seen_share)]
    registry_memory: Annotated[Whole, lambda o, _: o.rules.registry_memory_months]
    registry_coverage: Annotated[Real, lambda o, _: o.rules.registry_coverage_share]
    partner_share_bp: Annotated[Whole, lambda o, _: o.partner_share_bp]
    charge_off_bucket: Annotated[Whole, lambda _, p: p.charge_off_bucket]
    dormant_months: Annotated[Whole, lambda _, p: p.dormant_months]
    barred_months: Annotated[Whole, lambda _, p: p.barred_months]
    collection_effort: Annotated[
        Real, lambda o, p: min(p.collection_effort, o.rules.collection_effort_share) * o.collection_factor
    ]
    # claims charged off before this month belong to their buyer
    sold_before: Annotated[Whole, lambda o, _: o.sold_before]
    sale_age: Annotated[Whole, lambda o, _: o.sale_age_months]  # months since charge-off from which a claim is for sale
    proxy_noise: Annotated[Real, lambda _, p: p.proxy_noise]
    signal_noise: Annotated[Real, lambda o, _: o.signal_noise]
    signal_seen: Annotated[Real, lambda o, _: o.data_seen_share]  # how much of the behaviour signal reaches the lender
    job_loss_seen: Annotated[Real, lambda _, p: p.job_loss_seen_share]
    scene: Annotated[Real, lambda _, p: p.scene]
    is_bank: Annotated[Whole, lambda _, p: int(p.kind == "bank")]
    # share of strangers refused by policy or price who get the smallest loan
    exploration: Annotated[Real, lambda _, p: p.learning.exploration_share]
    # share of strangers' applications that an officer decides
    officer_share: Annotated[Real, lambda _, p: p.officers.override_share]
    # correlation of an officer's view with true reliability
    officer_insight: Annotated[Real, lambda _, p: p.officers.insight_share]
    # weight of what is mere belief
    officer_blindness: Annotated[Real, lambda _, p: sqrt(1.0 - p.officers.insight_share**2)]
    officer_refuses_below: Annotated[Real, lambda _, p: p.officers.refuse_below]
    officer_accepts_above: Annotated[Real, lambda _, p: p.officers.accept_above]
    rationed: Annotated[Real, lambda o, _: o.rationed_share]  # share of loans granted that are then refused at random
    # the same, for those who borrow to pay bills
    rationed_in_need: Annotated[Real, lambda o, _: o.rationed_in_need_share]
    fraud: Annotated[Real, lambda o, _: o.fraud_share]  # share of first loans that are frauds
    band_of_cell: NDArray[np.int8]  # (L, cells)
    experiment_share: Annotated[Real, lambda o, _: o.test.share]  # of applications that are in a price experiment
    experiment_step_bp: Annotated[Whole, lambda o, _: o.test.price_step_bp]
    experiment_limit_step: Annotated[Real, lambda o, _: o.test.limit_step_share]
    # no personal price goes below it, nor above the next
    least_apr_bp: Annotated[Whole, lambda o, _: o.test.least_apr_bp]
    most_apr_bp: Annotated[Whole, lambda o, _: o.test.most_apr_bp]
    # what the law asks of a contract and a person
    # 1 = one of the next four binds somebody
    has_law: Annotated[Whole, lambda o, _: int(limits_whom_to_lend_to(o.rules))]
    needs_income: Annotated[Whole, lambda o, _: o.rules.needs_income]
    youngest_age_band: Annotated[Whole, lambda o, _: o.rules.youngest_age_band]
    most_lenders: Annotated[Whole, lambda o, _: o.rules.most_lenders]
    service_cap_bp: Annotated[Whole, lambda o, _: basis_points(o.rules.debt_service_share)]  # instalments over income
    cap_income_months: Annotated[Real, lambda o, _: o.rules.borrower_cap_income_months]  # one person's debt here
    longest_term: Annotated[Whole, lambda o, _: o.rules.longest_term_months]  # months
    postponement: Annotated[Whole, lambda o, _: o.rules.postponement]
    taught_share: Annotated[Real, lambda o, _: o.rules.literacy_taught_share]
    headline_ceiling: Annotated[Real, lambda o, _: o.rules.max_headline_apr_bp / 10_000.0]  # yearly rate
    shut_ground: Annotated[Whole, lambda o, _: o.shut_ground]  # told to those who ask while `open` is 0
    cuts: Cuts


class Conditions(NamedTuple):
    """The state of the world as people feel it this month."""

    month: int  # counted from the start of the warm-up
    wage_index: float
    season_factor: float
    finding_share: float
    separation_shares: NDArray[np.float64]  # (REGION_SECTORS,) by region and sector
    income_factors: NDArray[np.float64]  # (REGION_SECTORS,) what is left of a wage there
    job_risks: NDArray[np.float64]  # (sectors,) excess separation over the mean, relative
    income_noises: NDArray[np.float64]  # (sectors,)
    informal_supply_share: float
    community_default_points: NDArray[np.float64]  # (communities,)
    before_window: int  # 1 inside the observation window before the policy
    after_window: int
    counts_shape: int = 1  # 1 = books are counted by size, region and sector this month
    watch_months: int = 0  # how long an applicant is followed for the sake of scorecards; 0 = nobody is
    bonus_factor: float = 1.0  # multiplies wages


class Cutoffs(NamedTuple):
    """What lenders' allocations of one round mean to people; first axis is the lender in order of id."""

    priority: NDArray[np.int64]  # (L, strata) first priority refused
    binding: NDArray[np.int64]  # (L, strata) the constraint that refused it
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
    lenders = list(zip(offers, parameters, strict=True))
    columns: dict[str, Any] = {
        name: np.array([value(*each) for each in lenders], kind) for name, (kind, value) in sources().items()
    }
    return Terms(**columns, band_of_cell=band_of_cell, cuts=cuts_of([offer.cuts for offer in offers]))


@cache
def sources() -> dict[str, tuple[type, Source]]:
    """Return for every term of a lender its element type and what gives its value, as `Terms` declares them."""
    hints = get_type_hints(Terms, globals(), include_extras=True)
    return {
        name: (next(numpy_types(hint)), hint.__metadata__[0])
        for name, hint in hints.items()
        if get_origin(hint) is Annotated
    }


def limits_whom_to_lend_to(rules: Rules) -> bool:
    """Return whether the rules may forbid a loan that a lender would make."""
    return (
        rules.needs_income == 1
        or rules.youngest_age_band > 0
        or rules.most_lenders < ANY_NUMBER_OF_LENDERS
        or rules.debt_service_share < NO_SERVICE_CAP_SHARE
    )


def separation_shares_of(economy: Economy) -> NDArray[np.float64]:
    """Return the share of jobs lost this month by region and sector: sector's share, region's factor, shocks."""
    calm = [share * factor for factor in economy.region_separation_factors for share in economy.separation_shares]
    shares_and_factors = zip(calm, economy.shock_effects.separation_factors, strict=True)
    return np.array([min(1.0, share * factor) for share, factor in shares_and_factors])


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
        share * math.fsum(economy.shock_effects.separation_factors[sector :: len(SECTORS)]) / len(REGIONS)
        for sector, share in enumerate(economy.separation_shares)
    ]
    return Conditions(
        month=month,
        wage_index=float(economy.wage_index),
        season_factor=float(economy.season_factor),
        finding_share=float(economy.finding_share),
        separation_shares=separation_shares_of(economy),
        income_factors=np.array(economy.shock_effects.income_factors, dtype=np.float64),
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
