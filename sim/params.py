"""Every number of the model that may be set: one field, one number, with its unit, bounds and source.

The sections are NamedTuples: frozen, readable, and the compiled rules can take them as they are. The metadata is what
the configuration loader checks and what the report prints. Money is written in yuan here and turned into fen on use.
A source that says "assumed" means nobody measured it: it is a starting value, and a candidate for sensitivity analysis.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from sim.book_parameters import (
    AuctionParameters,
    DisposalParameters,
    EfficiencyParameters,
    FunderParameters,
    ProvisionParameters,
    SecuritiesParameters,
)
from sim.quantity import ASSUMED as ASSUMED
from sim.quantity import Quantity as Quantity
from sim.quantity import quantities as quantities

NBS_2023 = "National Bureau of Statistics, per-head disposable income by quintile, 2023"


class CalendarParameters(NamedTuple):
    """When the run starts and how long it lasts."""

    start: str = "2021-01"  # calendar month of month 0, the first that is reported; warm-up lies before it
    months: Annotated[int, Quantity("months", 1, 600, "the study's choice")] = 84
    warm_up_months: Annotated[int, Quantity("months", 0, 240, "longest loan plus collection, twice over")] = 72


class PopulationParameters(NamedTuple):
    """Who lives in the market."""

    size: Annotated[int, Quantity("people", 1, 20_000_000, "scale")] = 100_000
    represents: Annotated[
        int, Quantity("people", 1, 2_000_000_000, "about 500 million adults used online credit or could; assumed")
    ] = 500_000_000
    # A mixture of two lognormals; least squares on the logs of the five means leaves errors under 1.5%.
    income_low_weight: Annotated[
        float, Quantity("share", 0.0, 1.0, "fitted to the five quintile means; " + NBS_2023)
    ] = 0.4543
    income_low_log_yuan: Annotated[float, Quantity("log yuan a year", 5.0, 15.0, "fitted; " + NBS_2023)] = 9.7907
    income_low_log_sd: Annotated[float, Quantity("log points", 0.01, 3.0, "fitted; " + NBS_2023)] = 0.8127
    income_high_log_yuan: Annotated[float, Quantity("log yuan a year", 5.0, 15.0, "fitted; " + NBS_2023)] = 10.7424
    income_high_log_sd: Annotated[float, Quantity("log points", 0.01, 3.0, "fitted; " + NBS_2023)] = 0.5948
    region_weights: Annotated[
        tuple[float, float, float, float],
        Quantity(
            "people, any scale: east, central, west, northeast", 0.0, 1e12, "seventh national census, 2020, percent"
        ),
    ] = (39.93, 25.83, 27.12, 6.98)
    region_income_tilts: Annotated[
        tuple[float, float, float, float], Quantity("log odds per income quintile", -2.0, 2.0, ASSUMED)
    ] = (0.2, -0.1, -0.2, -0.1)
    sector_weights: Annotated[
        tuple[float, float, float, float, float, float],
        Quantity("people, any scale, in the order of SECTORS", 0.0, 1e12, "plausible for urban China; assumed"),
    ] = (20.0, 10.0, 18.0, 20.0, 12.0, 20.0)
    sector_income_tilts: Annotated[
        tuple[float, float, float, float, float, float], Quantity("log odds per income quintile", -2.0, 2.0, ASSUMED)
    ] = (0.0, -0.35, -0.2, 0.15, 0.4, 0.0)
    age_weights: Annotated[
        tuple[float, float, float, float, float],
        Quantity("people, any scale, in the order of AGE_BANDS", 0.0, 1e12, "younger than all adults; assumed"),
    ] = (14.0, 30.0, 25.0, 24.0, 7.0)
    reliability_income_correlation: Annotated[
        float, Quantity("correlation of standard scores", -1.0, 1.0, "the better paid pay more reliably; assumed")
    ] = 0.25
    patience_reliability_correlation: Annotated[
        float, Quantity("correlation of standard scores", -1.0, 1.0, "the orderly also save; assumed")
    ] = 0.5
    turbulence_log_sd: Annotated[
        float,
        Quantity("log points per standard deviation of reliability", 0.0, 2.0, "how unequally trouble comes; assumed"),
    ] = 1.0
    literacy_mean: Annotated[float, Quantity("share of the gap understood", 0.0, 1.0, ASSUMED)] = 0.5
    literacy_income_slope: Annotated[float, Quantity("share per standard deviation of income", -1.0, 1.0, ASSUMED)] = (
        0.1
    )
    literacy_sd: Annotated[float, Quantity("share, at equal income", 0.0, 1.0, ASSUMED)] = 0.2
    people_per_community: Annotated[int, Quantity("people", 300, 1_000_000, ASSUMED)] = 500
    adopted_share: Annotated[float, Quantity("share", 0.0, 1.0, "saturated before reporting starts; assumed")] = 0.8
    opening_savings_months: Annotated[
        float, Quantity("months of income", 0.0, 24.0, "forgotten in warm-up; assumed")
    ] = 1.0


class WorkParameters(NamedTuple):
    """Jobs and income."""

    unemployment_separation_slope: Annotated[
        float, Quantity("log points per unit of gap", 0.0, 5.0, "separations carry about half of the cycle; assumed")
    ] = 1.0
    unemployment_finding_slope: Annotated[float, Quantity("log points per unit of gap", 0.0, 5.0, ASSUMED)] = 1.0
    finding_share: Annotated[
        float, Quantity("share a month", 0.01, 1.0, "mean spell of about seven months; assumed")
    ] = 0.15
    turbulence_slope: Annotated[
        float,
        Quantity("share per standard deviation", 0.0, 0.9, "how much more often the less reliable lose jobs; assumed"),
    ] = 0.3
    replacement_share: Annotated[
        float, Quantity("share of permanent income", 0.0, 1.0, "severance, family and unemployment insurance; assumed")
    ] = 0.45
    replacement_months: Annotated[
        int, Quantity("months", 0, 24, "Unemployment insurance runs 12 to 24 months; assumed")
    ] = 12
    covered_share: Annotated[float, Quantity("share", 0.0, 1.0, "share of workers insured; assumed")] = 0.45
    support_share: Annotated[
        float, Quantity("share of permanent income", 0.0, 1.0, "family and minimum living guarantee; assumed")
    ] = 0.25


class SpendingParameters(NamedTuple):
    """Essentials, buffer-stock saving and unavoidable expenses."""

    subsistence_yuan: Annotated[int, Quantity("yuan a month", 0, 10_000, "Engel intercept; assumed")] = 200
    essential_share: Annotated[
        float, Quantity("share of permanent income", 0.0, 1.0, "with the intercept, about half of mean income; assumed")
    ] = 0.40
    emergency_share: Annotated[float, Quantity("share of people a month", 0.0, 1.0, ASSUMED)] = 0.025
    emergency_log_months: Annotated[float, Quantity("log months of income", -5.0, 5.0, ASSUMED)] = -0.4
    emergency_log_sd: Annotated[float, Quantity("log points", 0.0, 2.0, ASSUMED)] = 0.9
    buffer_months: Annotated[
        float, Quantity("months of essentials", 0.0, 24.0, "target buffer of a person of median patience; assumed")
    ] = 1.2
    buffer_patience_months: Annotated[
        float, Quantity("months per standard deviation of patience", 0.0, 12.0, ASSUMED)
    ] = 0.9
    buffer_job_risk_months: Annotated[
        float, Quantity("months per unit of excess sector separation", 0.0, 12.0, ASSUMED)
    ] = 0.3
    buffer_line_share: Annotated[
        float, Quantity("share of unused lines", 0.0, 1.0, "an open line is a buffer; assumed")
    ] = 0.3
    spend_share: Annotated[float, Quantity("share of cash above the buffer a month", 0.0, 1.0, ASSUMED)] = 0.25
    long_term_saving_share: Annotated[
        float,
        Quantity(
            "share of cash above the buffer a month",
            0.0,
            1.0,
            "with spend_share gives consumption of about 70% of income",
        ),
    ] = 0.50


class DemandParameters(NamedTuple):
    """Why people want credit and what they would pay for it."""

    purchase_share: Annotated[float, Quantity("share of people a month", 0.0, 1.0, ASSUMED)] = 0.10
    purchase_log_months: Annotated[float, Quantity("log months of income", -5.0, 5.0, ASSUMED)] = -0.05
    purchase_log_sd: Annotated[
        float, Quantity("log points", 0.0, 2.0, "sd of log loan amount 0.74 in a LendingClub sample")
    ] = 0.7
    purchase_impatience_slope: Annotated[float, Quantity("share per standard deviation", 0.0, 0.9, ASSUMED)] = 0.3
    purchase_line_pull_share: Annotated[
        float, Quantity("share", 0.0, 3.0, "an unused line raises spending far from the limit too; assumed")
    ] = 0.3
    convenience_share: Annotated[
        float, Quantity("share of purchases", 0.0, 1.0, "put on credit though savings would do; assumed")
    ] = 0.35
    shortfall_months: Annotated[
        float,
        Quantity("months of income", 0.0, 12.0, "least that people in need ask for: enough for some weeks; assumed"),
    ] = 0.5
    working_capital_share: Annotated[float, Quantity("share of self-employed a month", 0.0, 1.0, ASSUMED)] = 0.04
    working_capital_log_months: Annotated[float, Quantity("log months of income", -5.0, 5.0, ASSUMED)] = 0.3
    working_capital_margin_share: Annotated[float, Quantity("share of stock sold", 0.0, 1.0, ASSUMED)] = 0.12
    working_capital_turnover_share: Annotated[float, Quantity("share of stock a month", 0.01, 1.0, ASSUMED)] = 0.2
    season_peak_share: Annotated[
        float, Quantity("share", 0.0, 2.0, "extra purchases in June, November and before New Year; assumed")
    ] = 0.3
    reservation_log_apr: Annotated[
        float, Quantity("log yearly rate", -5.0, 3.0, "median about 30% a year; assumed")
    ] = -1.2
    reservation_impatience_slope: Annotated[
        float, Quantity("log points per standard deviation", -2.0, 2.0, ASSUMED)
    ] = 0.2
    reservation_need_slope: Annotated[float, Quantity("log points", 0.0, 3.0, ASSUMED)] = 0.5
    reservation_reliability_slope: Annotated[
        float,
        Quantity(
            "log points per standard deviation", -2.0, 2.0, "adverse selection: the less reliable accept more; assumed"
        ),
    ] = -0.05
    reservation_log_sd: Annotated[float, Quantity("log points", 0.0, 2.0, ASSUMED)] = 0.35
    amount_cap_months: Annotated[float, Quantity("months of income", 0.1, 60.0, ASSUMED)] = 6.0
    smallest_loan_yuan: Annotated[
        int, Quantity("yuan", 1, 100_000, "about what the smallest pay-later purchases come to; assumed")
    ] = 200
    instalment_income_share: Annotated[
        float, Quantity("share of income", 0.01, 1.0, "people choose the shortest term whose instalment fits; assumed")
    ] = 0.15


class ChoiceParameters(NamedTuple):
    """Which lender a person turns to."""

    price_weight: Annotated[float, Quantity("utility per unit of yearly rate", 0.0, 100.0, ASSUMED)] = 8.0
    line_weight: Annotated[
        float, Quantity("utility of an open line with room", 0.0, 20.0, "repeat customers are 82-94% on platforms")
    ] = 2.5
    scene_weight: Annotated[float, Quantity("utility in a purchase", 0.0, 20.0, ASSUMED)] = 0.8
    rejection_weight: Annotated[
        float, Quantity("utility lost for three months after a refusal", 0.0, 20.0, ASSUMED)
    ] = 2.0
    discouraged_months: Annotated[
        int, Quantity("months", 0, 60, "after a refusal people stop asking new lenders (Jappelli 1990); length assumed")
    ] = 6
    revealed_share: Annotated[
        float,
        Quantity(
            "share",
            0.0,
            1.0,
            "part of the gap between headline and all-in price seen by a person of full literacy; assumed",
        ),
    ] = 0.6


class RepaymentParameters(NamedTuple):
    """Who pays, who forgets, who walks away."""

    forget_share: Annotated[
        float,
        Quantity(
            "share of loans a month", 0.0, 1.0, "0-30 days past due of 0.8% on a guaranteed platform book (Qfin 2024)"
        ),
    ] = 0.008
    forget_reliability_slope: Annotated[float, Quantity("share per standard deviation", 0.0, 0.9, ASSUMED)] = 0.4
    penalty_factor: Annotated[
        float,
        Quantity(
            "multiple of the contract rate on late instalments",
            1.0,
            5.0,
            "People's Bank rule of 2003: 1.3 to 1.5 times",
        ),
    ] = 1.5
    stigma_burden_months: Annotated[
        float,
        Quantity("months of income owed", 0.0, 120.0, "debt at which a person of median stigma walks away; assumed"),
    ] = 9.0
    stigma_spread_months: Annotated[float, Quantity("months per standard deviation", 0.0, 60.0, ASSUMED)] = 2.0
    stigma_community_slope: Annotated[
        float, Quantity("share of stigma per percentage point of community default", 0.0, 1.0, ASSUMED)
    ] = 0.04
    access_weight: Annotated[
        float, Quantity("months of debt per month of income of unused line", 0.0, 10.0, ASSUMED)
    ] = 1.0
    rumour_access_factor: Annotated[
        float, Quantity("share of access value left", 0.0, 1.0, "assumed, always swept")
    ] = 0.2
    recovery_surplus_share: Annotated[
        float, Quantity("share of surplus", 0.0, 1.0, "so that about a tenth is recovered; bulk NPL sales expect 6.9%")
    ] = 0.03
    collection_months: Annotated[int, Quantity("months", 1, 60, "collection runs two years")] = 24
    registry_priority: Annotated[
        float, Quantity("yuan of line", 0.0, 1e7, "what a clean credit record is worth; assumed")
    ] = 20_000.0


class ContagionParameters(NamedTuple):
    """How defaults and rumours spread."""

    rumour_contact_share: Annotated[
        float, Quantity("share a month", 0.0, 10.0, "no field magnitude was found: assumed, always swept")
    ] = 1.0
    rumour_forget_share: Annotated[float, Quantity("share a month", 0.0, 1.0, ASSUMED)] = 0.35
    rumour_between_share: Annotated[float, Quantity("share of contacts outside the community", 0.0, 1.0, ASSUMED)] = 0.2
    shrink_people: Annotated[
        int, Quantity("people", 1, 100_000, "weight of the region in a community's default rate; assumed")
    ] = 300


class InformalParameters(NamedTuple):
    """The informal lender: last resort of the rationed."""

    apr: Annotated[float, Quantity("yearly rate", 0.0, 10.0, "at the 36% line above which contracts were void")] = 0.36
    cap_months: Annotated[float, Quantity("months of income a person", 0.0, 60.0, ASSUMED)] = 1.0
    total_cap_share: Annotated[float, Quantity("share of monthly income of all", 0.0, 10.0, ASSUMED)] = 0.10
    repay_surplus_share: Annotated[float, Quantity("share of surplus", 0.0, 1.0, ASSUMED)] = 0.5
    default_months: Annotated[int, Quantity("months of interest missed", 1, 60, ASSUMED)] = 6
    barred_months: Annotated[int, Quantity("months", 0, 120, ASSUMED)] = 24


class BehaviourParameters(NamedTuple):
    """All that people do."""

    work: WorkParameters = WorkParameters()
    spending: SpendingParameters = SpendingParameters()
    demand: DemandParameters = DemandParameters()
    choice: ChoiceParameters = ChoiceParameters()
    repayment: RepaymentParameters = RepaymentParameters()
    contagion: ContagionParameters = ContagionParameters()
    informal: InformalParameters = InformalParameters()


class LearningParameters(NamedTuple):
    """How a lender's scorecard learns from its own loans; by default it never does."""

    review_months: Annotated[
        int, Quantity("months between reviews, 0 = expert card for ever", 0, 120, "validation is yearly; the choice")
    ] = 0
    first_review_month: Annotated[int, Quantity("month, negative in the warm-up", -240, 600, "the study's choice")] = 0
    refits: bool = True  # False: reviews only measure how the expert card does
    window_months: Annotated[
        int, Quantity("months on book", 1, 36, "performance windows run 12 to 24 months; Basel looks at one year")
    ] = 12
    memory_months: Annotated[int, Quantity("months of loans kept once judged", 1, 120, ASSUMED)] = 36
    prior_bads: Annotated[
        float, Quantity("bad loans in a bin that weigh as much as the expert card", 0.1, 1e6, ASSUMED)
    ] = 20.0
    model_two_from_month: Annotated[
        int, Quantity("month; model version 2 adds sector and forecast; 999 = never", -240, 999, "the study's choice")
    ] = 999
    unemployment_log_odds: Annotated[
        float, Quantity("log odds per percentage point of unemployment, before experience", -2.0, 2.0, ASSUMED)
    ] = 0.05
    exploration_share: Annotated[
        float, Quantity("share of strangers refused by policy who get the smallest loan", 0.0, 1.0, "the choice")
    ] = 0.0
    reject_odds_factor: Annotated[
        float, Quantity("odds of the refused over those of the accepted in a cell, 0 = left out", 0.0, 20.0, ASSUMED)
    ] = 0.0


