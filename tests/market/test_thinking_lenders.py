"""Lenders that move their terms and try prices, in a market: off changes nothing, on agrees with the reference."""

from collections.abc import Callable
from typing import Any

import pytest

from experiments.compose.study import compose
from sim.market import CreditMarket
from sim.params import OfferTestParameters
from sim.policies.rate_cap import RateCap
from tests.market.made_markets import OFFER_TEST, QUARTERLY, YEARLY, strategic
from tests.market.small_market import completed, differing, every_lender, one_lender, small, tables_before


def rows(market: CreditMarket, table: str, wanted: Callable[[dict[str, Any]], bool] = bool) -> list[dict[str, Any]]:
    return [row for row in market.record.table(table).to_pylist() if wanted(row)]


def moves(market: CreditMarket, act: str) -> list[dict[str, Any]]:
    return rows(market, "actions", lambda row: row["act"] == act)


def test_nobody_moves_or_tries_by_default() -> None:
    market = completed(small())
    assert rows(market, "offer_tests") == []
    assert moves(market, "moves_markup") == moves(market, "moves_appetite") == []
    for row in rows(market, "lender"):
        assert row["markup_apr"] == dict(market.config.lender)[row["lender"]].markup_apr
    for row in rows(market, "bands", lambda row: row["taken_fen"] > 0):
        assert row["taken_apr"] == pytest.approx(row["offered_apr"], abs=1e-12), (
            "without an offer test all pay the band's price"
        )


def test_bands_add_up_to_the_lenders_and_to_the_refusals() -> None:
    market = completed(strategic())
    own = {(row["month"], row["lender"]): row for row in rows(market, "lender")}
    for place, lender in own.items():
        found = rows(market, "bands", lambda row, place=place: (row["month"], row["lender"]) == place)
        assert len(found) == 20
        assert sum(row["applications"] for row in found) == lender["applications"]
        assert sum(row["approved"] for row in found) == lender["approvals"]
        assert sum(row["taken_fen"] for row in found) == lender["originations_fen"]
        parts = lender["headline_apr"], lender["fee_apr"]
        if lender["mean_apr"] is None:
            assert lender["originations_fen"] + lender["refinanced_fen"] == 0
            assert parts == (None, None)
        else:
            assert sum(parts) == pytest.approx(lender["mean_apr"], abs=1e-12)
    for constraint in ("own_policy", "rate_cap", "no_price", "declined_price"):
        refused = rows(market, "refused", lambda row, constraint=constraint: row["constraint"] == constraint)
        assert sum(row["applications"] for row in refused) == sum(row[constraint] for row in rows(market, "bands"))


def test_a_cap_below_every_break_even_closes_every_band_and_nothing_breaks() -> None:
    cap = RateCap(announce_month=1, effective_month=2, max_apr=0.03)
    config = strategic()._replace(policy=(("rate_cap", cap),))
    market = completed(config)
    after = rows(market, "bands", lambda row: row["month"] >= 2)
    assert {row["closed"] for row in after} == {"rate_cap", "own_policy", "no_price"}
    assert sum(row["approved"] + row["taken_fen"] for row in after) == 0
    assert sum(row["rate_cap"] for row in after) > 0, "the report can say whom the cap shut out"
    for name in ("market", "lender", "bands", "offer_tests"):
        for column in market.record.table(name).columns:
            assert all(value == value for value in column.to_pylist()), "never NaN"


def test_one_lender_only_moves_alone() -> None:
    config = strategic()
    alone = config._replace(lender=tuple(member for member in config.lender if member[0] == "bank_b"))
    market = completed(alone)
    assert {row["lender"] for row in rows(market, "bands")} == {"bank_b"}
    assert moves(market, "moves_markup")


def test_every_move_is_logged_and_within_bounds() -> None:
    market = completed(every_lender(small(), strategy=QUARTERLY))
    found = moves(market, "moves_markup") + moves(market, "moves_appetite")
    assert all("return on capital" in move["reason"] for move in found)
    for lender in market.lenders:
        p = lender.parameters
        logged = [move["value"] for move in moves(market, "moves_markup") if move["actor"] == lender.name]
        assert all(0.0 <= value <= max(p.markup_apr, 0.08) for value in logged)
        assert lender.markup_apr() == pytest.approx(logged[-1] if logged else p.markup_apr, abs=1e-12)
        months = [move["month"] for move in found if move["actor"] == lender.name]
        assert len(months) == len(set(months)), "one lever a move"
        assert all((month + 1 - p.id) % 3 == 0 for month in months), "in its own month of the quarter"


