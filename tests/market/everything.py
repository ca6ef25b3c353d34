"""Everything that lenders can do, switched on at all of them at once: for agreement, for the audit, and for speed."""

from __future__ import annotations

from sim.parameters.books import (
    IFRS9,
    BudgetParameters,
    DisposalParameters,
    EfficiencyParameters,
    FunderParameters,
    PartnerParameters,
    ProvisionParameters,
    SecuritiesParameters,
)
from sim.parameters.conduct import OfficerParameters, RationingParameters
from sim.parameters.limits import QuietCutParameters, ReviewParameters
from sim.params import LearningParameters, LenderParameters, MarketConfig, OfferTestParameters, StrategyParameters

LEARNING = LearningParameters(
    review_months=3,
    first_review_month=1,
    window_months=6,
    model_two_from_month=4,
    model_two_signal_noise=0.4,
    exploration_share=0.05,
    reject_odds_factor=1.2,
)
BUDGET = BudgetParameters(
    leverage_target_share=0.04,
    liquidity_target_share=0.5,
    line_buffer_share=0.02,
    sector_cap_share=0.4,
    region_cap_share=0.6,
    partner_cap_share=0.8,
    quota_window_months=6,
    quota_growth_share=0.02,
)
FUNDERS = FunderParameters(
    capital_rollover_slope=1.0,
    npl_rollover_slope=1.0,
    rumour_rollover_slope=1.0,
    capital_spread_slope_apr=0.1,
    npl_spread_slope_apr=0.2,
    rumour_spread_slope_apr=0.1,
)
SEVERAL_PARTNERS = (PartnerParameters("bank_a", 2.0, 0.42), PartnerParameters("bank_b", 1.0, 0.42, until_month=5))


def at_work(lender: LenderParameters, learning: LearningParameters) -> LenderParameters:
    """The lender with all it can do switched on; the one with a partner bank gets a second one, which later leaves."""
    on = lender._replace(
        learning=learning,
        officers=OfficerParameters(override_share=0.1),
        rationing=RationingParameters(from_month=3, refused_share=0.05, refused_in_need_share=0.02),
        review=ReviewParameters(
            late_cut_share=0.3, debt_cut_share=0.2, debt_cut_months=3.0, band_cut_share=0.2, band_cut_from=12
        ),
        quiet_cut=QuietCutParameters(start_month=2, cut_share=0.2, freeze_share=0.02, freeze_months=2),
        strategy=StrategyParameters(move_months=3, most_limit_steps=3),
        offer_test=OfferTestParameters(share=0.1),
        budget=BUDGET,
        funders=FUNDERS,
        provisions=ProvisionParameters(IFRS9),
        securities=SecuritiesParameters(pool_share=0.2),
        disposal=DisposalParameters(sell_after_months=3),
        efficiency=EfficiencyParameters(20.0, 0.5, technology_apr=0.005, collection_cost_apr=0.2),
    )
    return on._replace(partner="", partners=SEVERAL_PARTNERS) if lender.partner else on


def everything_on(config: MarketConfig, learning: LearningParameters = LEARNING) -> MarketConfig:
    """The market with all of it on, its refused applicants followed, and the shape of books counted each quarter."""
    return config._replace(
        lender=tuple((name, at_work(lender, learning)) for name, lender in config.lender),
        observe=config.observe._replace(truth_months=6, shape_every_months=3),
    )