LENDER_KINDS = ("platform", "bank", "consumer_finance", "micro_lender")


class LenderParameters(NamedTuple):
    """One lender; each kind is one configuration."""

    id: Annotated[int, Quantity("number", 1, 120, "immutable; draws and order of work key on it")] = 1
    kind: str = "platform"
    reach_share: Annotated[float, Quantity("share of people", 0.0, 1.0, ASSUMED)] = 0.5
    scene: Annotated[float, Quantity("strength", 0.0, 1.0, "how much the lender owns the shopping scene; assumed")] = (
        0.0
    )
    # underwriting
    proxy_noise: Annotated[float, Quantity("log points", 0.0, 3.0, "noise of the income proxy; assumed")] = 0.35
    signal_noise: Annotated[
        float, Quantity("standard deviations", 0.0, 10.0, "noise of the behaviour signal; assumed")
    ] = 1.0
    job_loss_seen_share: Annotated[
        float, Quantity("share", 0.0, 1.0, "how much of a lost job the income proxy shows; assumed")
    ] = 0.3
    new_cutoff_band: Annotated[
        int, Quantity("band, 0 safest", -1, 19, "riskiest band open to new customers; assumed")
    ] = 9
    line_cutoff_band: Annotated[
        int, Quantity("band, 0 safest", -1, 19, "riskiest band that may draw on an open line; assumed")
    ] = 14
    card_shift: Annotated[
        float, Quantity("log odds", -3.0, 3.0, "level of the expert scorecard for this customer base, to thousandths")
    ] = 0.0
    learning: LearningParameters = LearningParameters()
    # limits
    limit_months: Annotated[float, Quantity("months of proxy income in the safest band", 0.0, 60.0, ASSUMED)] = 3.0
    limit_floor_share: Annotated[float, Quantity("share of it in the riskiest open band", 0.0, 1.0, ASSUMED)] = 0.25
    largest_limit_yuan: Annotated[int, Quantity("yuan", 0, 1_000_000, "200,000 in law; platforms grant far less")] = (
        50_000
    )
    limit_raise_share: Annotated[float, Quantity("share every six months in good standing", 0.0, 1.0, ASSUMED)] = 0.10
    limit_cut_share: Annotated[
        float, Quantity("share of every line cut each month", 0.0, 1.0, "0 in calm; tightening mode")
    ] = 0.0
    dormant_months: Annotated[
        int,
        Quantity(
            "months",
            1,
            600,
            "cards count as asleep after 18 (credit-card notice of July 2022); closed half a year later, assumed",
        ),
    ] = 24
    # pricing
    opex_apr: Annotated[float, Quantity("share of mean loans a year", 0.0, 1.0, ASSUMED)] = 0.06
    joint_opex_apr: Annotated[float, Quantity("share of parts in others' loans a year", 0.0, 1.0, ASSUMED)] = 0.005
    markup_apr: Annotated[float, Quantity("yearly rate", -0.5, 1.0, ASSUMED)] = 0.01
    target_roe: Annotated[float, Quantity("share a year", 0.0, 1.0, ASSUMED)] = 0.12
    loss_given_default: Annotated[
        float, Quantity("share", 0.0, 1.0, "unsecured; collections recover a tenth or so")
    ] = 0.9
    fee_gap_share: Annotated[
        float, Quantity("share of the all-in price outside the headline rate", 0.0, 0.9, ASSUMED)
    ] = 0.1
    price_floor_apr: Annotated[float, Quantity("yearly rate", 0.0, 1.0, "lowest Jiebei rate 5.475%")] = 0.05475
    price_ceiling_apr: Annotated[
        float, Quantity("yearly rate", 0.01, 3.0, "own policy; 36% was the outer legal line")
    ] = 0.36
    # collections
    charge_off_bucket: Annotated[
        int, Quantity("months late", 4, 12, "180 days platforms and micro, 360 days banks and consumer finance")
    ] = 6
    collection_effort: Annotated[float, Quantity("share of debtors reached a month", 0.0, 1.0, ASSUMED)] = 0.3
    barred_months: Annotated[
        int,
        Quantity("months after the claim has ended", 0, 600, "with two years of collection, five in all; assumed"),
    ] = 36
    # funding and books
    deposit_share: Annotated[float, Quantity("share of funding", 0.0, 1.0, "banks only")] = 0.0
    funding_spread_apr: Annotated[
        float, Quantity("yearly rate over the policy rate", -0.1, 1.0, "ABS 2.7-6.5% in 2021")
    ] = 0.01
    funding_term_months: Annotated[int, Quantity("months", 1, 60, "rungs of the funding ladder; assumed")] = 12
    rollover_share: Annotated[
        float, Quantity("share", 0.0, 1.0, "part of maturing funding renewed in calm; assumed")
    ] = 1.0
    cash_target_share: Annotated[float, Quantity("share of loans", 0.0, 1.0, ASSUMED)] = 0.08
    cash_minimum_share: Annotated[float, Quantity("share of loans", 0.0, 1.0, ASSUMED)] = 0.02
    capital_target_share: Annotated[float, Quantity("share of risk-weighted assets", 0.0, 2.0, ASSUMED)] = 0.14
    capital_buffer_share: Annotated[float, Quantity("share above the rule kept by own policy", 0.0, 1.0, ASSUMED)] = (
        0.01
    )
    risk_weight: Annotated[float, Quantity("share", 0.0, 5.0, "100% before 2024; 75% retail since at banks")] = 1.0
    dividend_share: Annotated[float, Quantity("share of profit above the capital target", 0.0, 1.0, ASSUMED)] = 1.0
    raise_patience_months: Annotated[
        int, Quantity("months below the own capital target", 1, 120, "before owners are asked; assumed")
    ] = 6
    raise_delay_months: Annotated[
        int,
        Quantity(
            "months", 1, 120, "until owners answer; outside equity is slow and dear (Myers and Majluf 1984); assumed"
        ),
    ] = 6
    raise_share: Annotated[
        float,
        Quantity(
            "share of the shortfall a quarter, 0 = owners never pay in",
            0.0,
            1.0,
            "small: banks meet a higher ratio mainly by shrinking (Gropp, Mosk, Ongena and Wix 2019); level assumed",
        ),
    ] = 0.10
    raise_hurdle_roe: Annotated[
        float, Quantity("yearly return on equity owners want to have seen", -10.0, 10.0, "what equity costs; assumed")
    ] = 0.08
    growth_quota_share: Annotated[
        float, Quantity("share of the book that may be added a month", 0.0, 5.0, "own plan; assumed")
    ] = 0.02
    founding_plan_yuan: Annotated[
        float, Quantity("yuan a person in the market, a month", 0.0, 1e6, "lets an empty book start; assumed")
    ] = 30.0
    budget_extra_fen: Annotated[
        int, Quantity("fen", 0, 10**12, "added to every headroom; one fen makes a placebo arm")
    ] = 0
    funders: FunderParameters = FunderParameters()
    provisions: ProvisionParameters = ProvisionParameters()
    securities: SecuritiesParameters = SecuritiesParameters()
    disposal: DisposalParameters = DisposalParameters()
    efficiency: EfficiencyParameters = EfficiencyParameters()
    # joint lending
    partner: str = ""  # name of the partner bank of an originator; empty = lends alone
    partner_share: Annotated[
        float,
        Quantity("share of each joint loan", 0.0, 1.0, "98% of facilitated balance was others' money in mid 2020"),
    ] = 0.0
    service_fee_share: Annotated[
        float, Quantity("share of the partner's interest paid to the originator", 0.0, 1.0, ASSUMED)
    ] = 0.25
    partner_quota_share: Annotated[
        float, Quantity("share of own loans a month committed as a partner", 0.0, 5.0, ASSUMED)
    ] = 0.15


