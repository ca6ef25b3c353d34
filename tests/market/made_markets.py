"""Small markets that between them switch on every family of mechanisms: what every market promises is tried on each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sim.parameters.books import DisposalParameters
from sim.parameters.conduct import OfficerParameters, RationingParameters
from sim.params import (
    BudgetParameters,
    CompetitionParameters,
    DressingParameters,
    LearningParameters,
    MarketConfig,
    OfferTestParameters,
    PartnerParameters,
    QuietCutParameters,
    RegulatorRuleParameters,
    ReviewParameters,
    StrategyParameters,
    SupervisionParameters,
)
from sim.policies.borrower_cap import BorrowerCap
from sim.policies.capital_adequacy import CapitalAdequacy
from sim.policies.credit_registry import CreditRegistry
from sim.policies.disclosure import Disclosure
from sim.policies.joint_lending_floor import JointLendingFloor
from sim.policies.rate_cap import RateCap
from sim.shocks.funding_freeze import FundingFreeze
from sim.shocks.shutdown_rumour import ShutdownRumour
from sim.shocks.unemployment import Unemployment
from tests.market.everything import everything_on
from tests.market.small_market import every_lender, one_lender, small

ANNOUNCED, EFFECTIVE = 6, 8
BINDING = {
    "rate_cap": RateCap(ANNOUNCED, EFFECTIVE, max_apr=0.14),
    "borrower_cap": BorrowerCap(ANNOUNCED, EFFECTIVE, max_yuan=2_000),
    "capital_adequacy": CapitalAdequacy(ANNOUNCED, EFFECTIVE, minimum_share=0.5),
    "joint_lending_floor": JointLendingFloor(ANNOUNCED, EFFECTIVE, own_share=0.9),
    "disclosure": Disclosure(ANNOUNCED, EFFECTIVE, shown_share=1.0),
    "credit_registry": CreditRegistry(ANNOUNCED, EFFECTIVE, coverage_share=1.0),
}
SHOCKS = {
    "unemployment": Unemployment(ANNOUNCED, months=6, add_share=0.2),
    "funding_freeze": FundingFreeze(ANNOUNCED, months=6, rollover_cut_share=1.0, spread_add_apr=0.05),
    "shutdown_rumour": ShutdownRumour(ANNOUNCED, months=3, seed_share=0.5),
}
# --- lenders that learn, move and compete -------------------------------------------------------------------------
YEARLY = LearningParameters(review_months=6, window_months=6, first_review_month=5)
UPGRADED = YEARLY._replace(model_two_from_month=8, exploration_share=0.2, reject_odds_factor=1.5)
QUARTERLY = StrategyParameters(move_months=3)
OFFER_TEST = OfferTestParameters(share=0.5, price_step_apr=0.04, least_offers=20)
COMPETING = CompetitionParameters(believed_price_weight=25.0, review_months=3, memory_months=6)
# --- lenders that cut, ration, sell and limit themselves ----------------------------------------------------------
RATIONED_FROM = 6
RATIONED = RationingParameters(from_month=RATIONED_FROM, refused_share=0.5, refused_in_need_share=0.3)
OFFICERS = OfficerParameters(override_share=0.8, insight_share=0.7, refuse_below=0.0, accept_above=0.5)
CUT = QuietCutParameters(start_month=6, months=3, cut_share=1.0, scope="unused")
HARSH = ReviewParameters(
    late_cut_share=0.5, debt_cut_share=0.5, debt_cut_months=0.5, band_cut_share=0.5, band_cut_from=8
)
PARTNERS = (PartnerParameters("bank_a", 0.6, 0.42), PartnerParameters("bank_b", 0.4, 0.3, until_month=6))
# --- supervision --------------------------------------------------------------------------------------------------
BEGINS = 3
SUPERVISION = SupervisionParameters(
    from_month=BEGINS,
    inspections_a_year=3.0,
    plan_after_months=2,
    plan_months=3,
    clean_returns=1,
    breach_fine_share=0.05,
    false_return_fine_share=0.1,
)
# A fifth of risk-weighted assets on top of the minimum: nobody has it.
RULE = RegulatorRuleParameters("bad_loans_share", 5.0, 0.0, "release", BEGINS, capital_buffer_share=0.2)
DRESSING = DressingParameters(hidden_share=0.9, months=3, from_month=BEGINS)


def learning(parameters: LearningParameters = YEARLY, truth_months: int = 6) -> MarketConfig:
    """Every lender reviews its card, and refused applicants are followed."""
    config = every_lender(small(), learning=parameters)
    return config._replace(observe=config.observe._replace(truth_months=truth_months))


def strategic() -> MarketConfig:
    """Every lender learns, moves its terms by its returns, and tries other prices and limits."""
    return every_lender(small(), strategy=QUARTERLY, offer_test=OFFER_TEST, learning=YEARLY)


def rationed() -> MarketConfig:
    """One lender refuses at random, officers overrule the card, and debtors of several lenders are followed."""
    config = every_lender(one_lender(small(300), "platform_a", rationing=RATIONED), officers=OFFICERS)
    return config._replace(observe=config.observe._replace(baseline_until=RATIONED_FROM, cohort_months=8))


def reviewed() -> MarketConfig:
    """Every lender reviews its lines harshly and cuts some quietly; customers of one are followed."""
    config = every_lender(small(people=200, warm_up=8), review=HARSH, quiet_cut=CUT._replace(freeze_share=0.3))
    config = one_lender(config, "bank_a", quiet_cut=CUT._replace(from_band=6, customer_share=0.5))
    return config._replace(observe=config.observe._replace(liquidity_lender="platform_a", liquidity_month=4))


def selling() -> MarketConfig:
    """Every lender sells its claims as soon as it may."""
    return every_lender(small(120, 24, 6), disposal=DisposalParameters(sell_after_months=1))


def followed() -> MarketConfig:
    """Some people are followed month by month, with their loans."""
    config = small(people=250)
    return config._replace(observe=config.observe._replace(panel_people=40))


@cache
def limited(**changes: object) -> MarketConfig:
    """Every limit on new lending is set, and the platform has two partners, one of which leaves."""
    budget = BudgetParameters(
        leverage_target_share=0.05,
        liquidity_target_share=1.2,
        line_buffer_share=0.01,
        sector_cap_share=0.5,
        region_cap_share=0.6,
        quota_window_months=3,
        quota_growth_share=-0.1,
    )
    config = every_lender(small(people=500, warm_up=12, months=12), budget=budget)
    config = one_lender(
        config, "platform_a", partner="", partners=PARTNERS, budget=budget._replace(partner_cap_share=0.7)
    )
    return config._replace(**changes)  # type: ignore[arg-type]


@cache
def cyclical() -> MarketConfig:
    """The economy has every cycle on; the regulator does as little as ever."""
    economy = small().economy._replace(
        sector_cycle_sd_gap=0.3,
        region_cycle_sd_gap=0.3,
        slowdown_entry_share=0.1,
        expansion_gap=0.1,
        new_year_bonus_months=1.0,
        feedback_strength=1.0,
        spending_feedback_strength=0.5,
        funding_spread_sd_apr=0.005,
    )
    return small(months=14, economy=economy)


@cache
def supervised() -> MarketConfig:
    """The same market under supervision in earnest."""
    config = every_lender(cyclical(), dressing=DRESSING)
    regulator = config.regulator._replace(supervision=SUPERVISION, rule=RULE, report_noise=0.01, warning_months=1)
    return config._replace(regulator=regulator)


MARKETS: dict[str, Callable[[], MarketConfig]] = {
    "plain": small,
    "everything_on": lambda: everything_on(small(people=250, warm_up=14, months=9)),
    "policies": lambda: small(policy=tuple(sorted(BINDING.items()))),
    "shocks": lambda: small(shock=tuple(sorted(SHOCKS.items()))),
    "supervised": supervised,
    "learning": learning,
    "second_model": lambda: learning(UPGRADED),
    "strategic": strategic,
    "competing": lambda: every_lender(small(), competition=COMPETING),
    "rationed": rationed,
    "reviewed": reviewed,
    "selling": selling,
    "limited": limited,
    "followed": followed,
}


def smaller(config: MarketConfig, people: int = 150) -> MarketConfig:
    """The same market with fewer people and months, for the reference takes five hundred times as long."""
    calendar = config.calendar
    return config._replace(
        population=config.population._replace(size=min(config.population.size, people)),
        calendar=calendar._replace(warm_up_months=min(calendar.warm_up_months, 10)),
    )
