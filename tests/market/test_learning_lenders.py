"""Lenders that learn, in a market: off changes nothing, on agrees with the reference, and the refused are followed."""

import numpy as np
import pyarrow.compute as pc
import pytest

from experiments.compose.study import compose
from sim.market import CreditMarket
from sim.params import LearningParameters
from tests.market.made_markets import YEARLY, learning
from tests.market.small_market import completed, differing, every_lender, one_lender, small, tables_before


def test_nobody_learns_by_default() -> None:
    market = completed(small())
    assert market.record.table("scorecards").num_rows == 0
    assert market.record.table("scorecard_bands").num_rows == 0
    assert market.people.tallies.cell_applied.size == 0


def test_measuring_changes_nothing_but_what_is_written_down() -> None:
    measured = completed(learning(YEARLY._replace(refits=False)))
    plain = completed(small())
    changed = {name.split(".")[0] for name in differing(plain.record.tables, measured.record.tables)}
    assert changed == {"scorecards", "scorecard_bands"}
    assert set(measured.record.table("scorecards")["card"].to_pylist()) == {"before"}


def test_a_new_card_matters_from_the_month_after_the_review() -> None:
    measured, learned = completed(learning(YEARLY._replace(refits=False))), completed(learning())
    names = ("market", "lender", "refused", "segment", "roll")
    assert differing(tables_before(measured, 6, *names), tables_before(learned, 6, *names)) == []
    assert not measured.record.table("market").equals(learned.record.table("market"))


def test_one_lender_that_learns_leaves_the_cards_of_others() -> None:
    market = completed(one_lender(small(), "bank_a", learning=YEARLY))
    assert set(market.record.table("scorecards")["lender"].to_pylist()) == {"bank_a"}
    plain = completed(small())
    for lender, other in zip(market.lenders, plain.lenders, strict=True):
        assert (lender.scorecard.card == other.scorecard.card) == (lender.name != "bank_a")


def test_every_loan_is_judged_once() -> None:
    """The loans judged are those the lender table says were made, less those still in their window."""
    market = completed(learning(YEARLY._replace(first_review_month=17, refits=False)))
    table = market.record.table("scorecards")
    warm_up = market.config.calendar.warm_up_months
    reported = market.record.table("lender")
    for row in table.to_pylist():
        own = reported.filter(pc.equal(reported["lender"], row["lender"]))
        judged = own.filter(pc.less_equal(own["month"], 17 - 6))
        index = [lender.name for lender in market.lenders].index(row["lender"])
        closed = market.lenders[index].scorecard.outcomes.closed
        assert len(closed) == warm_up + 12
        assert sum(int(cohort.lent.sum()) for cohort in closed) == row["loans"]
        made = sum(int(cohort.lent.sum()) for cohort in closed if cohort.month >= 0)
        assert made == pc.sum(judged["originations_count"]).as_py()


def test_the_refused_are_followed_too() -> None:
    market = completed(learning(truth_months=6))
    rows = [row for row in market.record.table("scorecards").to_pylist() if row["card"] == "before"]
    assert sum(row["approved_people"] for row in rows) > 100
    assert sum(row["refused_people"] + row["refused_never_in_debt"] for row in rows) > 20
    watched = market.people.state().borrowers
    assert (watched.watched_lender >= 0).any()
    last = market.month - 1 + market.config.calendar.warm_up_months
    followed = watched.watched_month[watched.watched_lender >= 0]
    assert (last - followed < 6).all(), "nobody is followed longer than asked"
    nobody = completed(learning(truth_months=0)).people.state().borrowers
    assert not np.any(nobody.watched_lender >= 0)


def test_exploration_lends_the_smallest_loan_to_some_who_are_refused() -> None:
    config = every_lender(small(), new_cutoff_band=0)
    strict = completed(config)
    curious = completed(every_lender(config, learning=LearningParameters(exploration_share=0.5)))

    def opened(market: CreditMarket) -> int:
        return int(pc.sum(market.record.table("lender")["new_approvals"]).as_py())

    assert opened(curious) > 2 * opened(strict)


def test_learning_is_composed_from_overrides() -> None:
    found = compose(["scale=smoke", "lender.bank_a.learning.review_months=6", "observe.truth_months=12"])
    assert dict(found.lender)["bank_a"].learning == LearningParameters(review_months=6)
    assert dict(found.lender)["bank_b"].learning == LearningParameters()


@pytest.mark.slow
def test_better_data_come_with_the_second_model_and_not_before() -> None:
    upgraded = YEARLY._replace(model_two_from_month=8)
    same, better = (
        completed(one_lender(learning(), "platform_a", learning=upgraded._replace(model_two_signal_noise=noise)))
        for noise in (-1.0, 0.1)
    )
    names = ("market", "lender", "segment")
    assert differing(tables_before(same, 9, *names), tables_before(better, 9, *names)) == []
    assert not same.record.table("market").equals(better.record.table("market"))
    known = completed(one_lender(learning(), "platform_a", learning=upgraded._replace(model_two_signal_noise=0.7)))
    assert known.record.hash() == same.record.hash(), "0.7 is what it had"