class EconomyParameters(NamedTuple):
    """The economy around the market."""

    unemployment_share: Annotated[float, Quantity("share", 0.001, 0.5, "surveyed urban unemployment about 5.2%")] = (
        0.052
    )
    # replayed month by month from month 0; the last value stays
    unemployment_path: Annotated[tuple[float, ...], Quantity("share", 0.001, 0.5, "the scenario's choice")] = ()
    slowdown_entry_share: Annotated[
        float, Quantity("share a month", 0.0, 1.0, "chance that a slowdown starts; 0 = none")
    ] = 0.0
    slowdown_exit_share: Annotated[
        float, Quantity("share a month", 0.01, 1.0, "mean length of twelve months; assumed")
    ] = 0.083
    slowdown_gap: Annotated[float, Quantity("gap units", -3.0, 0.0, ASSUMED)] = -0.3
    sector_unemployment_ratios: Annotated[
        tuple[float, float, float, float, float, float],
        Quantity(
            "multiple of the mean in calm, in the order of SECTORS",
            0.01,
            20.0,
            "construction high, public low; assumed",
        ),
    ] = (1.0, 1.8, 1.2, 1.0, 0.3, 1.0)
    policy_rate_apr: Annotated[float, Quantity("yearly rate", -0.05, 0.5, "one-year LPR 3.85% in 2020-21")] = 0.0385
    deposit_spread_apr: Annotated[
        float, Quantity("yearly rate under the policy rate", 0.0, 0.2, "deposits near 2%; assumed")
    ] = 0.018
    wage_growth_apr: Annotated[float, Quantity("share a year", -0.5, 0.5, "real; assumed")] = 0.0
    profit_tax_share: Annotated[
        float, Quantity("share of a month's profit", 0.0, 0.9, "Enterprise Income Tax Law: 25%")
    ] = 0.25
    feedback_strength: Annotated[
        float, Quantity("gap units per unit of spending shortfall", 0.0, 20.0, "0 switches it off exactly")
    ] = 0.0


