"""The numbers of one lender."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.parameters.books import (
    BudgetParameters,
    DisposalParameters,
    EfficiencyParameters,
    FunderParameters,
    PartnerParameters,
    ProvisionParameters,
    SecuritiesParameters,
)
from sim.parameters.conduct import (
    CompetitionParameters,
    OfficerParameters,
    RationingParameters,
    RelabellingParameters,
)
from sim.parameters.limits import QuietCutParameters, ReviewParameters
from sim.parameters.quantity import ASSUMED, OneOf, Quantity
from sim.parameters.supervision import DressingParameters

LENDER_KINDS = ("platform", "bank", "consumer_finance", "micro_lender")


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
    model_two_signal_noise: Annotated[
        float,
        Quantity("standard deviations of the behaviour signal from then on; negative = as before", -1.0, 10.0, ASSUMED),
    ] = -1.0
    model_two_leaves_out: tuple[str, ...] = ()  # features that the first model chose by and the second may not use
    unemployment_log_odds: Annotated[
        float, Quantity("log odds per percentage point of unemployment, before experience", -2.0, 2.0, ASSUMED)
    ] = 0.05
    exploration_share: Annotated[
        float,
        Quantity(
            "share of strangers refused by policy or price who get the smallest loan",
            0.0,
            1.0,
            "the choice",
        ),
    ] = 0.0
    keeps_approval_share: bool = True  # False: cut-offs are fixed bands, whatever the new card makes of them
    bridges_to_charge_off: bool = True  # False: a learned share of bad loans is priced as if all were charged off
    reject_odds_factor: Annotated[
        float, Quantity("odds of the refused over those of the accepted in a cell, 0 = left out", 0.0, 20.0, ASSUMED)
    ] = 0.0


class StrategyParameters(NamedTuple):
    """How a lender feels its way to a better return on capital; by default its terms stay."""

    move_months: Annotated[
        int, Quantity("months between moves, 0 = terms stay; a quarter is 3", 0, 120, "the study's choice")
    ] = 0
    markup_step_apr: Annotated[float, Quantity("yearly rate a move", 0.0001, 0.2, ASSUMED)] = 0.0025
    least_markup_apr: Annotated[float, Quantity("yearly rate", -0.5, 1.0, ASSUMED)] = 0.0
    largest_markup_apr: Annotated[float, Quantity("yearly rate", -0.5, 1.0, ASSUMED)] = 0.08
    most_appetite_bands: Annotated[
        int, Quantity("bands that the cut-off for new customers may move either way", 0, 20, ASSUMED)
    ] = 3
    limit_step_share: Annotated[
        float, Quantity("of the opening limits that the parameters set, a move", 0.001, 1.0, ASSUMED)
    ] = 0.1
    most_limit_steps: Annotated[
        int, Quantity("moves that opening limits may go either way, 0 = limits stay", 0, 100, "the study's choice")
    ] = 0
    inertia_share: Annotated[
        float, Quantity("weight of older experience against the last move's", 0.0, 0.99, ASSUMED)
    ] = 0.5


class OfferTestParameters(NamedTuple):
    """A lender's offer test of other prices and limits on some applications, chosen at random; none by default."""

    share: Annotated[
        float, Quantity("share of applications in the offer test, its control arm included", 0.0, 1.0, "the choice")
    ] = 0.0
    price_step_apr: Annotated[float, Quantity("yearly rate above and below the band's", 0.0, 0.5, ASSUMED)] = 0.02
    limit_step_share: Annotated[float, Quantity("share above and below the opening limit", 0.0, 1.0, ASSUMED)] = 0.25
    least_offers: Annotated[
        int,
        Quantity(
            "offers at each price, and loans at each limit, before they count",
            1,
            1_000_000,
            "a twentieth either way; assumed",
        ),
    ] = 100
    least_standard_errors: Annotated[
        float,
        Quantity(
            "by which losses, or profits at two limits, must differ to count", 0.0, 10.0, "one in twenty by chance"
        ),
    ] = 2.0