def test_a_move_matters_from_the_month_after() -> None:
    moving = completed(one_lender(small(), "bank_a", strategy=QUARTERLY))
    first = moves(moving, "moves_markup")[0]["month"]
    names = ("market", "bands", "refused")
    still, moved = (tables_before(market, first + 1, *names) for market in (completed(small()), moving))
    assert differing(still, moved) == []
    assert not moving.record.table("bands").equals(completed(small()).record.table("bands"))


def test_a_trial_counts_offers_and_the_dearer_is_taken_less() -> None:
    market = completed(every_lender(small(people=3_000), offer_test=OFFER_TEST._replace(price_step_apr=0.08)))
    taken: dict[str, list[int]] = {}
    for row in rows(market, "offer_tests"):
        sums = taken.setdefault(row["test_group"], [0, 0, 0, 0])
        for place, column in enumerate(("offers", "accepted", "loans", "bads")):
            sums[place] += row[column]
    assert all(loans <= accepted <= offers for offers, accepted, loans, _ in taken.values())
    shares = {arm: accepted / offers for arm, (offers, accepted, _, _) in taken.items()}
    assert shares["cheaper"] > shares["control"] > shares["dearer"]
    made = sum(row["originations_count"] for row in rows(market, "lender"))
    assert sum(loans for _, _, loans, _ in taken.values()) == made


def test_a_trial_moves_the_markup_by_what_it_found() -> None:
    market = completed(every_lender(small(people=3_000), offer_test=OFFER_TEST, strategy=QUARTERLY))
    found = moves(market, "moves_markup")
    assert any("test offers" in move["reason"] for move in found)


@pytest.mark.slow
def test_a_trial_moves_limits_by_what_it_found_and_waits_between_steps() -> None:
    """Up where wider lines earned more and down where less; without an offer test by the lender's own return."""
    strategy = QUARTERLY._replace(most_limit_steps=2)
    bold = OFFER_TEST._replace(share=1.0, limit_step_share=0.6, least_standard_errors=0.0, least_offers=5)
    config = every_lender(small(people=3_000), offer_test=bold, strategy=strategy)
    market = completed(config._replace(calendar=config.calendar._replace(months=40)))
    told = moves(market, "moves_limits")
    assert told
    for lender in market.lenders:
        limit, month = lender.parameters.limit_months, 0
        for move in [move for move in told if move["actor"] == lender.name]:
            assert (move["value"] > limit) == ("yuan more" in move["reason"]), move
            assert (move["value"] < limit) == ("yuan less" in move["reason"]), move
            assert move["month"] - month >= 15, "a year of what the last step did, and three months until losses show"
            limit, month = move["value"], move["month"]
    groping = completed(every_lender(small(people=3_000), strategy=strategy))
    assert any("return on capital" in move["reason"] for move in moves(groping, "moves_limits"))


def test_a_lender_whose_trial_of_limits_is_silent_leaves_them() -> None:
    strategy = QUARTERLY._replace(most_limit_steps=2)
    market = completed(
        every_lender(small(people=1_000), offer_test=OFFER_TEST._replace(least_offers=10_000), strategy=strategy)
    )
    assert moves(market, "moves_limits") == []


def test_limits_stay_unless_they_may_move() -> None:
    market = completed(every_lender(small(people=1_000), offer_test=OFFER_TEST, strategy=QUARTERLY))
    assert moves(market, "moves_limits") == []
    assert all(lender.limit_months() == lender.parameters.limit_months for lender in market.lenders)


def test_all_that_is_drawn_on_a_wider_line_is_in_its_group() -> None:
    """Limits of 190% and 10% of what they were, for life: all that is drawn on them differs as much."""
    market = completed(
        every_lender(small(people=3_000), offer_test=OFFER_TEST._replace(share=1.0, limit_step_share=0.9))
    )
    lent = dict.fromkeys(("control", "wider", "narrower"), 0)
    for row in rows(market, "offer_tests"):
        if row["test_group"] in lent:
            lent[row["test_group"]] += row["lent_fen"]
    assert lent["wider"] > 2 * lent["narrower"] > 0