class RegulatorParameters(NamedTuple):
    """How the supervisor sees and acts."""

    report_lag_months: Annotated[int, Quantity("months", 0, 24, "monthly returns arrive late; assumed")] = 1
    report_noise: Annotated[float, Quantity("share", 0.0, 1.0, "relative noise of returns; assumed")] = 0.0
    warning_months: Annotated[
        int, Quantity("months in breach", 1, 60, "before a warning becomes a freeze; assumed")
    ] = 3
    minimum_capital_share: Annotated[float, Quantity("share of risk-weighted assets", 0.0, 1.0, "total capital 8%")] = (
        0.08
    )
    licence_capital_yuan: Annotated[
        tuple[float, float, float, float],
        Quantity(
            "yuan of capital of a lender in the whole market, in the order of LENDER_KINDS; 0 = none",
            0.0,
            1e13,
            "consumer finance 1 billion: measures for consumer finance companies, from 2024-04-18, here throughout; "
            "none at the others: assumed, for want of a rule that was verified",
        ),
    ] = (0.0, 0.0, 1e9, 0.0)
    registry_coverage_share: Annotated[
        float, Quantity("share of people whose loans all lenders see", 0.0, 1.0, ASSUMED)
    ] = 0.3
    registry_memory_months: Annotated[int, Quantity("months", 0, 120, "bad record kept five years")] = 60
    disclosure_share: Annotated[float, Quantity("share of the hidden price gap shown to all", 0.0, 1.0, ASSUMED)] = 0.0
    borrower_cap_yuan: Annotated[
        int, Quantity("yuan a person and lender", 1, 10_000_000, "personal consumption line 200,000")
    ] = 200_000


