"""The named markets whose results are kept: between them they switch on every family of mechanisms."""

from __future__ import annotations

from collections.abc import Callable

from experiments.compose.study import compose
from sim.params import MarketConfig
from tests.market.everything import everything_on

SIZE = ["scale=smoke", "population.size=1500", "calendar.warm_up_months=24", "calendar.months=24"]
WINDOWS = ["observe.baseline_until=8", "observe.outcome_from=8", "observe.outcome_until=24"]
FOLLOWED = [
    "observe.panel_people=150",
    "observe.cohort_months=12",
    "observe.liquidity_lender=platform_a",
    "observe.liquidity_month=8",
    "observe.new_loans_share=0.5",
]
LENDERS = ("platform_a", "platform_b", "bank_a", "bank_b", "consumer_finance_a", "micro_lender_a")


def _composed(*overrides: str) -> MarketConfig:
    return compose([*SIZE, *WINDOWS, *overrides])


def _dated(*policies: str) -> list[str]:
    dates = [f"policy.{name}.{key}" for name in policies for key in ("announce_month=6", "effective_month=8")]
    return [f"policy=[{','.join(policies)}]", *dates]


def _struck(*shocks: str) -> list[str]:
    return [f"shock=[{','.join(shocks)}]", *(f"shock.{name}.start_month=8" for name in shocks)]


def _at_every_lender(*settings: str) -> list[str]:
    return [f"lender.{name}.{setting}" for name in LENDERS for setting in settings]


MARKETS: dict[str, Callable[[], MarketConfig]] = {
    "plain": _composed,
    "everything_on": lambda: everything_on(_composed(*FOLLOWED)),
    "supervised": lambda: _composed(
        *_dated("capital_adequacy", "provision_floor", "concentration_cap", "leverage_ratio"),
        "regulator.supervision.from_month=8",
        "regulator.supervision.inspections_a_year=3.0",
        "regulator.supervision.breach_fine_share=0.05",
        "regulator.supervision.false_return_fine_share=0.1",
        *_at_every_lender("dressing={hidden_share:0.9,months:3,from_month:8}"),
    ),
    "learning": lambda: _composed(
        *_at_every_lender(
            "learning={review_months:6,first_review_month:5,window_months:6,exploration_share:0.05}",
            "officers={override_share:0.5,insight_share:0.5}",
        ),
        "observe.truth_months=6",
    ),
    "joint_lending": lambda: _composed(
        *_dated("joint_lending_floor", "single_partner_cap", "joint_loan_cap", "funding_leverage")
    ),
    "conduct_rules": lambda: _composed(
        *_dated("rate_cap", "disclosure", "borrower_cap", "debt_service_cap", "eligible_borrowers", "credit_registry")
    ),
    "macro_shocks": lambda: _composed(*_struck("unemployment", "pandemic", "policy_rate")),
    "lender_shocks": lambda: _composed(*_struck("funding_freeze", "lender_exit", "collection_halt")),
    "information_shocks": lambda: _composed(*_struck("shutdown_rumour", "data_outage", "fraud_wave")),
    "feedback": lambda: _composed("economy=feedback", "economy.slowdown_entry_share=0.1", *_dated("growth_quota")),
}