class LenderParameters(NamedTuple):
    """One lender; each kind is one configuration."""

    id: Annotated[int, Quantity("number", 1, 120, "immutable; draws and order of work key on it")] = 1
    kind: Annotated[str, OneOf(LENDER_KINDS)] = "platform"
    reach_share: Annotated[float, Quantity("share of people", 0.0, 1.0, ASSUMED)] = 0.5
    home_regions: tuple[str, ...] = ()  # of REGIONS; empty = at home everywhere
    home_sectors: tuple[str, ...] = ()  # of SECTORS; empty = at home in all
    away_reach_factor: Annotated[
        float,
        Quantity("part of the reach that is left among people elsewhere", 0.0, 1.0, "1: none is lost; the choice"),
    ] = 1.0
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
    officers: OfficerParameters = OfficerParameters()
    rationing: RationingParameters = RationingParameters()
    # limits
    limit_months: Annotated[float, Quantity("months of proxy income in the safest band", 0.0, 60.0, ASSUMED)] = 3.0
    limit_floor_share: Annotated[float, Quantity("share of it in the riskiest open band", 0.0, 1.0, ASSUMED)] = 0.25
    largest_limit_yuan: Annotated[int, Quantity("yuan", 0, 1_000_000, "200,000 in law; platforms grant far less")] = (
        50_000
    )
    limit_raise_share: Annotated[float, Quantity("share every six months in good standing", 0.0, 1.0, ASSUMED)] = 0.10
    contracts_per_customer: Annotated[
        int,
        Quantity(
            "contracts at once; a draw beyond repays the smallest current one and adds to it; 0 = any number",
            0,
            1_000,
            "each draw on a platform's line is a contract of its own",
        ),
    ] = 0
    review: ReviewParameters = ReviewParameters()
    quiet_cut: QuietCutParameters = QuietCutParameters()
    dressing: DressingParameters = DressingParameters()
    relabelling: RelabellingParameters = RelabellingParameters()
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
    default_slope: Annotated[
        float,
        Quantity(
            "log odds of default a unit of yearly rate adds, as the lender believes",
            0.0,
            20.0,
            "dearer loans default more (Karlan and Zinman 2009); level assumed",
        ),
    ] = 1.2
    target_roe: Annotated[float, Quantity("share a year", 0.0, 1.0, ASSUMED)] = 0.12
    loss_given_default: Annotated[
        float, Quantity("share", 0.0, 1.0, "unsecured; collections recover a tenth or so")
    ] = 0.9
    fee_gap_share: Annotated[
        float, Quantity("share of the all-in price outside the headline rate", 0.0, 0.9, ASSUMED)
    ] = 0.1
    largest_fee_share: Annotated[
        float,
        Quantity(
            "share of the all-in price that fees may grow to under a ceiling on headlines alone", 0.0, 0.9, ASSUMED
        ),
    ] = 0.0
    largest_guarantee_share: Annotated[
        float,
        Quantity(
            "share of the all-in price moved to a guarantor's fee under a ceiling that leaves such fees out",
            0.0,
            0.9,
            ASSUMED,
        ),
    ] = 0.0
    price_floor_apr: Annotated[float, Quantity("yearly rate", 0.0, 1.0, "lowest Jiebei rate 5.475%")] = 0.05475
    price_ceiling_apr: Annotated[
        float, Quantity("yearly rate", 0.01, 3.0, "own policy; 36% was the outer legal line")
    ] = 0.36
    strategy: StrategyParameters = StrategyParameters()
    competition: CompetitionParameters = CompetitionParameters()
    offer_test: OfferTestParameters = OfferTestParameters()
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
    risk_weight: Annotated[float, Quantity("share", 0.0, 5.0, "75% retail (rules of 2012 and 2024); 100% else")] = 1.0
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
    prepared_share: Annotated[
        float,
        Quantity("share of announced capital rules met before they are in force", 0.0, 1.0, "0: none; others assumed"),
    ] = 0.0
    growth_quota_share: Annotated[
        float, Quantity("share of the book that may be added a month", 0.0, 5.0, "own plan; assumed")
    ] = 0.02
    founding_plan_yuan: Annotated[
        float, Quantity("yuan a person in the market, a month", 0.0, 1e6, "lets an empty book start; assumed")
    ] = 30.0
    budget_extra_fen: Annotated[
        int, Quantity("fen", 0, 10**12, "added to every headroom from then on; one fen makes a placebo arm")
    ] = 0
    budget_extra_from_month: Annotated[int, Quantity("month", 0, 100_000, "first month of what is added")] = 0
    budget: BudgetParameters = BudgetParameters()
    funders: FunderParameters = FunderParameters()
    provisions: ProvisionParameters = ProvisionParameters()
    securities: SecuritiesParameters = SecuritiesParameters()
    disposal: DisposalParameters = DisposalParameters()
    efficiency: EfficiencyParameters = EfficiencyParameters()
    # joint lending
    partner: str = ""  # name of the one partner bank of an originator; empty = several, below, or it lends alone
    partners: tuple[PartnerParameters, ...] = ()  # several partner banks; each joint loan is shared with one of them
    partner_share: Annotated[
        float,
        Quantity("share of each joint loan", 0.0, 1.0, "98% of facilitated balance was others' money in mid 2020"),
    ] = 0.0
    accepts_originators: tuple[str, ...] = ()  # of a partner bank: names of those it lends with; empty = anybody
    service_fee_share: Annotated[
        float, Quantity("share of the partner's interest paid to the originator", 0.0, 1.0, ASSUMED)
    ] = 0.25
    partner_quota_share: Annotated[
        float, Quantity("share of own loans a month committed as a partner", 0.0, 5.0, ASSUMED)
    ] = 0.15

    @property
    def partnerships(self) -> tuple[PartnerParameters, ...]:
        """Its partner banks, whether there is one or several."""
        if self.partner:
            return (PartnerParameters(self.partner, service_fee_share=self.service_fee_share),)
        return self.partners