class ObserveParameters(NamedTuple):
    """What is written down."""

    baseline_from: Annotated[int, Quantity("month", 0, 600, "window in which a person counts as served before")] = 0
    baseline_until: Annotated[int, Quantity("month, exclusive", 0, 600, "the announcement")] = 24
    outcome_from: Annotated[int, Quantity("month", 0, 600, "window in which a person counts as served after")] = 24
    outcome_until: Annotated[int, Quantity("month, exclusive", 0, 600, "the study's horizon")] = 60
    truth_months: Annotated[
        int,
        Quantity("months an applicant is followed, 0 = nobody is", 0, 60, "as long as the lenders' performance window"),
    ] = 0
    panel_people: Annotated[int, Quantity("people", 0, 1_000_000, "rows of the optional borrower panel")] = 0


class MarketConfig(NamedTuple):
    """All that one run needs, apart from its seed."""

    calendar: CalendarParameters = CalendarParameters()
    population: PopulationParameters = PopulationParameters()
    behaviour: BehaviourParameters = BehaviourParameters()
    lender: tuple[tuple[str, LenderParameters], ...] = ()  # (name, parameters), sorted by id
    economy: EconomyParameters = EconomyParameters()
    regulator: RegulatorParameters = RegulatorParameters()
    auction: AuctionParameters = AuctionParameters()
    observe: ObserveParameters = ObserveParameters()
    policy: tuple[tuple[str, Any], ...] = ()  # (name, Instrument), sorted by name
    shock: tuple[tuple[str, Any], ...] = ()  # (name, Shock), sorted by name
    engine: str = "arrays"  # or "objects"
    shards: Annotated[int, Quantity("row ranges", 1, 1024, "results are the same bytes for any number")] = 1
    threads: Annotated[int, Quantity("threads", 1, 256, "results are the same bytes for any number")] = 1
