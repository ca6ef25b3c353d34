"""Underwriting and limits: the ground given, the amounts, the order of service, at and one fen past each edge."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.codes import (
    BORROWER_CAP,
    DECLINED_PRICE,
    FROZEN,
    GROWTH_PLAN,
    LIMIT,
    LINE_BARRED,
    LINE_FROZEN,
    LINE_OPEN,
    NO_LINE,
    NO_PRICE,
    OWN_POLICY,
    PENDING,
    PRIORITY_STEPS,
    RATE_CAP,
)
from sim.rules.limits import (
    available_on_line,
    cut_limit,
    is_made_useless,
    line_ends,
    opening_limit,
    quiet_cut,
    review_cut_share,
    reviewed_limit,
    reviewed_status,
)
from sim.rules.underwriting import (
    Decision,
    behaviour_signal,
    decision,
    explored,
    officers_view,
    overruled,
    priority,
    proxy_income,
    rationed,
)

CASE = {
    "band": 5,
    "line_status": NO_LINE,
    "line_limit": 0,
    "owed_here": 0,
    "wanted": 300_000,
    "opening_limit": 500_000,
    "closed": 0,
    "new_cutoff": 9,
    "line_cutoff": 14,
    "borrower_cap": 20_000_000,
    "smallest_loan": 50_000,
    "perceived_apr": 0.17,
    "reservation_apr": 0.20,
}


def decided(**changes: float) -> Decision:
    return decision(*(CASE | changes).values())


def test_a_good_case_waits_for_money():
    assert decided() == Decision(PENDING, 300_000, 500_000)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"line_status": LINE_BARRED}, OWN_POLICY),
        ({"line_status": LINE_FROZEN, "line_limit": 500_000}, FROZEN),
        ({"band": 10}, OWN_POLICY),
        ({"band": 9}, PENDING),
        ({"band": 14, "line_status": LINE_OPEN, "line_limit": 500_000}, PENDING),
        ({"band": 15, "line_status": LINE_OPEN, "line_limit": 500_000}, OWN_POLICY),
        ({"closed": RATE_CAP}, RATE_CAP),
        ({"closed": NO_PRICE}, NO_PRICE),
        ({"opening_limit": 49_999}, LIMIT),
        ({"opening_limit": 50_000}, PENDING),
        ({"owed_here": 450_001, "line_status": LINE_OPEN, "line_limit": 500_000}, LIMIT),
        ({"borrower_cap": 49_999}, BORROWER_CAP),
        ({"borrower_cap": 50_000}, PENDING),
        ({"perceived_apr": 0.2}, PENDING),
        ({"perceived_apr": 0.2000001}, DECLINED_PRICE),
        ({"band": 10, "perceived_apr": 0.3}, OWN_POLICY),
    ],
)
def test_the_first_ground_that_applies_is_given(changes, outcome):
    answer = decided(**changes)
    assert answer.outcome == outcome
    assert (answer.amount > 0) == (outcome == PENDING)


def test_a_new_contract_never_passes_the_legal_cap():
    """Exactly at the cap passes; one fen over, a hundred yuan less is lent."""
    on_line = {"line_status": LINE_OPEN, "line_limit": 2_000_000, "wanted": 400_000, "borrower_cap": 1_000_000}
    assert decided(**on_line, owed_here=600_000).amount == 400_000
    assert decided(**on_line, owed_here=600_001).amount == 390_000


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_what_is_lent_fits_every_room(wanted, owed, limit, cap):
    answer = decided(line_status=LINE_OPEN, wanted=wanted, owed_here=owed, line_limit=limit, borrower_cap=cap)
    if answer.outcome == PENDING:
        assert 50_000 <= answer.amount <= wanted
        assert owed + answer.amount <= min(limit, cap)
        assert answer.amount % 10_000 == 0


def test_opening_limits_are_whole_hundreds_under_every_cap():
    assert opening_limit(2.5, 333_333, 5_000_000, 20_000_000) == 830_000
    assert opening_limit(2.5, 333_333, 500_000, 20_000_000) == 500_000
    assert opening_limit(2.5, 333_333, 5_000_000, 123_456) == 120_000


def test_a_line_cut_below_the_debt_leaves_nothing_and_never_less():
    assert (available_on_line(500, 200), available_on_line(200, 500)) == (300, 0)


@pytest.mark.parametrize(
    ("months_open", "raise_share", "cut_share", "largest", "cap", "after"),
    [
        (6, 0.1, 0.0, 5_000_000, 20_000_000, 1_100_000),
        (5, 0.1, 0.0, 5_000_000, 20_000_000, 1_000_000),
        (0, 0.1, 0.0, 5_000_000, 20_000_000, 1_000_000),
        (12, 0.1, 0.0, 1_050_000, 20_000_000, 1_050_000),
        (12, 0.1, 0.0, 900_000, 20_000_000, 1_000_000),
        (6, 0.1, 0.25, 5_000_000, 20_000_000, 750_000),
        (5, 0.1, 0.0, 5_000_000, 800_000, 800_000),
    ],
)
def test_reviews_by_hand(months_open, raise_share, cut_share, largest, cap, after):
    assert reviewed_limit(1_000_000, 0, months_open, raise_share, cut_share, largest, cap) == after


@pytest.mark.parametrize(
    ("status", "months_since_owed", "ends"),
    [
        (LINE_OPEN, 23, 0),
        (LINE_OPEN, 24, 1),
        (LINE_BARRED, 24, 0),
        (LINE_BARRED, 35, 0),
        (LINE_BARRED, 36, 1),
        (LINE_FROZEN, 100, 0),
        (NO_LINE, 100, 0),
    ],
)
def test_unused_lines_and_old_bars_end_in_their_month(status, months_since_owed, ends):
    assert line_ends(status, months_since_owed, 24, 36) == ends


def test_a_lost_job_shows_only_in_part():
    assert proxy_income(300_000, 1.0, 1, 0.3, 0.0, 2.0) == 300_000
    assert proxy_income(300_000, 1.0, 0, 0.3, 0.0, 2.0) == 210_000
    assert proxy_income(300_000, 1.0, 1, 0.3, 0.35, 1.0) == int(300_000 * exp(0.35))


def test_better_data_show_reliability_more_clearly():
    assert behaviour_signal(1_500, 0.0, 2.0) == 1.5
    assert behaviour_signal(1_500, 2.0, 0.0) == pytest.approx(0.75)
    assert behaviour_signal(0, 2.0, 1.0) == pytest.approx(1.0)


@given(st.integers(0, 18), st.floats(0.0, 1.0, exclude_max=True), st.floats(0.0, 1.0, exclude_max=True))
def test_a_safer_band_is_always_served_first(band, draw, other_draw):
    assert priority(band, draw) < priority(band + 1, other_draw)
    assert 0 <= priority(band, draw) < (band + 1) * PRIORITY_STEPS


EXPLORATION = {
    "answer": Decision(OWN_POLICY, 0, 0),
    "line_status": NO_LINE,
    "apr_bp": 2_400,
    "wanted": 300_000,
    "smallest_loan": 20_000,
    "perceived_apr": 0.2,
    "reservation_apr": 0.3,
    "draw": 0.019,
    "share": 0.02,
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Decision(PENDING, 20_000, 20_000)),
        ({"draw": 0.02}, Decision(OWN_POLICY, 0, 0)),
        ({"share": 0.0, "draw": 0.0}, Decision(OWN_POLICY, 0, 0)),
        ({"line_status": LINE_OPEN}, Decision(OWN_POLICY, 0, 0)),
        ({"line_status": LINE_BARRED}, Decision(OWN_POLICY, 0, 0)),
        ({"apr_bp": 0}, Decision(OWN_POLICY, 0, 0)),
        ({"answer": Decision(NO_PRICE, 0, 0)}, Decision(PENDING, 20_000, 20_000)),
        ({"answer": Decision(RATE_CAP, 0, 0)}, Decision(PENDING, 20_000, 20_000)),
        ({"wanted": 19_999}, Decision(OWN_POLICY, 0, 0)),
        ({"wanted": 20_000}, Decision(PENDING, 20_000, 20_000)),
        ({"perceived_apr": 0.31}, Decision(DECLINED_PRICE, 0, 20_000)),
        ({"answer": Decision(LIMIT, 0, 500)}, Decision(LIMIT, 0, 500)),
        ({"answer": Decision(PENDING, 300_000, 500_000)}, Decision(PENDING, 300_000, 500_000)),
    ],
)
def test_exploration_admits_a_share_of_strangers_refused_by_policy(changes, expected):
    assert explored(*(EXPLORATION | changes).values()) == expected


@pytest.mark.parametrize(
    ("limit", "owed", "share", "after"),
    [(100, 0, 0.25, 75), (100, 80, 0.25, 80), (100, 120, 0.5, 100), (100, 0, 1.0, 0), (100, 100, 1.0, 100)],
)
def test_a_cut_stops_at_what_is_drawn(limit, owed, share, after):
    assert cut_limit(limit, owed, share) == after


@pytest.mark.parametrize(
    ("changes", "share", "freezes"),
    [
        ({}, 0.5, 1),
        ({"draw": 0.2}, 0.5, 0),
        ({"draw": 0.6}, 0.0, 0),
        ({"months_known": 0}, 0.0, 0),
        ({"band": 3}, 0.0, 0),
        ({"owed": 1}, 0.0, 0),
        ({"owed": 1, "unused_only": 0}, 0.5, 1),
    ],
)
def test_whom_a_programme_of_cuts_meets(changes, share, freezes):
    here = {"owed": 0, "months_known": 1, "band": 4, "draw": 0.1, "unused_only": 1, "from_band": 4} | changes
    assert quiet_cut(*here.values(), 0.5, 0.6, 0.2) == (share, freezes)


@pytest.mark.parametrize(
    ("falls_late", "months_open", "debt", "band", "share"),
    [(0, 6, 0, 0, 0.0), (1, 5, 9_999, 19, 0.1), (0, 6, 2_001, 0, 0.2), (0, 6, 2_000, 0, 0.0), (1, 6, 9_999, 15, 0.3)],
)
def test_the_most_that_is_held_against_a_customer_counts(falls_late, months_open, debt, band, share):
    assert review_cut_share(falls_late, months_open, debt, 1_000, band, 0.1, 0.2, 2.0, 0.3, 15) == share


def test_a_line_is_frozen_while_late_or_in_a_quiet_freeze():
    assert [reviewed_status(LINE_OPEN, *case) for case in ((0, 0), (1, 0), (0, 1))] == [
        LINE_OPEN,
        LINE_FROZEN,
        LINE_FROZEN,
    ]
    assert [reviewed_status(LINE_FROZEN, *case) for case in ((0, 0), (1, 0), (0, 1))] == [
        LINE_OPEN,
        LINE_FROZEN,
        LINE_FROZEN,
    ]
    assert [is_made_useless(500, left, still_open, 100) for left, still_open in ((99, 1), (100, 1), (500, 0))] == [
        1,
        0,
        1,
    ]
    assert is_made_useless(99, 0, 0, 100) == 0


OFFICER = {
    "answer": Decision(PENDING, 300_000, 500_000),
    "line_status": NO_LINE,
    "apr_bp": 2_400,
    "closed": 0,
    "wanted": 300_000,
    "smallest_loan": 20_000,
    "perceived_apr": 0.2,
    "reservation_apr": 0.3,
    "view": -0.6,
    "refuse_below": -0.5,
    "accept_above": 1.0,
}
REFUSED = Decision(OWN_POLICY, 0, 0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Decision(OWN_POLICY, 0, 500_000)),
        ({"view": -0.5}, Decision(PENDING, 300_000, 500_000)),
        ({"line_status": LINE_OPEN}, Decision(PENDING, 300_000, 500_000)),
        ({"answer": REFUSED}, REFUSED),
        ({"answer": REFUSED, "view": 1.0}, REFUSED),
        ({"answer": REFUSED, "view": 1.1}, Decision(PENDING, 20_000, 20_000)),
        ({"answer": REFUSED, "view": 1.1, "perceived_apr": 0.31}, Decision(DECLINED_PRICE, 0, 20_000)),
        ({"answer": REFUSED, "view": 1.1, "line_status": LINE_BARRED}, REFUSED),
        ({"answer": REFUSED, "view": 1.1, "closed": NO_PRICE}, REFUSED),
        ({"answer": Decision(LIMIT, 0, 500), "view": 9.0}, Decision(LIMIT, 0, 500)),
    ],
)
def test_officers_overrule_the_card_on_strangers_both_ways(changes, expected):
    assert overruled(*(OFFICER | changes).values()) == expected


def test_an_officers_view_is_worth_as_much_as_its_insight():
    assert officers_view(1_500, 1.0, 0.0, -3.0) == 1.5
    assert officers_view(1_500, 0.0, 1.0, -3.0) == -3.0


@pytest.mark.parametrize(("draw", "share", "is_refused"), [(0.49, 0.5, True), (0.5, 0.5, False), (0.0, 0.0, False)])
def test_a_lot_refuses_a_share_of_what_was_granted(draw, share, is_refused):
    granted = Decision(PENDING, 300_000, 500_000)
    assert rationed(granted, draw, share) == (Decision(GROWTH_PLAN, 0, 500_000) if is_refused else granted)
    assert rationed(REFUSED, draw, share) == REFUSED
