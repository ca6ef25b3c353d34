"""What a lender takes back from its customers in a month: programmes at their first and last month, and the log."""

from __future__ import annotations

import pytest

from sim.codes import OPERATING
from sim.counted import Flow
from sim.lenders.tightening import act_of_cuts, freeze_of_month, line_cuts, part_of_month
from sim.params import LenderParameters, QuietCutParameters, ReviewParameters
from sim.state import blank_tallies

NO_REVIEW = ReviewParameters()
CUT = QuietCutParameters(start_month=2, months=3, cut_share=0.6, freeze_share=0.1, freeze_months=2, from_band=4)


def test_a_programme_takes_equal_parts_from_its_first_month_to_its_last() -> None:
    # 0.2 of what there was each month: 0.2 of 1, 0.2 of 0.8, 0.2 of 0.6.
    assert [part_of_month(CUT, month) for month in range(1, 6)] == pytest.approx([0.0, 0.2, 0.25, 1 / 3, 0.0])
    assert [freeze_of_month(CUT, month) for month in range(1, 6)] == [0.0, 0.1, 0.1, 0.0, 0.0]
    whole = CUT._replace(cut_share=1.0)
    assert part_of_month(whole, 4) == pytest.approx(1.0), "all that is left"


def test_what_the_programme_needs_to_know_of_customers() -> None:
    def seen(quiet: QuietCutParameters, month: int, review: ReviewParameters = NO_REVIEW) -> tuple[int, int]:
        cuts = line_cuts(LenderParameters(quiet_cut=quiet, review=review), OPERATING, month, 10)
        return cuts.may, cuts.sees_band

    assert [seen(CUT, month) for month in (1, 2, 4, 5)] == [(0, 0), (1, 1), (1, 1), (0, 0)]
    assert seen(CUT._replace(from_band=0), 2) == (1, 0), "whom it meets does not depend on bands"
    nothing = QuietCutParameters()
    assert seen(nothing, 2) == (0, 0)
    assert seen(nothing, 2, ReviewParameters(late_cut_share=0.1)) == (1, 0)
    assert seen(nothing, 2, ReviewParameters(debt_cut_share=0.1)) == (1, 0)
    assert seen(nothing, 2, ReviewParameters(band_cut_share=0.1)) == (1, 1)


def test_the_terms_of_a_programme_are_passed_on_under_their_own_names() -> None:
    review = ReviewParameters(
        late_cut_share=0.1, debt_cut_share=0.2, debt_cut_months=3.0, band_cut_share=0.4, band_cut_from=5
    )
    cuts = line_cuts(LenderParameters(quiet_cut=CUT._replace(customer_share=0.7), review=review), OPERATING, 2, 10)
    assert (cuts.late_share, cuts.debt_share, cuts.debt_months) == (0.1, 0.2, 3.0)
    assert (cuts.band_share, cuts.band_from, cuts.from_band) == (0.4, 5, 4)
    assert (cuts.customer_share, cuts.opened_before) == (0.7, 12)
    for scope, unused_only in (("unused", 1), ("all", 0)):
        quiet = CUT._replace(scope=scope)
        assert line_cuts(LenderParameters(quiet_cut=quiet), OPERATING, 2, 10).unused_only == unused_only


def test_cuts_are_logged_in_fen_by_the_lender_and_only_where_there_were_any() -> None:
    tallies = blank_tallies(2, 1)
    assert act_of_cuts("two", 1, OPERATING, 5, tallies) == []
    tallies.flow[1, Flow.LINES_CUT], tallies.flow[1, Flow.LIMITS_CUT] = 3, 450_000
    (act,) = act_of_cuts("two", 1, OPERATING, 5, tallies)
    assert (act.month, act.actor, act.act, act.target, act.value) == (5, "two", "cuts_lines", "two", 450_000)
    assert "3" in act.reason
    assert act_of_cuts("one", 0, OPERATING, 5, tallies) == []