def test_groups_with_other_prices_are_alike_but_for_the_price() -> None:
    """Control, dearer and cheaper have the same part of all offers, and of those to people who have a line already."""
    market = completed(every_lender(small(people=3_000), offer_test=OFFER_TEST))
    offers = dict.fromkeys(("control", "dearer", "cheaper"), 0)
    for row in rows(market, "offer_tests"):
        if row["test_group"] in offers:
            offers[row["test_group"]] += row["offers"]
    third = sum(offers.values()) / 3
    assert third > 200
    assert all(abs(found - third) < 4 * third**0.5 for found in offers.values())


def test_what_a_trial_counts_as_owed_is_what_is_owed() -> None:
    """All groups together are the whole book, month by month and lender by lender."""
    market = completed(every_lender(small(people=1_000), offer_test=OFFER_TEST))
    owed: dict[tuple[int, str], int] = {}
    for row in rows(market, "offer_tests"):
        place = (row["month"], row["lender"])
        owed[place] = owed.get(place, 0) + row["owed_fen"]
    for row in rows(market, "lender"):
        assert owed.get((row["month"], row["lender"]), 0) == row["managed_loans_fen"]


def test_a_new_card_by_itself_keeps_the_share_accepted() -> None:
    """The card in force and the new one, on the same applicants: cut-offs meet the old share as near as bands allow."""
    learning = YEARLY._replace(review_months=100)
    kept, fixed = (
        completed(every_lender(small(people=3_000), learning=learning._replace(keeps_approval_share=keeps)))
        for keeps in (True, False)
    )
    resets = moves(kept, "resets_cutoff")
    assert resets
    assert moves(fixed, "resets_cutoff") == []
    for before, after in zip(kept.lenders, fixed.lenders, strict=True):
        assert before.scorecard.card == after.scorecard.card or before.name != after.name
        assert after.cutoffs.new.cutoff_band == after.parameters.new_cutoff_band
    share = [
        sum(row["own_policy"] for row in rows(market, "bands", lambda row: row["month"] > 5))
        for market in (kept, fixed)
    ]
    assert share[0] < share[1]


def test_a_learned_price_counts_only_what_is_charged_off() -> None:
    market = completed(every_lender(small(), learning=YEARLY))
    assert all(0.0 < lender.charged_off_share < 1.0 for lender in market.lenders)
    plain = completed(every_lender(small(), learning=YEARLY._replace(bridges_to_charge_off=False)))
    assert all(lender.charged_off_share == 1.0 for lender in plain.lenders)
    assert all(lender.charged_off_share == 1.0 for lender in completed(small()).lenders), (
        "the expert speaks of charge-offs"
    )


def test_strategy_is_composed_from_overrides() -> None:
    found = compose(["scale=smoke", "lender.bank_a.strategy.move_months=3", "lender.bank_a.offer_test.share=0.05"])
    assert dict(found.lender)["bank_a"].strategy == QUARTERLY
    assert dict(found.lender)["bank_a"].offer_test.share == 0.05


@pytest.mark.slow
def test_where_both_groups_are_treated_alike_a_trial_finds_a_difference_no_more_often_than_it_says() -> None:
    """Steps of limits of one part in a billion, so that draw alone makes the groups differ; of prices none at all.

    Two standard errors leave one in twenty to draw. Lenders of one market share their people's draw, so that all that
    is asked is less than one in ten of 180.
    """
    alike = OfferTestParameters(share=1.0, price_step_apr=0.0, limit_step_share=1e-9, least_offers=20)
    config = every_lender(small(people=2_000, warm_up=24, months=12), offer_test=alike)
    judged, found = 0, 0
    for seed in range(30):
        market = CreditMarket(config, rng=seed)
        market.run()
        for lender in market.lenders:
            result = lender.offer_test.of_limits(lender)
            if result is not None:
                judged, found = judged + 1, found + abs(result.direction)
    assert judged > 100
    assert found < judged / 10
