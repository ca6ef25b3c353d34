"""Quiet cuts and reviews in a living market: whom they meet, what is counted, and what the person hears."""

import numpy as np
import pandas as pd
import pytest

from sim.codes import APPROVED, LINE_CUT, LINE_FROZEN, LINE_OPEN, NO_LINE, OPEN, OPERATING, RESOLUTION, SHORTFALL
from sim.lenders.tightening import EVERYTHING, line_cuts
from sim.market import CreditMarket
from sim.params import LenderParameters, MarketConfig, QuietCutParameters, ReviewParameters
from tests.market.made_markets import CUT
from tests.market.small_market import (
    SEED,
    changed_state,
    completed,
    differing,
    one_lender,
    small,
)
from tests.people.side_by_side import people_of


def cutting(name: str = "platform_a", cut: QuietCutParameters = CUT, **changes: object) -> MarketConfig:
    return one_lender(small(**changes), name, quiet_cut=cut)


def rows_of(market: CreditMarket, name: str = "platform_a") -> pd.DataFrame:
    lender = market.record.table("lender").to_pandas()
    return lender[lender["lender"] == name].set_index("month")


def at(config: MarketConfig, month: int) -> CreditMarket:
    """A market that stands at the beginning of a month."""
    market = CreditMarket(config, rng=SEED)
    while market.month < month:
        market.run_month()
    return market


def owed_at(market: CreditMarket, lender: int) -> np.ndarray:
    loans = people_of(market).loans
    return np.where((loans.status == OPEN) & (loans.lender == lender), loans.principal, 0).sum(axis=1)


def test_equal_parts_take_the_whole_share() -> None:
    lender = LenderParameters(quiet_cut=QuietCutParameters(start_month=2, months=4, cut_share=0.6, freeze_share=0.1))
    months = [line_cuts(lender, OPERATING, month, 10) for month in range(1, 7)]
    left = [1.0]
    for cuts in months:
        left.append(left[-1] * (1.0 - cuts.quiet_share))
    assert left[1:] == pytest.approx([1.0, 0.85, 0.7, 0.55, 0.4, 0.4])
    assert [cuts.freeze_share for cuts in months] == [0.0, 0.1, 0.1, 0.1, 0.1, 0.1]
    assert months[1].opened_before == 12
    assert line_cuts(LenderParameters(), OPERATING, 0, 10).may == 0
    assert line_cuts(lender, RESOLUTION, 0, 10) == EVERYTHING


def test_a_programme_changes_nothing_before_it_starts_and_only_existing_unused_lines_after() -> None:
    market, plain = at(cutting(), CUT.start_month), at(small(), CUT.start_month)
    assert changed_state(market, plain) == []
    before, owed = people_of(market), owed_at(market, 0)
    limits, status = before.lines.limit[:, 0].copy(), before.lines.status[:, 0].copy()
    market.run_month()
    after, still_owed = people_of(market), owed_at(market, 0)
    unused = (status == LINE_OPEN) & (after.lines.status[:, 0] == LINE_OPEN) & (still_owed == 0)
    used = (status == LINE_OPEN) & (owed > 0) & (still_owed > 0)
    assert unused.sum() > 10
    assert (after.lines.limit[unused, 0] == (limits[unused] * (1.0 - 1.0 / 3.0)).astype(int)).all()
    assert (after.lines.limit[used, 0] >= limits[used]).all()
    assert (after.lines.limit[:, 1] == people_of(at(small(), CUT.start_month + 1)).lines.limit[:, 1]).mean() > 0.98


def test_every_cut_is_counted_and_logged() -> None:
    market = completed(cutting())
    rows = rows_of(market)
    assert (rows["lines_cut"] > 0).tolist() == [CUT.start_month <= month < CUT.start_month + 3 for month in rows.index]
    acts = [act for act in market.record.table("actions").to_pylist() if act["act"] == "cuts_lines"]
    assert [act["month"] for act in acts] == [CUT.start_month, CUT.start_month + 1, CUT.start_month + 2]
    assert [act["value"] for act in acts] == rows.loc[CUT.start_month : CUT.start_month + 2, "limits_cut_fen"].tolist()
    assert completed(small()).record.table("lender").to_pandas()[["lines_cut", "lines_frozen"]].to_numpy().sum() == 0


def test_no_limit_is_cut_below_what_is_drawn() -> None:
    market = at(cutting(cut=CUT._replace(scope="all", months=1)), CUT.start_month)
    was_open = people_of(market).lines.status[:, 0] == LINE_OPEN  # a line that thaws in the month is cut in none
    market.run_month()
    lines, owed = people_of(market).lines, owed_at(market, 0)
    old = was_open & (lines.status[:, 0] == LINE_OPEN) & (lines.opened_month[:, 0] < CUT.start_month + 12)
    assert (owed[old] > 0).any()
    assert (lines.limit[old, 0] == owed[old]).all()


