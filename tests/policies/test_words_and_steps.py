"""What instruments say of themselves, how a cap is phased in, and what makes one idle or strict: case by case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from experiments.compose.registry import kinds, member_class
from sim.params import quantities
from sim.policies.base import Instrument
from sim.policies.capital_adequacy import CapitalAdequacy
from sim.policies.eligible_borrowers import EligibleBorrowers
from sim.policies.funding_leverage import FundingLeverage
from sim.values import Rules

EVERY = tuple(sorted(kinds("policy")))
WORDS: list[tuple[str, dict[str, Any], str]] = [
    ("borrower_cap", {}, "one person owes one lender at most 200,000 yuan"),
    ("capital_adequacy", {}, "total capital at least 10.50% of risk-weighted assets"),
    ("collection_conduct", {}, "collectors reach at most 15% of debtors a month"),
    ("concentration_cap", {}, "one sector at most 30% and one region 50% of what may be lent in a month"),
    ("conservation_buffer", {}, "a capital buffer of 2.50% of risk-weighted assets above the minimum"),
    ("countercyclical_buffer", {}, "a releasable capital buffer of 2.50% of risk-weighted assets"),
    (
        "countercyclical_buffer",
        {"release_after_months": 18},
        "a releasable capital buffer of 2.50% of risk-weighted assets, for 18 months",
    ),
    (
        "credit_gap_buffer",
        {},
        "a capital buffer of up to 2.50% of risk-weighted assets while credit stands 2% to 10% above its trend",
    ),
    ("credit_registry", {}, "the registry covers 90% of people and keeps defaults 60 months"),
    (
        "debt_service_cap",
        {},
        "instalments that a lender sees, the new loan's among them, at most 50% of income",
    ),
    ("disclosure", {}, "yearly rates are displayed: 80% of the hidden price gap is seen by everybody"),
    ("education", {}, "people learn 10% of what they lack about prices and doubt 10% of rumours"),
    (
        "eligible_borrowers",
        {},
        "nothing is lent to people without work; borrowers are in the age band 18-24 or older",
    ),
    (
        "eligible_borrowers",
        {"needs_income": False, "youngest_age_band": 4},
        "people without work may borrow; borrowers are in the age band 60+ or older",
    ),
    ("funding_leverage", {}, "wholesale funding of at most 1 and securities of at most 4 times net assets"),
    ("growth_quota", {}, "a book grows by at most 0.50% a month, beside what is repaid; unused quota keeps 3 months"),
    (
        "income_cap",
        {},
        "one person owes one lender at most 300,000 yuan, and at most 4 months of the income it believes in",
    ),
    ("joint_lending_floor", {}, "the originator keeps at least 30% of each new joint loan"),
    ("joint_loan_cap", {}, "joint loans are at most 50% of all loans of a bank"),
    ("large_exposure", {}, "one person owes a lender at most 0.1 of its capital"),
    ("lender_count_cap", {}, "one person owes at most 2 lenders at once, as far as the registry shows"),
    ("leverage_ratio", {}, "equity of at least 4.00% of all assets"),
    ("licence_capital", {}, "equity of at least 1,000,000,000 yuan in the whole market"),
    ("longest_term", {}, "new loans run at most 12 months"),
    ("lpr_rate_cap", {}, "all-in price of new loans at most 4 times the loan prime rate"),
    ("lpr_rate_cap", {"counts_fees": False}, "headline price of new loans at most 4 times the loan prime rate"),
    (
        "lpr_rate_cap",
        {"counts_guarantees": False},
        "price without guarantee fees of new loans at most 4 times the loan prime rate",
    ),
    ("moratorium", {}, "for 15 months people without work owe no instalments, interest goes on"),
    (
        "moratorium",
        {"interest_accrues": False},
        "for 15 months people without work owe no instalments, without interest",
    ),
    ("provision_floor", {}, "an allowance of 150% of loans over 90 days late and 2.50% of all"),
    ("rate_cap", {}, "all-in price of new loans at most 24.00% a year"),
    ("rate_cap", {"counts_fees": False}, "headline price of new loans at most 24.00% a year"),
    ("rate_cap", {"counts_guarantees": False}, "price without guarantee fees of new loans at most 24.00% a year"),
    ("risk_weights", {}, "loans weigh 75% in risk-weighted assets"),
    ("risk_weights", {"consumer_weight": -1.0}, "loans weigh as before in risk-weighted assets"),
    ("risk_weights", {"productive_weight": 0.5}, "loans weigh 75%, working capital 50% in risk-weighted assets"),
    ("single_partner_cap", {}, "a bank lends beside one partner at most 25% of its net tier 1"),
    (
        "soft_risk_limit",
        {},
        "loans with more than 8.0% expected default are at most 10% of what is lent in 3 months",
    ),
]


@pytest.mark.parametrize(("name", "changes", "words"), WORDS)
def test_an_instrument_says_what_it_sets(name: str, changes: dict[str, Any], words: str) -> None:
    assert member_class("policy", name, "policy")(**changes).describe() == words


def test_every_instrument_is_asked_for_its_words() -> None:
    assert {name for name, _, _ in WORDS} == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("which", ["IDLE", "STRICT"])
def test_idle_and_strict_figures_are_such_as_a_file_may_hold(name: str, which: str) -> None:
    kind = member_class("policy", name, "policy")
    figures = getattr(kind, which)
    bounds = quantities(kind)
    assert bounds.keys() & figures.keys()
    for key, value in figures.items():
        if key in bounds:
            assert bounds[key].low <= value <= bounds[key].high, f"{name}.{key}"


def test_an_instrument_without_a_legal_source_cannot_be_made() -> None:
    class Unsourced(Instrument):
        def describe(self) -> str:
            return "nothing"

        def amend(self, rules: Rules, kind: str, month: int) -> Rules:
            return rules

    with pytest.raises(TypeError, match=r"abstract.*\bsource"):
        Unsourced()


def test_strict_eligibility_asks_for_all_that_it_can() -> None:
    assert EligibleBorrowers.STRICT == {"needs_income": True, "youngest_age_band": 4}
    assert EligibleBorrowers.IDLE == {"needs_income": False, "youngest_age_band": 0}


def test_a_cap_where_there_was_none_tightens_by_even_steps_of_its_inverse() -> None:
    """Four times net assets, phased in over three months: 16, 8, 16/3, and 4 from the fourth month on."""
    cap = FundingLeverage(effective_month=10, phase_in_months=3)
    found = [cap.phased_cap(4.0, month) for month in (10, 11, 12, 13, 14)]
    assert found == pytest.approx([16.0, 8.0, 16.0 / 3.0, 4.0, 4.0])
    assert replace(cap, phase_in_months=0).phased_cap(4.0, 10) == 4.0


def test_a_figure_moves_from_where_it_was_by_even_steps() -> None:
    cap = FundingLeverage(effective_month=10, phase_in_months=3)
    found = [cap.phased(8.0, 12.0, month) for month in (10, 11, 12, 13, 14)]
    assert found == pytest.approx([9.0, 10.0, 11.0, 12.0, 12.0])


def test_capital_may_be_all_of_the_assets_and_no_more() -> None:
    CapitalAdequacy(minimum_share=0.9, conservation_buffer_share=0.1).check(84)
    with pytest.raises(
        ValueError, match=r"minimum_share: with conservation_buffer_share .* must not exceed 1, was 0.91"
    ):
        CapitalAdequacy(minimum_share=0.91, conservation_buffer_share=0.1).check(84)
