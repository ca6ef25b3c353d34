"""Lenders that set markups by demand, in a market: it agrees with the reference, and few lenders ask more than many."""

from functools import cache

import pytest

from experiments.compose.study import compose
from sim.books.competition import markup_bp, share_ppm
from sim.market import CreditMarket
from sim.params import OfferTestParameters
from tests.market.small_market import SEED, completed, every_lender, small

NO_TEST = OfferTestParameters()


@cache
def rivals(names: str, offer_test: OfferTestParameters = NO_TEST) -> CreditMarket:
    config = compose(
        [
            f"lender=[{','.join('rival_' + name for name in names)}]",
            "population.size=800",
            "calendar.warm_up_months=12",
            "months=12",
            "behaviour.choice.price_weight=25.0",
        ]
    )
    market = CreditMarket(every_lender(config, offer_test=offer_test), rng=SEED)
    market.run()
    return market


def test_by_default_a_markup_is_the_parameters() -> None:
    assert all(lender.demand.markup_bp is None for lender in completed(small()).lenders)


def test_few_lenders_ask_more_than_many_and_say_why() -> None:
    markups = {
        names: [row["markup_apr"] for row in rivals(names).record.table("lender").to_pylist() if row["month"] == 11]
        for names in ("ab", "abcdef")
    }
    assert min(markups["ab"]) > max(markups["abcdef"])
    acts = [row for row in rivals("ab").record.table("actions").to_pylist() if row["act"] == "sets_markup"]
    assert acts
    assert all("of the applications of those whom it reaches" in row["reason"] for row in acts)


def test_the_markup_is_that_of_the_share_in_the_tables() -> None:
    market = rivals("ab")
    rows = [row for row in market.record.table("lender").to_pylist() if row["month"] < 12]
    own = sum(row["applications"] for row in rows if row["lender"] == "rival_a")
    everybody = sum(row["applications"] for row in rows)
    lender = market.lenders[0]
    assert lender.parameters.competition.memory_months == 12
    # The last review looked at the twelve reported months.
    expected = markup_bp(25.0, share_ppm(own, everybody, 1.0), None, 3_000)
    assert lender.demand.markup_bp == expected
    assert lender.markup_apr() == pytest.approx(expected / 10_000)


def test_a_trial_adds_those_who_would_rather_not_borrow_and_takes_off_what_losses_take() -> None:
    market = rivals("ab", OfferTestParameters(share=1.0, price_step_apr=0.04, limit_step_share=0.0, least_offers=20))
    rows = market.record.table("lender").to_pylist()
    lender = market.lenders[0]
    result = lender.offer_test.of_prices(lender)
    assert result is not None
    assert result.free_margin_bp is not None
    assert 0 < result.kept_bp < 10_000, "it believes in losses at least"
    own = sum(row["applications"] for row in rows if row["lender"] == "rival_a")
    lost = 25.0 * (1.0 - own / sum(row["applications"] for row in rows)) + 10_000 / result.free_margin_bp
    assert lender.demand.markup_bp == pytest.approx(result.kept_bp / lost, abs=1)