def test_a_freeze_picks_the_same_customers_and_ends() -> None:
    cut = QuietCutParameters(start_month=CUT.start_month, freeze_share=0.5, freeze_months=3)
    market = at(cutting(cut=cut), CUT.start_month)
    frozen = []
    for _ in range(4):
        market.run_month()
        state = people_of(market)
        late = ((state.loans.lender == 0) & (state.loans.bucket > 0)).any(axis=1)
        frozen.append((state.lines.status[:, 0] == LINE_FROZEN) & ~late)
    assert 0.3 < frozen[0].sum() / (people_of(market).lines.status[:, 0] != NO_LINE).sum() < 0.6
    assert (frozen[0] & frozen[1] & frozen[2]).sum() > 0.9 * frozen[0].sum()
    assert not frozen[3].any()
    assert rows_of(completed(cutting(cut=cut)))["lines_frozen"].loc[CUT.start_month] == frozen[0].sum()


def test_who_cannot_draw_asks_once_and_is_told_why() -> None:
    config = cutting(cut=QuietCutParameters(start_month=CUT.start_month, freeze_share=1.0, freeze_months=6))
    market = at(config, CUT.start_month + 1)
    told = 0
    for month in range(CUT.start_month + 1, CUT.start_month + 5):
        marked = people_of(market).lines.unnoticed_cut[:, 0] == 1
        market.run_month()
        state = people_of(market)
        asked = state.applications
        refused_here = ((asked.outcome == LINE_CUT) & (asked.lender == 0)) | (
            (asked.first_outcome == LINE_CUT) & (asked.first_lender == 0)
        )
        assert (marked[refused_here]).all(), "nobody is refused twice for the same cut"
        still_marked = state.lines.unnoticed_cut[refused_here, 0]
        assert not still_marked.any()
        told += refused_here.sum()
        if refused_here.any() and month == CUT.start_month + 2:
            row = int(np.flatnonzero(refused_here)[0])
            assert "without notice, and the person asks why" in str(market.explain(row))
    assert told > 10
    refused = completed(config).record.table("refused").to_pandas()
    reasons = refused[(refused["constraint"] == "line_cut") & (refused["lender"] == "platform_a")]
    assert reasons["applications"].sum() >= told


def test_the_review_tells_the_person_s_month() -> None:
    market = at(cutting(), CUT.start_month + 1)
    lines = people_of(market).lines
    row = int(np.flatnonzero((lines.status[:, 0] == LINE_OPEN) & (owed_at(market, 0) == 0))[0])
    assert "platform_a cut the line from" in str(market.explain(row))


def test_people_draw_their_lines_in_a_shortfall() -> None:
    market, draws = at(small(), 0), 0
    for _ in range(6):
        had_line = people_of(market).lines.status == LINE_OPEN
        market.run_month()
        asked = people_of(market).applications
        drew = np.flatnonzero((asked.purpose == SHORTFALL) & (asked.outcome == APPROVED))
        draws += int(had_line[drew, asked.lender[drew]].sum())
    assert draws > 10


def test_utilisation_is_drawn_over_limits() -> None:
    market = completed(small())
    row = rows_of(market).iloc[-1]
    lines = people_of(market).lines
    is_open = lines.status[:, 0] == LINE_OPEN
    limits, owed = lines.limit[is_open, 0].astype(int), owed_at(market, 0)[is_open]
    assert row["line_limits_fen"] == limits.sum()
    assert row["utilisation_share"] == np.minimum(limits, owed).sum() / limits.sum()


def test_reviews_cut_the_late_the_indebted_and_the_risky_and_nobody_else() -> None:
    plain = rows_of(completed(small()))
    for changes in (
        {"late_cut_share": 0.5},
        {"debt_cut_share": 0.5, "debt_cut_months": 0.5},
        {"band_cut_share": 0.5, "band_cut_from": 8},
    ):
        rows = rows_of(completed(one_lender(small(), "platform_a", review=ReviewParameters(**changes))))
        assert rows["lines_cut"].sum() > 0, changes
        assert rows["line_limits_fen"].iloc[-1] < plain["line_limits_fen"].iloc[-1]
    unseen = one_lender(small(), "platform_a", review=ReviewParameters(debt_cut_share=0.5, debt_cut_months=0.5))
    unseen = unseen._replace(regulator=unseen.regulator._replace(registry_coverage_share=0.0))
    assert rows_of(completed(unseen))["lines_cut"].sum() == 0, "debt elsewhere is held against those a registry shows"


def test_following_people_changes_nothing_else() -> None:
    config = small()
    followed = completed(
        config._replace(observe=config.observe._replace(liquidity_lender="platform_a", liquidity_month=4))
    )
    assert {name.split(".")[0] for name in differing(followed.record.tables, completed(config).record.tables)} == {
        "liquidity"
    }
    table = followed.record.table("liquidity").to_pandas()
    first = table[table["month"] == 4].set_index("tercile")
    assert first.loc["all", "people"] == first["people"][["low", "middle", "high"]].sum()
    assert first["people"][["low", "middle", "high"]].max() - first["people"][["low", "middle", "high"]].min() <= 1
    savings = first["savings_fen"] / first["normal_income_fen"]
    assert savings["low"] < savings["middle"] < savings["high"]
