"""The numbers of people: who they are, how they work, spend, borrow, repay and hear of each other."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.parameters.quantity import ASSUMED, Quantity

NBS_2023 = "National Bureau of Statistics, per-head disposable income by quintile, 2023"


class PopulationParameters(NamedTuple):
    """The people in the market."""

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
    buffer_line_fade: Annotated[
        float,
        Quantity(
            "share",
            0.0,
            1.0,
            "how much less those lean on lines who have saved the whole buffer; off by default, assumed",
        ),
    ] = 0.0
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
    loans_until_sated: Annotated[
        int, Quantity("open loans and claims with which nobody wishes for a purchase", 1, 1_000, ASSUMED)
    ] = 4
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
    anticipation_share: Annotated[
        float,
        Quantity(
            "share of purchases brought forward each month while a rule on loans is announced and not yet in force",
            0.0,
            1.0,
            "0: nobody anticipates; assumed",
        ),
    ] = 0.0
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
    rumour_immune_share: Annotated[
        float, Quantity("share of those who stop believing who never believe it again", 0.0, 1.0, ASSUMED)
    ] = 1.0
    rumour_between_share: Annotated[float, Quantity("share of contacts outside the community", 0.0, 1.0, ASSUMED)] = 0.2
    rumour_refused_share: Annotated[
        float,
        Quantity(
            "people told that a lender closes, for each customer who asked in vain to draw on a line cut or frozen",
            0.0,
            100.0,
            "0: a freeze starts no talk; assumed, always swept",
        ),
    ] = 0.0
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
